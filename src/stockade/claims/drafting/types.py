"""Which type of claim a sentence suggests. Words are weighed, nothing is understood."""

from __future__ import annotations

import re
from typing import Literal

from stockade.claims.drafting.hedges import open_numbers

ClaimType = Literal["observable", "latent", "causal", "opinion"]

_CAUSE = (
    r"because(?: of)?", r"due to", r"led to", r"leads? to", r"leading to", r"results? (?:of|from|in)",
    r"resulted (?:in|from)", r"as a result", r"therefore", r"thanks to", r"caus(?:e|es|ed|ing)",
    r"driv(?:e|es|en|ing)", r"drove", r"explains? (?:why|the|this|how)", r"in response to",
    r"in retaliation for", r"forc(?:es|ed|ing) (?:them|it|the|him|many|its|some|fighters|leaders)",
    r"prompt(?:s|ed|ing)", r"fuel(?:s|led|ed|ling|ing)", r"blam(?:e|es|ed|ing)",
    r"attribut(?:e|es|ed|able|ing)", r"owing to", r"would (?:not )?have",
    r"without (?:the|its|their|this|that|these|such|foreign|more)",
    r"had (?:the|it|they|there) .{0,60} would", r"undermin(?:e|es|ed|ing)", r"cost (?:the|it|them|its)",
    r"deprives?", r"deprived", r"makes? it (?:harder|easier|possible|impossible)",
    r"made it (?:harder|easier|possible|impossible)", r"reflects?", r"reflecting", r"depends? on",
    r"gives? (?:the|it|them)", r"cut off", r"thereby", r"so that", r"which is why", r"this is why",
    r"help(?:s|ed) (?:to )?(?:reduce|explain|bring|drive|turn|cut|curb|end)", r"contribut(?:e|es|ed|ing) to",
    r"in turn", r"cannot .{1,30} without", r"stems? from", r"triggered", r"followed from", r"weakens",
    r"turns? .{1,40} against", r"alienat(?:es|ed|ing)", r"drew", r"draws", r"deter(?:s|red|ring)?",
    r"paved the way", r"pushed?", r"follows?", r"kept (?:it|them|the .{1,30}) from", r"brings?",
    r"brought about",
    r"would (?:probably |likely |perhaps )?(?:end|stop|cut|raise|reduce|bring|make|drive|push|force)",
    r"enabl(?:es|ed|ing)", r"the more .{1,80} the (?:more|fewer|less)",
    r"responsible for the (?:fall|rise|decline|drop|increase)",
)  # fmt: skip
_IF = re.compile(
    r"\bif\b.{3,120}\b(?:will|would|could|then|stays?|remains?|is|are)\b|\b(?:would|will)\b.{3,120}\bif\b",
    re.IGNORECASE,
)
_VALUES = (
    r"should(?:n't)?", r"ought", r"must not", r"it is time", r"we (?:need|must)", r"need to be", r"evil",
    r"barbar\w+", r"mad(?:man|men|ness)", r"cowards?", r"cowardly", r"hero(?:es|ic)?", r"disgrace\w*",
    r"shame\w*", r"immoral", r"unjust\w*", r"justified", r"noble", r"wicked", r"monstrous", r"savage\w*",
    r"fanatic\w*", r"deserves?", r"unacceptable", r"right thing", r"wrong", r"foolish", r"wise", r"brilliant",
    r"tragic\w*", r"sadly", r"hopefully", r"regrettabl[ey]", r"in my view", r"i (?:believe|think)",
    r"raison d.[eê]tre", r"god", r"history will", r"lesson", r"the truth is", r"legitimate", r"illegitimate",
    r"great(?:est)? danger", r"a mistake", r"folly", r"dishonest", r"criminal regime",
    r"better (?:off|place)", r"decent", r"stain", r"honou?r", r"worth", r"hypocri\w+",
)  # fmt: skip
_AIMS = (
    r"wants?", r"wanted", r"aims?(?: to| at)?", r"intends?", r"intended to", r"seeks?(?: to)?", r"sought to",
    r"dreams? of", r"goals?", r"motives?", r"purpose", r"exists? (?:to|for)", r"ideolog\w+", r"hates?",
    r"hatred", r"loves?", r"wish(?:es)?", r"vision",
)  # fmt: skip
_SEEN = (
    r"attacks?", r"attacked", r"bombings?", r"bombs?", r"bombers?", r"kill(?:s|ed|ings?)", r"deaths?",
    r"dead", r"died", r"casualties", r"wounded", r"clash(?:es|ed)?", r"incidents?", r"events?", r"raids?",
    r"strikes?", r"airstrikes?", r"ambush(?:es|ed)?", r"kidnap\w*", r"abduct\w*", r"assassinat\w+",
    r"arrest(?:s|ed)?", r"captured", r"detain\w*", r"seized", r"fell", r"recorded", r"counted", r"per ?cent",
    r"%", r"executed", r"explosions?", r"shell(?:s|ed|ing)", r"rockets?", r"mortars?", r"fatalities",
    r"victims?", r"civilians?", r"released", r"surrendered", r"troops", r"figures?", r"data", r"massacres?",
    r"violence", r"fighting", r"battles?", r"displaced", r"refugees", r"ceasefires?", r"took",
    r"called (?:for|on)", r"bl(?:ew|own) up", r"stopped", r"burn(?:s|ed|t)", r"destroyed", r"hit", r"shot",
    r"nights?", r"days?", r"times", r"announced", r"published", r"elections?", r"signed", r"truce",
)  # fmt: skip
_HIDDEN = (
    r"members?", r"membership", r"fighters?", r"ranks?", r"strength", r"strong(?:er|est)?",
    r"weak(?:er|est|ened|ening|ness)?", r"recruit\w*", r"volunteers?", r"morale", r"support(?:ers|ed)?",
    r"popular\w*", r"accept\w*", r"sanctuar\w+", r"safe havens?", r"havens?", r"control(?:s|led)?",
    r"influence", r"capabilit\w+", r"capacity", r"ability", r"disillusion\w*", r"disenchant\w*",
    r"legitimacy", r"credib\w+", r"sympath\w+", r"loyal\w*", r"leav(?:e|es|ing)", r"left", r"departures?",
    r"arriv\w+", r"join(?:s|ed|ing)?", r"defect\w*", r"desert\w*", r"fund(?:s|ing|ed)?", r"money", r"income",
    r"financ\w+", r"supplies", r"weapons", r"cohesion", r"split\w*", r"rift\w*", r"fear(?:s|ed)?",
    r"trust\w*", r"reject\w*", r"turned against", r"resolve", r"momentum", r"on the run", r"retreat\w*",
    r"defeat\w*", r"appeal\w*", r"attract\w*", r"replac\w+", r"regroup\w*", r"reputation", r"territory",
    r"presence", r"men", r"ammunition", r"arms", r"regain\w*", r"ran", r"holds?", r"held", r"unchallenged",
    r"hungry", r"short of", r"networks?", r"cells?", r"leadership", r"pressure", r"grip", r"foothold",
    r"viab\w+", r"isolated", r"tolerat\w+", r"exhausted", r"demorali[sz]ed", r"committed",
)  # fmt: skip


def _pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?:(?<=\W)|^)(?:" + "|".join(parts) + r")(?=\W|$)", re.IGNORECASE)


_CAUSE_RE, _VALUES_RE, _AIMS_RE = _pattern(_CAUSE), _pattern(_VALUES), _pattern(_AIMS)
_SEEN_RE, _HIDDEN_RE = _pattern(_SEEN), _pattern(_HIDDEN)
_IS = re.compile(r"\b(?:is|are|was|were|be|will|belongs?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d[\d,.]*\b")


def suggested_type(text: str) -> ClaimType:
    """Returns the type that a sentence's words suggest.

    Words of value make an opinion, unless a number stands beside them; words of cause, or *if* with
    *would*, a causal claim; then the larger of what records show and what they do not. A sentence that says
    what something *is* in none of these words, or speaks of aims alone, is taken for an opinion.
    """
    numbers = len(_NUMBER.findall(re.sub(r"\b(?:1[89]|20)\d\d\b", "", text)))
    seen, hidden = len(_SEEN_RE.findall(text)), len(_HIDDEN_RE.findall(text))
    values = len(_VALUES_RE.findall(text))
    if values and not numbers and values >= hidden + seen:
        return "opinion"
    if _CAUSE_RE.search(text) or _IF.search(text):
        return "causal"
    if values and not numbers:
        return "opinion"
    if _AIMS_RE.search(text) and hidden + seen + numbers <= 1:
        return "opinion"
    if not seen and not hidden:
        return "observable" if numbers else "opinion" if _IS.search(text) else "latent"
    return "observable" if seen > hidden or (seen == hidden and numbers) else "latent"


def asks_count_or_rate(text: str) -> bool:
    """Says whether a sentence leaves open if it counts or compares shares: *a growing number leave*."""
    grows = re.search(
        r"\b(?:grow\w*|ris(?:e|es|en|ing)|rose|fell|fall\w*|declin\w+|increas\w+|decreas\w+|drop\w*|more|fewer|less|halved|"
        r"doubled|shr[aiu]nk\w*|dwindl\w+|dr(?:y|ied|ying) up)\b",
        text,
        re.IGNORECASE,
    )
    return bool(grows) or "a growing number" in open_numbers(text)
