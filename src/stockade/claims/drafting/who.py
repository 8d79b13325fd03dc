"""Who says a sentence: by verbs of saying, and by 'according to'."""

from __future__ import annotations

import re
from dataclasses import dataclass

AUTHOR = "the author"
UNNAMED = "unnamed sources"

_SAY = (
    r"(?:sa(?:id|ys?)|told|tells?|argue[sd]?|claim(?:s|ed)?|report(?:s|ed)?|announce[sd]?|warn(?:s|ed)?|"
    r"estimate[sd]?|add(?:s|ed)|state[sd]|believe[sd]?|insist(?:s|ed)?|acknowledge[sd]?|admit(?:s|ted)?|"
    r"note[sd]|conclude[sd]?|write[s]?|wrote|concede[sd]?|assert(?:s|ed)?|den(?:y|ies|ied)|declare[sd]?|"
    r"maintain(?:s|ed)?|suspect(?:s|ed)?|predict(?:s|ed)?|expect(?:s|ed)?|attribute[sd]?|count(?:s|ed)|record(?:s|ed)|"
    r"document(?:s|ed)|(?:find|found|show(?:s|ed)?)(?=\s+that\b))"
)
_NOUN = r"[^,;:.\"“”()]{2,80}?"
_ACCORDING = re.compile(
    rf"\baccording to (?P<who>{_NOUN})(?=[,;.:]|$| (?:who|which|that|in|on)\b)", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"(?:^|[,;:\"”’.—–-]\s*)(?P<who>{_NOUN}),?\s+(?:(?:has|have|had|also|now|later|however|recently|then)\s+)*"
    rf"(?P<verb>{_SAY})\b(?=\s+(?:that\b|the\b|a\b|in\b|on\b|to\b|it\b|they\b|there\b|this\b|its\b|their\b|he\b|she\b|"
    rf"some\b|many\b|most\b|about\b|[A-Z\d])|\s*[,:.]|\s+[a-z]|$)",
)
_BEHIND = re.compile(
    rf"[,”\"’]\s*(?:said|says|argued|argues|claimed|warned|added|wrote)\s+(?P<who>{_NOUN})(?=[,;.:]|$)"
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been)\s+(?:widely\s+)?(?:believed|thought|said|reported|estimated|rumou?red|"
    r"understood|expected|alleged)\b|\breportedly\b|\ballegedly\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:he|she|they|it|we|i|who|which|that)", re.IGNORECASE)
# Words that stand before a verb of saying but are no speakers: violence is reported, numbers are counted.
_NO_SPEAKER = re.compile(
    r"\b(?:attacks?|bombings?|violence|deaths?|casualties|because|although|while|if|when|since|after|before|"
    r"received|whether|not|to|and|but|or|no|is|are|was|were|be|will|would|can|could|may|might|must|should)$",
    re.IGNORECASE,
)
_PERFECT = re.compile(r"\s+(?:has|have|had)$", re.IGNORECASE)  # I have argued: not what they are called
_TITLE = re.compile(r"\b(Adm|Brig|Capt|Col|Dr|Gen|Gov|Lt|Maj|Mr|Mrs|Ms|Prof|Rep|Sen|Sgt|St|[A-Z])\.")
_DOT = "\u2024"  # stands for the full stop of a title or an initial, which ends no name
_LEAD = re.compile(
    r"^(?:(?:but|and|yet|still|however|meanwhile|for example|in addition|on \w+|in \w+ \d{4}|last \w+|"
    r"earlier|yesterday|today|as|while|although|that)\s+)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a sentence.

    Attributes:
        name: As the text has it; `AUTHOR` where nobody is named, `UNNAMED` where a passive hides them.
        sure: Whether the sentence itself names them; False for a pronoun taken back to the speaker before.
    """

    name: str
    sure: bool


def speaker(text: str, before: str | None = None) -> Speaker:
    """Returns who says a sentence.

    Args:
        text: The sentence.
        before: The last speaker that the text named, for *he said*.
    """
    whole = _TITLE.sub(rf"\1{_DOT}", text)
    for pattern in (_ACCORDING, _BEHIND, _BEFORE):
        for match in pattern.finditer(whole):
            name = _trimmed(match["who"]).replace(_DOT, ".")
            if not name:
                continue
            if name.lower() in ("i", "we") and not re.search('["“”]', text):
                return Speaker(AUTHOR, sure=True)
            if _PRONOUN.fullmatch(name):
                return Speaker(before or name, sure=False)
            return Speaker(name, sure=True)
    if _PASSIVE.search(text):
        return Speaker(UNNAMED, sure=True)
    return Speaker(AUTHOR, sure=True)


def _trimmed(words: str) -> str:
    """Returns the noun phrase without what leads up to it; empty where it is no speaker."""
    found = _LEAD.sub("", words.strip())
    found = _PERFECT.sub("", re.sub(r"^(?:the|a|an)\s+(?=[A-Z])", "", found))
    if not found or len(found.split()) > 9 or _NO_SPEAKER.search(found):
        return ""
    return found
