"""Actors of event files: which rows name one, under which names, and what a misspelt one may have meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from stockade.data.events import Events, Side, as_day
from stockade.data.months import parse_day
from stockade.data.table import Row, read_table
from stockade.errors import Diagnostic, Place, StockadeError

ALIAS_COLUMNS = ("actor", "also", "from", "to", "because")
_MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an actor, for a time.

    Attributes:
        actor: The name that is asked for.
        also: A name that stands in the file.
        first: First day on which it means the actor; None for always before.
        last: Last day; None for always after.
        because: Why, in the words of whoever wrote the table.
    """

    actor: str
    also: str
    first: date | None = None
    last: date | None = None
    because: str = ""


def read_aliases(path: str | Path) -> tuple[Alias, ...]:
    """Reads a table of names: a CSV file with the columns actor, also, from, to, because.

    Raises:
        StockadeError: ``alias-empty`` where a row lacks one of the names, ``bad-date``,
            ``alias-reversed``, and those of any table.
    """
    table = read_table(path, required=ALIAS_COLUMNS)
    problems: list[Diagnostic] = []
    found = [_alias(table.file, row, problems) for row in table.rows]
    if problems:
        raise StockadeError(problems)
    return tuple(one for one in found if one is not None)


def _alias(file: str, row: Row, problems: list[Diagnostic]) -> Alias | None:
    cells = row.cells
    place = Place(file, row.line)
    if not cells["actor"] or not cells["also"]:
        hint = "Write the name that you ask for under actor, the one in the file under also."
        excerpt = ",".join(cells.values())
        problems.append(Diagnostic("alias-empty", "A row needs both names.", place, excerpt, hint))
        return None
    try:
        first, last = (parse_day(cells[name], place) if cells[name] else None for name in ("from", "to"))
    except StockadeError as error:
        problems += error.diagnostics
        return None
    if first is not None and last is not None and last < first:
        excerpt = f"{cells['from']}..{cells['to']}"
        problems.append(
            Diagnostic(
                "alias-reversed", "The name ends before it begins.", place, excerpt, "Swap the two days."
            )
        )
        return None
    return Alias(cells["actor"], cells["also"], first, last, cells["because"])


def plain_name(name: str) -> str:
    """Returns a name as it is compared: without accents, kinds of quotes, case and double blanks."""
    letters = unicodedata.normalize("NFKD", name.translate(_QUOTES))
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


_QUOTES = {ord(one): "'" for one in "\u2018\u2019\u02bc\u02bb\u0060\u00b4"} | {ord("\u2013"): "-"}


def actors_of(events: Events) -> dict[str, int]:
    """Returns how many events name each actor, the most frequent first."""
    counts: dict[str, int] = {}
    for side in events.sides:
        per_word = np.bincount(side.names.codes, minlength=len(side.names.words))
        for members, count in zip(side.members, per_word.tolist(), strict=True):
            for name in set(members):
                counts[name] = counts.get(name, 0) + count
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def rows_of(
    events: Events, sides: Iterable[Side], wanted: Sequence[str], aliases: Sequence[Alias]
) -> np.ndarray:
    """Returns (event,) booleans: whether one of the actors stands in one of the columns.

    Args:
        events: The file.
        sides: The columns to look at.
        wanted: Names as people write them; see `plain_name`.
        aliases: Other names, each counted on its days only (by the event's first day).
    """
    names = {plain_name(one) for one in wanted}
    found = np.zeros(len(events), dtype=bool)
    others = [one for one in aliases if plain_name(one.actor) in names]
    for side in sides:
        keys = [{plain_name(name) for name in members} for members in side.members]
        found |= side.names.has(np.array([not names.isdisjoint(one) for one in keys], dtype=bool))
        for alias in others:
            also = plain_name(alias.also)
            rows = side.names.has(np.array([also in one for one in keys], dtype=bool))
            found |= rows & _on(events.start, alias)
    return found


def _on(days: np.ndarray, alias: Alias) -> np.ndarray:
    inside = ~np.isnat(days)
    if alias.first is not None:
        inside &= days >= as_day(alias.first)
    if alias.last is not None:
        inside &= days <= as_day(alias.last)
    return inside


def as_written(events: Events, wanted: Sequence[str], aliases: Sequence[Alias]) -> tuple[str, ...]:
    """Returns names of actors as the file writes them; a name that stands in a table of names as it is.

    Raises:
        StockadeError: ``unknown-actor`` with near names, for each that no event names.
    """
    known = actors_of(events)
    plain = {plain_name(one): one for one in reversed(known)}
    aliased = {plain_name(one.actor): one.actor for one in aliases if plain_name(one.also) in plain}
    wrong = [one for one in wanted if plain_name(one) not in plain | aliased]
    if wrong:
        raise StockadeError(
            Diagnostic(
                "unknown-actor", f"No event of the file names '{one}'.", Place(events.file, name=one),
                hint=_advice(near_names(one, known)),
            )
            for one in wrong
        )  # fmt: skip
    return tuple({**aliased, **plain}[plain_name(one)] for one in wanted)


def _advice(near: Sequence[str]) -> str:
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return "`stockade events FILE` lists the actors; a table of other names is given with --aliases."


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Returns names that a misspelt one may have meant: those that hold it, its initials, or look like it.

    Args:
        name: As somebody wrote it.
        known: The names that there are, the likelier ones first.
    """
    plain = {plain_name(one): one for one in reversed(list(known)) if one}
    wanted = plain_name(name)
    words = set(wanted.split())
    first = [one for one in plain if len(wanted) > 2 and wanted in one]
    second = [one for one in plain if wanted.replace(".", "") in (_initials(one), _in_brackets(one))]
    third = [one for one in plain if len(one) > 3 and f" {one} " in f" {wanted} "]
    fourth = get_close_matches(wanted, plain, n=_MOST_NEAR, cutoff=0.6)
    states = "government" in words
    fifth = [
        one
        for one in plain
        if words & set(one.split()) - _COMMON and (states or not one.startswith("government of "))
    ]
    fifth.sort(key=lambda one: -len(words & set(one.split()) - _COMMON))
    ordered = dict.fromkeys([*second, *first[::-1], *third, *fourth, *fifth])
    return [plain[one] for one in ordered][:_MOST_NEAR]


_COMMON = frozenset({
    "the", "of", "and", "in", "for", "al", "el", "de", "government", "civilians", "army", "front", "forces",
    "movement", "group", "unknown", "military",
})  # fmt: skip


def _initials(name: str) -> str:
    words = [
        one for one in name.replace("-", " ").split() if one not in {"of", "the", "and", "in", "for", "al"}
    ]
    return "".join(one[0] for one in words)


def _in_brackets(name: str) -> str:
    """Returns what stands in brackets, as in 'Front for Something (FFS)'."""
    return name.partition("(")[2].partition(")")[0]
