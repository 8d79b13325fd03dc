"""The draft register: every sentence of a text with who says it, when, how surely, and a suggested type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stockade.claims.drafting.hedges import boosters, hedges, open_numbers
from stockade.claims.drafting.split import Sentence, sentences
from stockade.claims.drafting.types import ClaimType, asks_count_or_rate, suggested_type
from stockade.claims.drafting.when import first_day_named, window_of_text
from stockade.claims.drafting.who import AUTHOR, UNNAMED, Speaker, speaker
from stockade.data.months import Window
from stockade.errors import Diagnostic, Place, StockadeError

LONGEST_TEXT = 1_000_000
"""Characters: a long report; more is no article."""

_FEWEST_WORDS = 4
_FURNITURE = re.compile(
    r"(?:by|photo|image|source|editor.s note|read more|subscribe|share this|copyright)\b", re.IGNORECASE
)
_DATELINE = 400  # characters at the head of a text in which a date is taken for that of publication


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """One sentence, with what plain rules read in it.

    Attributes:
        sentence: The sentence.
        who: Who says it.
        type: The suggested type.
        window: Months that it speaks of; None where it names none.
        hedges: Words by which its author is less than sure.
        boosters: Words by which its author claims more than is usual to know.
        open_numbers: Words that leave a number open.
        count_or_rate: Whether it leaves open if it means a count or a rate.
    """

    sentence: Sentence
    who: Speaker
    type: ClaimType
    window: Window | None
    hedges: tuple[str, ...]
    boosters: tuple[str, ...]
    open_numbers: tuple[str, ...]
    count_or_rate: bool


@dataclass(frozen=True, slots=True)
class DraftRegister:
    """The sentences of a text.

    Attributes:
        file: The text's file, or ``<standard input>``.
        on: Day of publication.
        on_found: Whether that day was read off the text's head and not given.
        claims: Sentences that may claim something.
        left_out: The others, each with why.
    """

    file: str
    on: date
    on_found: bool
    claims: tuple[DraftClaim, ...]
    left_out: tuple[tuple[Sentence, str], ...]


def draft_register(text: str, on: date | None = None, file: str = "<text>") -> DraftRegister:
    """Makes a draft register of claims from a text in English. Nothing is sent anywhere.

    Args:
        text: An article, pasted.
        on: Day of publication. Where it is not given, a whole date within the text's first lines counts.
        file: What messages call the text.

    Raises:
        StockadeError: ``text-too-long``, ``text-without-sentences``, ``text-without-date``.
    """
    place = Place(file=file)
    if len(text) > LONGEST_TEXT:
        message = f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} are read."
        raise StockadeError(Diagnostic("text-too-long", message, place, hint="Paste one article at a time."))
    found = sentences(text)
    if not found:
        message = "There is no sentence in the text."
        raise StockadeError(
            Diagnostic("text-without-sentences", message, place, hint="Paste the article as plain text.")
        )
    day = on or first_day_named(text[:_DATELINE])
    if day is None:
        message = "Nothing says when the text was published, and claims are judged by what was known when."
        hint = "Give the day: --on 2008-03-21"
        raise StockadeError(Diagnostic("text-without-date", message, place, hint=hint))
    claims: list[DraftClaim] = []
    left_out: list[tuple[Sentence, str]] = []
    before: str | None = None
    for one in found:
        if why := _why_not(one.text):
            left_out.append((one, why))
            continue
        said = speaker(one.text, before)
        if said.sure and said.name not in (AUTHOR, UNNAMED):
            before = said.name
        claims.append(_claim(one, said, day))
    return DraftRegister(file, day, on is None, tuple(claims), tuple(left_out))


def _claim(sentence: Sentence, said: Speaker, on: date) -> DraftClaim:
    text = sentence.text
    return DraftClaim(
        sentence, said, suggested_type(text), window_of_text(text, on), hedges(text), boosters(text),
        open_numbers(text), asks_count_or_rate(text),
    )  # fmt: skip


def _why_not(text: str) -> str:
    """Returns why a sentence claims nothing, or nothing where it may."""
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", text)
    if text.rstrip("\"'”’)").endswith("?"):
        return "a question"
    if len(words) < _FEWEST_WORDS:
        return "too short"
    if not re.search(r"[.!…][\"'”’)\]]*$", text) and sum(one[0].isupper() for one in words) > len(words) / 2:
        return "a heading, it seems"
    if _FURNITURE.match(text):
        return "not part of the text, it seems"
    return ""
