"""The words of a watchlist: what to look for, the threshold, what it would mean, how often it misleads."""

from __future__ import annotations

from typing import Any

from stockade.briefing.watchlist import (
    EXPLANATIONS,
    WatchAnswer,
    WatchCandidate,
    Watchlist,
    WatchQuestion,
    WatchSide,
)
from stockade.briefing.wording import day, margin, number, percent, window

MOST = 5
"""Indicators that are shown for a question; the JSON has all."""


def bits(answer: WatchAnswer) -> str:
    """Returns the information with its error, e.g. ``0.420 ±0.021``."""
    return f"{answer.bits:.3f} ±{max(answer.error, 0.0005):.3f}"


def what(candidate: WatchCandidate) -> str:
    """Returns what to look for: the series or figure, and its months."""
    kinds = {"series": "", "report": "new report: ", "not collected": "not collected yet: "}
    return f"{kinds.get(candidate.kind, '')}{candidate.label}, {window(candidate.window)}"


def value(candidate: WatchCandidate) -> str:
    """Returns what the threshold is a value of."""
    return {"total": "in all", "mean": "on average", "peak": "at the peak"}.get(candidate.measure, "")


def ranked(watchlist: Watchlist, question: WatchQuestion) -> list[tuple[WatchCandidate, WatchAnswer]]:
    """Returns the observations with their answers to a question, the most telling first."""
    found = [
        (one, answer)
        for one in watchlist.candidates
        for answer in one.answers
        if answer.question == question.id
    ]
    return sorted(found, key=lambda pair: -pair[1].bits)


def indicators(watchlist: Watchlist, question: WatchQuestion, most: int = MOST) -> list[str]:
    """Returns sentences: what to look for, the threshold, what either side would mean, how it misleads."""
    found = []
    for candidate, answer in ranked(watchlist, question):
        mark = answer.indicator
        if mark is None or answer.bits <= 2 * answer.error:
            continue
        edge, unit = number(mark.threshold), value(candidate)
        found.append(
            f"{_capital(what(candidate))}. More than {edge} {unit} {_means(mark.above, question)} "
            f"{edge} or less {_means(mark.below, question)}"
        )
    return found[:most]


def heading(question: WatchQuestion) -> str:
    """Returns what is asked, and how much there is to tell."""
    if question.id == EXPLANATIONS:
        return f"{question.says}: {question.open:.2f} bits are open"
    return f"{question.says} ({percent(question.probability)}; {question.open:.2f} bits are open)"


def notes(watchlist: Watchlist) -> list[str]:
    """Returns what is to be said beside the tables."""
    found = list(watchlist.left_out)
    silent = [one for one in watchlist.candidates if one.silent >= 0.01]
    if silent:
        share = percent(max(one.silent for one in silent))
        names = "; ".join(one.label for one in silent)
        found.append(f"Explanations with up to {share} of the weight say nothing of: {names}.")
    return [*found, *watchlist.doubts]


def dated(watchlist: Watchlist) -> str:
    """Returns as of which day the list stands, and of what it is made."""
    return (
        f"As of {day(watchlist.date)}; {watchlist.months} coming months; {watchlist.outcomes} outcomes of "
        f"each observation, {watchlist.draws} draws of each explanation"
    )


def watch_content(watchlist: Watchlist | None) -> dict[str, Any]:
    """Returns what the page says of a watchlist, by the template's names; nothing without one."""
    if watchlist is None:
        return {"watchlist": None, "watch": (), "watch_dated": "", "watch_notes": ()}
    parts = [
        {
            "heading": heading(question),
            "rows": [
                {
                    "what": _capital(what(one)),
                    "bits": bits(answer),
                    "known_by": day(one.known_by) if one.known_by else "-",
                }
                for one, answer in ranked(watchlist, question)
            ],
            "indicators": indicators(watchlist, question),
        }
        for question in watchlist.questions
    ]
    return {
        "watchlist": watchlist,
        "watch": parts,
        "watch_dated": dated(watchlist),
        "watch_notes": notes(watchlist),
    }


def _means(side: WatchSide, question: WatchQuestion) -> str:
    favours = side.favours
    if question.id != EXPLANATIONS:
        favours = {"true": "the claim", "false": "the claim's being false"}.get(favours, favours)
    before, after = percent(side.before), percent(side.after)
    moves = f"from {before} to {after}" if before != after else f"but leaves it at {after}"
    return (
        f"speaks for {favours}, {moves}. Its chance is {_plus(side.seen, side.seen_error)}: "
        f"{percent(side.if_so)} where that is so, and {_plus(side.misleads, side.misleads_error)} where it "
        "is not and this would mislead."
    )


def _plus(share: float, error: float) -> str:
    return f"{percent(share)} {margin(error)}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
