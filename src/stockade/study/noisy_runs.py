"""Draws of a noisy fit run again, as it was and under scenarios, each with the chance that its path had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator
from stockade.compiler.overrides import Overrides
from stockade.forecasts.predict import seed_for
from stockade.inference.noisy_month import Drawn
from stockade.inference.posterior import Posterior, parameter_draws
from stockade.inference.replay import Luck, fresh_luck, replay
from stockade.progress import Progress
from stockade.simulation.process_noise import ProcessNoise
from stockade.study.build_noise import noise_of
from stockade.study.noisy_fits import NoisyFits, scales_of
from stockade.study.worlds import PRIOR_DRAWS, Run, Runs


@dataclass(frozen=True, eq=False)
class NoisyRuns:
    """What runs with noise share within a study.

    Attributes:
        simulator: Compiled with the noisy flows, and what scenarios change, as overridable.
        noise: What is noisy.
        scales: The parameter that is the scale of each environmental flow, in their order.
        seed: Of the chance of prior draws.
    """

    simulator: Simulator
    noise: ProcessNoise
    scales: Sequence[str]
    seed: int

    def of(self, posterior: Posterior, luck: Luck) -> Runs:
        """Returns how the draws of a noisy posterior are run, and those of its prior.

        Args:
            posterior: The posterior.
            luck: Of its draws.
        """
        assert self.simulator.stepper is not None  # noise is for Euler alone, and Euler has one
        draws = min(PRIOR_DRAWS, len(posterior.prior_draws))
        seed = int(seed_for(self.seed, "luck", posterior.explanation).generate_state(1)[0])
        before = fresh_luck(seed, self.simulator.stepper, self.noise, draws)
        return Runs(self._run(posterior, before, prior=True), self._run(posterior, luck, prior=False))

    def _run(self, posterior: Posterior, luck: Luck, *, prior: bool) -> Run:
        stepper = self.simulator.stepper
        assert stepper is not None
        draws = luck.factors.shape[-1]
        scales = np.zeros((0, draws))
        if self.scales:
            scales = parameter_draws(posterior, self.scales, prior=prior)[:, :draws]

        def run(constants: Floats, inputs: Floats | None, overrides: Overrides) -> Floats:
            return replay(stepper, self.noise, luck, Drawn(constants, scales, inputs), overrides)

        return run


def noisy_draws(
    work: NoisyFits, simulator: Simulator, when: date, progress: Progress, *, fresh: bool
) -> dict[str, tuple[Posterior, Run]]:
    """Returns every explanation's noisy posterior, and how its draws are run.

    Args:
        work: Makes the fits, or finds those that are kept.
        simulator: Compiled with the noisy flows, and what scenarios change, as overridable.
        when: The date.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.
    """
    study = work.folder.study
    maker = NoisyRuns(simulator, noise_of(study, work.folder.model), scales_of(study), work.seed)
    names = [one.id for one in study.explanations if one.mechanism]
    fitted = work.of(when, names, progress, fresh=fresh)
    return {
        name: (one.posterior, maker.of(one.posterior, one.luck).posterior) for name, one in fitted.items()
    }
