"""What a run's feedback loops come to, in plain words."""

from __future__ import annotations

from stockade.briefing.loops import Feedback, FeedbackLoop
from stockade.briefing.wording import MINUS, count, percent, percent_range, several, window

LISTED = 0.01
"""Loops below this share, and below it at 95 % of the posterior, are told of in one sentence."""

MOST_LISTED = 20
"""How many loops a table shows at most."""

MOST_NAMES = 14
"""How many variables of one loop are written out; of a longer one the first and the last."""

MOST_SPANS = 3
"""How many stretches of time are written out for one loop."""


def groups(feedback: Feedback) -> tuple[tuple[FeedbackLoop, ...], ...]:
    """Returns the loops group by group."""
    numbers = dict.fromkeys(one.group for one in feedback.loops)
    return tuple(tuple(one for one in feedback.loops if one.group == number) for number in numbers)


def group_name(loops: tuple[FeedbackLoop, ...]) -> str:
    """Returns what a group turns on: the stocks that its loops begin with."""
    return several(list(dict.fromkeys(one.variables[0] for one in loops if one.variables)), 3)


def listed(feedback: Feedback) -> tuple[FeedbackLoop, ...]:
    """Returns the loops that a table shows."""
    heavy = [one for one in feedback.loops if max(one.share or 0.0, one.share_high or 0.0) >= LISTED]
    least = sorted((one.share or 0.0 for one in heavy), reverse=True)[:MOST_LISTED]
    return tuple(one for one in heavy if (one.share or 0.0) >= least[-1])[:MOST_LISTED]


def path(one: FeedbackLoop) -> str:
    """Returns a loop's variables with signs and arrows, back to where it began."""
    pairs = zip(one.variables, one.signs, strict=False)
    steps = [f"{name} {sign.replace('-', MINUS)}→ " for name, sign in pairs]
    if len(steps) > MOST_NAMES:
        left = len(steps) - MOST_NAMES + 1
        steps = [*steps[: MOST_NAMES - 5], f"… {left} more … → ", *steps[-4:]]
    return "".join([*steps, *one.variables[:1]])


def share(one: FeedbackLoop) -> str:
    """Returns a loop's share with its interval; a loop alone in its group has all of it."""
    if (one.share or 0.0) > 0.9999:
        return "all of it"
    if one.share_low is None or one.share_high is None:
        return percent(one.share)
    return f"{percent(one.share)} ({percent_range(one.share_low, one.share_high)})"


def spans(one: FeedbackLoop) -> str:
    """Returns when a loop dominates, in words; a dash where it never does."""
    words = [_span(text) for text in one.dominates]
    more = len(words) - MOST_SPANS
    if more > 1:
        words = [*words[:MOST_SPANS], f"{more} more stretches"]
    return "; ".join(words) or "–"


def _span(text: str) -> str:
    return window(text) if "-" in text.lstrip("-") else text.replace("..", " to ")


def sentences(feedback: Feedback) -> tuple[str, ...]:
    """Returns what drives the run, group by group, and what was not looked at."""
    found = []
    parts = groups(feedback)
    if not parts:
        return ("No feedback loop acted in this run.",)
    for loops in parts:
        first = max(loops, key=lambda one: one.share or 0.0)
        balance = sum(one.share or 0.0 for one in loops if one.polarity.endswith("balancing"))
        if len(loops) == 1:
            found.append(f"{group_name(loops)}: one loop alone, {first.label}, {first.polarity}.")
            continue
        only = {one.polarity for one in loops} == {"balancing"}
        says = "only balancing loops" if only else f"balancing loops have {percent(balance)} of the influence"
        found.append(f"{group_name(loops)}: {says}; {first.label} weighs most, {share(first)}.")
    if len(parts) > 1:
        found.append(
            f"The loops fall into {len(parts)} groups that do not act back on one another; shares are "
            "within a group."
        )
    return (*found, *_rest(feedback))


def _rest(feedback: Feedback) -> tuple[str, ...]:
    found = []
    small = len(feedback.loops) - len(listed(feedback)) + feedback.others
    if small:
        found.append(f"The table leaves out {count(small, 'loop')} of small share.")
    acted = len(feedback.loops) + feedback.others
    if feedback.structural is not None and feedback.structural > acted:
        still = feedback.structural - acted
        found.append(f"{count(still, 'loop')} that the equations allow never acted in this run.")
    if not feedback.complete:
        found.append(
            "The model has too many loops to look at all: these lie on the strongest paths, and one may be "
            "missing."
        )
    return tuple(found)
