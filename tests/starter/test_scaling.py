from __future__ import annotations

import numpy as np
import pytest

from stockade.starter.scaling import LOSS_HAZARD, MEMBERS, general_priors, scaled_priors
from stockade.starter.span import fitted_columns, span_of
from tests.starter.records import record, waves

COLUMNS = ("clashes", "attacks_on_civilians", "own_deaths")


def priors(given):
    span = span_of(given)
    return {one.name: one for one in scaled_priors(given, span, fitted_columns(given, span, COLUMNS))}


def test_levels_are_the_mean_of_the_scaling_year_with_half_an_event():
    clashes, civilians, own = waves()
    found = priors(record(clashes, civilians, own))
    count = clashes[:12].sum()
    level = found["clashes at the start"]
    assert level.median == pytest.approx((count + 0.5) / 12)
    assert level.sigma == pytest.approx(np.sqrt(0.25 + 1 / (count + 0.5)), abs=0.005)
    assert f"{count} clashes are recorded in 2010-01..2010-12" in level.because


def test_the_model_at_its_medians_reproduces_the_scaling_year():
    """Losses at the medians times the recorded share are the recorded dead of the year."""
    clashes, civilians, own = waves()
    per_loss = priors(record(clashes, civilians, own))["recorded own deaths per loss"].median
    assert per_loss * LOSS_HAZARD * MEMBERS == pytest.approx((own[:12].sum() + 0.5) / 12)


def test_deaths_an_attack_are_those_recorded():
    clashes, civilians, own = waves()
    assert priors(record(clashes, civilians, own))["deaths per attack on civilians"].median == 2


def test_what_is_hardly_recorded_stays_at_its_median():
    clashes, _, _ = waves()
    found = priors(record(clashes))
    level = found["attacks on civilians at the start"]
    assert level.fixed
    assert level.median == pytest.approx(0.5 / 12)
    assert found["recorded own deaths per loss"].fixed
    assert not found["clashes at the start"].fixed


@pytest.mark.parametrize("seed", range(3))
def test_no_month_but_those_of_the_scaling_year_scales_anything(seed):
    """Changing every later month leaves each number as it was."""
    clashes, civilians, own = waves(seed=seed)
    before = priors(record(clashes, civilians, own))
    other = np.random.default_rng(seed).integers(1, 90, size=(3, len(clashes) - 12))
    changed = [
        np.concatenate([one[:12], new]) for one, new in zip((clashes, civilians, own), other, strict=True)
    ]
    after = priors(record(*changed))
    numbers = [(one.name, one.median, one.sigma) for one in before.values()]
    assert numbers == [(one.name, one.median, one.sigma) for one in after.values()]


def test_members_stay_where_they_are_at_the_medians():
    """Recruits make up for losses and departures: the model of no news is a flat line."""
    median = {one.name: one.median for one in general_priors()}
    recruits = median["recruitment rate"] * (1 - 1 / median["room to grow"])
    assert recruits == pytest.approx(median["base loss hazard"] + median["departure hazard"])
