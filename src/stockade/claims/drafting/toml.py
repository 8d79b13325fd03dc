"""A draft register as TOML: `[[claim]]` tables for study.toml; a ? marks what is left to the analyst."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Any

from stockade.claims.drafting.draft import DraftClaim, DraftRegister
from stockade.claims.drafting.quoting import plain_line, toml_text
from stockade.claims.drafting.types import ClaimType
from stockade.data.months import Window, format_month, month_of

UNFINISHED = "?"
"""Stands where the analyst has a word to find; `stockade check` complains until it is replaced."""

_WIDTH = 106
_QUOTED_WORDS = 12
_ASKS: dict[ClaimType, str] = {
    "observable": "records can show it: name a column of series.csv in observed(...)",
    "latent": "no record shows it: name a variable of the model",
    "causal": "compare what was with what would have been: add a [scenario.ID] and name it behind 'under'",
    "opinion": "nothing could show it; if you think otherwise, change the type and write 'says'",
}


def as_toml(register: DraftRegister) -> str:
    """Returns a register as TOML for the end of a study.toml."""
    found = "read off the text's head; correct it if it is wrong" if register.on_found else "as given"
    claims, others = len(register.claims), len(register.left_out)
    head = [
        f"# A draft register of claims from {plain_line(register.file)}.",
        "# Made by plain rules: they weigh words and understand none.",
        f"# {claims} sentences may claim something, {others} were left out (listed at the end).",
        f"# Day of publication: {register.on} ({found}).",
        "# For each: keep it or delete it; check who says it; choose the type; say in your own words what it",
        "# means; and put names in the place of every ?. Then move it into study.toml: stockade check STUDY",
        "",
    ]
    body = [_table(one, register) for one in register.claims]
    tail = [
        f"# {one.number} (line {one.line}), {why}: {_shorter(one.text, 12)}" for one, why in register.left_out
    ]
    if tail:
        tail = ["# ---------------------------------------------------------------- left out", *tail, ""]
    return "\n".join([*head, *body, *tail])


def as_data(register: DraftRegister) -> dict[str, Any]:
    """Returns a register as plain data, for JSON."""
    return {
        "file": register.file,
        "on": register.on.isoformat(),
        "on_found": register.on_found,
        "claims": [
            {
                "number": one.sentence.number,
                "line": one.sentence.line,
                "text": one.sentence.text,
                "who": one.who.name,
                "who_sure": one.who.sure,
                "type": one.type,
                "window": None if one.window is None else str(one.window),
                "hedges": list(one.hedges),
                "boosters": list(one.boosters),
                "open_numbers": list(one.open_numbers),
                "count_or_rate": one.count_or_rate,
            }
            for one in register.claims
        ],
        "left_out": [
            {"number": one.number, "line": one.line, "text": one.text, "why": why}
            for one, why in register.left_out
        ],
    }


def _table(one: DraftClaim, register: DraftRegister) -> str:
    lines = wrap(
        f"{one.sentence.number} (line {one.sentence.line}): {plain_line(one.sentence.text)}",
        _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    for label, words in (("hedged", one.hedges), ("sure", one.boosters), ("open", one.open_numbers)):
        if words:
            lines.append(f"# {label}: {', '.join(words)}")
    if one.count_or_rate:
        lines.append(
            "# a count or a rate? total(...) counts; one divided by another is a rate: two different claims"
        )
    if not one.who.sure:
        lines.append("# who: a pronoun, taken for the last one named; look it up")
    months = "none named; those up to the day stand below" if one.window is None else str(one.window)
    lines += [
        f"# months: {months}",
        "[[claim]]",
        f'id = "sentence-{one.sentence.number}"',
        f"quote = {toml_text(_quote(one.sentence.text))}",
        f"who = {toml_text(one.who.name)}",
        f'on = "{register.on}"',
        f'type = "{one.type}"    # {_ASKS[one.type]}',
        f'means = "{UNFINISHED}"',
    ]
    if one.type == "opinion":
        lines.append('not_testable = "A judgement, or nothing in it that a quantity could show."')
    else:
        lines.append(f"says = {toml_text(_skeleton(one, register))}")
    return "\n".join([*lines, ""])


def _skeleton(one: DraftClaim, register: DraftRegister) -> str:
    """Returns a claim with its windows, and ? in the place of names and numbers."""
    day = month_of(register.on)
    window = one.window or Window(day - 3, day)
    before = Window(window.first - 12, window.last - 12) if len(window) <= 12 else Window(
        window.first - len(window), window.first - 1
    )  # fmt: skip
    if one.type == "causal":
        return f"mean({UNFINISHED}, {window}) under {UNFINISHED} > mean({UNFINISHED}, {window})"
    name = f"observed({UNFINISHED})" if one.type == "observable" else UNFINISHED
    if one.count_or_rate:
        return f"mean({name}, {window}) {UNFINISHED} mean({name}, {before})"
    if len(window) == 1:
        return f"at({name}, {format_month(window.first)}) > {UNFINISHED}"
    return f"mean({name}, {window}) > {UNFINISHED}"


def _quote(text: str) -> str:
    """Returns a few words to know the sentence by: what it quotes itself, or its beginning."""
    inside = re.findall(r"[\"“]([^\"“”]{3,})[\"”]", text)
    return _shorter(inside[0] if inside else text, _QUOTED_WORDS)


def _shorter(text: str, most: int) -> str:
    words = plain_line(text).split()
    return " ".join(words[:most]) + (" ..." if len(words) > most else "")
