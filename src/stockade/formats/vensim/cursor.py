"""A place in the tokens of one equation, and the complaints that can be made there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockade.errors import Place, StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.tokens import Token
from stockade.model.names import canonical

NOT_AVAILABLE = -(2.0**109)
"""What Vensim computes with where a number is missing (:NA:)."""


@dataclass
class Cursor:
    """Walks over the tokens of one equation.

    Attributes:
        source: The file.
        tokens: The equation's; the last one is of kind ``end``.
        name: The variable that is defined, as written, for the complaints.
        at: Index of the next token.
        depth: How many levels of nesting are open.
    """

    source: Source
    tokens: Sequence[Token]
    name: str = ""
    at: int = 0
    depth: int = 0

    @property
    def next(self) -> Token:
        """The next token; at the end, the token of kind ``end`` again and again."""
        return self.tokens[self.at]

    @property
    def place(self) -> Place:
        """Where the next token stands."""
        return self.source.place(self.next.start)

    def sees(self, text: str) -> bool:
        """Whether the next token is this sign or keyword."""
        return self.next.text == text and self.next.kind in ("sign", "keyword")

    def take(self, text: str) -> bool:
        """Steps over the next token if it is this sign or keyword."""
        if self.sees(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str, why: str) -> None:
        """Steps over this sign, or complains."""
        if not self.take(text):
            raise self.unexpected(f"{text} {why}")

    def step(self) -> Token:
        """Steps over the next token, unless it is the end, and returns it."""
        token = self.next
        self.at += token.kind != "end"
        return token

    def problem(self, code: str, message: str, token: Token, hint: str = "") -> StockadeError:
        """Returns the error to raise for a token of this equation."""
        return self.source.problem(code, message, token.start, name=self.name or None, hint=hint)

    def unexpected(self, wanted: str) -> StockadeError:
        """Returns the error for a next token that does not fit."""
        found = "the end of the equation" if self.next.kind == "end" else self.next.text
        return self.problem(
            "broken-equation",
            f"expected {wanted}, found {found}",
            self.next,
            "Compare the parentheses, commas and operators around the mark.",
        )

    def unclosed(self, opening: Token) -> StockadeError:
        """Returns the error for a parenthesis after which no closing one comes."""
        if self.next.kind == "end":
            return self.problem(
                "unclosed-parenthesis", "this parenthesis is never closed", opening, "Add a )."
            )
        return self.unexpected("an operator, a comma or )")

    def number(self) -> float:
        """Reads a number with its sign, or complains."""
        sign = 1.0
        while self.sees("-") or self.sees("+"):
            sign = -sign if self.step().text == "-" else sign
        if self.take(":NA:"):
            return sign * NOT_AVAILABLE
        if self.next.kind != "number":
            raise self.unexpected("a number")
        return sign * finite(self, self.step())

    def subscripts(self) -> tuple[str, ...]:
        """Reads ``[a, b!]``; the mark of a subscript that is summed over stays with its name."""
        opening = self.next
        self.expect("[", "before subscripts")
        found: list[str] = []
        while True:
            if self.next.kind != "name":
                raise self.unexpected("the name of a subscript")
            written = canonical(self.step().text)
            found.append(written + "!" if self.take("!") else written)
            if self.take("]"):
                return tuple(found)
            if self.next.kind == "end":
                raise self.problem("unclosed-bracket", "this bracket is never closed", opening, "Add a ].")
            self.expect(",", "or ] behind a subscript")


def finite(cursor: Cursor, token: Token) -> float:
    """Returns the number that a token spells.

    Raises:
        StockadeError: ``number-too-large`` beyond what 64 bits hold.
    """
    value = float(token.text)
    if value == float("inf"):
        raise cursor.problem(
            "number-too-large", "this number is too large", token, "The largest is about 1.8e308."
        )
    return value
