from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.claims.grounds import JudgeSettings
from stockade.claims.judge import judge, judge_all
from stockade.claims.nodes import MonthWindow
from stockade.claims.sentences import confidence_sentence, likelihood_sentence
from stockade.claims.verdict import ClaimSpec, name_verdict
from stockade.claims.worlds import Statement
from stockade.errors import Diagnostic, Place
from tests.claims.helpers import MONTHS, NAMES, flat, holding, null, world

SETTINGS = JudgeSettings(as_of="2008-03-21", seed=7, names=NAMES)
SANCTUARY = ClaimSpec(
    "c", "latent", says="at(sanctuary, 2008-03) > 0", place=Place("study.toml", 9, None, "c")
)


def verdict(*worlds, spec=SANCTUARY, statements=None):
    return judge(spec, worlds, statements or {}, SETTINGS)


# ---------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("low", "high", "kind", "words"),
    [
        (0.60, 0.75, "judged", "likely"),
        (0.60, 0.90, "judged", "likely"),  # two words: likely, very likely
        (0.50, 0.90, "not resolved", "not resolved: roughly even chance to very likely"),
        (0.30, 0.80, "not resolved", "not resolved: unlikely to likely"),  # exactly 0.5 apart is no more
        (0.29, 0.80, "structure-dependent", "roughly even chance"),
        (0.02, 0.98, "structure-dependent", "roughly even chance"),
    ],
)
def test_disagreement_comes_before_spread(low, high, kind, words):
    mean = (low + high) / 2
    naming = name_verdict(mean, {"a": low, "b": high}, {"a": 0.5, "b": 0.5})
    assert naming.verdict == kind
    assert (naming.low, naming.high) == (low, high)
    if kind != "judged":
        assert "b (" in naming.reason
        assert "against a (" in naming.reason
    if kind == "not resolved":
        assert naming.phrase == words


def test_light_explanations_do_not_decide():
    each = {"a": 0.7, "b": 0.72, "c": 0.01}
    assert name_verdict(0.68, each, {"a": 0.5, "b": 0.45, "c": 0.05}).verdict == "judged"
    assert name_verdict(0.66, each, {"a": 0.5, "b": 0.44, "c": 0.06}).verdict == "structure-dependent"


def test_structure_dependent_says_which():
    found = verdict(holding(0.9), holding(0.1, "supply"), null())
    assert found.verdict == "structure-dependent"
    assert found.reason == "It depends on the explanation: commentary (90 %) against supply (10 %)."
    assert found.probability == pytest.approx(0.5)


def test_nulls_are_listed_as_silent():
    found = verdict(holding(0.9), holding(0.8, "supply"), null(log_evidence=np.log(2)))
    assert found.by_explanation == {"commentary": 0.9, "supply": 0.8, "null-mean": None}
    assert found.silent == {"null-mean": "a null holds no sanctuary"}
    assert found.silent_share == pytest.approx(0.5)
    assert found.weights == pytest.approx({"commentary": 0.5, "supply": 0.5})
    assert (found.verdict, found.phrase) == ("judged", "very likely")


def test_a_claim_and_its_negation():
    worlds = [holding(0.83), holding(0.61, "supply", log_evidence=0.4)]
    yes = verdict(*worlds)
    no = verdict(*worlds, spec=replace(SANCTUARY, says="not at(sanctuary, 2008-03) > 0"))
    also_no = verdict(*worlds, spec=replace(SANCTUARY, says="at(sanctuary, 2008-03) <= 0"))
    assert yes.probability + no.probability == pytest.approx(1)
    assert no.probability == also_no.probability
    assert yes.mc_error == pytest.approx(no.mc_error)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0.02, 0.3, 0.5, 0.77, 1]), st.floats(-8, 8)), min_size=1, max_size=5
    ),
    st.floats(-500, 500),
)
def test_probabilities_stay_inside_and_blind_to_order_and_offset(parts, offset):
    worlds = [holding(share, f"e{i}", draws=100, log_evidence=log) for i, (share, log) in enumerate(parts)]
    plain = JudgeSettings(seed=1)
    one = judge(SANCTUARY, worlds, {}, plain)
    other = judge(
        SANCTUARY, [replace(w, log_evidence=w.log_evidence + offset) for w in reversed(worlds)], {}, plain
    )
    assert 0 < one.probability < 1
    assert all(0 < p < 1 for p in one.by_explanation.values())
    assert one.probability == pytest.approx(other.probability, abs=1e-9)
    assert (one.verdict, one.phrase) == (other.verdict, other.phrase)
    assert one.mc_error > 0
    assert sum(one.weights.values()) == pytest.approx(1)
    assert (
        "0 %" not in likelihood_sentence(one).replace("10 %", "").replace("50 %", "") or "<" not in one.phrase
    )


def test_never_0_or_100_percent_in_words():
    sure = verdict(holding(1.0), holding(1.0, "supply"))
    assert likelihood_sentence(sure).startswith("Almost certain (>99 %, Monte Carlo error")
    never = verdict(holding(0.0), holding(0.0, "supply"))
    assert likelihood_sentence(never).startswith("Almost no chance (<1 %")


# ---------------------------------------------------------------- what cannot be judged


def test_opinion_cannot_be_tested():
    found = verdict(holding(0.9), spec=ClaimSpec("o", "opinion", not_testable="A value judgement."))
    assert (found.verdict, found.reason, found.probability) == (
        "cannot be tested",
        "A value judgement.",
        None,
    )


@pytest.mark.parametrize(
    "says", ["at(sanctury, 2008-03) > 0", "at(sanctuary, 2008-03) >", "at(sanctuary, 2008) > 1", ""]
)
def test_ill_posed_is_not_false(says):
    found = verdict(holding(0.9), spec=replace(SANCTUARY, says=says))
    assert found.verdict == "ill-posed"
    assert found.probability is None
    assert found.phrase == ""
    assert found.diagnostics[0].place.line == 9
    assert likelihood_sentence(found).startswith("Ill-posed: ")


def test_nobody_speaks():
    spec = replace(SANCTUARY, says="total(observed(opponent_deaths), 2008) > 1")
    found = verdict(holding(0.9), null(), spec=spec)
    assert found.verdict == "cannot be tested"
    assert found.reason == "No explanation speaks to it: it does not predict opponent_deaths."


def test_no_statement_yet():
    spec = ClaimSpec("r", "observable", says="mean(reported(ff_share_bombers), 2008) > 0.75")
    found = verdict(holding(0.9), spec=spec)
    assert found.verdict == "cannot be tested"
    assert found.reason == "reported(ff_share_bombers) over 2008-01..2008-12: no statement of it was known."


def test_reported_claims_pool_the_visible_statements():
    window = MonthWindow(2008 * 12 + 2, 2008 * 12 + 2, "2008-03")
    stated = {
        "ff_share_bombers": (
            Statement(window, "point", None, 0.9, None, 0.1, "B2", "a general", True, "2008-03-21"),
        )
    }
    spec = ClaimSpec("r", "observable", says="mean(reported(ff_share_bombers), 2008-01..2008-06) >= 0.75")
    found = verdict(holding(0.9), null(), spec=spec, statements=stated)
    assert found.verdict == "judged"
    assert found.probability > 0.9
    assert found.by_explanation["null-mean"] == found.by_explanation["commentary"]
    assert found.evidence[0].figure == "0.9"
    assert [one.name for one in found.confidence.parts] == ["sources"]
    assert found.prior_probability is None


def test_a_condition_that_hardly_ever_holds():
    spec = replace(SANCTUARY, says="if at(sanctuary, 2008-03) > 0 then at(sanctuary, 2008-04) > 0")
    assert verdict(holding(0.0), holding(0.0, "supply"), spec=spec).verdict == "cannot be tested"
    found = verdict(holding(0.5), holding(0.0, "supply"), spec=spec)
    assert found.verdict == "judged"
    assert found.by_explanation["supply"] is None
    assert found.weights == {"commentary": 1.0}


# ---------------------------------------------------------------- remarks


def test_single_model_illustration():
    causal = replace(SANCTUARY, type="causal")
    flag = "single-model illustration"
    assert flag in verdict(holding(0.9), null(), spec=causal).flags
    assert flag in verdict(holding(0.9), holding(0.9, "b"), holding(0.9, "c"), spec=causal).flags
    enough = verdict(holding(0.9), holding(0.9, "supply"), null(), spec=causal)
    assert flag not in enough.flags
    assert verdict(holding(0.9), null(), spec=causal).confidence.level == "low"
    assert flag not in verdict(holding(0.9), null()).flags


def test_decided_by_the_data():
    counts = {"clashes": np.full((MONTHS, 400), 12.0)}
    spec = ClaimSpec("d", "observable", says="mean(observed(clashes), 2008) > 10")
    found = verdict(world(counts=counts), null(counts=counts), spec=spec)
    assert found.flags == ("decided by the data",)
    assert found.mc_error == 0
    assert found.probability > 0.99
    assert likelihood_sentence(found) == "Decided by the data: it holds."
    assert found.terms[0].median == 12


def test_failed_fits_are_carried_along():
    bad = Diagnostic("fit-poor", "Acceptance fell below 5 %.", severity="warning")
    found = verdict(replace(holding(0.9), diagnostics=(bad,)), holding(0.8, "supply"))
    assert found.diagnostics == (bad,)
    assert "a fit behind it failed its checks" in found.flags


def test_ratio_of_weights_never_depends_on_structure():
    spec = ClaimSpec("w", "causal", says="explanation in (commentary) against (supply, attrition)")
    worlds = [holding(1.0, log_evidence=3.0), holding(0.0, "supply"), holding(0.0, "attrition"), null()]
    found = verdict(*worlds, spec=spec)
    assert found.verdict == "judged"
    assert found.probability == pytest.approx(np.exp(3) / (np.exp(3) + 2))
    assert found.prior_probability == pytest.approx(1 / 3)
    assert found.by_explanation == dict.fromkeys(["commentary", "supply", "attrition", "null-mean"])
    far = [*worlds[:3], null(log_evidence=40.0)]
    assert any("under 1 %" in one for one in verdict(*far, spec=spec).flags)
    assert verdict(worlds[0], spec=spec).verdict == "cannot be tested"


def test_prior_probability_counts_explanations_alike():
    found = verdict(
        replace(holding(0.9, log_evidence=9.0), prior=holding(0.2)),
        replace(holding(0.9, "supply"), prior=holding(0.6, "supply")),
        null(),
    )
    assert found.prior_probability == pytest.approx(0.4)


def test_moved_by_the_parameter_that_drives_it():
    key = np.random.default_rng(2)
    drive, idle = key.normal(size=400), key.normal(size=400)
    more = {"parameters": {"idle": idle, "drive": drive, "held": np.ones(400)}, "shrinkage": {"drive": 0.7}}
    heavy = world("commentary", {"sanctuary": flat(-np.exp(drive))}, log_evidence=2.0, **more)
    spec = replace(SANCTUARY, says="at(sanctuary, 2008-03) > -1")
    found = verdict(heavy, holding(0.5, "supply", parameters={"other": idle}), spec=spec)
    assert (found.moved_by.parameter, found.moved_by.explanation) == ("drive", "commentary")
    assert found.moved_by.correlation == pytest.approx(-1)
    assert found.moved_by.shrinkage == 0.7


def test_likelihood_and_confidence_never_share_a_sentence():
    found = verdict(holding(0.9), holding(0.8, "supply"), null())
    assert "onfidence" not in likelihood_sentence(found)
    assert "%" not in confidence_sentence(found)
    assert "likely" not in confidence_sentence(found)
    assert confidence_sentence(verdict(spec=ClaimSpec("o", "opinion", not_testable="No."))) == ""


def test_same_seed_same_verdicts():
    worlds = [holding(0.9, mc_error=0.2), holding(0.4, "supply", mc_error=0.1), null()]
    specs = [SANCTUARY, replace(SANCTUARY, id="d")]
    assert judge_all(specs, worlds, {}, SETTINGS) == judge_all(specs, worlds, {}, SETTINGS)
