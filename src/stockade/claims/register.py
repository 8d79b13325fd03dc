"""The register: every claim of a study with its type, as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from stockade.claims.verdict import ClaimSpec

WIDTH = 100


def register(specs: Sequence[ClaimSpec]) -> str:
    """Returns the list of claims: id, type, words quoted, what it says, or why it cannot be tested."""
    if not specs:
        return "The study makes no claims.\n"
    testable = sum(not one.not_testable for one in specs)
    head = f"{len(specs)} claims, {testable} of them testable.\n"
    return "\n".join([head, *map(_entry, specs)])


def _entry(one: ClaimSpec) -> str:
    who = f", {one.who}" if one.who else ""
    when = f", {one.on}" if one.on else ""
    lines = [f"{one.id}  [{one.type}]", _indented(f'"{one.quote}"{who}{when}')]
    if one.means:
        lines.append(_indented(one.means))
    if one.not_testable:
        lines.append(_indented(f"Not testable: {one.not_testable}"))
    else:
        lines.append(_indented(f"says: {' '.join(one.says.split())}"))
    return "\n".join(lines) + "\n"


def _indented(text: str) -> str:
    return fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False)
