"""Hostile inputs by number: the same number, seeds and code give the same input on every machine."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.hostile.pieces import BY_SUFFIX, GENERAL, NUMBERS, UNICODE

LARGEST = 2_000_000
KINDS = {"model": 0.65, "study": 0.25, "claim": 0.1}
_TOKEN = re.compile(r"\"[^\"\n]*\"|[^\W\d][\w.]*|\d[\d.eE+-]*|\s+|.", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_CONTROL = re.compile(
    r"((?:INITIAL TIME|FINAL TIME|TIME STEP|SAVEPER)\s*=\s*|<(?:start|stop|dt|dt reciprocal=\"true\")>)"
    r"([^~<\n]*)"
)
_SAYS = re.compile(r'(?<=says = ")[^"\n]*')


@dataclass(frozen=True)
class Seed:
    """Files that are right: one model, one claim, or the four of a study; the name says which kind."""

    name: str
    files: Mapping[str, str]

    @property
    def kind(self) -> str:
        """``model``, ``study`` or ``claim``."""
        return self.name.partition(" ")[0]


@dataclass(frozen=True)
class Case:
    """A hostile input: what it was made from, and its files."""

    number: int
    seed: str
    kind: str
    files: Mapping[str, bytes]


@lru_cache(maxsize=64)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


Edit = Callable[[random.Random, str, str, Sequence[str]], str]


def _at(rng: random.Random, text: str) -> int:
    return rng.randint(0, len(text))


def _insert(rng: random.Random, text: str, _: str, pieces: Sequence[str]) -> str:
    at = _at(rng, text)
    return text[:at] + rng.choice(pieces) + text[at:]


def _insert_line(rng: random.Random, text: str, _: str, pieces: Sequence[str]) -> str:
    """Where an entry may begin, a piece does most harm."""
    places = [found.end() for found in re.finditer(r"\|\s*\n|>\s*\n|\n\n|^", text)]
    at = rng.choice(places)
    return text[:at] + rng.choice(pieces) + "\n" + text[at:]


def _replace_token(rng: random.Random, text: str, other: str, pieces: Sequence[str]) -> str:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return text
    others = _tokens(other) or ("",)
    for _ in range(rng.choice((1, 1, 1, 3))):
        new = rng.choice(pieces) if rng.random() < 0.4 else rng.choice(rng.choice((tokens, others)))
        tokens[rng.randrange(len(tokens))] = new
    return "".join(tokens)


def _swap_tokens(rng: random.Random, text: str, *_: object) -> str:
    tokens = _TOKEN.findall(text)
    if len(tokens) > 1:
        one, two = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        tokens[one], tokens[two] = tokens[two], tokens[one]
    return "".join(tokens)


def _delete(rng: random.Random, text: str, *_: object) -> str:
    at = _at(rng, text)
    return text[:at] + text[at + rng.choice((1, 1, 2, 5, 20, 200)) :]


def _truncate(rng: random.Random, text: str, *_: object) -> str:
    return text[: _at(rng, text)]


def _repeat(rng: random.Random, text: str, *_: object) -> str:
    at = _at(rng, text)
    piece = text[at : at + rng.choice((1, 5, 30, 200))]
    times = rng.choice((1, 2, 50, 5_000))
    return text[:at] + (piece * times)[:LARGEST] + text[at:]


def _lines(rng: random.Random, text: str, *_: object) -> str:
    lines = text.split("\n")
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(3)
    if what == 0:
        lines[one], lines[two] = lines[two], lines[one]
    elif what == 1:
        del lines[one]
    else:
        lines.insert(two, lines[one])
    return "\n".join(lines)


def _splice(rng: random.Random, text: str, other: str, *_: object) -> str:
    return text[: _at(rng, text)] + other[_at(rng, other) :]


def _number(rng: random.Random, text: str, *_: object) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + rng.choice(NUMBERS) + text[one.end() :]


def _control(rng: random.Random, text: str, *_: object) -> str:
    """Time axes that do not fit into any memory, or go nowhere."""
    found = list(_CONTROL.finditer(text))
    if not found:
        return _number(rng, text)
    one = rng.choice(found)
    new = rng.choice((*NUMBERS, "TIME STEP", "FINAL TIME / 0", "1e-9", "1e12", "Time", "x"))
    return text[: one.start(2)] + new + text[one.end(2) :]


def _unicode(rng: random.Random, text: str, *_: object) -> str:
    at = _at(rng, text)
    return text[:at] + rng.choice(UNICODE) + text[at + rng.randint(0, 1) :]


def _wrap(rng: random.Random, text: str, *_: object) -> str:
    """Nests a token deeply, with every bracket closed."""
    tokens = _TOKEN.findall(text) or [""]
    at = rng.randrange(len(tokens))
    deep = rng.choice((5, 49, 149, 151, 900, 5_000))
    head, tail = rng.choice((("(", ")"), ("ABS(", ")"), ("[", "]"), ("-", ""), ("{", "}"), ("1+(", ")")))
    tokens[at] = head * deep + tokens[at] + tail * deep
    return "".join(tokens)


def _long_name(rng: random.Random, text: str, *_: object) -> str:
    names = re.findall(r"[^\W\d]\w+", text)
    if not names:
        return text
    new = rng.choice(("n" * 70_000, "n " * 20_000, "a\u0301" * 20_000, "Time", "_", "a.b", "pi"))
    return text.replace(rng.choice(names), new, rng.choice((1, 3)))


def _claim(rng: random.Random, text: str, *_: object) -> str:
    """In a study, one sentence of a claim is edited by the rules for claims."""
    found = list(_SAYS.finditer(text))
    if not found:
        return _replace_token(rng, text, text, BY_SUFFIX[".claim"])
    one = rng.choice(found)
    edit = rng.choice((_replace_token, _insert, _swap_tokens, _delete, _wrap))
    new = edit(rng, one[0], text, BY_SUFFIX[".claim"]).replace('"', "'").replace("\n", " ")
    return text[: one.start()] + new + text[one.end() :]


EDITS: tuple[Edit, ...] = (
    _insert,
    _insert_line,
    _insert_line,
    _replace_token,
    _replace_token,
    _replace_token,
    _swap_tokens,
    _delete,
    _truncate,
    _repeat,
    _lines,
    _splice,
    _number,
    _number,
    _control,
    _control,
    _unicode,
    _wrap,
    _long_name,
)
# One of these alone leaves most of a model standing, so that more of them come as far as a run.
GENTLE: tuple[Edit, ...] = (_number, _control, _replace_token, _swap_tokens, _lines, _insert_line, _unicode)


def _bytes(rng: random.Random, text: str) -> bytes:
    """Mostly UTF-8; now and then another encoding, or flipped bits."""
    raw = text.encode("utf-8", errors="surrogatepass")
    how = rng.random()
    if how < 0.04:
        return text.encode("utf-16", errors="replace")
    if how < 0.08:
        return text.encode("latin-1", errors="replace")
    if how < 0.2 and raw:
        flipped = bytearray(raw)
        for _ in range(rng.choice((1, 1, 2, 10, 100))):
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        return bytes(flipped)
    return raw


def make_case(number: int, seeds: Sequence[Seed], *, gentle: bool = False) -> Case:
    """Makes the hostile input of a number.

    Args:
        number: Any.
        seeds: What to spoil.
        gentle: One edit or two, so that much of it still runs.
    """
    rng = random.Random(number)  # noqa: S311
    kind = rng.choices(tuple(KINDS), tuple(KINDS.values()))[0]
    alike = [one for one in seeds if one.kind == kind] or seeds
    seed, other = rng.choice(alike), rng.choice(alike)
    name = rng.choice(sorted(seed.files))
    files = {one: text.encode("utf-8") for one, text in seed.files.items()}
    suffix = Path(name).suffix
    donors = [text for one, text in other.files.items() if Path(one).suffix == suffix]
    donor = rng.choice(donors) if donors else seed.files[name]
    own = BY_SUFFIX.get(suffix, GENERAL)
    text = seed.files[name]
    for _ in range(rng.choice((1, 1, 2)) if gentle else rng.choice((1, 1, 2, 2, 3, 5, 8, 20))):
        edit = rng.choice(GENTLE if gentle else EDITS)
        if suffix == ".toml" and rng.random() < 0.4:
            edit = _claim
        pieces = own if rng.random() < 0.75 else GENERAL
        text = edit(rng, text, donor, pieces)[:LARGEST]
    files[name] = _bytes(rng, text)
    return Case(number, f"{seed.name}: {name}", seed.kind, files)
