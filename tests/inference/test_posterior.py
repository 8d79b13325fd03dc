"""Pooling, shrinkage, diagnostics, and the round trip through NetCDF that ArviZ can read."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import arviz
import numpy as np
import pytest

from stockade.inference.diagnostics import diagnose, log_mean_evidence
from stockade.inference.netcdf import read_posterior, write_posterior
from stockade.inference.posterior import Posterior, moved_word, parameter_draws, pool_repeats, shrinkage
from stockade.inference.priors import Prior
from stockade.inference.problem import Problem
from stockade.inference.records import Repeat, Stage
from tests.inference.toys import decline_counts, decline_problem

STAGE = Stage(temperature=1.0, ess=0.5, acceptance=0.2, step=0.8, moves=24)


def problem() -> Problem:
    return decline_problem(decline_counts(0), free=(True, False, True, True))


def repeat(
    seed: int, log_evidence: float = -10.0, stages: int = 2, draws: int = 128, **changes: object
) -> Repeat:
    generator = np.random.default_rng(seed)
    values = np.column_stack(
        [
            40 * np.exp(0.1 * generator.normal(size=draws)),
            np.full(draws, 3.0),
            generator.beta(20, 80, draws),
            8 * np.exp(0.5 * generator.normal(size=draws)),
        ]
    )
    run = Repeat(values, generator.normal(size=draws), log_evidence, log_evidence, (STAGE,) * stages, 0.0)
    return dataclasses.replace(run, **changes)


def posterior(*runs: Repeat) -> Posterior:
    return pool_repeats(
        problem(), runs, explanation="commentary", as_of="2008-03-21", seed=3, ingredients={"model": "ab12"}
    )


def test_evidence_is_the_mean_of_the_repeats() -> None:
    value, error = log_mean_evidence([-10.0, -10.0 + math.log(3.0)])
    assert value == pytest.approx(-10.0 + math.log(2.0))
    assert error == pytest.approx(math.sqrt(2.0) / (math.sqrt(2.0) * 2.0))
    assert log_mean_evidence([-10.0])[1] == math.inf


def test_a_repeat_gives_draws_in_proportion_to_its_evidence() -> None:
    found = posterior(repeat(0), repeat(1, -10.0 + math.log(3.0)))
    assert len(found.draws) == 256
    np.testing.assert_array_equal(np.bincount(found.repeat), [64, 192])
    assert found.names == ("start", "hazard", "dispersion")
    assert found.held == {"arrivals": 3.0}
    even = posterior(repeat(0), repeat(1))
    assert len(np.unique(even.draws, axis=0)) == 256


def test_shrinkage_on_the_natural_scale() -> None:
    found = posterior(repeat(0, draws=4096))
    assert found.shrinkage["start"] == pytest.approx(1 - (0.1 / 0.5) ** 2, abs=0.01)
    assert found.shrinkage["dispersion"] == pytest.approx(0.0, abs=0.08)
    assert moved_word(found.shrinkage["start"]) == "estimated"
    assert moved_word(0.299) == "hardly moved"
    assert shrinkage(
        np.random.default_rng(0).uniform(1, 2, 9999), Prior("x", "uniform", 0, 4)
    ) == pytest.approx(1 - 1 / 16, abs=0.01)


def test_parameters_free_and_held() -> None:
    found = posterior(repeat(0))
    rows = parameter_draws(found, ("arrivals", "hazard"))
    assert (rows[0] == 3.0).all()
    np.testing.assert_array_equal(rows[1], found.draws[:, 1])
    prior = parameter_draws(found, ("start",), prior=True)[0]
    assert np.log(prior / 40).std() == pytest.approx(0.5, rel=0.25)
    with pytest.raises(KeyError):
        parameter_draws(found, ("nothing",))


def test_round_trip(tmp_path: Path) -> None:
    surprised = dataclasses.replace(STAGE, acceptance=0.01)
    before = posterior(repeat(0), repeat(1, -12.0))
    before = dataclasses.replace(before, stages=((STAGE, surprised, STAGE), (STAGE, STAGE)))
    path = tmp_path / "fit.nc"
    write_posterior(before, path)
    after = read_posterior(path)
    for field in dataclasses.fields(before):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, two, err_msg=field.name)
        else:
            assert one == two, field.name
    assert [entry.name for entry in tmp_path.iterdir()] == ["fit.nc"]
    write_posterior(after, path)  # over the old one


def test_one_repeat_knows_no_error(tmp_path: Path) -> None:
    write_posterior(posterior(repeat(0)), tmp_path / "one.nc")
    assert read_posterior(tmp_path / "one.nc").mc_error == math.inf


def test_arviz_reads_it(tmp_path: Path) -> None:
    found = posterior(repeat(0), repeat(1))
    write_posterior(found, tmp_path / "fit.nc")
    data = arviz.from_netcdf(tmp_path / "fit.nc", engine="h5netcdf")
    assert set(data.groups()) == {"posterior", "prior", "sample_stats"}
    summary = arviz.summary(data, kind="stats")
    assert summary.loc["parameters[start]", "mean"] == pytest.approx(found.draws[:, 0].mean(), rel=1e-3)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    broken = dataclasses.replace(posterior(repeat(0)), ingredients={"not": object()})
    with pytest.raises(TypeError):
        write_posterior(broken, tmp_path / "fit.nc")
    assert not list(tmp_path.iterdir())


def test_a_good_fit_has_nothing_to_say() -> None:
    assert posterior(repeat(0), repeat(1)).diagnostics == ()


def test_every_failure_says_so(snapshot: object) -> None:
    low = dataclasses.replace(STAGE, acceptance=0.01)
    bad = (
        repeat(0, -10.0, log_evidence_tempered=-30.0, stages=1, prior_impossible=0.9),
        repeat(0, -12.0, log_evidence_tempered=-30.0),
    )
    bad = (dataclasses.replace(bad[0], stages=(low,)), bad[1])
    draws = np.exp(5.0 + 0.01 * np.random.default_rng(0).normal(size=(50, 1)))
    found = diagnose("commentary", bad, draws, [Prior("start", "lognormal", 40.0, 0.2)])
    assert {one.code for one in found} == {
        "repeats-disagree",
        "evidence-estimates-disagree",
        "low-acceptance",
        "few-distinct-draws",
        "mostly-impossible",
        "prior-contradicts-data",
    }
    assert all(one.severity == "warning" and one.hint for one in found)
    assert "\n".join(str(one) for one in found) == snapshot
