"""What is wrong with the runs of an explanation through the months, with advice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from stockade.errors import Diagnostic, Place
from stockade.inference.diagnostics import LEAST_ACCEPTANCE
from stockade.inference.sequential import Course

COLLAPSE = 0.02
"""Share of the draws below which a day's data were a surprise; runs start anew before, for accuracy alone."""
SPREAD = 1.0
"""Largest difference between repeats in log evidence that passes without a word."""


def diagnose_course(explanation: str, runs: Sequence[Course], days: Sequence[date]) -> tuple[Diagnostic, ...]:
    """Returns what a reader of these runs must know; empty if nothing is wrong.

    The first day takes in all that was known by then, as a fit does, so starting it anew is no collapse.

    Args:
        explanation: Its id, for the place.
        runs: The independent repeats.
        days: The days they went through.
    """
    place = Place(name=explanation)
    found = (_collapsed(runs, days, place), _stuck(runs, days, place), _spread(runs, days, place))
    return tuple(one for one in found if one is not None)


def _collapsed(runs: Sequence[Course], days: Sequence[date], place: Place) -> Diagnostic | None:
    ess = np.array([run.ess for run in runs]).min(axis=0)
    anew = np.array([run.restarted for run in runs]).any(axis=0) & (np.arange(len(days)) > 0)
    anew &= ~(ess >= COLLAPSE)
    if not anew.any():
        return None
    told = ", ".join(days[one].isoformat() for one in np.flatnonzero(anew)[:3])
    more = int(anew.sum()) - 3
    return _warning(
        "particles-collapsed",
        f"What came by {told}{f' and {more} more days' if more > 0 else ''} left an effective sample size "
        f"of {100 * float(ess[anew].min()):.2g} % of the draws, and the run started anew from the prior.",
        place,
        f"At least {100 * COLLAPSE:g} % are needed. The evidence is then that of the new run, but the "
        "explanation hardly allowed for what came, figures or paths of inputs: look at both on that day; "
        "where they are no surprise, raise --particles.",
    )


def _stuck(runs: Sequence[Course], days: Sequence[date], place: Place) -> Diagnostic | None:
    # A day without moves has no acceptance.
    taken = np.array([np.where(run.moved, run.acceptance, 1.0) for run in runs]).min(axis=0)
    if (taken >= LEAST_ACCEPTANCE).all():
        return None
    worst = int(np.argmin(taken))
    return _warning(
        "low-acceptance",
        f"On {days[worst].isoformat()} only {100 * float(taken[worst]):.1f} % of the moves were taken, so "
        "draws that resampling had copied were not moved apart.",
        place,
        "Do not lean on its weights from that day on: raise --particles, or hold parameters that only matter "
        "together.",
    )


def _spread(runs: Sequence[Course], days: Sequence[date], place: Place) -> Diagnostic | None:
    spread = np.ptp([run.log_evidence for run in runs], axis=0)
    if not spread.max() > SPREAD:
        return None
    worst = int(np.argmax(spread))
    return _warning(
        "repeats-disagree",
        f"Its runs differ by up to {spread[worst]:.1f} in log evidence, most on {days[worst].isoformat()}.",
        place,
        "Raise --particles.",
    )


def _warning(code: str, message: str, place: Place, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, place=place, hint=hint, severity="warning")
