"""How forecasts from many past days did, as plain data: what `stockade score` prints and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from stockade.forecasts.tracks import Apart, SeriesScores


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be done, and why.

    Attributes:
        study: The study's folder.
        origin: The day looked from; empty where it is the study itself.
        why: The cause in a sentence.
    """

    study: str
    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class StudyScores:
    """The scores of one study.

    Attributes:
        study: Name of its folder.
        title: What it is called.
        horizons: Months after the origin's month.
        every: Months from one origin to the next.
        labels: Series -> what to call it.
        series: The scores of each series; a series on which nothing came is left out.
        kept: How many origins were taken from an earlier run.
    """

    study: str
    title: str
    horizons: tuple[int, ...]
    every: int
    labels: Mapping[str, str]
    series: tuple[SeriesScores, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """The scores of several studies, and everything that failed."""

    studies: tuple[StudyScores, ...]
    failures: tuple[Failure, ...]
    versions: Mapping[str, str]


def plain(board: Scoreboard) -> dict[str, Any]:
    """Returns a scoreboard as `json.dumps` takes it."""
    return asdict(board)


def against(series: SeriesScores) -> tuple[Apart | None, str]:
    """Returns the mechanism against the best baseline, and a sentence on who wins."""
    baselines = [one.name for one in series.lines if one.kind == "baseline"]
    average = next((one.name for one in series.lines if one.kind == "average"), None)
    if not baselines or average is None:
        return None, "There is no baseline to compare with."
    pair = next(one for one in series.apart if (one.name, one.baseline) == (average, baselines[0]))
    words = "beats" if pair.difference < 0 else "loses to"
    if pair.low is None or pair.high is None:
        sure = "too few origins for an interval"
    elif pair.low <= 0 <= pair.high:
        sure = "not clearly: the interval holds 0"
    else:
        sure = "clearly: the interval leaves out 0"
    return pair, f"The weighted average {words} the best baseline, {baselines[0]}; {sure}."
