"""What a user is told when the text of a claim does not parse."""

from __future__ import annotations

import re
from difflib import get_close_matches

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from stockade.claims.nodes import Span, diagnose
from stockade.errors import Diagnostic, Place

STATISTICS = ("total", "mean", "at", "peak", "lowest", "change")
FUNCTIONS = (*STATISTICS, "observed", "reported")

# The grammar's terminals in the user's words; those left out are never worth listing.
WORDS = {
    "WINDOW": "months such as 2008-03, 2007 or 2007-12..2008-03",
    "NUMBER": "a number",
    "NAME": "a name",
    "IDENT": "a name",
    "STATISTIC": "a window such as total(...)",
    "COMPARE": "a comparison",
    "PLUSMINUS": "+ or -",
    "TIMESOVER": "* or /",
    "_AND": "and",
    "_OR": "or",
    "_THEN": "then",
    "_UNDER": "under",
    "_AGAINST": "against",
    "COMMA": "a comma",
    "LPAR": "(",
    "RPAR": ")",
    "$END": "the end",
}


def syntax_mistake(text: str, place: Place, error: UnexpectedInput) -> Diagnostic:
    """Returns the ``claim-syntax`` diagnostic for an error of the parser."""
    position, word, expected = _what(text, error)
    span = Span(position, position + max(1, len(word)))
    if not text.strip():
        message = "The claim is empty."
    elif not word:
        message = "The claim ends too early."
    else:
        message = f"{word} does not fit here."
    return diagnose(text, place, span, "claim-syntax", message, _hint(text, position, word, expected))


def _what(text: str, error: UnexpectedInput) -> tuple[int, str, frozenset[str]]:
    """Returns where the parser stopped, the word it stopped at, and what it would have taken."""
    if isinstance(error, UnexpectedToken):
        expected = frozenset(error.accepts or error.expected)
        token = error.token
        if isinstance(token, Token) and token.type != "$END" and token.start_pos is not None:
            position = token.start_pos
        else:
            return len(text.rstrip()), "", expected
    elif isinstance(error, UnexpectedCharacters):
        expected = frozenset(error.allowed or ())
        position = error.pos_in_stream
    else:
        return len(text.rstrip()), "", frozenset()
    found = re.match(r"\d[\d.\-]*|[^\W\d][\w'-]*|[<>=!]+|\.\.|\S", text[position:])
    return position, found.group(0) if found else "", expected


def _hint(text: str, position: int, word: str, expected: frozenset[str]) -> str:
    """Returns advice for the first mistake that is recognised, else what would have fitted."""
    before = text[:position].rstrip()
    advice = (
        _sign_hint(text, position, word, expected)
        or _name_hint(before, word, expected)
        or _window_hint(before, word, expected)
    )
    if advice:
        return advice
    listed = list(dict.fromkeys(WORDS[one] for one in WORDS if one in expected))
    if not listed:
        return (
            "docs/claims.md shows every form of a claim; a name with other signs than letters needs quotes."
        )
    return "Expected here: " + "; ".join(listed) + "."


def _sign_hint(text: str, position: int, word: str, expected: frozenset[str]) -> str:
    """Returns advice on signs that a claim does not know, or not here."""
    if word.startswith(("=", "!")) or word == "<>":
        return "Claims compare with <, >, <= or >=; equality of two uncertain numbers is never true."
    if word in {"^", "**"}:
        return "Claims know + - * / only."
    if word == "%":
        return "Write a share as a number between 0 and 1: 0.75."
    if word == "," and re.match(r",\d{3}\b", text[position:]) and re.search(r"\d$", text[:position]):
        return "Write numbers without commas: 10000."
    if word in {"<", ">", "<=", ">="}:
        if "_AGAINST" in expected:
            return "Name the other side: explanation in (a, b) against (c, d)."
        return "Compare two things at a time, and join comparisons by and."
    return ""


def _name_hint(before: str, word: str, expected: frozenset[str]) -> str:
    """Returns advice on names and on the words that look like functions."""
    last = re.search(r"([\w']+)$", before)
    if word == "(" and last:
        if last.group(1).lower() in STATISTICS:
            return "A window cannot stand inside a window; do arithmetic outside, as in mean(...) / 2."
        near = get_close_matches(last.group(1).lower(), FUNCTIONS, n=1)
        known = ", ".join(FUNCTIONS)
        return f"Did you mean {near[0]}?" if near else f"{last.group(1)} is not one of {known}."
    if re.search(r"(observed|reported)\s*\(\s*[\w.-]+$", before, re.IGNORECASE):
        return 'One name stands here; a name with spaces needs quotes, as in observed("own dead").'
    if word.lower() == "under" and "_UNDER" not in expected:
        return (
            "under SCENARIO stands right behind a window, as in total(suicide attacks, 2008) under scenario."
        )
    return ""


def _window_hint(before: str, word: str, expected: frozenset[str]) -> str:
    """Returns advice on the months of a window."""
    if "WINDOW" in expected:
        return "Name the months: 2008-03, 2007, or 2007-12..2008-03."
    if re.match(r"\d{4}-", word):
        return "Write months with two digits, 01 to 12, as in 2008-03, and only inside a window."
    if word.startswith(".."):
        return "A window has two ends: 2007-12..2008-03."
    if word == ")" and "COMMA" in expected and _inside_window(before):
        return "A window needs its months: total(suicide attacks, 2007-12..2008-03)."
    return ""


def _inside_window(before: str) -> bool:
    opened = re.findall(r"(\w*)\s*\(|\)", before)
    return any(one.lower() in STATISTICS for one in opened)
