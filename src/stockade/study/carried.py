"""A study on its way to a worker: its folder's path, or the bytes of its files where no disk is shared."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import digest, of_files
from stockade.study.read import open_study
from stockade.study.store import FOLDER
from stockade.study.study import Study

OWN_FOLDERS = (FOLDER, "briefing")
MOST_BYTES = 64 * 1024 * 1024
"""Of a study's files together; a study is a few tables of text."""

Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Carried:
    """A study that another process can open; two with the same files are the same.

    Attributes:
        folder: Where it lies on the machine that hands out the work.
        digest: Of its files.
        files: Its files by their paths below the folder; None where the folder itself is to be opened.
    """

    folder: str
    digest: str
    files: Files | None = field(default=None, repr=False, compare=False)


def carried(study: Study, *, whole: bool) -> Carried:
    """Returns a study for workers.

    Args:
        study: The study.
        whole: Send its files, and not only its path: to workers that do not see this machine's disk.

    Raises:
        StockadeError: ``study-too-large``.
    """
    folder = study.folder.resolve()
    if not whole:
        return Carried(str(folder), digest(of_files(study, study.fit)["files"]))
    files = files_of(folder)
    hasher = hashlib.sha256()
    for below, content in files:
        hasher.update(f"{below}\n{len(content)}\n".encode() + content)
    return Carried(str(folder), hasher.hexdigest(), files)


def files_of(folder: Path) -> Files:
    """Returns the files of a study by their paths below its folder, without what Stockade made of it.

    Raises:
        StockadeError: ``study-too-large``.
    """
    found, total = [], 0
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if below.parts[0] in OWN_FOLDERS or path.is_symlink() or not path.is_file():
            continue
        total += path.stat().st_size
        if total > MOST_BYTES:
            said = f"its files are larger than {MOST_BYTES // 1024**2} MiB together"
            hint = "Keep only what the study reads in its folder."
            raise StockadeError(Diagnostic("study-too-large", said, Place(str(folder)), hint=hint))
        found.append((str(below), path.read_bytes()))
    return tuple(found)


@contextmanager
def unpacked(one: Carried) -> Iterator[Path]:
    """Yields a folder with the study's files; what is complained of there names the user's own folder.

    Raises:
        StockadeError: Whatever is raised in the block.
    """
    if one.files is None:
        yield Path(one.folder)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / Path(one.folder).name
        for below, content in one.files:
            (folder / below).parent.mkdir(parents=True, exist_ok=True)
            (folder / below).write_bytes(content)
        try:
            yield folder
        except StockadeError as error:
            raise StockadeError(
                [_at_home(each, str(folder), one.folder) for each in error.diagnostics]
            ) from error


def opened(one: Carried) -> StudyFolder:
    """Returns a study as it was when its work was handed out.

    Raises:
        StockadeError: ``study-changed`` where its files are others by now; whatever is wrong in the folder.
    """
    with unpacked(one) as place:
        found = open_study(place)
    if one.files is None and carried(found.study, whole=False).digest != one.digest:
        said = "the study's files changed while work on it was waiting"
        hint = "Repeat the command: what was finished belongs to the files as they were."
        raise StockadeError(Diagnostic("study-changed", said, Place(one.folder), hint=hint))
    return found


def _at_home(one: Diagnostic, here: str, home: str) -> Diagnostic:
    place = replace(one.place, file=one.place.file.replace(here, home)) if one.place.file else one.place
    return replace(one, place=place, message=one.message.replace(here, home))
