"""Words that say how sure a sentence is, and words that leave a number open."""

from __future__ import annotations

import re

_UNSURE = (
    "may", "might", "could", "perhaps", "possibly", "probably", "likely", "unlikely", "apparently",
    "appears?", "appeared", "seems?", "seemed", "suggests?", "suggested", "suggesting", "reportedly",
    "allegedly", "alleged", "supposedly", "presumably", "is believed", "are believed", "believed to",
    "thought to", "said to", "is expected", "are expected", "estimated?", "estimates", "tends? to",
    "in doubt", "uncertain", "unclear", "not clear", "it is possible", "fears? that", "hopes? that",
    "expects?", "forecasts?",
)  # fmt: skip
_SURE = (
    "certainly", "clearly", "undoubtedly", "no doubt", "without doubt", "obviously", "definitely",
    "overwhelmingly", "always", "never", "inevitably", "must have", "everyone", "nobody", "completely",
    "indisputably", "of course",
)  # fmt: skip
_OPEN = (
    "some", "several", "many", "few", "most", "a growing number", "a number of", "dozens", "scores",
    "hundreds", "thousands", "about", "around", "roughly", "approximately", "nearly", "almost", "up to",
    "as many as", "at least", "more than", "fewer than", "less than", "no more than", "over half", "much",
    "significantly", "sharply", "largely", "in recent months", "recently", "increasingly",
)  # fmt: skip


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(longest_first) + r")\b", re.IGNORECASE)


_UNSURE_RE, _SURE_RE, _OPEN_RE = _pattern(_UNSURE), _pattern(_SURE), _pattern(_OPEN)
_MONTH_OF_MAY = re.compile(r"\bMay\b(?=\s+(?:\d|of\b))|(?<=\d )\bMay\b|(?<=in )\bMay\b|(?<=since )\bMay\b")


def hedges(text: str) -> tuple[str, ...]:
    """Returns the words of a sentence by which its author is less than sure, in order."""
    return _found(_UNSURE_RE, _MONTH_OF_MAY.sub("", text))


def boosters(text: str) -> tuple[str, ...]:
    """Returns the words by which its author claims more than is usual to know, in order."""
    return _found(_SURE_RE, text)


def open_numbers(text: str) -> tuple[str, ...]:
    """Returns the words that leave a number open: whoever writes the claim must choose one."""
    return _found(_OPEN_RE, text)


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one[0].lower() for one in pattern.finditer(text)))
