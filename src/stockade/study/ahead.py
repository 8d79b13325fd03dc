"""Every count beside what each explanation expected of it one step ahead, on the days of a course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import logsumexp
from scipy.stats import nbinom

from stockade.briefing.ahead import AheadPath, AheadSeries
from stockade.briefing.curves import ALL, Fan
from stockade.data.months import format_month
from stockade.inference.ahead import KEPT, drawn_counts, probability_up_to
from stockade.inference.nulls import NullFit
from stockade.inference.ranks import MOST_DRAWS, p_value
from stockade.inference.sequential import Course
from stockade.study.study import Study

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
FIFTHS = 5


@dataclass(frozen=True, eq=False)
class _Expected:
    """What one explanation expected of the cells.

    Attributes:
        log_density: (cell,) of the count that came.
        below: (2, cell) predictive probability of fewer counts, and of as many or fewer.
        draws: (cell, draw) predictive counts; NaN where there is none.
        weights: (cell, draw) of the draws.
    """

    log_density: np.ndarray
    below: np.ndarray
    draws: np.ndarray
    weights: np.ndarray


def ahead_series(
    study: Study,
    observed: np.ndarray,
    courses: Mapping[str, Sequence[Course]],
    nulls: Mapping[str, Sequence[NullFit]],
    weight: Mapping[str, np.ndarray],
    days: Sequence[date],
    seed: int,
) -> tuple[AheadSeries, ...]:
    """Returns every series, each month that became known after the first day as it was expected before.

    Args:
        study: The study.
        observed: (S, month) counts as of the last day.
        courses: Explanation with a mechanism -> its runs.
        nulls: Explanation without -> its fits as of each day.
        weight: Explanation -> (day,) its weight on each day.
        days: Days looked from.
        seed: Of the chances in equal counts and of the draws.
    """
    (first, *_), *_ = courses.values()
    cells = first.ahead.cells
    later = cells[:, 0] > 0
    cells = cells[later]
    counts = np.rint(observed[cells[:, 1], cells[:, 2]])
    each = {name: _of_runs(runs, later, counts, seed) for name, runs in courses.items()}
    each |= {name: _of_null(fits, cells, counts, seed) for name, fits in nulls.items()}
    before = {name: weight[name][cells[:, 0] - 1] for name in each}
    chance = np.random.default_rng(seed).random(len(cells))
    everyone = {ALL: _average(list(each.values()), np.array(list(before.values())))} | each
    kinds = {name: "null" if name in nulls else "mechanism" for name in each} | {ALL: "average"}
    months = study.period.months()
    return tuple(
        AheadSeries(
            name=one.column, label=one.label,
            months=tuple(format_month(months[month]) for month in cells[rows, 2]),
            known=tuple(days[day].isoformat() for day in cells[rows, 0]), observed=_floats(counts[rows]),
            paths=tuple(
                _path(name, kinds[name], found, rows, counts[rows], chance[rows])
                for name, found in everyone.items()
            ),
        )
        for rows, one in ((np.flatnonzero(cells[:, 1] == i), one) for i, one in enumerate(study.observes))
        if rows.size
    )  # fmt: skip


def _of_runs(runs: Sequence[Course], later: np.ndarray, counts: np.ndarray, seed: int) -> _Expected:
    """Repeats count alike: the predictive distribution is the mean of theirs."""
    means = np.concatenate([one.ahead.means[later] for one in runs], axis=1)
    dispersions = np.concatenate([one.ahead.dispersions[later] for one in runs], axis=1)
    density: np.ndarray = logsumexp([one.ahead.log_density[later] for one in runs], axis=0) - np.log(
        len(runs)
    )
    return _expected(density, means, dispersions, counts, seed)


def _of_null(fits: Sequence[NullFit], cells: np.ndarray, counts: np.ndarray, seed: int) -> _Expected:
    """A null's dispersion is known on nodes with weights; as many are chosen as particles are kept."""
    density, means, dispersions = np.zeros(len(cells)), [], []
    positions = (np.arange(KEPT) + 0.5) / KEPT
    for row, (day, series, month) in enumerate(cells):
        one = fits[day - 1].series[series]
        mean, nodes = one.means[month], one.nodes
        terms = nbinom.logpmf(counts[row], nodes, nodes / (nodes + mean))
        density[row] = logsumexp(terms + _log(one.weights))
        last = len(nodes) - 1
        chosen = np.minimum(np.searchsorted(np.cumsum(one.weights), positions), last)
        means.append(np.full(KEPT, mean))
        dispersions.append(nodes[chosen])
    shape = (len(cells), KEPT)
    return _expected(
        density, np.array(means).reshape(shape), np.array(dispersions).reshape(shape), counts, seed
    )


def _expected(
    density: np.ndarray, means: np.ndarray, dispersions: np.ndarray, counts: np.ndarray, seed: int
) -> _Expected:
    below = [probability_up_to(one, means, dispersions) for one in (counts - 1.0, counts)]
    draws = drawn_counts(means, dispersions, seed)
    return _Expected(density, np.array(below), draws, np.isfinite(draws).astype(float))


def _average(each: Sequence[_Expected], weights: np.ndarray) -> _Expected:
    """Returns the mixture with the weights (explanation, cell) of the day before."""
    return _Expected(
        np.asarray(logsumexp(_log(weights) + [one.log_density for one in each], axis=0)),
        np.einsum("ec,ebc->bc", weights, [one.below for one in each]),
        np.concatenate([one.draws for one in each], axis=1),
        np.concatenate(
            [
                share[:, None] * one.weights / np.maximum(one.weights.sum(axis=1, keepdims=True), 1.0)
                for share, one in zip(weights, each, strict=True)
            ],
            axis=1,
        ),
    )


def _path(
    name: str, kind: str, found: _Expected, rows: np.ndarray, counts: np.ndarray, chance: np.ndarray
) -> AheadPath:
    fan = _quantiles(found.draws[rows], found.weights[rows])
    below, up_to = found.below[:, rows]
    pit = np.clip(below + chance * (up_to - below), 0.0, 1.0)
    ranks = np.minimum((pit * (MOST_DRAWS + 1)).astype(int), MOST_DRAWS)
    fifths = np.bincount(np.minimum((FIFTHS * pit).astype(int), FIFTHS - 1), minlength=FIFTHS)
    return AheadPath(
        explanation=name, kind=kind, fan=Fan(name, *(_floats(one) for one in fan)),
        log_density=_floats(found.log_density[rows]), pit=_floats(pit),
        inside_50=int(((fan[1] <= counts) & (counts <= fan[3])).sum()),
        inside_90=int(((fan[0] <= counts) & (counts <= fan[4])).sum()),
        above_90=int((counts > fan[4]).sum()), fifths=tuple(int(one) for one in fifths),
        p_value=p_value(ranks, MOST_DRAWS),
    )  # fmt: skip


def _quantiles(draws: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Returns weighted quantiles (share, cell) of counts (cell, draw); NaN where no draw is finite."""
    order = np.argsort(draws, axis=1)  # NaN comes last, with weight 0
    sums = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    known = np.take_along_axis(draws, order, axis=1)
    total = sums[:, -1:]
    places = [np.argmax(sums >= share * total * (1 - 1e-12), axis=1)[:, None] for share in SHARES]
    found = np.array([np.take_along_axis(known, one, axis=1)[:, 0] for one in places])
    return np.where(total[:, 0] > 0, found, np.nan)


def _log(weights: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):  # a weight may be too small to be told from 0
        return np.log(weights)


def _floats(values: np.ndarray) -> tuple[float | None, ...]:
    """Six digits are more than a screen shows, and keep the briefing small."""
    return tuple(float(f"{one:.6g}") if np.isfinite(one) else None for one in values)
