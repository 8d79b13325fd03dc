"""What noise in the flows does to the verdicts: every claim judged by fits without it and with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from stockade.briefing.noise import NoiseClaim
from stockade.claims.judge import judge_all
from stockade.claims.verdict import Verdict
from stockade.inference.posterior import Posterior
from stockade.study.build_noise import noise_of
from stockade.study.fits import Fits
from stockade.study.folder import StudyFolder
from stockade.study.judging import claim_spec, judge_settings, judge_statements, needs
from stockade.study.noisy_fits import NoisyFit, scales_of
from stockade.study.noisy_runs import NoisyRuns
from stockade.study.simulators import judging_simulator
from stockade.study.worlds import Runs, WorldMaker, mechanism_account, null_account


def noisy_claims(
    folder: StudyFolder, fits: Fits, when: date, noisy: Mapping[str, NoisyFit], seed: int
) -> tuple[NoiseClaim, ...]:
    """Judges every claim twice: by the fits without noise, and by those with it.

    With noise every draw keeps the chance of its own path, under scenarios too.

    Args:
        folder: The study.
        fits: Its fits without noise, and its nulls, which stand beside the explanations in both.
        when: The date.
        noisy: Every explanation with a mechanism, fitted with noise.
        seed: Of everything random.

    Returns:
        The claims that both judge with a probability.

    Raises:
        StockadeError: ``not-finite`` where a draw runs into NaN or infinity.
    """
    plain = {name: fits.posteriors[when, name] for name in noisy}
    without = _verdicts(folder, fits, when, plain, None, seed)
    wants = needs(folder)
    simulator = judging_simulator(folder, wants.variables, noisy=True)
    maker = NoisyRuns(simulator, noise_of(folder.study, folder.model), scales_of(folder.study), seed)
    runs = {name: maker.of(one.posterior, one.luck) for name, one in noisy.items()}
    drawn = {name: one.posterior for name, one in noisy.items()}
    with_ = _verdicts(folder, fits, when, drawn, runs, seed)
    return tuple(
        NoiseClaim(
            one.id, one.quote, one.probability, two.probability, one.mc_error, two.mc_error,
            one.phrase or one.verdict, two.phrase or two.verdict,
        )
        for one, two in zip(without, with_, strict=True)
        if one.probability is not None and two.probability is not None
    )  # fmt: skip


def _verdicts(
    folder: StudyFolder,
    fits: Fits,
    when: date,
    posteriors: Mapping[str, Posterior],
    runs: Mapping[str, Runs] | None,
    seed: int,
) -> tuple[Verdict, ...]:
    wants = needs(folder)
    simulator = judging_simulator(folder, wants.variables, noisy=runs is not None)
    maker = WorldMaker(folder, simulator, when, wants, seed)
    draws = max(len(one.draws) for one in posteriors.values())
    worlds = []
    for one in folder.study.explanations:
        key = (when, one.id)
        if one.mechanism:
            account = mechanism_account(maker, posteriors[one.id], runs[one.id] if runs else None)
        else:
            account = null_account(maker, one.id, fits.nulls[key], fits.problems[key], draws)
        worlds.append(account.world)
    specs = [claim_spec(one) for one in folder.study.claims]
    return judge_all(specs, worlds, judge_statements(folder, when), judge_settings(folder, when, seed))
