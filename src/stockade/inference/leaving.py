"""What a fit would have been without some of its data, by giving its draws other weights.

A draw of the posterior weighs, without the data y, in proportion to 1 / p(y | draw). The mean of these
ratios is p(rest) / p(all) = 1 / p(y | rest), so that the evidence without y is the evidence less the log
predictive density of y given all the rest (Gelfand 1996; the weights are smoothed as in `psis`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.inference import likelihood
from stockade.inference.posterior import Posterior, parameter_draws
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.psis import smooth, trusted

_pointwise = jax.jit(likelihood.pointwise, static_argnums=2)


@dataclass(frozen=True, eq=False)
class Pointwise:
    """The log probability of every single figure under every draw; 0 where it is not seen.

    Attributes:
        counts: (S, month, draw) of each month of each series.
        reports: (R, draw) of each report.
    """

    counts: Floats
    reports: Floats


@dataclass(frozen=True, eq=False)
class Reweighted:
    """A fit without some of its data.

    Attributes:
        log_predictive: Log predictive density of the data left out, given all the rest.
        mc_error: Its Monte Carlo error.
        pareto_k: Shape of the tail of the weights.
        log_weights: (draw,) logs of weights that make the draws those of the posterior without the data.
    """

    log_predictive: float
    mc_error: float
    pareto_k: float
    log_weights: Floats

    @property
    def sound(self) -> bool:
        """Whether the weights can be trusted, or the fit must be made again without the data."""
        return trusted(self.pareto_k, len(self.log_weights))


def pointwise(problem: Problem, posterior: Posterior) -> Pointwise:
    """Returns what each single figure adds to the log likelihood of each draw."""
    theta = parameter_draws(posterior, problem.parameters)
    counts, reports = _pointwise(theta, arrays_of(problem), layout_of(problem))
    return Pointwise(np.asarray(counts), np.asarray(reports))


def reweigh(log_likelihood: Floats, repeat: np.ndarray) -> Reweighted:
    """Returns what a fit would have been without data of these log probabilities.

    Args:
        log_likelihood: (draw,) of all that is left out, together.
        repeat: (draw,) which independent repeat each draw came from.
    """
    log_weights, shape = smooth(-log_likelihood)
    predictive = float(np.logaddexp.reduce(log_weights + log_likelihood))
    return Reweighted(predictive, _error(log_weights, repeat), shape, log_weights)


def without_data(problem: Problem, months: np.ndarray, reports: np.ndarray) -> Problem:
    """Returns a problem that does not see some of its data; its layout stays, so nothing is compiled anew.

    Args:
        problem: What sees them.
        months: (S, month) bool, what to leave out.
        reports: (R,) bool.
    """
    counts = tuple(
        replace(one, values=np.where(hidden, np.nan, one.values))
        for one, hidden in zip(problem.counts, months, strict=True)
    )
    kept = tuple(
        replace(one, seen=one.seen and not hidden)
        for one, hidden in zip(problem.reports, reports, strict=True)
    )
    return replace(problem, counts=counts, reports=kept)


def _error(log_weights: Floats, repeat: np.ndarray) -> float:
    """Returns the error of the log of the mean ratio: from the draws, or from the repeats if that is more."""
    weights = np.exp(log_weights)
    count = len(weights)
    within = max(float(np.sum(weights**2)) - 1.0 / count, 0.0)
    _, index = np.unique(repeat, return_inverse=True)
    sizes = np.bincount(index)
    if len(sizes) < 2:
        return float(np.sqrt(within))
    means = np.bincount(index, weights=weights) / sizes * count
    between = len(sizes) / (len(sizes) - 1) * float(np.sum((sizes / count) ** 2 * (means - 1.0) ** 2))
    return float(np.sqrt(max(within, between)))
