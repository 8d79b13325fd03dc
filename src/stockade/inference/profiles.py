"""Profile likelihoods: for each parameter the best that the data can be explained at a value of it.

The likelihood alone is maximised over all other free parameters at each point of a grid, so the prior has no
say but for the range: nothing leaves the middle 99.99 % of its prior. Where the profile stays within 1.92 of
the likelihood's top, the chi-square bound of 95 % for one parameter, the data do not tell the value apart
from the best (Raue et al. 2009, "Structural and practical identifiability analysis ... by exploiting the
profile likelihood", Bioinformatics 25).

All points of all parameters climb side by side as one batch, each with its own BFGS approximation of the
curvature; a second and a third climb begin where a neighbour on the grid ended, if that is higher. Then all
climb with every parameter loose: the highest is the top that falls are counted from. The ends of an interval
are looked for between the points that they lie between: near its top a profile is about parabolic, so the
root of the fall is about straight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from stockade.arrays import Array, Floats
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference import likelihood
from stockade.inference.climbing import Look, climb
from stockade.inference.priors import PriorArrays, to_natural
from stockade.inference.problem import Layout, Problem, ProblemArrays, arrays_of, layout_of
from stockade.progress import Progress, silent

DROP = 0.5 * float(stats.chi2(1).ppf(0.95))
"""Fall of the log likelihood from its top at the ends of a 95 % interval."""
FLAT = 0.1
"""A profile that falls less than this from its top to either end is flat: the value changes nothing."""
_GRID_TAIL, _RANGE_TAIL = 0.005, 5e-5
_CLIMBS, _REFINEMENTS = 3, 4
_HOPELESS, _CLIFF = -1e10, 40.0


@dataclass(frozen=True, eq=False)
class Profile:
    """The likelihood of one parameter, maximised over the others.

    Attributes:
        name: The parameter.
        values: (point,) on its natural scale, ascending, over the middle 99 % of its prior; the best and the
            points looked at near the ends are among them.
        log_likelihood: (point,) the best at each value; below the best of all, which is 0.
        best: Where the profile is highest.
        low: End of the 95 % interval; None where the prior's range ends first.
        high: Likewise.
        identified: ``both sides``, ``from below``, ``from above``, or ``not identified``.
        flat: Whether it is the same everywhere, as far as the grid shows.
        gaps: Whether values between the ends fall by more than the interval allows.
    """

    name: str
    values: Floats
    log_likelihood: Floats
    best: float
    low: float | None
    high: float | None
    identified: str
    flat: bool
    gaps: bool = False


@dataclass(frozen=True, eq=False)
class _Curve:
    """A profile while it is made: where its parameter was held, how high it got there, and where all stood.

    Attributes:
        at: (point,) coordinates of the parameter, ascending.
        heights: (point,) log likelihoods.
        z: (D, point) all coordinates.
    """

    at: Floats
    heights: Floats
    z: Floats

    def with_(self, at: Floats, heights: Floats, z: Floats) -> _Curve:
        """Returns it with more points."""
        at, heights = np.append(self.at, at), np.append(self.heights, heights)
        order = np.argsort(at, kind="stable")
        return _Curve(at[order], heights[order], np.concatenate([self.z, z], axis=1)[:, order])


def profile_likelihoods(
    problem: Problem, *, points: int = 15, most_steps: int = 60, progress: Progress = silent
) -> tuple[Profile, ...]:
    """Returns the profile of every free parameter, in the problem's order.

    Args:
        problem: What is fitted.
        points: Of each grid, 5 or more.
        most_steps: Steps of each climb.
        progress: Told how many climbs are done.

    Raises:
        ValueError: Fewer than 5 points, or nothing free.
        StockadeError: ``impossible-everywhere`` where the likelihood is nowhere above zero.
    """
    free = np.flatnonzero(problem.free)
    if points < 5 or not len(free):
        raise ValueError("a profile needs 5 points or more, and a free parameter")
    arrays = arrays_of(problem)
    look = _look(arrays, layout_of(problem))
    total = _CLIMBS + 1 + _REFINEMENTS
    least, most = _ranges(arrays.priors, _RANGE_TAIL)
    bounds = (least[:, None], most[:, None])
    z, heights = _grids(problem, arrays, look, bounds, points, most_steps, progress, total)
    progress("climbing", _CLIMBS, total)
    columns = z.reshape(len(z), -1)
    loose = np.broadcast_to(np.asarray(problem.free)[:, None], columns.shape)
    tops, reached = climb(look, columns, loose, bounds, most_steps)
    best = int(np.argmax(reached))
    if not reached[best] > _HOPELESS:
        raise StockadeError(_impossible_everywhere())
    curves = [
        _Curve(z[one, index], heights[index], z[:, index]).with_(
            tops[one, best : best + 1], reached[best : best + 1], tops[:, best : best + 1]
        )
        for index, one in enumerate(free)
    ]
    for turn in range(_REFINEMENTS):
        progress("climbing", _CLIMBS + 1 + turn, total)
        curves = _refined(curves, free, np.asarray(problem.free), look, bounds, most_steps)
    progress("climbing", total, total)
    top = max(float(one.heights.max()) for one in curves)
    return tuple(
        _profile(problem.parameters[one], one, curve, arrays.priors, top)
        for one, curve in zip(free, curves, strict=True)
    )


def _grids(
    problem: Problem, arrays: ProblemArrays, look: Look, bounds: tuple[Floats, Floats], points: int,
    most_steps: int, progress: Progress, total: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Returns coordinates (D, parameter, point) and heights (parameter, point) of every grid."""
    free = np.flatnonzero(problem.free)
    first, last = _ranges(arrays.priors, _GRID_TAIL)
    share = np.linspace(0.0, 1.0, points)
    grid = first[free, None] + share * (last - first)[free, None]
    # One column for each point of each parameter; in it every parameter but one may climb.
    row = np.arange(len(free))
    z = np.zeros((len(problem.parameters), len(free), points))
    z[free, row] = grid
    loose = np.broadcast_to(np.asarray(problem.free)[:, None, None], z.shape).copy()
    loose[free, row] = False
    best = np.full(grid.shape, -np.inf)
    for turn in range(_CLIMBS):
        progress("climbing", turn, total)
        start = z if turn == 0 else _from_neighbours(z, best, free, grid)
        columns = (one.reshape(len(z), -1) for one in (start, loose))
        where, height = climb(look, *columns, bounds, most_steps)
        better = height.reshape(best.shape) > best
        z, best = np.where(better, where.reshape(z.shape), z), np.fmax(best, height.reshape(best.shape))
    return z, best


def _refined(
    curves: list[_Curve],
    free: np.ndarray,
    may: np.ndarray,
    look: Look,
    bounds: tuple[Floats, Floats],
    most_steps: int,
) -> list[_Curve]:
    """Returns curves with a point more where each of their ends is thought to be."""
    top = max(float(one.heights.max()) for one in curves)
    start = np.zeros((len(may), len(free), 2))
    loose = np.broadcast_to(may[:, None, None], start.shape).copy()
    wanted = np.full((len(free), 2), np.nan)
    for index, (one, curve) in enumerate(zip(free, curves, strict=True)):
        fall = top - curve.heights
        brackets = _brackets(fall)
        for side, found in enumerate(brackets):
            inner = int(np.argmin(fall)) if found is None else found[0]
            start[:, index, side] = curve.z[:, inner]
            loose[one, index, side] = False
            if found is not None:
                # A cliff says nothing of how steep it is at its foot: it counts as no higher than this.
                at = _crossing(curve.at, np.minimum(fall, _CLIFF), *found)
                wanted[index, side] = start[one, index, side] = at
    where, heights = climb(look, start.reshape(len(may), -1), loose.reshape(len(may), -1), bounds, most_steps)
    where, heights = where.reshape(start.shape), heights.reshape(wanted.shape)
    kept = np.isfinite(wanted)
    return [
        curve.with_(wanted[i, kept[i]], heights[i, kept[i]], where[:, i, kept[i]])
        for i, curve in enumerate(curves)
    ]


def _brackets(fall: Floats) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Returns between which points the outermost crossings lie: the one within, the one beyond."""
    inside = np.flatnonzero(fall <= DROP)
    if not len(inside):
        return None, None
    first, last = int(inside[0]), int(inside[-1])
    low = (first, first - 1) if first > 0 else None
    return low, (last, last + 1) if last < len(fall) - 1 else None


def _crossing(at: Floats, fall: Floats, within: int, beyond: int) -> float:
    """Returns where the fall is that of an interval's end, its root being straight in between."""
    inner, outer, wanted = np.sqrt(np.maximum([fall[within], fall[beyond], DROP], 0.0))
    part = (wanted - inner) / (outer - inner)
    return float(at[within] + part * (at[beyond] - at[within]))


def _profile(name: str, row: np.intp, curve: _Curve, priors: PriorArrays, top: float) -> Profile:
    """Returns a curve on its parameter's natural scale."""

    def natural(at: Floats) -> Floats:
        z = np.zeros((len(np.asarray(priors.free)), len(at)))
        z[row] = at
        return np.asarray(to_natural(jnp.asarray(z), priors))[row]

    found = read_profile(name, curve.at, curve.heights - top)
    ends = natural(np.array([0.0 if one is None else one for one in (found.low, found.high)]))
    both = zip((found.low, found.high), map(float, ends), strict=True)
    low, high = (None if old is None else new for old, new in both)
    values = natural(curve.at)
    return replace(found, values=values, best=float(values[np.argmax(curve.heights)]), low=low, high=high)


def read_profile(name: str, at: Floats, heights: Floats) -> Profile:
    """Returns what a profile says of its parameter, on the scale of `at`.

    Args:
        name: The parameter.
        at: (point,) ascending.
        heights: (point,) log likelihoods, 0 for the best of the whole problem.
    """
    fall = -heights
    low, high = (None if one is None else _crossing(at, fall, *one) for one in _brackets(fall))
    inside = np.flatnonzero(fall <= DROP)
    words = {(True, True): "both sides", (True, False): "from below", (False, True): "from above"}
    return Profile(
        name, at, heights, float(at[np.argmax(heights)]), low, high,
        identified=words.get((low is not None, high is not None), "not identified"),
        flat=bool(np.ptp(heights) < FLAT),
        gaps=len(inside) > 0 and bool(np.any(fall[inside[0] : inside[-1]] > DROP)),
    )  # fmt: skip


def _impossible_everywhere() -> Diagnostic:
    return Diagnostic(
        "impossible-everywhere",
        "Nowhere that was looked at do the data have a probability above zero.",
        Place(file="study.toml"),
        hint="Run the model at the priors' medians (stockade simulate) and look for values that are not "
        "finite, or for a prior that excludes what was seen.",
    )


def _look(arrays: ProblemArrays, layout: Layout) -> Look:
    """Returns the function that gives heights and slopes of the log likelihood."""

    def summed(z: Array) -> tuple[Array, Array]:
        # Finite and hopeless instead of -inf: a gradient through -inf is NaN.
        found = jnp.maximum(likelihood.log_likelihood(z, arrays, layout), _HOPELESS)
        return jnp.sum(found), found

    gradient = jax.jit(jax.grad(summed, has_aux=True))

    def look(z: Floats) -> tuple[Floats, Floats]:
        slope, found = gradient(jnp.asarray(z))
        return np.asarray(found), np.nan_to_num(np.asarray(slope))

    return look


def _from_neighbours(z: Floats, best: Floats, free: np.ndarray, grid: Floats) -> Floats:
    """Returns starts (D, parameter, point): each point from the highest of itself and its neighbours."""
    padded = np.pad(best, ((0, 0), (1, 1)), constant_values=-np.inf)
    sides = np.stack([padded[:, 1:-1], padded[:, :-2], padded[:, 2:]])
    chosen = np.arange(best.shape[1]) + np.array([0, -1, 1])[np.argmax(sides, axis=0)]
    start = np.take_along_axis(z, chosen[None], axis=2)
    start[free, np.arange(len(free))] = grid
    return start


def _ranges(priors: PriorArrays, tail: float) -> tuple[Floats, Floats]:
    """Returns least and greatest coordinates (D,) of the middle of the priors; zeros where held."""
    line = np.asarray(priors.family) <= 1
    a, b = (np.where(line, 1.0, np.asarray(one)) for one in (priors.a, priors.b))
    shares = stats.beta.ppf([[tail], [1.0 - tail]], a, b)
    normal = stats.norm.ppf([[tail], [1.0 - tail]])
    low, high = np.where(line, normal, np.log(shares) - np.log1p(-shares)) * np.asarray(priors.free)
    return low, high
