"""A noisy fit against a conjugate closed form, and what the filter says of itself."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.inference.noisy_fit import (
    NOISY_SETTINGS,
    FilterQuality,
    collapse,
    enough_particles,
    more_particles,
    quality,
    sample_noisy_repeat,
)
from stockade.inference.priors import Prior
from stockade.inference.problem import arrays_of, layout_of
from stockade.inference.records import SmcSettings
from tests.inference.test_noisy import noisy_problem, report

QUICK = replace(NOISY_SETTINGS, particles=128, states=8, travel=1.0)


def conjugate() -> tuple:
    """Arrivals of a log-normal prior, times a log-normal factor, reported with log-normal noise."""
    figure = report("point", 0, 0, output="arrivals", best=16.0, sigma=0.2)
    problem, noisy = noisy_problem({"arrivals": "e"}, 1, 1.0, {}, (figure,), scale=0.4)
    names = (*problem.parameters[1:], "normal arrivals")
    problem = replace(
        problem,
        parameters=names,
        priors=(None, None, None, Prior("normal arrivals", "lognormal", 10.0, 0.5)),
        free=np.array([False, False, False, True]),
        held=np.array([4.0, 0.4, 0.2, 10.0]),
    )
    return problem, replace(noisy, layout=layout_of(problem), scales=(1,))


def test_evidence_and_posterior_are_those_of_the_closed_form() -> None:
    problem, noisy = conjugate()
    found = [sample_noisy_repeat(problem, noisy, 32, seed=11, repeat=one, settings=QUICK) for one in range(2)]
    spread, seen = np.sqrt(0.5**2 + 0.4**2 + 0.2**2), np.log(16.0)
    centre = np.log(10.0) - 0.08
    wanted = stats.norm(centre, spread).logpdf(seen) - seen
    for one in found:
        assert one.log_evidence == pytest.approx(wanted, abs=0.1)
        assert one.log_evidence_tempered == pytest.approx(wanted, abs=0.25)
    logs = np.log(np.concatenate([one.draws[:, 3] for one in found]))
    gain = 0.5**2 / spread**2
    assert logs.mean() == pytest.approx(np.log(10.0) + gain * (seen - centre), abs=0.12)
    assert logs.std() == pytest.approx(0.5 * np.sqrt(1 - gain), rel=0.25)


def test_particles_bring_the_variance_to_about_one() -> None:
    figures = tuple(report("point", m, m, output="arrivals", best=6.0 + 2 * m, sigma=0.1) for m in range(6))
    problem, noisy = noisy_problem({"arrivals": "e"}, 6, 1.0, {}, figures, scale=0.4)
    arrays, z = arrays_of(problem), np.zeros((4, 4))
    found = enough_particles(z, arrays, noisy, 64, seed=1)
    assert 0.2 < found.variance < 1.8
    assert 0 < found.ess < 1
    fewer = quality(z, arrays, noisy, 16, 64, seed=1)
    assert fewer.variance > found.variance or found.particles <= 16


def test_a_fit_that_scatters_gets_the_particles_it_needs() -> None:
    assert more_particles(FilterQuality(32, 1.5, 0.2)) == 32
    assert more_particles(FilterQuality(32, 1.8, 0.2)) == 64
    assert more_particles(FilterQuality(32, 3.0, 0.2)) == 128
    assert more_particles(FilterQuality(32, np.inf, 0.2)) == 128
    assert more_particles(FilterQuality(512, 9.0, 0.2)) == 512


def test_a_collapse_is_said() -> None:
    assert collapse("supply", FilterQuality(64, 0.9, 0.2)) is None
    for one in (FilterQuality(64, 8.0, 0.2), FilterQuality(64, 0.9, 0.001), FilterQuality(64, np.inf, 0.2)):
        found = collapse("supply", one)
        assert found is not None
        assert (found.code, found.severity, found.place.name) == ("particles-collapsed", "warning", "supply")


def test_a_fit_repeats_bit_by_bit() -> None:
    problem, noisy = conjugate()
    few = SmcSettings(particles=16, states=4, travel=0.5, settle=1, rest=0.5, references=1, most_rounds=2)
    first, second = (sample_noisy_repeat(problem, noisy, 16, seed=3, settings=few) for _ in range(2))
    np.testing.assert_array_equal(first.draws, second.draws)
    assert first.log_evidence == second.log_evidence
    assert jnp.isfinite(first.log_evidence)
