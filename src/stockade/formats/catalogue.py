"""The catalogue of reference models: a TOML file beside their folders, read as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from stockade.errors import Diagnostic, Place, StockadeError

FILE = "catalogue.toml"
Status = Literal["exact", "reproduced", "not reproduced"]

_TEXTS = ("name", "title", "published", "about", "status", "check")
_OPTIONAL = ("doi", "arxiv")
_OTHERS = ("authors", "year")
_LARGEST = 2**20


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One reference model.

    Attributes:
        name: The name of its folder.
        title: The title of the publication.
        authors: Initials and surnames, in the publication's order.
        year: Of the publication.
        published: Where it appeared.
        doi: The publication's DOI; empty where it has none or none was found.
        arxiv: Its number on arXiv; empty where it has none.
        about: What the model is about, in a line.
        status: ``exact`` (a closed form or an invariant is checked), ``reproduced`` (a table or figure of
            the publication was seen and met) or ``not reproduced``.
        check: Its golden check, in a line.
        path: The model file.
    """

    name: str
    title: str
    authors: tuple[str, ...]
    year: int
    published: str
    doi: str
    arxiv: str
    about: str
    status: Status
    check: str
    path: Path

    @property
    def source(self) -> str:
        """Returns where the publication is found: its DOI, else its arXiv number, else the publisher."""
        if self.doi:
            return f"doi:{self.doi}"
        return f"arXiv:{self.arxiv}" if self.arxiv else self.published


def reference_models() -> Path:
    """Returns the folder of Stockade's own reference models.

    In an installed package they are data inside it; in a working copy they stand at its root.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parents[1] / "models"


def catalogue(folder: str | Path) -> tuple[ModelEntry, ...]:
    """Reads the catalogue of a folder of models.

    Args:
        folder: The folder that holds ``catalogue.toml`` and, for each entry, ``NAME/model.mdl``.

    Returns:
        The entries, in the order of the file.

    Raises:
        StockadeError: `catalogue-not-read`, or all of `catalogue-entry`, `catalogue-without-model`.
    """
    file = Path(folder) / FILE
    entries = _entries(file)
    wrong = [problem for at, one in enumerate(entries, 1) for problem in _problems(file, at, one)]
    names = [one.get("name") for one in entries if isinstance(one, dict)]
    wrong += [
        _problem(file, f"{name!r} is listed twice", "Give each model one entry.", name)
        for name in dict.fromkeys(one for one in names if isinstance(one, str) and names.count(one) > 1)
    ]
    if wrong:
        raise StockadeError(wrong)
    return tuple(_entry(file.parent, one) for one in entries)


def _entries(file: Path) -> list[Any]:
    try:
        if file.stat().st_size > _LARGEST:
            raise _unread(file, "it is larger than 1 MiB")
        read = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise _unread(file, "there is no such file" if missing else f"{error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _unread(file, f"it is not TOML: {error}") from error
    entries = read.get("model")
    if set(read) != {"model"} or not isinstance(entries, list) or not entries:
        raise _unread(file, "it must hold a list of [[model]] tables and nothing else")
    return entries


def _problems(file: Path, at: int, entry: Any) -> list[Diagnostic]:
    """Returns what is wrong with one entry."""
    if not isinstance(entry, dict):
        return [_problem(file, f"entry {at} is not a table", "Begin it with [[model]].")]
    name = entry["name"] if isinstance(entry.get("name"), str) else f"entry {at}"
    known = (*_TEXTS, *_OPTIONAL, *_OTHERS)
    said = [f"{key} is not a key of an entry" for key in entry if key not in known]
    said += [f"{key} is missing" for key in (*_TEXTS, *_OTHERS) if key not in entry]
    texts = [key for key in (*_TEXTS, *_OPTIONAL) if key in entry]
    said += [
        f"{key} is not a text" for key in texts if not (isinstance(entry[key], str) and entry[key].strip())
    ]
    authors, year = entry.get("authors", ["?"]), entry.get("year", 0)
    if not (isinstance(authors, list) and authors and all(isinstance(one, str) and one for one in authors)):
        said.append("authors is not a list of names")
    if not isinstance(year, int) or isinstance(year, bool):
        said.append("year is not a whole number")
    if isinstance(entry.get("status"), str) and entry["status"] not in get_args(Status):
        said.append(f"status is {entry['status']!r}, not one of: {', '.join(get_args(Status))}")
    found = [_problem(file, f"{one}", "Compare the other entries of the catalogue.", name) for one in said]
    return found or _without_model(file, name)


def _without_model(file: Path, name: str) -> list[Diagnostic]:
    plain = Path(name).name == name and name not in {".", ".."}
    if plain and (file.parent / name / "model.mdl").is_file():
        return []
    return [
        Diagnostic(
            "catalogue-without-model",
            f"there is no {name}/model.mdl beside the catalogue",
            Place(str(file), None, None, name),
            hint="Name the folder that holds the model, without a path.",
        )
    ]


def _entry(folder: Path, entry: dict[str, Any]) -> ModelEntry:
    return ModelEntry(
        **{key: entry[key].strip() for key in _TEXTS},
        **{key: entry.get(key, "").strip() for key in _OPTIONAL},
        authors=tuple(entry["authors"]),
        year=entry["year"],
        path=folder / entry["name"] / "model.mdl",
    )


def _problem(file: Path, message: str, hint: str, name: str | None = None) -> Diagnostic:
    return Diagnostic("catalogue-entry", message, Place(str(file), None, None, name), hint=hint)


def _unread(file: Path, reason: str) -> StockadeError:
    return StockadeError(
        Diagnostic(
            "catalogue-not-read",
            f"the catalogue of models cannot be read: {reason}",
            Place(str(file)),
            hint="Give a folder that holds a catalogue.toml, such as the folder models of Stockade.",
        )
    )
