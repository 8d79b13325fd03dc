"""The posterior of one explanation as of one date: draws, evidence, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stockade.errors import Diagnostic
from stockade.inference.conflict import prior_conflicts
from stockade.inference.diagnostics import diagnose, log_mean_evidence
from stockade.inference.noise import stream
from stockade.inference.priors import Prior, natural_sd, prior_arrays, sample_prior, to_natural
from stockade.inference.problem import Problem
from stockade.inference.records import Repeat, Stage

LEAST_SHRINKAGE = 0.3
"""Shrinkage below which a parameter is never called estimated."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """What one explanation says after the data.

    Attributes:
        explanation: Its id.
        as_of: The date, ISO.
        names: (D',) free parameters.
        held: The rest, with their values.
        draws: (draw, D') equally weighted draws on the natural scale, pooled from the repeats in
            proportion to each one's evidence.
        prior_draws: (draw, D') as many from the prior.
        repeat: (draw,) which repeat a draw came from.
        log_likelihood: (draw,).
        log_evidence: Log of the mean evidence of the repeats.
        mc_error: Its Monte Carlo error, from their spread; infinite for one repeat.
        repeats: (R,) log evidence of each, by the bridge.
        repeats_tempered: (R,) log evidence of each by tempering's own estimate.
        stages: For each repeat what happened at each temperature.
        shrinkage: For each free parameter 1 - (posterior sd / prior sd)^2 on its prior's natural scale:
            of log x for a lognormal, of x for normal, beta and uniform. Negative if the data widened it.
        diagnostics: What a reader must know of the fit; empty if nothing is wrong.
        ingredients: What it was made from, as plain JSON data: hashes of model and data, priors, seed,
            versions.
    """

    explanation: str
    as_of: str
    names: tuple[str, ...]
    held: Mapping[str, float]
    draws: np.ndarray
    prior_draws: np.ndarray
    repeat: np.ndarray
    log_likelihood: np.ndarray
    log_evidence: float
    mc_error: float
    repeats: np.ndarray
    repeats_tempered: np.ndarray
    stages: tuple[tuple[Stage, ...], ...]
    shrinkage: Mapping[str, float]
    diagnostics: tuple[Diagnostic, ...] = ()
    ingredients: Mapping[str, Any] = field(default_factory=dict)


def pool_repeats(
    problem: Problem,
    repeats: Sequence[Repeat],
    *,
    explanation: str,
    as_of: str,
    seed: int,
    ingredients: Mapping[str, Any] | None = None,
) -> Posterior:
    """Joins independent repeats to a posterior.

    A repeat with more evidence gives more draws (some then twice): that makes the pooled draws
    consistent even where one repeat missed a mode. Which draws are given is fixed, not random.

    Args:
        problem: What was fitted.
        repeats: At least one run of `smc.sample_one_repeat`.
        explanation: Its id.
        as_of: The date, ISO.
        seed: Seed of the prior draws.
        ingredients: What the fit was made from; stored as it is.
    """
    free = np.asarray(problem.free)
    everything = np.concatenate([one.draws for one in repeats])
    chosen = _pooled(repeats)
    draws = everything[chosen][:, free]
    priors = [one for one, is_free in zip(problem.priors, free, strict=True) if is_free and one]
    log_evidence, mc_error = log_mean_evidence([one.log_evidence for one in repeats])
    origin = np.repeat(np.arange(len(repeats)), [len(one.draws) for one in repeats])
    return Posterior(
        explanation=explanation,
        as_of=as_of,
        names=problem.free_names,
        held={
            name: float(value)
            for name, value, one in zip(problem.parameters, problem.held, free, strict=True)
            if not one
        },
        draws=draws,
        prior_draws=_prior_draws(priors, seed, len(draws)),
        repeat=origin[chosen],
        log_likelihood=np.concatenate([one.log_likelihood for one in repeats])[chosen],
        log_evidence=log_evidence,
        mc_error=mc_error,
        repeats=np.array([one.log_evidence for one in repeats]),
        repeats_tempered=np.array([one.log_evidence_tempered for one in repeats]),
        stages=tuple(one.stages for one in repeats),
        shrinkage={
            prior.name: shrinkage(column, prior) for prior, column in zip(priors, draws.T, strict=True)
        },
        diagnostics=(
            *diagnose(explanation, repeats, draws, priors),
            *prior_conflicts(problem, explanation=explanation, seed=seed),
        ),
        ingredients=dict(ingredients or {}),
    )


def shrinkage(draws: np.ndarray, prior: Prior) -> float:
    """Returns 1 - (posterior sd / prior sd)^2 on the prior's natural scale, from draws (draw,)."""
    natural = np.log(draws) if prior.family == "lognormal" else draws
    return float(1.0 - (natural.std(ddof=1) / natural_sd(prior)) ** 2)


def moved_word(value: float) -> str:
    """Returns the word for a shrinkage: ``estimated`` from 0.3 on, else ``hardly moved``."""
    return "estimated" if value >= LEAST_SHRINKAGE else "hardly moved"


def parameter_draws(posterior: Posterior, names: Sequence[str], *, prior: bool = False) -> np.ndarray:
    """Returns draws (name, draw) of parameters, free or held, from the posterior or the prior.

    Raises:
        KeyError: If a name is no parameter of the study.
    """
    draws = posterior.prior_draws if prior else posterior.draws
    column = {name: index for index, name in enumerate(posterior.names)}
    rows = [
        draws[:, column[name]] if name in column else np.full(len(draws), posterior.held[name])
        for name in names
    ]
    return np.array(rows).reshape(len(names), len(draws))


def _pooled(repeats: Sequence[Repeat]) -> np.ndarray:
    """Returns indices into the repeats' draws laid end to end, each repeat in proportion to its evidence."""
    logs = np.array([one.log_evidence for one in repeats])
    share = np.exp(logs - np.logaddexp.reduce(logs))
    sizes = [len(one.draws) for one in repeats]
    weights = np.concatenate([np.full(n, part / n) for n, part in zip(sizes, share, strict=True)])
    positions = (np.arange(len(weights)) + 0.5) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), positions), len(weights) - 1)


def _prior_draws(priors: Sequence[Prior], seed: int, draws: int) -> np.ndarray:
    """Returns (draw, D') draws from the prior on the natural scale."""
    size = len(priors)
    arrays = prior_arrays(priors, np.ones(size, dtype=bool), np.zeros(size))
    return np.asarray(to_natural(sample_prior(stream(seed, 1), arrays, draws), arrays)).T
