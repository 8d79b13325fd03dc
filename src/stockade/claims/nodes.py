"""The nodes of a claim: frozen data, one class for each form, no meaning.

Two nodes are equal when they say the same thing; where they stand in the text (`span`) is left out of
the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from stockade.errors import NOWHERE, Diagnostic, Place, Severity

Statistic = Literal["total", "mean", "at", "peak", "lowest", "change"]
Compare = Literal["<", ">", "<=", ">="]
ArithmeticOperator = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` up to but not including `end` of the claim's text."""

    start: int = 0
    end: int = 0


NOSPAN = Span()


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number; `text` is what the writer wrote."""

    value: float
    text: str = field(default="", compare=False)
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the model; `name` is canonical."""

    name: str
    written: str = field(default="", compare=False)
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Observed:
    """A column of the study's monthly counts: what was, or will be, recorded."""

    series: str
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Reported:
    """What sources stated of one quantity, pooled."""

    report: str
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two quantities or two numbers joined by a sign of arithmetic."""

    operator: ArithmeticOperator
    left: Expression
    right: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """A quantity or number with its sign turned."""

    operand: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class MonthWindow:
    """The months `first` to `last`, both inside, counted as year * 12 + month - 1."""

    first: int
    last: int
    text: str = field(default="", compare=False)
    span: Span = field(default=NOSPAN, compare=False)

    @property
    def months(self) -> int:
        """How many months the window holds; zero or less where it is reversed."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class WindowTerm:
    """One number a draw: a statistic of a quantity over a window, as it was or under a scenario."""

    statistic: Statistic
    quantity: Expression
    window: MonthWindow
    scenario: str | None = None
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """True or false in each draw."""

    operator: Compare
    left: Expression
    right: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Both:
    """`left and right`."""

    left: Expression
    right: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """`left or right`, or both."""

    left: Expression
    right: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not operand`."""

    operand: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if condition then consequence`: the probability of one among the draws in which the other holds."""

    condition: Expression
    consequence: Expression
    span: Span = field(default=NOSPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Explanations:
    """`explanation in (...) against (...)`: the weight of some explanations beside that of others."""

    favoured: tuple[str, ...]
    against: tuple[str, ...]
    span: Span = field(default=NOSPAN, compare=False)


Expression = (
    Number
    | Variable
    | Observed
    | Reported
    | Arithmetic
    | Negative
    | WindowTerm
    | Comparison
    | Both
    | Either
    | Not
    | Conditional
    | Explanations
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A parsed claim: its expression, its text and where the text begins."""

    expression: Expression
    text: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


def diagnose(
    text: str, place: Place, span: Span, code: str, message: str, hint: str = "", severity: Severity = "error"
) -> Diagnostic:
    """Returns a diagnostic that shows the line of `text` that `span` begins in, with a caret under it.

    Args:
        text: The claim as written.
        place: Where the text begins in the user's file; a column is added only where it has one.
        span: The part that is meant.
        code: Code of the diagnostic.
        message: What is wrong.
        hint: What to do.
        severity: Error or warning.
    """
    start = min(span.start, len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    indent = "".join("\t" if char == "\t" else " " for char in line[: start - line_start])
    width = max(1, min(span.end, line_start + len(line)) - start)
    above = text.count("\n", 0, start)
    where = place
    if place.line is not None:
        column = None if place.column is None else start - line_start + (place.column if above == 0 else 1)
        where = replace(place, line=place.line + above, column=column)
    return Diagnostic(code, message, where, f"{line}\n{indent}{'^' * width}", hint, severity)
