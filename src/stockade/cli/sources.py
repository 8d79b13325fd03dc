"""A model as the command line names it: with its data files, and what it may read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ModelFiles:
    """A model, files with time series for it, and whether it may read outside of its folder."""

    path: Path
    data: tuple[str, ...] = ()
    outside: bool = False

    def read(self) -> Any:
        """Returns the `Model`, of which the command line knows no more than that others take it."""
        from stockade.formats.load import load

        return load(self.path, data=self.data, outside=self.outside)
