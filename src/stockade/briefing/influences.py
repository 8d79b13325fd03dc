"""Which figures carry the verdict, in sentences and as a figure."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from stockade.briefing.influence import Influence, InfluenceAt, PartLeftOut
from stockade.briefing.marks import BLUE, INK, RUST, Figure, unit, wrapped
from stockade.briefing.wording import count, day, percent, several, window

HEAVY = 0.05
"""Weight that an explanation must once have to have a column."""

COLUMNS, ORIGINS, SINGLES = 5, 10, 10
NOTABLE = 0.1
"""Change of a weight or a probability that is worth a sentence."""

ALL = "with everything"
_NOUNS = {"series": "series", "reports": "all reports", "source": "source"}


def singles(at: InfluenceAt) -> list[PartLeftOut]:
    """Returns the single figures, what moves most first."""
    return [one for one in at.parts if one.kind in ("month", "report")]


def origins(at: InfluenceAt) -> list[PartLeftOut]:
    """Returns whole series, kinds of report and sources, what moves most first."""
    return [one for one in at.parts if one.kind not in ("month", "report")]


def part_name(one: PartLeftOut) -> str:
    """Returns what is left out, e.g. ``suicide attacks a month, Jan 2007: 27``."""
    if one.kind in _NOUNS:
        return f"{one.what} ({_NOUNS[one.kind]})"
    return f"{one.what}, {window(one.window)}: {one.figure}"


def shown_explanations(at: InfluenceAt) -> list[int]:
    """Returns which explanations to show: those that are heavy with or without something, heaviest first."""
    rows = np.array(
        [[value or 0.0 for value in row] for row in (at.weight, *(one.weight for one in at.parts))]
    )
    heavy = [index for index in range(len(at.explanations)) if rows[:, index].max() >= HEAVY]
    return sorted(heavy, key=lambda index: -rows[:, index].max())[:COLUMNS]


def influence_sentences(at: InfluenceAt) -> list[str]:
    """Returns what changes most, and whether anything changes which explanation leads."""
    if not at.explanations:
        return []
    leader = _leader(at, at.weight)
    found = [_turned(at, one, leader) for one in origins(at) if _leader(at, one.weight) != leader]
    turning = [one for one in singles(at) if _leader(at, one.weight) != leader]
    if turning:
        names = several([part_name(one) for one in turning], 4)
        found.append(f"Single figures without which {leader} no longer leads: {names}.")
    else:
        found.append(f"No single figure changes which explanation leads: {leader} does without any of them.")
    moved = [one for one in singles(at) if (one.moved or 0.0) >= NOTABLE]
    most = singles(at)[:1]
    if moved:
        found.append(
            f"{count(len(moved), 'single figure')} would move a weight or a claim by {percent(NOTABLE)} or "
            f"more if left out; most of all {_moved(at, moved[0])}."
        )
    elif most:
        found.append(
            f"No single figure would move any weight or claim by {percent(NOTABLE)}; most of all "
            f"{_moved(at, most[0])}."
        )
    return found


def moved_words(at: InfluenceAt, one: PartLeftOut) -> str:
    """Returns what changes most, e.g. ``supply 50 % to 12 %``."""
    before, after = _values(at, one)
    return f"{one.moved_most} {percent(before)} to {_left(after)}"


def influence_figures(influence: Influence | None) -> tuple[Figure, ...]:
    """Returns for each date the weights without each part as a table of shaded cells."""
    if influence is None:
        return ()
    return tuple(figure for at in influence.as_of for figure in _figure(at))


def _leader(at: InfluenceAt, weight: tuple[float | None, ...]) -> str:
    return at.explanations[int(np.argmax([one or 0.0 for one in weight]))]


def _turned(at: InfluenceAt, one: PartLeftOut, leader: str) -> str:
    other, old = _leader(at, one.weight), at.explanations.index(leader)
    new = at.explanations.index(other)
    return (
        f"Without {part_name(one)}, {other} leads with {percent(one.weight[new])} instead of "
        f"{percent(at.weight[new])}, and {leader} has {percent(one.weight[old])} instead of "
        f"{percent(at.weight[old])}."
    )


def _moved(at: InfluenceAt, one: PartLeftOut) -> str:
    before, after = _values(at, one)
    return f"{part_name(one)}, without which {one.moved_most} is {_left(after)} instead of {percent(before)}"


def _left(after: float | None) -> str:
    return "not judged" if after is None else percent(after)


def _values(at: InfluenceAt, one: PartLeftOut) -> tuple[float | None, float | None]:
    if one.moved_most in at.explanations:
        index = at.explanations.index(one.moved_most)
        return at.weight[index], one.weight[index]
    if one.moved_most in at.claims:
        index = at.claims.index(one.moved_most)
        return at.probability[index], one.probability[index]
    return None, None


def _figure(at: InfluenceAt) -> tuple[Figure, ...]:
    columns = shown_explanations(at)
    parts = [*origins(at)[:ORIGINS], *singles(at)[:SINGLES]]
    if not columns or not parts:
        return ()
    rows = _rows(at, columns, parts)
    order = list(dict.fromkeys(row["part"] for row in rows))
    names = [at.explanations[index] for index in columns]
    layers = [unit(one) for one in _layers(order, names)]
    height = 24 * len(order) + 20
    spec = wrapped({"layer": layers, "width": "container", "height": height}, {"parts": rows})
    says = (
        "Each row leaves something out and shows the weights that remain; the first leaves nothing out. "
        "Blue: more than with everything; red: less. Sources stand first, then single figures."
    )
    title = "Weights without each source, and without each figure"
    return (Figure(f"figure-influence-{at.date}", title, f"as of {day(at.date)}", says, spec, height + 90),)


def _rows(at: InfluenceAt, columns: list[int], parts: list[PartLeftOut]) -> list[dict[str, Any]]:
    rows = [(ALL, at.weight, ""), *((f"{part_name(one)}", one.weight, moved_words(at, one)) for one in parts)]
    found, seen = [], set()
    for name, weight, moved in rows:
        if name in seen:
            continue
        seen.add(name)
        for index in columns:
            now, was = weight[index] or 0.0, at.weight[index] or 0.0
            told = {"part": name, "who": at.explanations[index], "shown": percent(now), "moved": moved}
            found.append(told | {"change": round(now - was, 4)})
    return found


def _layers(order: list[str], names: list[str]) -> list[alt.Chart]:
    left = alt.Axis(title=None, labelLimit=300, grid=False, ticks=False, domain=False, labelPadding=8)
    top = alt.Axis(
        title=None, orient="top", labelAngle=0, labelLimit=120, grid=False, ticks=False, domain=False
    )
    scale = alt.Scale(domain=[-0.5, 0, 0.5], range=[RUST, "#ffffff", BLUE], clamp=True, interpolate="rgb")
    base = alt.Chart(alt.NamedData(name="parts")).encode(
        x=alt.X("who:N", sort=names, axis=top),
        y=alt.Y("part:N", sort=order, axis=left),
        tooltip=[
            alt.Tooltip("part:N", title="left out"),
            alt.Tooltip("who:N", title="explanation"),
            alt.Tooltip("shown:N", title="weight"),
            alt.Tooltip("moved:N", title="moves most"),
        ],
    )
    # White letters where the shade is dark.
    ink = alt.condition("abs(datum.change) > 0.3", alt.value("white"), alt.value(INK))
    return [
        base.mark_rect(stroke="#e5e7eb").encode(color=alt.Color("change:Q", scale=scale, legend=None)),
        base.mark_text(fontSize=11).encode(text="shown:N", color=ink),
    ]
