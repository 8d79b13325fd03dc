"""What a first study is made from: the monthly record of one group, whatever file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stockade.data.actors import Alias
from stockade.data.months import Window

CLASHES, CIVILIANS, OWN_DEATHS = "clashes", "attacks_on_civilians", "own_deaths"
"""Columns that a first study may fit. The others stand in series.csv, to look at."""

EVENTS = (CLASHES, CIVILIANS)


@dataclass(frozen=True, eq=False)
class Record:
    """Monthly figures about one group, without gaps.

    Attributes:
        actor: Its name, as the file spells it.
        country: The country that the record is of; empty for all.
        source: What the figures come from, in a sentence.
        first_month: Month of row 0.
        columns: (month,) float arrays by column; NaN where nobody looked. ``clashes`` are events with an
            armed opponent, ``attacks_on_civilians`` events of one-sided violence, and ``own_deaths``,
            ``opponent_deaths`` and ``civilian_deaths`` the dead of either kind. A column may be missing.
        government: Whether the actor is a state.
        notes: What a reader of the figures must know, a sentence each.
        aliases: Other names under which its events were counted.
    """

    actor: str
    country: str
    source: str
    first_month: int
    columns: Mapping[str, np.ndarray]
    government: bool = False
    notes: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()

    @property
    def window(self) -> Window:
        """The months that the rows cover."""
        rows = len(next(iter(self.columns.values())))
        return Window(self.first_month, self.first_month + rows - 1)

    def over(self, column: str, window: Window) -> np.ndarray:
        """Returns (month,) figures of a column over a window; NaN where there are none."""
        out = np.full(len(window), np.nan)
        values = self.columns.get(column)
        if values is None:
            return out
        first, last = max(window.first, self.window.first), min(window.last, self.window.last)
        if first <= last:
            out[first - window.first : last + 1 - window.first] = values[
                first - self.first_month : last + 1 - self.first_month
            ]
        return out

    def events(self, window: Window) -> np.ndarray:
        """Returns (month,) events of all kinds over a window; a kind not looked for counts nothing."""
        return np.sum([np.nan_to_num(self.over(name, window)) for name in EVENTS], axis=0)
