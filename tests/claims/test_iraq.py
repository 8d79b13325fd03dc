"""All 28 claims of the founding case on made-up worlds of the real shape."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.claims.grounds import JudgeSettings
from stockade.claims.judge import judge_all
from stockade.claims.nodes import MonthWindow
from stockade.claims.register import register
from stockade.claims.worlds import Statement, World
from tests.claims.helpers import FIRST, MONTHS, iraq_names, iraq_specs

DRAWS = 2048
SCENARIOS = (
    "steady_arrivals",
    "steady_exits",
    "fighters_kept",
    "forces_of_2006",
    "no_civilian_deaths",
    "viability_kept",
)
SERIES = ("suicide_attacks", "state_based_events", "one_sided_deaths", "group_deaths", "opponent_deaths")


def made_up(name: str, variables: list[str], seed: int, *, mechanism: bool) -> World:
    key = np.random.default_rng(seed)
    scale = key.lognormal(0, 0.3, DRAWS)
    base = {one: 10 * key.lognormal(0, 0.2, (MONTHS, 1)) * scale for one in variables} if mechanism else {}
    return World(
        explanation=name,
        mechanism=mechanism,
        log_evidence=float(key.normal(0, 2)),
        mc_error=0.1,
        first_month=FIRST,
        base=base,
        scenarios={one: {k: v * 1.2 for k, v in base.items()} for one in SCENARIOS} if mechanism else {},
        counts={one: key.poisson(20, (MONTHS, DRAWS)).astype(float) for one in SERIES},
        parameters={f"p{i}": key.normal(size=DRAWS) for i in range(25)},
        shrinkage={f"p{i}": 0.5 for i in range(25)},
        repeat=np.arange(DRAWS) % 4,
    )


@pytest.fixture(scope="module")
def worlds(iraq_folder):
    names = iraq_names(iraq_folder)
    used = [
        "viability abroad",
        "foreign departures",
        "foreign fighters",
        "suicide attacks",
        "foreign arrivals",
    ]
    used += ["members", "sanctuary", "access", "local acceptance", "clashes"]
    assert set(used) <= set(names.variables)
    return [
        made_up(one, used, seed, mechanism=not one.startswith("null"))
        for seed, one in enumerate(names.explanations)
    ]


def test_all_claims_are_judged(worlds, iraq_folder):
    specs = iraq_specs(iraq_folder)
    window = MonthWindow(FIRST + 8, FIRST + 10)
    statements = {
        "ff_share_bombers": (Statement(window, "point", None, 0.9, None, 0.1, "C2", "s", is_share=True),)
    }
    settings = JudgeSettings("2008-03-21", 1, iraq_names(iraq_folder))
    verdicts = judge_all(specs, worlds, statements, settings)
    assert len(worlds) == 11
    assert len(verdicts) == 28
    kinds = {one.id: one.verdict for one in verdicts}
    untestable = {"plea", "plea-because-shortage", "caliphate-map", "raison-d-etre", "madman"}
    assert {one for one, kind in kinds.items() if kind == "cannot be tested"} - {
        "cannot-afford-bombers"
    } == untestable
    assert "ill-posed" not in kinds.values()
    for one in verdicts:
        assert one.probability is None or 0 < one.probability < 1
        assert set(one.by_explanation) in (set(), {each.explanation for each in worlds})


def test_register(iraq_folder, snapshot):
    specs = iraq_specs(iraq_folder)
    text = register(specs)
    assert text.startswith("28 claims, 23 of them testable.\n")
    for spec in specs:
        assert f"\n{spec.id}  [{spec.type}]\n" in text
    assert register([]) == "The study makes no claims.\n"
    assert register([specs[1], specs[-1]]) == snapshot
