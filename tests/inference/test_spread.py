"""The spread of the sampler's draws against closed forms in as many dimensions as the founding study has.

Draws that come out too narrow do so in all repeats alike, so that no comparison of repeats shows it.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stockade.arrays import Array
from stockade.inference.chains import Target, begin, go_on, prior_swarms
from stockade.inference.kernel import fit_reference, whiten, widened
from stockade.inference.noise import stream
from stockade.inference.problem import arrays_of, layout_of
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.smc import sample_target
from tests.inference.toys import log_normals

SIZE, HALF = 29, 14


def widths() -> np.ndarray:
    """Posterior sds in prior sds: some parameters hardly moved, some known to a tenth."""
    generator = np.random.default_rng(5)
    found = np.exp(generator.uniform(np.log(0.08), np.log(0.98), SIZE))
    found[:8] = 0.97
    return generator.permutation(found)


def bent(bend: float) -> tuple[Target, np.ndarray, np.ndarray]:
    """A normal, half of whose parameters follow a parabola of the other half.

    Returns:
        The target, whose log evidence is 0, and the true means and sds (SIZE,).
    """
    width = widths()
    centre = np.sqrt(1.0 - width**2) * np.random.default_rng(6).normal(size=SIZE)

    @jax.jit
    def log_likelihood(z: Array) -> Array:
        w = (z - centre[:, None]) / width[:, None]
        w = w.at[HALF : 2 * HALF].add(-bend * (w[:HALF] ** 2 - 1.0) / np.sqrt(2.0))
        return jnp.sum(0.5 * z * z - 0.5 * w * w, axis=0) - np.log(width).sum()

    plain = log_normals(np.ones(SIZE), np.ones(SIZE), np.ones(SIZE))
    sd = width.copy()
    sd[HALF : 2 * HALF] *= np.sqrt(1.0 + bend**2)
    return Target(arrays_of(plain), layout_of(plain), SmcSettings(), log_likelihood), centre, sd


def draws_of(run: Repeat) -> np.ndarray:
    return np.log(run.draws)


@pytest.mark.parametrize(("bend", "least", "off"), [(0.0, 0.985, 0.03), (0.5, 0.975, 0.1)])
def test_sds_are_those_of_the_closed_form(bend: float, least: float, off: float) -> None:
    target, centre, sd = bent(bend)
    runs = [sample_target(target, stream(one)) for one in range(6)]
    ratio = np.sqrt(np.mean([draws_of(one).var(axis=0, ddof=1) / sd**2 for one in runs]))
    assert least < ratio < 1.015
    means = np.mean([draws_of(one).mean(axis=0) for one in runs], axis=0)
    assert (np.abs(means - centre) / sd < 0.1).all()
    assert np.mean([one.log_evidence for one in runs]) == pytest.approx(0.0, abs=off)


def test_chains_go_on_where_they_stand_at_the_last_temperature() -> None:
    # Resampling with equal weights would take some several times and leave others out.
    target, noise = bent(0.5)[0], stream(1)
    states = prior_swarms(noise, target)
    np.testing.assert_array_equal(go_on(noise, states, target).chains.z, states[-1].z)


def test_resampling_takes_equal_weights_from_as_many_chains_as_it_can() -> None:
    target, noise = bent(0.0)[0], stream(2)
    chain = jnp.arange(target.how.chains, dtype=float)
    states = [
        one._replace(log_prior=chain, log_likelihood=0.0 * chain) for one in prior_swarms(noise, target)
    ]
    start = begin(noise, states, jnp.asarray(1.0), target)
    assert len(np.unique(start.chains.log_prior)) == target.how.chains


def test_a_widened_t_is_the_same_law_on_a_wider_scale() -> None:
    z = jnp.asarray(np.random.default_rng(3).normal(size=(3, 400))).at[1].set(0.0)
    narrow = fit_reference(z, jnp.full(400, 1 / 400), jnp.asarray([True, False, True]))
    wide = widened(narrow, jnp.asarray(1.5))
    np.testing.assert_allclose(wide.factor @ wide.inverse, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(whiten(z, wide) * 1.5, whiten(z, narrow), atol=1e-12)
    assert wide.factor[1, 1] == narrow.factor[1, 1]
