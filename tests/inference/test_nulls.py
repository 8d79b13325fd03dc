"""A null's evidence against one-step-ahead predictives computed with NumPy and SciPy alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from stockade.errors import StockadeError
from stockade.inference.nulls import draw_counts, fit_null, null_means
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem
from tests.inference.toys import Toy, echo, point

HISTORY = np.array([30.0, 25, 28, 31, 22, 27, 33, 29, 24, 26, 30, 28])
VALUES = np.array([26.0, np.nan, 21, 35, 18, np.nan, np.nan])
FIRST = {"inflow": (70.0, 0.4)}


def problem(values: np.ndarray = VALUES, history: np.ndarray = HISTORY, seen: bool = True) -> Problem:
    month = {"output": "x", "series": "inflow"}
    reports = (
        point("x", 110.0, 0.25, report="late", published=30, bias="bias", **month),
        point("x", 60.0, 0.25, report="early", published=10, **month),
        point("x", 1.0, 0.3, report="range", published=20, kind="range", best=None, low=80, high=90, **month),
        point("x", 1.0, 0.3, report="bound", published=25, kind="upper", best=None, high=40, **month),
        point("x", 9.0, 0.3, report="unseen", published=5, seen=seen, **month),
    )
    return Problem(
        simulator=Toy(("x",), np.ones(1), ("x",), echo),
        parameters=("x", "r", "bias"),
        priors=(
            Prior("x", "lognormal", 1, 1),
            Prior("r", "lognormal", 8, 0.5),
            Prior("bias", "normal", 0, 0.5),
        ),
        free=np.ones(3, dtype=bool),
        held=np.zeros(3),
        counts=(CountObservation("attacks", "x", "r", values, history),),
        reports=reports,
    )


def series_evidence(means: np.ndarray, upto: int) -> float:
    """Log evidence of the first seen months, by SciPy's adaptive quadrature."""
    seen = np.flatnonzero(np.isfinite(VALUES))[:upto]

    def integrand(z: float) -> float:
        r = 8.0 * np.exp(0.5 * z)
        return np.exp(
            stats.nbinom.logpmf(VALUES[seen], r, r / (r + means[seen])).sum() + 10
        ) * stats.norm.pdf(z)

    return float(np.log(integrate.quad(integrand, -9, 9, epsabs=0, epsrel=1e-11)[0]) - 10)


def test_means_look_back_twelve_seen_months() -> None:
    found = null_means(problem().counts[0], "mean")
    assert found[0] == pytest.approx(HISTORY.mean())
    assert found[1] == pytest.approx(np.append(HISTORY[1:], 26).mean())
    assert found[2] == found[1]  # the month between was not seen
    assert found[5] == found[6] == pytest.approx(np.concatenate([HISTORY[4:], VALUES[[0, 2, 3, 4]]]).mean())


def test_trends_go_on() -> None:
    line = np.exp(3.0 - 0.1 * np.arange(16)) - 0.5
    values = np.append(line[12:], [np.nan, np.nan])
    rounded = CountObservation("s", "x", "r", np.rint(100 * values), np.rint(100 * line[:12]))
    found = null_means(rounded, "trend")
    logs = np.log(np.rint(100 * line) + 0.5)
    fit = stats.linregress(np.arange(4, 16), logs[4:])
    assert found[5] == pytest.approx(np.exp(fit.intercept + fit.slope * 17) - 0.5)
    assert found[5] / found[4] == pytest.approx(np.exp(-0.1), rel=0.02)


@pytest.mark.parametrize("kind", ["mean", "trend"])
def test_evidence_is_the_sum_of_one_step_ahead_predictives(kind: str) -> None:
    fit = fit_null(problem(seen=False), kind, FIRST)
    account = fit.series[0]
    steps = np.diff([0.0, *(series_evidence(account.means, n) for n in range(1, 5))])
    np.testing.assert_allclose(account.predictive[np.isfinite(VALUES)], steps, rtol=1e-8)
    assert account.log_evidence == pytest.approx(steps.sum(), rel=1e-9)
    assert np.isnan(account.predictive[~np.isfinite(VALUES)]).all()
    assert account.weights.sum() == pytest.approx(1.0)
    assert fit.log_evidence == pytest.approx(steps.sum() + sum(fit.reports.values()))


def test_reports_stand_around_the_earlier_ones() -> None:
    fit = fit_null(problem(seen=False), "mean", FIRST)
    assert set(fit.reports) == {"early", "range", "bound", "late"}
    early = stats.lognorm(np.hypot(0.25, 0.4), scale=70).logpdf(60)
    inside = stats.norm(np.log(60), 0.3)
    middle = 0.5 * (np.log(60) + np.log(np.sqrt(80 * 90)))
    assert fit.reports["early"] == pytest.approx(early)
    assert fit.reports["range"] == pytest.approx(np.log(inside.cdf(np.log(90)) - inside.cdf(np.log(80))))
    assert fit.reports["bound"] == pytest.approx(stats.norm(middle, 0.3).logcdf(np.log(40)))
    # A bound tells no level; the source's bias widens the last one.
    late = stats.lognorm(np.hypot(0.25, 0.5), scale=np.exp(middle)).logpdf(110)
    assert fit.reports["late"] == pytest.approx(late)


def test_predictive_counts_scatter_around_the_means() -> None:
    fit = fit_null(problem(seen=False), "mean", FIRST)
    drawn = draw_counts(fit, seed=1, draws=20000)["attacks"]
    account = fit.series[0]
    assert drawn.shape == (7, 20000)
    np.testing.assert_allclose(drawn.mean(axis=1), account.means, rtol=0.02)
    variance = account.means + account.means**2 * (account.weights @ (1 / account.nodes))
    np.testing.assert_allclose(drawn.var(axis=1), variance, rtol=0.1)
    assert (drawn == draw_counts(fit, seed=1, draws=20000)["attacks"]).all()


def test_a_null_needs_history_and_a_first_guess(snapshot: object) -> None:
    with pytest.raises(StockadeError) as without_history:
        fit_null(problem(history=np.empty(0)), "mean", FIRST)
    with pytest.raises(StockadeError) as without_guess:
        fit_null(problem(), "mean", {})
    assert f"{without_history.value}\n{without_guess.value}" == snapshot
