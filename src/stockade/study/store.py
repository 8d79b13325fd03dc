"""Where a study keeps what it has computed: finished repeats, posteriors, and the last document.

Everything is written whole or not at all, and carries the digest of what it was made from; what does
not match is as good as absent. A file that cannot be read is absent too, and is made anew.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stockade.inference.ahead import Ahead
from stockade.inference.netcdf import read_posterior, write_posterior
from stockade.inference.posterior import Posterior
from stockade.inference.sequential import Course
from stockade.inference.smc import Repeat, Stage

FOLDER = ".stockade"
_COURSE = ("log_evidence", "ess", "moved", "restarted", "quantiles", "acceptance")
_AHEAD = tuple(one.name for one in fields(Ahead))
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile)  # JSON's too


@dataclass(frozen=True)
class Store:
    """The folder of a study in which results are kept.

    Attributes:
        root: ``.stockade`` inside the study's folder.
    """

    root: Path

    def posterior(self, when: date, explanation: str, digest: str) -> Posterior | None:
        """Returns a posterior made from these ingredients, if there is one."""
        path = self._fit(when, explanation) / "posterior.nc"
        try:
            found = read_posterior(path) if path.is_file() else None
        except _UNREADABLE:
            return None
        return found if found is not None and found.ingredients.get("digest") == digest else None

    def keep_posterior(self, when: date, explanation: str, posterior: Posterior) -> None:
        """Keeps a posterior; its repeats are in it, so their own files go."""
        folder = self._fit(when, explanation)
        folder.mkdir(parents=True, exist_ok=True)
        write_posterior(posterior, folder / "posterior.nc")
        for path in folder.glob("repeat-*.npz"):
            path.unlink(missing_ok=True)

    def repeat(self, when: date, explanation: str, index: int, digest: str) -> Repeat | None:
        """Returns a finished repeat made from these ingredients, if there is one."""
        path = self._fit(when, explanation) / f"repeat-{index}.npz"
        try:
            with np.load(path, allow_pickle=False) as arrays:
                about = json.loads(str(arrays["about"]))
                if about["digest"] != digest:
                    return None
                return Repeat(
                    draws=arrays["draws"],
                    log_likelihood=arrays["log_likelihood"],
                    stages=tuple(Stage(**one) for one in about["stages"]),
                    **about["numbers"],
                )
        except _UNREADABLE:
            return None

    def keep_repeat(self, when: date, explanation: str, index: int, digest: str, repeat: Repeat) -> None:
        """Keeps a finished repeat."""
        folder = self._fit(when, explanation)
        folder.mkdir(parents=True, exist_ok=True)
        numbers = ("log_evidence", "log_evidence_tempered", "prior_impossible")
        about = {
            "digest": digest,
            "numbers": {name: float(getattr(repeat, name)) for name in numbers},
            "stages": [asdict(one) for one in repeat.stages],
        }
        target = folder / f"repeat-{index}.npz"
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with temporary.open("wb") as file:
            np.savez(
                file,
                draws=repeat.draws,
                log_likelihood=repeat.log_likelihood,
                about=np.array(json.dumps(about)),
            )
        temporary.replace(target)

    def course(self, explanation: str, repeat: int, digest: str) -> Course | None:
        """Returns a finished run through the months made from these ingredients, if there is one."""
        try:
            with np.load(self._course(explanation, repeat), allow_pickle=False) as arrays:
                if str(arrays["digest"]) != digest:
                    return None
                names = tuple(str(one) for one in arrays["names"])
                ahead = Ahead(**{one: arrays[f"ahead_{one}"] for one in _AHEAD})
                return Course(**{one: arrays[one] for one in _COURSE}, names=names, ahead=ahead)
        except _UNREADABLE:
            return None

    def keep_course(self, explanation: str, repeat: int, digest: str, course: Course) -> None:
        """Keeps a finished run through the months."""
        target = self._course(explanation, repeat)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        arrays = {one: getattr(course, one) for one in _COURSE}
        arrays |= {f"ahead_{one}": getattr(course.ahead, one) for one in _AHEAD}
        with temporary.open("wb") as file:
            np.savez(file, digest=np.array(digest), names=np.array(course.names), **arrays)
        temporary.replace(target)

    def document(self, name: str, digest: str) -> Mapping[str, Any] | None:
        """Returns a document made from these ingredients, as plain data, if there is one."""
        return _kept_json(self.root / f"{name}.json", digest)

    def keep_document(self, name: str, digest: str, document: Mapping[str, Any]) -> None:
        """Keeps a document as plain data."""
        _keep_json(self.root / f"{name}.json", digest, document)

    def _course(self, explanation: str, repeat: int) -> Path:
        return self.root / "months" / f"{_safe(explanation)}-{repeat}.npz"

    def _fit(self, when: date, explanation: str) -> Path:
        return self.root / "fits" / when.isoformat() / _safe(explanation)


def _kept_json(path: Path, digest: str) -> Mapping[str, Any] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return kept["document"] if kept.get("digest") == digest else None
    except _UNREADABLE:
        return None


def _keep_json(target: Path, digest: str, document: Mapping[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.write_text(json.dumps({"digest": digest, "document": document}), encoding="utf-8")
    temporary.replace(target)


def _safe(explanation: str) -> str:
    # The digest part keeps two ids apart that a file system would take for one.
    safe = "".join(one if one.isalnum() or one in "-_" else "_" for one in explanation)[:60]
    return f"{safe}-{_short(explanation)}"


def _short(text: str) -> str:
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return f"{value:08x}"
