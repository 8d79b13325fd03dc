"""The likelihood of a problem whose model has noise of its own, by a particle filter, month by month.

Particles run the steps of a month with noisy flows, then are weighted by the counts of that month and by the
reports whose period ends in it. A report over several months looks at the particle's own path: the mean or
the peak is gathered along it. Everything else (priors, counts, reports) is as in `likelihood`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference import likelihood
from stockade.inference.noisy_month import Drawn, Stepper, first_states, noisy_month
from stockade.inference.observations import (
    log_factorial_ratio,
    log_normal_above,
    log_normal_below,
    log_normal_between,
    log_normal_point,
    mean_part,
)
from stockade.inference.particle_filter import Filtered, StateSpace, run_filter
from stockade.inference.priors import to_natural
from stockade.inference.problem import Layout, Problem, ProblemArrays, layout_of
from stockade.simulation.leaps import uniforms
from stockade.simulation.process_noise import Leaps, ProcessNoise, factors, leaps_from


@dataclass(frozen=True, eq=False)
class NoisyLayout:
    """What all noisy problems of a study share; static, and the same only if it is the same object.

    Attributes:
        layout: What they share without noise.
        stepper: Runs the model a step at a time.
        outputs: How many outputs it has.
        noise: What is noisy.
        scales: Parameter row of each environmental flow's scale.
        long: Rows of the reports over several months.
        source: (R,) for each report the row of its level among [outputs; long reports].
        ends: By kind: (month, slot) rows of the reports that end in a month, -1 where a slot is empty.
    """

    layout: Layout
    stepper: Stepper
    outputs: int
    noise: ProcessNoise
    scales: tuple[int, ...]
    long: np.ndarray
    source: np.ndarray
    ends: dict[str, np.ndarray]


class _State(NamedTuple):
    """Particles: the model's states, this month's means, what long reports gathered, and kept histories.

    A history is the path of the outputs (month, output, draw, particle), and the places (month, draw,
    particle) at which the filter moved this particle's ancestors: they name the uniforms that made the path.
    """

    states: dict[str, Array]
    means: Array
    gathered: Array
    paths: Array
    places: Array


def noisy_layout(problem: Problem, noise: ProcessNoise, scales: tuple[str, ...]) -> NoisyLayout:
    """Returns what noisy problems of a study share.

    Args:
        problem: One of them; its simulator was compiled with the noisy flows as overridable.
        noise: What is noisy.
        scales: The parameter that is the scale of each environmental flow, in their order.

    Raises:
        ValueError: A simulator that has no stepper.
    """
    stepper = getattr(problem.simulator, "stepper", None)
    if stepper is None:
        raise ValueError("noise needs a simulator that runs step by step")
    reports, outputs = problem.reports, len(problem.simulator.outputs)
    layout = layout_of(problem)
    long = np.array([row for row, one in enumerate(reports) if one.first < one.last], dtype=int)
    source = np.array(layout.report_outputs, dtype=int)
    source[long] = outputs + np.arange(len(long))
    ends = {
        kind: _slots([one.last if one.kind == kind else -1 for one in reports], stepper.count)
        for kind in ("point", "range", "upper", "lower")
    }
    rows = tuple(problem.parameters.index(name) for name in scales)
    return NoisyLayout(layout, stepper, outputs, noise, rows, long, source, ends)


def _slots(months: list[int], count: int) -> np.ndarray:
    """Returns (month, slot) the rows whose month it is, filled up with -1."""
    rows = [[row for row, one in enumerate(months) if one == month] for month in range(count)]
    width = max((len(one) for one in rows), default=0)
    return np.array([one + [-1] * (width - len(one)) for one in rows], dtype=int).reshape(count, width)


@partial(jax.jit, static_argnames=("noisy", "particles", "keep"))
def filter_problem(
    key: Array, z: Array, arrays: ProblemArrays, noisy: NoisyLayout, particles: int, *, keep: bool = False
) -> Filtered:
    """Filters a problem's months at coordinates z (D, draw).

    Args:
        key: Of `jax.random`.
        z: Coordinates of the parameters.
        arrays: The problem.
        noisy: What it shares with others.
        particles: How many for each draw.
        keep: Run to the last month, and keep each particle's history: `state.paths` of shape (month,
            output, draw, particle) and `state.places` of shape (month, draw, particle). Otherwise the filter
            stops where the data do.
    """
    theta = to_natural(z, arrays.priors)
    size = (theta.shape[1], particles)
    months = noisy.stepper.count
    model = StateSpace(
        begin=partial(_begin, _run(theta, arrays, noisy, size), noisy, size, months if keep else 0),
        move=_mover(theta, arrays, noisy, size, keep=keep),
        weigh=_weigher(theta, arrays, noisy, size),
    )
    stop = None if keep else likelihood.months_seen(arrays)
    return run_filter(key, model, months, size, stop=stop)


def drawn_of(theta: Array, arrays: ProblemArrays, noisy: NoisyLayout) -> Drawn:
    """Returns what the model takes at parameters theta (D, draw)."""
    defaults = jnp.broadcast_to(arrays.defaults[:, None], (arrays.defaults.shape[0], theta.shape[1]))
    constants = jnp.concatenate([theta, defaults])[np.array(noisy.layout.constants, dtype=int)]
    scales = theta[np.array(noisy.scales, dtype=int)]
    return Drawn(constants, scales, arrays.inputs if arrays.inputs.shape[0] else None)


def _run(theta: Array, arrays: ProblemArrays, noisy: NoisyLayout, size: tuple[int, int]) -> Any:
    """Returns the model at parameters theta (D, draw), ready to be stepped."""
    drawn = drawn_of(theta, arrays, noisy)
    return noisy.stepper.begin(drawn.constants[:, :, None], drawn.inputs, size)


def _begin(run: Any, noisy: NoisyLayout, size: tuple[int, int], kept: int, _: Array) -> _State:
    states = first_states(noisy.stepper, noisy.noise, run)
    # Without an axis for months there is nothing to keep, and nothing to move when particles are resampled.
    paths, places = jnp.zeros((kept, noisy.outputs, *size)), jnp.zeros((kept, *size), jnp.int32)
    means, gathered = jnp.zeros((noisy.outputs, *size)), jnp.zeros((len(noisy.long), *size))
    return _State(states, means, gathered, paths, places)


def _mover(
    theta: Array, arrays: ProblemArrays, noisy: NoisyLayout, size: tuple[int, int], *, keep: bool
) -> Callable[[Array, _State, Array], _State]:
    """Returns the function that runs a month's steps with noise."""
    run, stepper, noise = _run(theta, arrays, noisy, size), noisy.stepper, noisy.noise
    scales = theta[np.array(noisy.scales, dtype=int)][:, :, None]
    outputs = np.array(noisy.layout.report_outputs, dtype=int)[noisy.long]
    peak = np.array([noisy.layout.report_statistics[row] == "peak" for row in noisy.long], dtype=bool)
    window = arrays.window[noisy.long]
    share = window / jnp.maximum(jnp.sum(window, axis=1, keepdims=True), 1.0)

    def move(key: Array, state: _State, month: Array) -> _State:
        def chance(part: Any, count: int) -> Array:
            return uniforms(jax.random.fold_in(key, part), (count, *size))

        def draws(i: Any) -> tuple[Leaps, Callable[[], None]]:
            return leaps_from(chance(1 + i, noise.draws)), lambda: None

        factor = factors(chance(0, len(noise.environmental)), scales)
        states, means, _ = noisy_month(
            stepper, noise, run, state.states, month, factor, draws, state.means.shape
        )
        gathered = state.gathered
        if len(noisy.long):
            now, inside = means[outputs], (window[:, month] > 0)[:, None, None]
            highest = jnp.where(inside, jnp.maximum(gathered, now), gathered)
            added = gathered + jnp.where(inside, share[:, month][:, None, None] * now, 0.0)
            gathered = jnp.where(peak[:, None, None], highest, added)
        paths, places = state.paths, state.places
        if keep:
            here = jnp.broadcast_to(jnp.arange(size[1], dtype=jnp.int32), size)
            paths, places = paths.at[month].set(means), places.at[month].set(here)
        return _State(states, means, gathered, paths, places)

    return move


def _weigher(
    theta: Array, arrays: ProblemArrays, noisy: NoisyLayout, size: tuple[int, int]
) -> Callable[[_State, Array], Array]:
    """Returns the function that gives the log density of a month's counts and reports."""
    layout = noisy.layout
    biases = jnp.concatenate([theta, jnp.zeros_like(theta[:1])])[np.array(layout.report_biases, dtype=int)]

    def weigh(state: _State, month: Array) -> Array:
        total = jnp.zeros(size)
        for series, (output, row) in enumerate(
            zip(layout.count_outputs, layout.count_dispersions, strict=True)
        ):
            count, dispersion = arrays.counts[series, month], theta[row][:, None]
            value = log_factorial_ratio(count, dispersion) + mean_part(count, state.means[output], dispersion)
            total = total + jnp.where(arrays.counts_seen[series, month] > 0, value, 0.0)
        if not layout.report_outputs:
            return total
        levels = jnp.concatenate([state.means, state.gathered])
        for kind, density in _DENSITIES.items():
            total = total + _reports(noisy, arrays, biases, levels, month, kind, density)
        return total

    return weigh


def _reports(
    noisy: NoisyLayout,
    arrays: ProblemArrays,
    biases: Array,
    levels: Array,
    month: Array,
    kind: str,
    density: Callable[[ProblemArrays, Array, Array, Array], Array],
) -> Array:
    """Returns the log density (draw, particle) of the reports of a kind that end in a month."""
    ends = noisy.ends[kind]
    if not ends.shape[1]:
        return jnp.zeros(levels.shape[1:])
    rows = jnp.asarray(ends)[month]
    counted = (rows >= 0) & arrays.reports_seen[rows]

    def some() -> Array:
        level = levels[jnp.asarray(noisy.source)[rows]]
        centre = jnp.log(jnp.maximum(level, likelihood.LEAST_LEVEL)) + biases[rows][:, :, None]
        value = density(arrays, rows, centre, arrays.sigma[rows][:, None, None])
        return jnp.sum(jnp.where(counted[:, None, None], value, 0.0), axis=0)

    return jax.lax.cond(jnp.any(counted), some, lambda: jnp.zeros(levels.shape[1:]))


def _wide(values: Array, rows: Array) -> Array:
    return values[rows][:, None, None]


_DENSITIES = {
    "point": lambda a, rows, centre, sigma: log_normal_point(_wide(a.log_best, rows), centre, sigma),
    "range": lambda a, rows, centre, sigma: log_normal_between(
        _wide(a.log_low, rows), _wide(a.log_high, rows), centre, sigma
    ),
    "upper": lambda a, rows, centre, sigma: log_normal_below(_wide(a.log_high, rows), centre, sigma),
    "lower": lambda a, rows, centre, sigma: log_normal_above(_wide(a.log_low, rows), centre, sigma),
}


def draw_paths(key: Array, filtered: Filtered) -> tuple[Array, Array]:
    """Returns a history of each draw, that of one of its particles drawn by weight.

    Args:
        key: Of `jax.random`.
        filtered: Of `filter_problem(..., keep=True)`.

    Returns:
        Path (month, output, draw), and places (month, draw).
    """
    chosen = jax.random.categorical(key, filtered.log_weights, axis=-1)

    def taken(one: Array) -> Array:
        index = jnp.broadcast_to(chosen[:, None], (*one.shape[:-1], 1))
        return jnp.take_along_axis(one, index, axis=-1)[..., 0]

    return taken(filtered.state.paths), taken(filtered.state.places)
