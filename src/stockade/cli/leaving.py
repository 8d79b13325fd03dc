"""The command that leaves data out: ``influence``."""

from __future__ import annotations

from stockade.cli.arguments import (
    DatesOption,
    FreshOption,
    JsonOption,
    ParticlesOption,
    RepeatsOption,
    SeedOption,
    StudyArgument,
)
from stockade.cli.doors import door


def influence(
    study: StudyArgument,
    as_of: DatesOption = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Leave every figure and every source out in turn: what becomes of the weights and the claims.

    By weights on the posterior's draws, and by a fit made anew where those cannot be trusted; a run that
    was stopped goes on. The next assess shows it.
    """
    with door(json_file):
        from stockade.cli.influencing import influence_and_show

        influence_and_show(
            study, tuple(as_of or ()), json_file,
            fresh=fresh, seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip
