"""What a study says of noise in its flows, and what comes of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.document import to_json
from stockade.briefing.noise import NoisyDate
from stockade.briefing.noises import told
from stockade.briefing.terminal_noise import print_noise
from stockade.errors import StockadeError
from stockade.inference.noisy_fit import NOISY_SETTINGS
from stockade.progress import silent
from stockade.simulation.scenarios import resolve
from stockade.simulation.trajectories import trajectories
from stockade.study.build_noise import noise_of
from stockade.study.fits import fit_study
from stockade.study.interventions import changes
from stockade.study.noises import kept_noise
from stockade.study.noising import noise_study
from stockade.study.noisy_claims import noisy_claims
from stockade.study.noisy_fits import NoisyFits, scales_of
from stockade.study.noisy_runs import NoisyRuns
from stockade.study.problems import input_array, parameter_names
from stockade.study.read import open_study
from stockade.study.route import judge_study
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.worlds import constants_of, unchanged
from tests.study.tiny import write_tiny

MARK = '[prior."initial poachers"]'
# Rough posteriors, where a test is not about them.
QUICK = replace(NOISY_SETTINGS, particles=32, settle=1, rest=0.5, travel=0.2, references=1)
NOISE = """[noise.recruits]
demographic = true
environmental = { lognormal = "scatter of recruits" }
because = "they come in gangs"

[noise.departures]
demographic = true
because = "each goes by himself"

[prior."scatter of recruits"]
lognormal = { median = 0.3, sigma = 0.5 }
because = "some months are better"

"""


def noisy_tiny(folder: Path, noise: str = NOISE) -> Path:
    return write_tiny(folder / "park", (MARK, noise + MARK))


def test_noise_is_read_and_changes_no_parameter_of_the_usual_fits(tmp_path) -> None:
    folder = open_study(noisy_tiny(tmp_path))
    noise = noise_of(folder.study, folder.model)
    assert noise.sources == ("recruits",)
    assert noise.environmental == ("recruits",)
    assert [(one.stock, one.leaps) for one in noise.outlets] == [("poachers", ("departures",))]
    assert noise.whole == ("poachers",)
    plain = open_study(write_tiny(tmp_path / "plain"))
    assert parameter_names(folder) == parameter_names(plain)
    assert set(parameter_names(folder, noisy=True)) - set(parameter_names(folder)) == {"scatter of recruits"}


WRONG = {
    "unknown name": (NOISE.replace("noise.recruits", "noise.recruit"), "unknown-variable"),
    "a stock": (NOISE.replace("noise.recruits", "noise.poachers"), "wrong-kind"),
    "no flow": (NOISE.replace("noise.recruits", "noise.sightings"), "noise-without-flow"),
    "no prior": (NOISE.replace('prior."scatter of recruits"', 'prior."scatter"'), "missing-prior"),
    "nothing": ('[noise.recruits]\nbecause = "x"\n', "wrong-value"),
    "twice": (NOISE + '[noise.Recruits]\ndemographic = true\nbecause = "x"\n', "duplicate-noise"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_said_at_their_lines(case: str, tmp_path) -> None:
    text, code = WRONG[case]
    with pytest.raises(StockadeError) as caught:
        open_study(noisy_tiny(tmp_path, text))
    found = {one.code: one for one in caught.value.diagnostics}
    assert code in found, [str(one) for one in caught.value.diagnostics]
    assert found[code].place.line


def test_what_is_asked_for_must_be_there(tmp_path) -> None:
    plain, noisy = write_tiny(tmp_path / "plain"), noisy_tiny(tmp_path)
    for folder, asked, code in (
        (plain, {}, "no-noise"),
        (noisy, {"explanations": ["null-mean"]}, "unknown-explanation"),
        (noisy, {"as_of": ["2007-12-30"]}, "unknown-date"),
    ):
        with pytest.raises(StockadeError) as caught:
            noise_study(folder, **asked)
        assert caught.value.diagnostics[0].code == code


@pytest.mark.slow
@pytest.mark.core
def test_a_noisy_fit_stands_beside_the_fit_without(tmp_path) -> None:
    folder = noisy_tiny(tmp_path)
    asked = {"as_of": ["2007-12-31"], "explanations": ["patrols"], "particles": 32}
    found = noise_study(folder, **asked)
    one = found.dates[0].rows[0]
    assert one.explanation == "patrols"
    # The truth has no noise: evidence with it may be lower, but not by what would make it another model.
    assert one.log_evidence_with == pytest.approx(one.log_evidence_without, abs=8)
    assert one.variance is not None
    assert 0 < one.variance < 10
    (scale,) = one.scales
    assert scale.parameter == "scatter of recruits"
    assert 0 < scale.low < scale.median < scale.high
    for row in found.dates[0].rows[0].held_out:
        assert 0 <= row.with50 <= row.with90 <= 1
        assert np.isfinite([row.crps_with, row.crps_without]).all()
    assert json.loads(json.dumps(to_json(found)))["dates"][0]["date"] == "2007-12-31"
    shown = io.StringIO()
    print_noise(found, Console(file=shown, width=120))
    assert "log evidence" in shown.getvalue()
    # Kept repeats give the same again.
    assert to_json(noise_study(folder, **asked)) == to_json(found)
    # And the briefing finds it, the sentences with it; not so what was made with another seed.
    assert kept_noise(open_study(folder).study) == found
    assert any("held-out months" in one for one in found.dates[0].says)
    assert found.dates[0].untried == ("weariness",)


@pytest.fixture(scope="module")
def noisy_fits(tmp_path_factory):
    """Both explanations fitted with noise, with few draws."""
    folder = open_study(noisy_tiny(tmp_path_factory.mktemp("noisy")))
    study, when = folder.study, min(folder.study.as_of)
    store = Store(study.folder / FOLDER)
    fits = fit_study(folder, fitting_simulator(folder), study.fit, store, silent, fresh=False)
    settings = QUICK
    work = NoisyFits(folder, fits, store, settings, seed=7, repeats=2)
    return folder, fits, when, work.of(when, ["patrols", "weariness"], silent)


@pytest.mark.slow
@pytest.mark.core
def test_the_paths_of_the_filter_are_those_of_the_worlds_and_carry_on_under_scenarios(noisy_fits) -> None:
    folder, _, when, fitted = noisy_fits
    one = fitted["patrols"]
    simulator = judging_simulator(folder, ["departures", "recruits", "kills"], noisy=True)
    maker = NoisyRuns(simulator, noise_of(folder.study, folder.model), scales_of(folder.study), 7)
    run = maker.of(one.posterior, one.luck).posterior
    constants = constants_of(simulator, one.posterior, prior=False)
    inputs, nothing = input_array(folder, simulator, when), unchanged(simulator, constants.shape[1])
    found = trajectories(simulator, run(constants, inputs, nothing))
    kills = one.problem.simulator.outputs.index("kills")
    np.testing.assert_allclose(found.values["kills"], one.paths[:, kills], rtol=1e-6)
    left = found.values["departures"]
    np.testing.assert_allclose(left, np.rint(left), atol=1e-6)
    meant = resolve(changes(folder.study.scenarios, folder.study.period.first), simulator, found)
    under = trajectories(simulator, run(constants, inputs, meant)).values
    begins = folder.study.scenarios[0].from_ - folder.study.period.first
    for name in ("recruits", "departures"):
        np.testing.assert_allclose(under[name][:begins], found.values[name][:begins], rtol=1e-9)
    # Fewer patrols, the same luck: the same come, fewer leave, in nearly every draw.
    np.testing.assert_allclose(under["recruits"], found.values["recruits"], rtol=1e-9)
    assert np.mean(under["kills"][-1] >= found.values["kills"][-1]) > 0.95


@pytest.mark.slow
@pytest.mark.core
def test_claims_are_judged_with_noise_and_without(noisy_fits) -> None:
    folder, fits, when, fitted = noisy_fits
    claims = {one.id: one for one in noisy_claims(folder, fits, when, fitted, 7)}
    assert set(claims) <= {one.id for one in folder.study.claims}
    assert {"fewer-kills", "fewer-poachers", "patrols-did-it"} <= set(claims)
    document = judge_study(folder.study.folder)
    usual = {one.id: one.probability for one in document.as_of[0].claims}
    for one in claims.values():
        assert one.probability_without == pytest.approx(usual[one.id])
        assert 0 <= one.probability_with <= 1
        assert one.phrase_with
    assert any(one.probability_with != one.probability_without for one in claims.values())
    at = NoisyDate("2007-12-31", (), claims=tuple(claims.values()))
    assert any("with a probability" in one for one in told(at).says)
