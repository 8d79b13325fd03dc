"""One replicate of a calibration: a made-up study of a known truth, fitted and judged as the real one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from stockade.claims.check import check as check_claim
from stockade.claims.evaluate import Outcome, evaluate
from stockade.claims.grammar import parse
from stockade.claims.judge import LEAST_CONDITION
from stockade.claims.nodes import Claim as ParsedClaim
from stockade.claims.nodes import Explanations
from stockade.claims.render import render
from stockade.claims.verdict import bounded
from stockade.claims.walk import reported
from stockade.claims.worlds import Silence, World
from stockade.compiler.compile import Simulator
from stockade.data.series import with_values
from stockade.errors import StockadeError
from stockade.inference.chains import evaluate as particles_at
from stockade.inference.made_up import MadeUp, make_up
from stockade.inference.noise import Stream, stream
from stockade.inference.posterior import Posterior
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.ranks import kept_draws, rank_of
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.smc import sample_one_repeat
from stockade.study.carried import Carried, opened
from stockade.study.fits import smc_settings
from stockade.study.folder import StudyFolder
from stockade.study.judging import claim_names, needs
from stockade.study.problems import problem
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.study import Fit
from stockade.study.worlds import Needs, WorldMaker, posterior_account
from stockade.tasks.task import Row

Sampler = Callable[..., Repeat]

_TRUTH, _RANKS = 3, 4
"""Purposes of random numbers, beside those of the inference room."""

LOG_LIKELIHOOD = "log likelihood"
PARAMETER, QUANTITY, DATA, CLAIM = "parameter", "quantity", "data", "claim"
"""Kinds of rows."""

FROM_LEDGER = "it rests on reported figures as they stand, not on what the model says"
OF_WEIGHTS = "it weighs explanations, and each is calibrated by itself"


@dataclass(frozen=True)
class Question:
    """One calibration: of an explanation, as of a date, with a seed and a number of particles.

    Attributes:
        study: The study.
        explanation: Id of an explanation with a mechanism.
        when: The as-of date.
        fit: Seed and particles.
    """

    study: Carried
    explanation: str
    when: date
    fit: Fit


@dataclass(frozen=True, eq=False)
class Bench:
    """What all replicates of one explanation and date share.

    Attributes:
        folder: The study.
        question: What is calibrated.
        problem: What the explanation is fitted to: gives places, noise and what is unseen.
        settings: Of the sampler.
        simulator: The judging simulator.
        needs: What worlds must hold.
        claims: Id -> its nodes; those that can be judged against a truth.
        left_out: Id -> why it cannot.
    """

    folder: StudyFolder
    question: Question
    problem: Problem
    settings: SmcSettings
    simulator: Simulator
    needs: Needs
    claims: Mapping[str, ParsedClaim]
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Replicate:
    """What one replicate leaves behind.

    Attributes:
        index: Its number.
        draws: How many draws a truth was ranked among.
        parameters: Parameter -> rank of its truth.
        quantities: Quantity of a claim, as text -> the same.
        log_likelihood: The same of the log likelihood of the made-up figures.
        said: Claim -> its probability and whether it was true.
        redrawn: Draws of the prior that could not be run, before the truth.
    """

    index: int
    draws: int = 0
    parameters: Mapping[str, int] = field(default_factory=dict)
    quantities: Mapping[str, int] = field(default_factory=dict)
    log_likelihood: int = 0
    said: Mapping[str, tuple[float, bool]] = field(default_factory=dict)
    redrawn: int = 0


def to_rows(one: Replicate) -> list[Row]:
    """Returns a replicate as rows of a table: quantities with their ranks, claims with what was said."""
    shared = {"replicate": one.index, "draws": one.draws, "redrawn": one.redrawn}
    ranks = {
        PARAMETER: one.parameters,
        QUANTITY: one.quantities,
        DATA: {LOG_LIKELIHOOD: one.log_likelihood},
    }
    return [
        *(
            {**shared, "kind": kind, "name": name, "rank": rank, "probability": float("nan"), "true": None}
            for kind, those in ranks.items()
            for name, rank in those.items()
        ),
        *(
            {**shared, "kind": CLAIM, "name": name, "rank": None, "probability": probability, "true": true}
            for name, (probability, true) in one.said.items()
        ),
    ]


def from_rows(rows: Sequence[Mapping[str, Any]]) -> Replicate:
    """Returns the replicate that was kept as rows."""

    def ranks(kind: str) -> dict[str, int]:
        return {row["name"]: row["rank"] for row in rows if row["kind"] == kind}

    first = rows[0]
    said = {row["name"]: (row["probability"], row["true"]) for row in rows if row["kind"] == CLAIM}
    (likelihood,) = ranks(DATA).values()
    return Replicate(
        first["replicate"], first["draws"], ranks(PARAMETER), ranks(QUANTITY), likelihood, said,
        first["redrawn"],
    )  # fmt: skip


def replicate_rows(question: Question, index: int) -> list[Row]:
    """Returns one replicate of a question as rows; workers call it."""
    return to_rows(run_replicate(bench(question), index))


@lru_cache(maxsize=2)
def bench(question: Question) -> Bench:
    """Returns what all replicates of a question share; opened and compiled once in each process."""
    folder = opened(question.study)
    (explanation,) = (one for one in folder.study.explanations if one.id == question.explanation)
    fitting = fitting_simulator(folder)
    wanted = needs(folder)
    claims, left_out = _claims(folder)
    return Bench(
        folder=folder, question=question, problem=problem(folder, fitting, explanation, question.when),
        settings=smc_settings(question.fit), simulator=judging_simulator(folder, wanted.variables),
        needs=wanted, claims=claims, left_out=left_out,
    )  # fmt: skip


def run_replicate(shared: Bench, index: int, sampler: Sampler = sample_one_repeat) -> Replicate:
    """Draws a truth, makes up the study's figures, fits and judges them, and compares with the truth.

    The numbers depend on the seed and the index alone.

    Args:
        shared: The bench.
        index: Which replicate.
        sampler: What fits; another one than the study's own only in tests.

    Raises:
        StockadeError: The made-up study could not be fitted or run.
    """
    seed = shared.question.fit.seed
    made = make_up(shared.problem, stream(seed, _TRUTH, index))
    fitted = sampler(made.problem, seed=seed, repeat=index, settings=shared.settings)
    world = _world(shared, made, fitted)
    return _compared(shared, made, fitted, world, stream(seed, _RANKS, index), index)


def _compared(
    shared: Bench, made: MadeUp, fitted: Repeat, world: World, noise: Stream, index: int
) -> Replicate:
    draws = kept_draws(len(fitted.draws))
    chosen = noise.permutation(len(fitted.draws))[:draws]

    def rank(truth: float, values: np.ndarray) -> int:
        return rank_of(truth, values[chosen], noise.random())

    parameters = {
        name: rank(made.truth[row], fitted.draws[:, row])
        for row, name in enumerate(made.problem.parameters)
        if made.problem.free[row]
    }
    likelihood = rank(_log_likelihood(shared, made), fitted.log_likelihood)
    quantities: dict[str, int] = {}
    said: dict[str, tuple[float, bool]] = {}
    for name, claim in shared.claims.items():
        outcome = evaluate(claim.expression, world, {}, shared.question.fit.seed)
        if isinstance(outcome, Silence):
            continue
        open_terms = {render(term): values for term, values in outcome.terms.items() if _open(values)}
        for text, values in open_terms.items():
            if text not in quantities and not np.isnan(values).any():
                quantities[text] = rank(float(values[0]), values[1:])
        if open_terms and outcome.counted[0] and outcome.condition >= LEAST_CONDITION:
            said[name] = _said(outcome)
    return Replicate(
        index, draws, parameters=parameters, quantities=quantities, log_likelihood=likelihood, said=said,
        redrawn=made.redrawn,
    )  # fmt: skip


def _open(values: np.ndarray) -> bool:
    """Says whether a quantity (draw,) is not settled by what was seen."""
    return bool(np.any(values != values[0]))


def _said(outcome: Outcome) -> tuple[float, bool]:
    """Returns the probability of a claim as the study would print it, and whether it is true."""
    held = outcome.truth[1:][outcome.counted[1:]]
    probability = float(held.mean()) if held.size else 0.5
    return bounded(probability, max(held.size, 1)), bool(outcome.truth[0])


def _log_likelihood(shared: Bench, made: MadeUp) -> float:
    """Returns the log likelihood at the truth, in a batch as large as the sampler's, which is compiled."""
    z = jnp.repeat(jnp.asarray(made.z)[:, None], shared.settings.chains, axis=1)
    found = particles_at(z, arrays_of(made.problem), layout_of(made.problem))
    return float(found.log_likelihood[0])


def _world(shared: Bench, made: MadeUp, fitted: Repeat) -> World:
    """Returns the world of the fit with the truth as its first draw."""
    folder, study = shared.folder, shared.folder.study
    values = dict(folder.series.values)
    shift = study.period.first - folder.series.first_month
    for series, counts in made.counts.items():
        column, months = values[series].copy(), np.arange(len(counts)) + shift
        inside = (months >= 0) & (months < len(column))
        rows = months[inside]
        column[rows] = np.where(np.isnan(column[rows]), np.nan, counts[inside])
        values[series] = column
    given = replace(folder, series=with_values(folder.series, values))
    maker = WorldMaker(given, shared.simulator, shared.question.when, shared.needs, shared.question.fit.seed)
    world = posterior_account(maker, _posterior(shared, made, fitted)).world
    counts = {name: _with_truth(one, made.counts.get(name)) for name, one in world.counts.items()}
    return replace(world, counts=counts)


def _with_truth(counts: np.ndarray, made: np.ndarray | None) -> np.ndarray:
    if made is None:
        return counts
    found = counts.copy()
    found[:, 0] = made[: len(found)]
    return found


def _posterior(shared: Bench, made: MadeUp, fitted: Repeat) -> Posterior:
    """Returns the draws as a posterior, the truth before them."""
    free = np.asarray(made.problem.free)
    draws = np.vstack([made.truth[None], fitted.draws])[:, free]
    held = zip(made.problem.parameters, made.truth, free, strict=True)
    return Posterior(
        explanation=shared.question.explanation, as_of=shared.question.when.isoformat(),
        names=made.problem.free_names, held={name: float(one) for name, one, is_free in held if not is_free},
        draws=draws, prior_draws=draws[:0], repeat=np.zeros(len(draws), dtype=int),
        log_likelihood=np.concatenate([[0.0], fitted.log_likelihood]), log_evidence=fitted.log_evidence,
        mc_error=0.0, repeats=np.array([fitted.log_evidence]),
        repeats_tempered=np.array([fitted.log_evidence_tempered]), stages=(fitted.stages,), shrinkage={},
    )  # fmt: skip


def _claims(folder: StudyFolder) -> tuple[dict[str, ParsedClaim], dict[str, str]]:
    """Returns the claims that a truth can be asked, and why the others cannot."""
    names, found, left_out = claim_names(folder), {}, {}
    for one in folder.study.claims:
        if one.says is None:
            left_out[one.id] = "it cannot be tested"
            continue
        try:
            claim = parse(one.says, one.place)
        except StockadeError as error:
            left_out[one.id] = error.diagnostics[0].message
            continue
        if any(two.severity == "error" for two in check_claim(claim, names)):
            left_out[one.id] = "it is ill-posed"
        elif isinstance(claim.expression, Explanations):
            left_out[one.id] = OF_WEIGHTS
        elif reported(claim.expression):
            left_out[one.id] = FROM_LEDGER
        else:
            found[one.id] = claim
    return found, left_out
