"""Paths of a noisy model run again with the chance that made them, as it was and under another history.

What was seen decides the noise, the noise is kept, and the equations are changed (Pearl 2009, Causality,
section 7.1): what would have happened otherwise with the same luck. The luck of a month's factor is its
uniform; that of whole persons is where their number stood in its distribution, so that where more are
expected more move, and never fewer (see `stockade.simulation.quantiles`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array, Floats
from stockade.compiler.overrides import Overrides
from stockade.inference.noisy_month import Drawn, Draws, Stepper, first_states, noisy_month
from stockade.inference.particle_filter import month_keys
from stockade.simulation.leaps import binomial, poisson, uniforms, uniforms_at
from stockade.simulation.process_noise import Leaps, ProcessNoise, factors
from stockade.simulation.quantiles import binomial_place, binomial_quantile, poisson_place, poisson_quantile

_WITHIN = 1 << 20
"""Parts of a month's key from here on say where within its chance a draw stood; a month has fewer steps."""


@dataclass(frozen=True, eq=False)
class Luck:
    """All the chance of some paths, as numbers between 0 and 1.

    Attributes:
        factors: Of the months' factors, (month, environmental flow, draw).
        leaps: Places of the whole persons in their distributions, (month, step of the month, number of the
            draw in its step, draw).
    """

    factors: Array
    leaps: Array


@dataclass(frozen=True, eq=False)
class Lineage:
    """Where a particle filter moved the ancestors of the paths that it drew: names of their uniforms.

    Attributes:
        key: That the filter was given.
        rows: (draw,) which of the filter's draws each is.
        places: (month, draw) place among its particles at which the path was moved.
        size: Draws and particles of the filter.
    """

    key: Array
    rows: np.ndarray
    places: np.ndarray
    size: tuple[int, int]


def fresh_luck(seed: int, stepper: Stepper, noise: ProcessNoise, draws: int) -> Luck:
    """Returns chance for paths that nothing seen has a say in: those of a prior."""
    first, second = jax.random.split(jax.random.key(seed))
    return Luck(
        uniforms(first, (stepper.count, len(noise.environmental), draws)),
        uniforms(second, (stepper.count, stepper.every, noise.draws, draws)),
    )


def join_luck(parts: list[Luck], count: int) -> Luck:
    """Returns the chance of several sets of draws together, in their order, the first `count` of them."""
    return Luck(
        jnp.concatenate([one.factors for one in parts], axis=-1)[..., :count],
        jnp.concatenate([one.leaps for one in parts], axis=-1)[..., :count],
    )


def luck_of(stepper: Stepper, noise: ProcessNoise, lineage: Lineage, drawn: Drawn) -> Luck:
    """Returns the chance of paths that a filter drew.

    Args:
        stepper: Runs the model a step at a time.
        noise: What is noisy.
        lineage: Of the paths.
        drawn: Parameters of the same draws.
    """
    named = (lineage.key, jnp.asarray(lineage.rows), jnp.asarray(lineage.places))
    arrays = (jnp.asarray(drawn.constants), jnp.asarray(drawn.scales))
    return Luck(*_recorded(named, arrays, drawn.inputs, stepper=stepper, noise=noise, size=lineage.size))


def replay(
    stepper: Stepper, noise: ProcessNoise, luck: Luck, drawn: Drawn, overrides: Overrides | None = None
) -> Floats:
    """Runs draws with a given chance.

    Args:
        stepper: Of a simulator of the same model, whose overridable variables name the noisy flows.
        noise: What is noisy.
        luck: Of each draw.
        drawn: Parameters of the same draws.
        overrides: What a scenario replaces, as in an ensemble. Noise is drawn around what it makes of a noisy
            flow; one that it holds is held without noise.

    Returns:
        Means over each month, (month, output, draw).
    """
    if overrides is not None:
        value, factor = (
            None if one is None else jnp.asarray(one).reshape(len(overrides.start), -1, 1)
            for one in (overrides.value, overrides.factor)
        )
        overrides = overrides._replace(value=value, factor=factor)
    arrays = (jnp.asarray(drawn.constants), jnp.asarray(drawn.scales))
    found = _replayed(
        (luck.factors, luck.leaps), arrays, drawn.inputs, overrides, stepper=stepper, noise=noise
    )
    return np.asarray(found)


_Month = Callable[[Array], tuple[Array, Draws]]
"""Given a month, its factors and where the leaps of its steps come from."""


def _run_months(
    stepper: Stepper, noise: ProcessNoise, run: Any, batch: tuple[int, int], month: _Month
) -> tuple[Array, Any]:
    """Returns the monthly means (month, output, *batch), and what the steps kept (month, step, ...)."""
    first = first_states(stepper, noise, run)
    outputs = jax.eval_shape(lambda states: stepper.step(run, states, 0, None)[1], first).shape

    def through(states: dict[str, Array], m: Array) -> tuple[dict[str, Array], Any]:
        factor, draws = month(m)
        after, means, kept = noisy_month(stepper, noise, run, states, m, factor, draws, (outputs[0], *batch))
        return after, (means, kept)

    return jax.lax.scan(through, first, jnp.arange(stepper.count))[1]


@partial(jax.jit, static_argnames=("stepper", "noise"))
def _replayed(
    luck: tuple[Array, Array],
    drawn: tuple[Array, Array],
    inputs: Array | None,
    overrides: Overrides | None,
    *,
    stepper: Stepper,
    noise: ProcessNoise,
) -> Array:
    constants, scales = drawn
    batch = (constants.shape[1], 1)
    run = stepper.begin(constants[:, :, None], inputs, batch, overrides)

    def month(m: Array) -> tuple[Array, Draws]:
        def draws(i: Array) -> tuple[Leaps, Callable[[], None]]:
            places = iter(luck[1][m, i][..., None] if noise.draws else ())
            leaps = Leaps(
                lambda mean: poisson_quantile(next(places), mean),
                lambda count, chance: binomial_quantile(next(places), count, chance),
            )
            return leaps, lambda: None

        return factors(luck[0][m][..., None], scales[..., None]), draws

    return _run_months(stepper, noise, run, batch, month)[0][..., 0]


@partial(jax.jit, static_argnames=("stepper", "noise", "size"))
def _recorded(
    lineage: tuple[Array, Array, Array],
    drawn: tuple[Array, Array],
    inputs: Array | None,
    *,
    stepper: Stepper,
    noise: ProcessNoise,
    size: tuple[int, int],
) -> tuple[Array, Array]:
    (key, rows, places), (constants, scales) = lineage, drawn
    batch = (constants.shape[1], 1)
    run = stepper.begin(constants[:, :, None], inputs, batch)

    def chance(m: Array, part: Any, count: int) -> Array:
        """Returns the uniforms (count, *batch) that a part of a month had at the places of the paths."""
        moving = jax.random.fold_in(month_keys(key, m)[1], part)
        at = partial(uniforms_at, moving, (count, *size))
        return jax.vmap(at, out_axes=1)(rows, places[m])[..., None]

    def month(m: Array) -> tuple[Array, Draws]:
        def draws(i: Array) -> tuple[Leaps, Callable[[], Array]]:
            uniform, within = (chance(m, part + i, noise.draws) for part in (1, _WITHIN))
            return _recording(uniform, within)

        return factors(chance(m, 0, len(noise.environmental)), scales[..., None]), draws

    _, kept = _run_months(stepper, noise, run, batch, month)
    of_months = jax.lax.map(
        lambda m: chance(m, 0, len(noise.environmental))[..., 0], jnp.arange(stepper.count)
    )
    return of_months, kept[..., 0]


def _recording(uniform: Array, within: Array) -> tuple[Leaps, Callable[[], Array]]:
    """Returns the leaps of uniforms (count, *batch), and a function that gives where they stood."""
    chances = iter(zip(uniform, within, strict=True) if uniform.shape[0] else ())
    found = []

    def one_poisson(mean: Array) -> Array:
        mine, inside = next(chances)
        number = poisson(mine, mean)
        found.append(poisson_place(mine, number, mean, inside))
        return number

    def one_binomial(count: Array, chance: Array) -> Array:
        mine, inside = next(chances)
        number = binomial(mine, count, chance)
        found.append(binomial_place(mine, number, count, chance, inside))
        return number

    return Leaps(one_poisson, one_binomial), lambda: jnp.stack(found) if found else uniform
