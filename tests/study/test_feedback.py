"""The feedback loops of a study: at the posterior's medians, kept, and told apart from a failure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stockade.inference.posterior import Posterior
from stockade.simulation.feedback import find_loops, loop_finder
from stockade.study.feedback import LoopsOfStudy
from stockade.study.problems import input_array
from stockade.study.read import open_study
from stockade.study.store import Store
from tests.study.tiny import MODEL, write_tiny

WHEN = date(2008, 1, 31)


@pytest.fixture(scope="module")
def loops(tmp_path_factory) -> LoopsOfStudy:
    model = MODEL.replace(
        "recruits = normal recruits\n", "recruits = normal recruits + 40 * poachers / (100 + poachers)\n"
    )
    assert model != MODEL
    folder = open_study(write_tiny(tmp_path_factory.mktemp("feedback") / "park", model=model))
    return LoopsOfStudy(folder, Store(folder.study.folder / ".stockade"))


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    """Draws around what the series were made with; everything but what loops need is left empty."""
    hazards = np.linspace(0.05, 0.15, 101)
    nothing = np.zeros(0)
    return Posterior(
        explanation="patrols", as_of=WHEN.isoformat(), names=("base hazard",), held={"weariness": 0.0},
        draws=hazards[:, None], prior_draws=nothing, repeat=nothing, log_likelihood=nothing,
        log_evidence=0.0, mc_error=0.0, repeats=nothing, repeats_tempered=nothing, stages=(),
        shrinkage={}, ingredients={"digest": "one"},
    )  # fmt: skip


def test_loops_stand_at_the_medians_with_shares_over_the_draws(loops, posterior) -> None:
    found = loops.feedback(posterior, WHEN)
    assert found.explanation == "patrols"
    assert found.months[0] == "2006-01"
    assert len(found.months) == len(loops.folder.study.period)
    names = {one.variables: one for one in found.loops}
    assert set(names) == {("poachers", "departures"), ("poachers", "recruits"), ("herd", "births")}
    assert 0.5 < names["poachers", "departures"].share < 1
    for one in found.loops:
        assert one.share_low <= one.share <= one.share_high
        assert len(one.influence) == len(found.months)
        assert one.group == (1 if "poachers" in one.variables else 2)


def test_months_are_means_over_their_steps(loops, posterior) -> None:
    finder = loop_finder(loops.folder.model, inputs=tuple(one.canonical for one in loops.folder.study.inputs))
    values = dict(zip(finder.simulator.constants, finder.simulator.defaults, strict=True))
    values |= {"base hazard": 0.1, "weariness": 0.0}
    point = np.array([values[name] for name in finder.simulator.constants])
    view = find_loops(finder, point, input_array(loops.folder, finder.simulator, WHEN))
    whole = {one.variables: one.influence[:, 0] for one in view.loops}
    for one in loops.feedback(posterior, WHEN).loops:
        month = whole[one.variables].reshape(-1, 2).mean(axis=1)
        assert one.influence == pytest.approx(month, rel=1e-4)


def test_what_is_kept_is_used_again_and_what_changed_is_not(loops, posterior) -> None:
    first = loops.feedback(posterior, WHEN)
    (kept,) = loops.store.root.glob("loops-*.json")
    data = json.loads(kept.read_text())
    data["document"]["others"] = 99
    kept.write_text(json.dumps(data))
    assert loops.feedback(posterior, WHEN).others == 99
    assert replace(loops, fresh=True).feedback(posterior, WHEN) == first
    kept.write_text(json.dumps(data | {"document": {}}))
    assert loops.feedback(posterior, WHEN) == first
    moved = replace(posterior, ingredients={"digest": "two"}, draws=posterior.draws + 0.2)
    assert loops.feedback(moved, WHEN) != first
