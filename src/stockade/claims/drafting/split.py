"""A text as sentences, by plain rules: full stops, question and exclamation marks, empty lines end them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# After these a full stop ends nothing. Lower case; "u.s." and the like are met by the rule on single letters.
_ABBREVIATIONS = frozenset({
    "adm", "al", "approx", "brig", "capt", "cf", "cmdr", "co", "col", "corp", "dept", "det", "dr", "e.g",
    "est", "etc", "fig", "ft", "gen", "gov", "hon", "i.e", "inc", "jr", "lt", "ltd", "maj", "messrs", "mr",
    "mrs", "ms", "mt", "no", "nos", "p", "pp", "prof", "rep", "rev", "rtd", "sen", "sgt", "sr", "st",
    "vol", "vs", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
})  # fmt: skip
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_HEADING = 50  # characters; wrapped text has longer lines
_BLANKS = re.compile(r"\s+")
_BEGINS = re.compile(r"[\"'“‘(\[]*[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text.

    Attributes:
        number: From 1, in the order of the text.
        line: Line of the text that it begins on, from 1.
        text: Its words, blanks and ends of lines made one blank each.
    """

    number: int
    line: int
    text: str


def sentences(text: str) -> tuple[Sentence, ...]:
    """Splits a text into sentences.

    An empty line ends a sentence, as does a list's bullet; other ends of lines are blanks. What ends with an
    abbreviation such as *Gen.* or with a single letter goes on.
    """
    found: list[tuple[int, str]] = []
    for line, block in _blocks(text):
        found += _split(line, block)
    return tuple(Sentence(number, line, words) for number, (line, words) in enumerate(found, 1))


def _blocks(text: str) -> list[tuple[int, str]]:
    """Returns paragraphs and bullets, each with the line that it begins on."""
    found: list[tuple[int, list[str]]] = []
    fresh, lines = True, text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            fresh = True
            continue
        bullet = _BULLET.match(line)
        if fresh or bullet:
            found.append((number, []))
        words = line[bullet.end() :] if bullet else line
        found[-1][1].append(words)
        # A short first line without an end, above one that begins afresh, is a heading or a date.
        below = lines[number].strip() if number < len(lines) else ""
        alone = len(found[-1][1]) == 1 and not bullet and bool(_BEGINS.match(below))
        fresh = alone and len(words) <= _HEADING and not re.search(r"[.!?…,;:][\"'”’)\]]*$", words.strip())
    return [(line, "\n".join(words)) for line, words in found]


def _split(line: int, block: str) -> list[tuple[int, str]]:
    found, begin = [], 0
    for match in _END.finditer(block):
        if _goes_on(block, match):
            continue
        found.append((begin, block[begin : match.end()]))
        begin = match.end()
    found.append((begin, block[begin:]))
    out = []
    for start, words in found:
        if plain := _BLANKS.sub(" ", words).strip():
            skipped = len(words) - len(words.lstrip())
            out.append((line + block.count("\n", 0, start + skipped), plain))
    return out


def _goes_on(block: str, match: re.Match[str]) -> bool:
    """Says whether the sentence goes on behind what looks like its end."""
    rest = block[match.end() :].lstrip()
    if rest and not _BEGINS.match(rest):
        return True
    if match[0][0] != "." or len(match[0]) > 1:
        return False
    word = re.search(r"([^\s(\[\"“]+)$", block[: match.start()])
    last = word[1].lower() if word else ""
    single = bool(re.fullmatch(r"(?:[a-z]\.)*[a-z]", last))
    return bool(rest) and (last in _ABBREVIATIONS or single)
