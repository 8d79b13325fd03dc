"""Whether the priors expected the data at all: a prior predictive check for each series and kind of report.

Where priors put data like those that came far into their tail, the posterior is a compromise that neither
side would sign, and its evidence hangs on the tail of a prior that nobody thought about (Box 1980, J. R.
Statist. Soc. A 143; Evans and Moshonov 2006, Bayesian Analysis 1). For each series the sum of the counts
seen, and for each kind of report the mean of the logs of its points, is set among as many drawn from the
prior predictive. The two-sided p-values are compared with `LEVEL` over their number (Bonferroni), so that
under priors that are right a fit is marked wrongly at most about once in a hundred.
"""

from __future__ import annotations

from functools import partial

import jax
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place
from stockade.inference import likelihood
from stockade.inference.noise import stream
from stockade.inference.priors import sample_prior, to_natural
from stockade.inference.problem import Layout, Problem, ProblemArrays, arrays_of, layout_of

DRAWS = 4096
LEVEL = 0.01
_MOST_MEAN = 1e12
_PURPOSE = 7


def prior_conflicts(problem: Problem, *, explanation: str, seed: int) -> tuple[Diagnostic, ...]:
    """Returns a warning where the priors hardly allowed for what was seen; empty where they did."""
    found = prior_p_values(problem, seed=seed)
    bound = LEVEL / max(len(found), 1)
    far = {name: p for name, p in found.items() if p < bound}
    if not far:
        return ()
    listed = ", ".join(far)
    return (
        Diagnostic(
            code="prior-predicts-otherwise",
            message=f"The priors expected other data than came: {listed} "
            f"(prior predictive p below {bound:.2g}).",
            place=Place(name=explanation),
            hint="Simulate at the priors' medians beside the data; ask which prior is too sure, or what the "
            "model lacks. Until then this explanation's weight rests on the tail of its priors.",
            severity="warning",
        ),
    )


def prior_p_values(problem: Problem, *, seed: int) -> dict[str, float]:
    """Returns the two-sided prior predictive p-value of each series and each kind of report that was seen."""
    arrays, layout = arrays_of(problem), layout_of(problem)
    random = stream(seed, _PURPOSE)
    theta = to_natural(sample_prior(random, arrays.priors, DRAWS), arrays.priors)
    paths, centres = (np.asarray(one) for one in _predicted(theta, arrays, layout))
    found = {}
    for row, one in enumerate(problem.counts):
        seen = np.isfinite(one.values)
        if seen.any():
            means = np.clip(paths[seen, layout.count_outputs[row]], 0.0, _MOST_MEAN)
            r = np.asarray(theta)[layout.count_dispersions[row]]
            drawn = random.poisson(means * random.standard_gamma(r, means.shape) / r).sum(axis=0)
            usable = np.isfinite(paths[seen, layout.count_outputs[row]]).all(axis=0)
            found[one.series] = _p_value(drawn[usable].astype(float), float(one.values[seen].sum()))
    for series in dict.fromkeys(one.series for one in problem.reports):
        rows = [
            row
            for row, one in enumerate(problem.reports)
            if one.series == series and one.seen and one.kind == "point"
        ]
        if rows:
            sigma = np.array([problem.reports[row].sigma for row in rows])[:, None]
            drawn = (centres[rows] + sigma * random.standard_normal((len(rows), DRAWS))).mean(axis=0)
            stated = np.mean([np.log(problem.reports[row].best or 1.0) for row in rows])
            found[series or "reports"] = _p_value(drawn[np.isfinite(drawn)], float(stated))
    return found


def _p_value(drawn: np.ndarray, seen: float) -> float:
    """Returns the two-sided p-value of what was seen among draws; ties count half, and it is never 0."""
    below = float((drawn < seen).sum() + 0.5 * (drawn == seen).sum() + 0.5) / (len(drawn) + 1)
    return 2.0 * min(below, 1.0 - below)


@partial(jax.jit, static_argnames="layout")
def _predicted(theta: Array, arrays: ProblemArrays, layout: Layout) -> tuple[Array, Array]:
    """Returns outputs (month, output, draw) and the logs (report, draw) that reports scatter around."""
    paths = likelihood.simulate(theta, arrays, layout)
    if not layout.report_outputs:
        return paths, theta[:0]
    return paths, likelihood.report_centres(theta, paths, arrays, layout)
