"""Profile likelihoods: for each parameter the best that the data can be explained at a value of it.

The likelihood alone is maximised over all other free parameters at each point of a grid, so the prior has no
say but for the range: nothing leaves the middle 99.99 % of its prior. Where the profile stays within 1.92 of
its top, the chi-square bound of 95 % for one parameter, the data do not tell the value apart from the best
(Raue et al. 2009, "Structural and practical identifiability analysis ... by exploiting the profile
likelihood", Bioinformatics 25).

All points of all parameters climb side by side as one batch, each with its own BFGS approximation of the
curvature; a second and a third climb begin where a neighbour on the grid ended, if that is higher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from stockade.arrays import Array, Floats
from stockade.inference import likelihood
from stockade.inference.priors import PriorArrays, to_natural
from stockade.inference.problem import Layout, Problem, ProblemArrays, arrays_of, layout_of
from stockade.progress import Progress, silent

DROP = 0.5 * float(stats.chi2(1).ppf(0.95))
"""Fall of the log likelihood from its top at the ends of a 95 % interval."""
FLAT = 0.1
"""A profile that falls less than this from its top to either end is flat: the value changes nothing."""
_GRID_TAIL, _RANGE_TAIL = 0.005, 5e-5
_CLIMBS, _HALVINGS = 3, 20
_HOPELESS, _LONGEST, _SMALLEST_RISE = -1e10, 1.0, 1e-4

Look = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Profile:
    """The likelihood of one parameter, maximised over the others.

    Attributes:
        name: The parameter.
        values: (point,) on its natural scale, ascending, over the middle 99 % of its prior.
        log_likelihood: (point,) the best at each value; below the best of all, which is 0.
        best: Where the profile is highest.
        low: End of the 95 % interval; None where the prior's range ends first.
        high: Likewise.
        identified: ``both sides``, ``from below``, ``from above``, or ``not identified``.
        flat: Whether it is the same everywhere, as far as the grid shows.
    """

    name: str
    values: Floats
    log_likelihood: Floats
    best: float
    low: float | None
    high: float | None
    identified: str
    flat: bool


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
        ValueError: Fewer than 5 points.
    """
    if points < 5:
        raise ValueError("a profile needs 5 points or more")
    arrays = arrays_of(problem)
    free = np.flatnonzero(problem.free)
    low, high = _ranges(arrays.priors, _RANGE_TAIL)
    first, last = _ranges(arrays.priors, _GRID_TAIL)
    share = np.linspace(0.0, 1.0, points)
    grid = first[free, None] + share * (last - first)[free, None]
    # One column for each point of each parameter; in it every parameter but one may climb.
    row = np.arange(len(free))
    z = np.zeros((len(problem.parameters), len(free), points))
    z[free, row] = grid
    loose = np.broadcast_to(np.asarray(problem.free)[:, None, None], z.shape).copy()
    loose[free, row] = False
    look = _look(arrays, layout_of(problem))
    best = np.full(grid.shape, -np.inf)
    for turn in range(_CLIMBS):
        progress("climbing", turn, _CLIMBS)
        start = z if turn == 0 else _from_neighbours(z, best, free, grid)
        columns = (one.reshape(len(z), -1) for one in (start, loose))
        where, height = climb(look, *columns, (low[:, None], high[:, None]), most_steps)
        better = height.reshape(best.shape) > best
        z, best = np.where(better, where.reshape(z.shape), z), np.fmax(best, height.reshape(best.shape))
    progress("climbing", _CLIMBS, _CLIMBS)
    natural = np.asarray(to_natural(jnp.asarray(z.reshape(len(z), -1)), arrays.priors)).reshape(z.shape)
    return tuple(
        read_profile(problem.parameters[one], natural[one, index], best[index] - best.max())
        for index, one in enumerate(free)
    )


def read_profile(name: str, values: Floats, heights: Floats) -> Profile:
    """Returns what a profile says of its parameter.

    Args:
        name: The parameter.
        values: (point,) ascending.
        heights: (point,) log likelihoods, 0 for the best of the whole problem.
    """
    top = int(np.argmax(heights))
    fall = heights[top] - heights - DROP
    ends: list[float | None] = []
    for way in (range(top, 0, -1), range(top, len(values) - 1)):
        step = -1 if way.step < 0 else 1
        crossing = next((at for at in way if fall[at] <= 0 < fall[at + step]), None)
        if crossing is None:
            ends.append(None)
            continue
        part = -fall[crossing] / (fall[crossing + step] - fall[crossing])
        ends.append(float(values[crossing] + part * (values[crossing + step] - values[crossing])))
    low, high = ends
    words = {(True, True): "both sides", (True, False): "from below", (False, True): "from above"}
    return Profile(
        name, values, heights, float(values[top]), low, high,
        identified=words.get((low is not None, high is not None), "not identified"),
        flat=bool(np.ptp(heights) < FLAT),
    )  # fmt: skip


def climb(
    look: Look, start: Floats, loose: np.ndarray, bounds: tuple[Floats, Floats], most_steps: int
) -> tuple[Floats, Floats]:
    """Maximises a function at many columns at once, by BFGS within bounds.

    Args:
        look: Height (column,) and slope (D, column) at coordinates (D, column).
        start: (D, column).
        loose: (D, column) whether a coordinate may move.
        bounds: Least and greatest coordinates, each (D, 1).
        most_steps: Steps after which a climb ends; before, where no column rises by 1e-4.

    Returns:
        Coordinates (D, column) and heights (column,).
    """
    z = np.where(loose, np.clip(start, *bounds), start)
    height, slope = look(z)
    curvature = np.broadcast_to(np.eye(len(z)), (z.shape[1], len(z), len(z))).copy()
    for _ in range(most_steps):
        # What presses against a bound stays there.
        pressed = ((z <= bounds[0]) & (slope < 0)) | ((z >= bounds[1]) & (slope > 0))
        pull = np.where(loose & ~pressed, slope, 0.0)
        way = np.einsum("cij,jc->ic", curvature, pull) * (loose & ~pressed)
        uphill = (way * pull).sum(axis=0) > 0
        way = np.where(uphill, way, pull)
        way *= np.minimum(1.0, _LONGEST / np.maximum(np.abs(way).max(axis=0), 1e-300))
        new, reached, new_slope = _line_search(look, z, height, slope, way, bounds)
        moved, bent = new - z, np.where(loose, slope - new_slope, 0.0)
        curvature = _updated(curvature, np.where(loose, moved, 0.0), bent)
        rise = float((reached - height).max())
        z, height, slope = new, reached, new_slope
        if rise < _SMALLEST_RISE:
            break
    return z, height


def _line_search(
    look: Look, z: Floats, height: Floats, slope: Floats, way: Floats, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Returns where each column goes along its way, at most the whole of it, and height and slope there."""
    length = np.ones(z.shape[1])
    best, top, best_slope = z, height, slope
    open_ = np.any(way != 0.0, axis=0)
    for _ in range(_HALVINGS):
        new = np.where(way == 0.0, z, np.clip(z + length * way, *bounds))
        reached, new_slope = look(new)
        enough = open_ & (reached >= height + 1e-4 * ((new - z) * slope).sum(axis=0)) & (reached > height)
        best = np.where(enough, new, best)
        top, best_slope = np.where(enough, reached, top), np.where(enough, new_slope, best_slope)
        open_ &= ~enough
        if not open_.any():
            break
        length = np.where(open_, 0.3 * length, length)
    return best, top, best_slope


def _updated(inverse: Floats, moved: Floats, bent: Floats) -> Floats:
    """Returns inverse curvatures (column, D, D) after steps and changes of slope (D, column)."""
    product = (moved * bent).sum(axis=0)
    size = np.sqrt((moved**2).sum(axis=0) * (bent**2).sum(axis=0))
    sound = product > 1e-8 * np.maximum(size, 1e-300)
    s, y = moved.T, bent.T
    rho = 1.0 / np.where(sound, product, 1.0)
    turned = np.einsum("cij,cj->ci", inverse, y)
    scale = rho + rho**2 * (y * turned).sum(axis=1)
    cross = s[:, :, None] * turned[:, None, :]
    new = inverse + scale[:, None, None] * s[:, :, None] * s[:, None, :]
    new -= rho[:, None, None] * (cross + cross.transpose(0, 2, 1))
    return np.where(sound[:, None, None], new, inverse)


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
