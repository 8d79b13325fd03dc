"""XMILE's random functions by their distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stockade.simulation.single import simulate
from tests.formats.xmile_helpers import SPECS, model_of

LOG = np.log(1.09)
CALLS = {
    "UNIFORM(2, 3)": stats.uniform(2, 1),
    "NORMAL(3, 2, 5, 2, 4)": stats.truncnorm(-0.5, 0.5, 3, 2),
    "EXPRND(2, 3)": stats.expon(0, 2),
    "LOGNORMAL(10, 3, 4)": stats.lognorm(np.sqrt(LOG), 0, np.exp(np.log(10) - LOG / 2)),
    "GAMMA(0.5, 2, 3)": stats.gamma(0.5, 0, 2),
    "BETA(2, 3)": stats.beta(2, 3),
    "WEIBULL(1.5, 2)": stats.weibull_min(1.5, 0, 2),
    "TRIANGULAR(1, 2, 6)": stats.triang(0.2, 1, 5),
    "PARETO(3, 2)": stats.pareto(3, 0, 2),
    "LOGISTIC(1, 2)": stats.logistic(1, 2),
}
COUNTS = {"POISSON(4)": stats.poisson(4), "BINOMIAL(10, 0.3)": stats.binom(10, 0.3)}


def test_every_draw_has_the_distribution_that_is_named() -> None:
    calls = (*CALLS, *COUNTS)
    body = "".join(f'<aux name="v{at}"><eqn>{call}</eqn></aux>' for at, call in enumerate(calls))
    specs = SPECS.replace(SPECS[SPECS.index("<stop>") : SPECS.index("</stop>")], "<stop>4000")
    table = simulate(model_of(body, specs=specs))
    for at, call in enumerate(calls):
        found = table.values[:, table.names.index(f"v{at}")]
        if call in CALLS:
            assert stats.kstest(found, CALLS[call].cdf).pvalue > 1e-3, call
        else:
            assert abs(found.mean() - COUNTS[call].mean()) < 0.15, call
            assert found.var() == pytest.approx(COUNTS[call].var(), rel=0.15), call
