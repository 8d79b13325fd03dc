"""The algebra of units: read from text, multiplied, raised to powers, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from stockade.errors import Diagnostic, StockadeError
from stockade.model.names import canonical

# The first word of a row is the one that is compared; what Vensim sets up for a new model, and the
# usual abbreviations. Singular and plural of other units are different units, as they are in Vensim,
# unless the file's own table of synonyms joins them.
SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("1", "dmnl", "dimensionless", "unitless", "fraction", "fractions", "no units", "nondimensional", "none"),
    ("$", "dollar", "dollars", "$s", "usd", "us$"),
    ("second", "seconds", "sec", "sec.", "secs"),
    ("minute", "minutes", "min", "min.", "mins"),
    ("hour", "hours", "hr", "hr.", "hrs"),
    ("day", "days"),
    ("week", "weeks", "wk", "wk.", "wks"),
    ("month", "months", "mo", "mo.", "mos"),
    ("quarter", "quarters", "qtr", "qtr."),
    ("year", "years", "yr", "yr.", "yrs"),
    ("person", "people", "persons"),
    ("unit", "units"),
    ("attack", "attacks"),
    ("event", "events"),
    ("death", "deaths"),
)

_DEEPEST = 50
_LONGEST_NUMBER = 8
_TOKEN = re.compile(r"\s*(\*\*|[*/^()]|[^*/^()]+)")
_EXPONENT = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Units:
    """A product of powers of named units.

    Attributes:
        powers: Name and exponent, by name, no exponent zero.
    """

    powers: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Units) -> Units:
        return _product((*self.powers, *other.powers))

    def __truediv__(self, other: Units) -> Units:
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Units:
        return _product((name, power * exponent) for name, power in self.powers)

    def __str__(self) -> str:
        above = [_factor(name, power) for name, power in self.powers if power > 0]
        below = [_factor(name, -power) for name, power in self.powers if power < 0]
        if not above and not below:
            return "Dmnl"
        top = "*".join(above) or "1"
        if not below:
            return top
        return f"{top}/{below[0]}" if len(below) == 1 else f"{top}/({'*'.join(below)})"


DIMENSIONLESS = Units()


def _product(powers: Iterable[tuple[str, Fraction]]) -> Units:
    total: dict[str, Fraction] = {}
    for name, power in powers:
        total[name] = total.get(name, Fraction(0)) + power
    return Units(tuple(sorted((name, power) for name, power in total.items() if power)))


def _factor(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power if power.denominator == 1 else f'({power})'}"


def synonym_table(groups: Iterable[Iterable[str]] = ()) -> Mapping[str, str]:
    """Returns which name stands for which.

    Args:
        groups: Further groups of names that mean the same, e.g. those of the model file. One of a group may
            be made of others, as in ``("per year", "1/year")``: the names then mean that.
    """
    table = {canonical(name): row[0] for row in SYNONYMS for name in row}
    for group in groups:
        names = [canonical(name) for name in group if not _is_compound(name)]
        made = next((name for name in group if _is_compound(name)), None)
        known = made or next((table[name] for name in names if name in table), None)
        chief = known or (names[0] if names else "")
        joined = {table.get(name, name) for name in names} | set(names)
        table.update({name: chief for name, old in table.items() if old in joined})
        table.update(dict.fromkeys(names, chief))
    return _resolved(table)


def _resolved(table: dict[str, str]) -> dict[str, str]:
    """Returns the table with units that are made of others made of the last of those; each is read once."""
    read: dict[str, Units | None] = {}

    def made(chief: str, depth: int) -> Units | None:
        if chief not in read:
            read[chief] = None  # what is made of itself stays a name
            try:
                parts = _Reader(chief, {}).read()
            except StockadeError:
                return None
            powers: list[tuple[str, Fraction]] = []
            for name, power in parts.powers:
                other = table.get(name, name)
                inner = made(other, depth + 1) if _is_compound(other) and depth < _DEEPEST else None
                base = inner if inner is not None else _named(name if _is_compound(other) else other)
                powers += (base**power).powers
            whole = _product(powers)
            if all(len(str(power)) <= _LONGEST_NUMBER for _, power in whole.powers):
                read[chief] = whole
        return read[chief]

    found: dict[str, str] = {}
    for name, chief in table.items():
        units = made(chief, 0) if _is_compound(chief) else None
        found[name] = chief if not _is_compound(chief) else name if units is None else str(units)
    return found


def _named(name: str) -> Units:
    return DIMENSIONLESS if name in ("1", "Dmnl") else Units(((name, Fraction(1)),))


def _is_compound(text: str) -> bool:
    return any(sign in text for sign in "*/^()")


def parse_units(text: str, synonyms: Mapping[str, str]) -> Units:
    """Reads units such as ``person/(Month*attack)`` or ``1/Month``; nothing written is dimensionless.

    Args:
        text: The units as written, without a range.
        synonyms: What `synonym_table` gives.

    Raises:
        StockadeError: ``broken-units``.
    """
    return _Reader(text, synonyms).read() if text.strip() else DIMENSIONLESS


class _Reader:
    """Reads the tokens of one text, by recursive descent of bounded depth."""

    def __init__(self, text: str, synonyms: Mapping[str, str]) -> None:
        self.text = text
        self.synonyms = synonyms
        self.tokens = [token.strip() for token in _TOKEN.findall(text) if token.strip()]
        self.at = 0
        self.depth = 0

    def read(self) -> Units:
        found = self._product()
        if self.at < len(self.tokens):
            raise self._broken(f"{self.tokens[self.at]} is left over")
        return found

    def _broken(self, why: str) -> StockadeError:
        hint = "Write units as in person/Month, 1/Month, $/(person*Year) or m^2."
        return StockadeError(
            Diagnostic("broken-units", f"these units cannot be read: {why}", excerpt=self.text, hint=hint)
        )

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def _product(self) -> Units:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._broken("too many parentheses")
        # As in /Month, which is 1/Month.
        found = DIMENSIONLESS if self.tokens[self.at : self.at + 1] == ["/"] else self._power()
        while self.at < len(self.tokens) and self.tokens[self.at] in ("*", "/"):
            sign = self._take()
            factor = self._power()
            found = found * factor if sign == "*" else found / factor
        self.depth -= 1
        return found

    def _power(self) -> Units:
        found = self._atom()
        if self.at < len(self.tokens) and self.tokens[self.at] in ("^", "**"):
            self._take()
            found = found ** self._exponent()
        return found

    def _exponent(self) -> Fraction:
        """Reads 2, -1, 0.5, (2) or (1/2)."""
        if self.tokens[self.at : self.at + 1] != ["("]:
            return self._number()
        self._take()
        found = self._number()
        closing = self._take()
        if closing == "/":
            below = self._number()
            if not below:
                raise self._broken("an exponent is divided by zero")
            found, closing = found / below, self._take()
        if closing != ")":
            raise self._broken("an exponent is a number")
        return found

    def _number(self) -> Fraction:
        text = self._take()
        if not _EXPONENT.fullmatch(text) or len(text) > _LONGEST_NUMBER:
            raise self._broken("an exponent is a number")
        return Fraction(text)

    def _atom(self) -> Units:
        word = self._take()
        if word == "(":
            found = self._product()
            if self._take() != ")":
                raise self._broken("a parenthesis is not closed")
            return found
        if word in ("", "*", "/", "^", "**", ")"):
            raise self._broken(f"a unit is missing before {word}" if word else "a unit is missing at the end")
        name = canonical(word)
        chief = self.synonyms.get(name, name)
        return _Reader(chief, {}).read() if _is_compound(chief) else _named(chief)
