"""How the sampler is run and what a run leaves behind, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STATES_KEPT = 2
"""States of each chain that become draws, evenly spaced over its last stage."""


@dataclass(frozen=True)
class SmcSettings:
    """How a repeat is run.

    Few chains with many moves each beat many chains with few: the particles of a stage are as many, and
    each has been moved further from where resampling put it. With too few moves posteriors come out too
    narrow and the log evidence too low, in all repeats alike, so that their spread does not tell. How
    far a chain has moved is therefore reckoned: a move of step s that is taken with probability a
    forgets a (1 - sqrt(1 - s^2)) of where the chain stood, and a stage ends when that adds up to `travel`.

    Steps are short enough that half of the moves are taken. Bold steps look cheaper by that reckoning and
    are not: they jump to anywhere in a t that has not yet reached the tails, and a chain that should go
    out there, or come back, is seldom let. docs/calibration.md has what was measured.

    Attributes:
        particles: Draws of a repeat; half as many chains run side by side.
        states: States of each chain that become particles of the next stage; moves come in as many.
        travel: How often over each chain must forget where it stood before a stage ends.
        most_rounds: Rounds of `states` moves after which a stage ends all the same.
        ess: Wanted effective sample size after a step, as a fraction.
        acceptance: Mean acceptance that the step size aims at.
        widen: Factor on the scale of the t that proposals come from, beside the particles' own.
        settle: Further stages at temperature 1; the states of the last feed the bridge.
        rest: The same as `travel` for each of them.
        references: Draws from each of the bridge's two t, in multiples of the chains.
        most_stages: After this many the fit is given up.
    """

    particles: int = 512
    states: int = 12
    travel: float = 0.5
    most_rounds: int = 10
    ess: float = 0.5
    acceptance: float = 0.5
    widen: float = 1.1
    settle: int = 4
    rest: float = 5.0
    references: int = 8
    most_stages: int = 200

    def __post_init__(self) -> None:
        least = min(self.states // 4, self.most_rounds // 2, self.settle, self.references)
        if self.particles < 8 or self.particles % 8 or least < 1:
            raise ValueError(
                "particles come in eights, with 4 states or more, 2 rounds or more, 1 of the rest"
            )

    @property
    def chains(self) -> int:
        """Chains that run side by side."""
        return self.particles // STATES_KEPT


@dataclass(frozen=True)
class Stage:
    """What happened at one temperature.

    Attributes:
        temperature: Exponent of the likelihood.
        ess: Effective sample size of the weights that led here, as a fraction.
        acceptance: Mean acceptance probability of its moves.
        step: Step size at its end.
        moves: Moves of each chain.
    """

    temperature: float
    ess: float
    acceptance: float
    step: float
    moves: int


@dataclass(frozen=True, eq=False)
class Repeat:
    """One run of the sampler.

    Attributes:
        draws: (draw, D) parameters on their natural scale, held ones included; equally weighted.
        log_likelihood: (draw,).
        log_evidence: Log marginal likelihood, by the bridge.
        log_evidence_tempered: The same by tempering's own, noisier estimate.
        stages: One for each temperature above 0.
        prior_impossible: Fraction of prior draws whose likelihood was not finite.
    """

    draws: np.ndarray
    log_likelihood: np.ndarray
    log_evidence: float
    log_evidence_tempered: float
    stages: tuple[Stage, ...]
    prior_impossible: float
