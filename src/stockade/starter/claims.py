"""Five starter claims, each of a kind of its own, about the months that the study looks ahead on."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.data.months import Window, format_month
from stockade.starter.record import CIVILIANS
from stockade.starter.span import YEAR, Span


@dataclass(frozen=True, slots=True)
class StarterClaim:
    """A claim as study.toml holds it, and what it shows about writing claims."""

    id: str
    type: str
    teaches: str
    means: str
    says: str


def starter_claims(span: Span, fitted: tuple[str, ...], main: str) -> tuple[StarterClaim, ...]:
    """Returns five claims: two observable, one latent, one causal, one that sets accounts side by side.

    Args:
        span: The study's months.
        fitted: Columns that the study fits.
        main: The fitted column with the most events.
    """
    now, past = span.fitted.last, max(span.fitted.last - YEAR, span.fitted.first)
    months = "month" if len(span.ahead) == 1 else f"{len(span.ahead)} months"
    return (
        StarterClaim(
            "fewer",
            "observable",
            "observed(...) is the record itself: settled once the months have been published, predicted "
            "until then.",
            f"Fewer {_label(main)} are recorded in {span.ahead} than in the {months} before.",
            f"total(observed({main}), {span.ahead}) < total(observed({main}), {span.before})",
        ),
        _second(span, fitted, main),
        StarterClaim(
            "weakened",
            "latent",
            "Nobody counts members: only the model speaks of them, and only relative to another month.",
            f"The group had fewer members in {format_month(now)} than in {format_month(past)}.",
            f"at(members, {format_month(now)}) < at(members, {format_month(past)})",
        ),
        StarterClaim(
            "held-down-by-losses",
            "causal",
            "A cause is a comparison of what was with what would have been: 'under' a scenario, the same "
            "draws twice. Say how much: that something mattered at all is nearly always true.",
            f"Had the group lost members half as fast from {format_month(past + 1)} on, there would have "
            f"been at least a fifth more violence in {span.ahead}.",
            f"total(clashes + attacks on civilians, {span.ahead}) under losses_halved "
            f">= 1.2 * total(clashes + attacks on civilians, {span.ahead})",
        ),
        StarterClaim(
            "people-turned-away",
            "causal",
            "Which account explains the record better; a ratio of weights, from equal ones beforehand.",
            "A backlash against attacks on civilians explains the record better than pressure or a change "
            "from outside.",
            "explanation in (backlash) against (pressure, outside-change)",
        ),
    )


def kept_month(span: Span) -> int:
    """Returns the month at whose level scenarios keep things: a year before the first date if it can be."""
    return max(span.fitted.last - YEAR, span.fitted.first)


def _second(span: Span, fitted: tuple[str, ...], main: str) -> StarterClaim:
    if CIVILIANS in fitted and main != CIVILIANS:
        return StarterClaim(
            "more-against-civilians",
            "observable",
            "Total is a count; a share or a rate is another claim: divide one total by another (plus 1, "
            "lest it be nothing).",
            f"Attacks on civilians are a larger share of the group's attacks in {span.ahead} than before.",
            _share(span.ahead) + " > " + _share(span.before),
        )
    return StarterClaim(
        "a-month-as-bad",
        "observable",
        "peak is the highest month of a window: one bad month is another claim than a bad year.",
        f"At least one month of {span.ahead} is as violent as the worst of {span.before}.",
        f"peak(observed({main}), {span.ahead}) >= peak(observed({main}), {span.before})",
    )


def _share(window: Window) -> str:
    civilians = f"total(observed({CIVILIANS}), {window})"
    return f"{civilians} / (1 + {civilians} + total(observed(clashes), {window}))"


def _label(column: str) -> str:
    return column.replace("_", " ")
