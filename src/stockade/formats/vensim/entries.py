"""Cuts a .mdl file into its entries: ``equation ~ units ~ documentation ~ flags |``.

Only what decides where an entry ends is looked at here: quotes, comments in braces, bars and tildes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stockade.errors import Diagnostic
from stockade.formats.source import Source
from stockade.formats.vensim.comments import Comments
from stockade.model.model import IntegrationMethod

_SKETCH = re.compile(r"^\\{2,}---///", re.MULTILINE)
_SYNONYMS = re.compile(r"^22:(.+)$", re.MULTILINE)
_METHOD = re.compile(r"^15:(?:[^,\n]*,){3}[ \t]*(\d+)", re.MULTILINE)
_METHODS: dict[str, IntegrationMethod] = {"0": "euler", "2": "euler", "1": "rk4", "5": "rk4"}
_BOUNDARY = re.compile(r'[~|"{]')
_QUOTED_END = re.compile(r'\\"|\\\n|["\n]')
_DOCUMENTATION_END = re.compile(r"[~|]")
_CONTINUATION = re.compile(r"\\[ \t]*\n")
_LONGEST_HEAD = 10_000
_MACRO_EDGE = re.compile(r":MACRO:|:END[ _]OF[ _]MACRO:", re.IGNORECASE)
_HEADER = re.compile(r"\ufeff?\s*\{\s*utf-?(?:8|16)\s*\}", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One entry of the file.

    Attributes:
        equation: The equation part; comments and line continuations are blanks, so that every
            character stands as far from the beginning as it does in the file.
        start: Offset of `equation` in the file.
        units: The units part, as written.
        documentation: The comment part, as written.
        flags: What stands behind a third tilde, e.g. ``:SUPPLEMENTARY``.
        group: The group that the entry stands in.
        macro: The header of the macro that the entry stands in; None outside of macros.
    """

    equation: str
    start: int
    units: str
    documentation: str
    flags: str
    group: str
    macro: MacroHeader | None


@dataclass(frozen=True)
class MacroHeader:
    """The text between ``:MACRO:`` and its first equation, and where it begins."""

    text: str
    start: int


def opening_comment(text: str) -> str:
    """Returns the comment in braces with which the file opens, without the encoding's."""
    header = _HEADER.match(text)
    at = header.end() if header else 0
    start = at + len(text[at:]) - len(text[at:].lstrip())
    end = Comments(text).end(start) if text.startswith("{", start) else None
    return "" if end is None else text[start + 1 : end - 1].strip()


def unit_synonyms(text: str) -> tuple[tuple[str, ...], ...]:
    """Returns the groups of equal units in the settings behind the sketch: ``22:Month,Months``."""
    sketch = _SKETCH.search(text)
    if sketch is None:
        return ()
    rows = (row.split(",") for row in _SYNONYMS.findall(text, sketch.end()))
    return tuple(tuple(name.strip() for name in row if name.strip()) for row in rows)


def integration_method(source: Source) -> IntegrationMethod:
    """Returns the method in the settings behind the sketch, the fourth number of line ``15:``.

    0 is Euler and 2 its form for difference equations; 5 is the fourth-order Runge-Kutta method, and 1 the
    same with steps that adjust themselves, which is run with the steps of TIME STEP.

    Raises:
        StockadeError: ``unsupported-method`` for Runge-Kutta methods of second order.
    """
    sketch = _SKETCH.search(source.text)
    found = _METHOD.search(source.text, sketch.end()) if sketch else None
    if found is None:
        return "euler"
    method = _METHODS.get(found.group(1))
    if method is None:
        said = f"the integration method {found.group(1)} of Vensim's settings is not supported"
        hint = "Choose Euler or RK4 in Vensim's settings: 0 or 5 as the fourth number of this line."
        raise source.problem("unsupported-method", said, found.start(), hint=hint)
    return method


def split(source: Source) -> tuple[list[Entry], list[Diagnostic]]:
    """Cuts the file into entries.

    Returns:
        The entries that stand, and what was wrong with the others.
    """
    return _Splitter(source).split()


class _Splitter:
    """The state of one pass over the text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        sketch = _SKETCH.search(source.text)
        self.text = source.text[: sketch.start()] if sketch else source.text
        self.comments = Comments(self.text)
        header = _HEADER.match(self.text)
        self.at = header.end() if header else 0
        self.group = ""
        self.macro: MacroHeader | None = None
        self.entries: list[Entry] = []
        self.problems: list[Diagnostic] = []

    def split(self) -> tuple[list[Entry], list[Diagnostic]]:
        while self.at < len(self.text):
            self._edges_of_macros()
            self._entry()
        if self.macro is not None:
            self._complain(
                "unfinished-macro",
                "this macro has no :END OF MACRO:",
                self.macro.start,
                "Close the macro with a line :END OF MACRO:.",
            )
        return self.entries, self.problems

    def _complain(self, code: str, message: str, offset: int, hint: str) -> None:
        self.problems.extend(self.source.problem(code, message, offset, hint=hint).diagnostics)

    def _edges_of_macros(self) -> None:
        while edge := _MACRO_EDGE.match(self.text, self.comments.skip(self.at)):
            self.at = edge.end()
            if edge.group().upper() != ":MACRO:":
                self.macro = None
                continue
            rest = self._without_comments(self.at, self.at + _LONGEST_HEAD)
            close = rest.find(")")
            end = self.at + (close + 1 if close >= 0 else len(rest))
            self.macro = MacroHeader(_blank_continuations(rest[: end - self.at]), self.at)
            self.at = end

    def _without_comments(self, start: int, end: int) -> str:
        """Returns a piece of the text with blanks for comments: a parenthesis within one closes nothing."""
        pieces: list[str] = []
        while (opening := self.text.find("{", start, end)) >= 0:
            behind = min(self.comments.end(opening) or end, end)
            pieces += self.text[start:opening], _blank(self.text[opening:behind])
            start = behind
        return "".join([*pieces, self.text[start:end]])

    def _entry(self) -> None:
        start = self.at
        equation, boundary = self._equation()
        parts: list[str] = []
        while boundary == "~":
            part, boundary = self._part(raw=len(parts) > 0)
            parts.append(part)
        blank = not equation.strip()
        # Behind both tildes all of an equation was read: only its bar is missing at the end of the file.
        if boundary == "" and (not blank or parts) and len(parts) < 2:
            first = start + len(equation) - len(equation.lstrip())
            self._complain(
                "unfinished-equation",
                "the file ends within this equation",
                first,
                "Every equation ends with a bar: name = equation ~ units ~ comment |",
            )
            return
        group = _group_name(equation.strip())
        if group is not None:
            self.group = group
            return
        if blank:
            return
        if len(parts) > 3:
            first = start + len(equation) - len(equation.lstrip())
            self._complain(
                "missing-bar",
                f"this equation has {len(parts)} parts behind it, three are possible",
                first,
                "Perhaps a bar | is missing between this equation and the next.",
            )
            return
        units, documentation, flags = [*parts, "", "", ""][:3]
        self.entries.append(
            Entry(
                equation, start, units.strip(), documentation.strip(), flags.strip(), self.group, self.macro
            )
        )

    def _equation(self) -> tuple[str, str]:
        """Reads up to the first tilde or bar outside of quotes and comments, or to the end."""
        pieces: list[str] = []
        while found := _BOUNDARY.search(self.text, self.at):
            pieces.append(self.text[self.at : found.start()])
            self.at = found.end()
            if found.group() in "~|":
                return _blank_continuations("".join(pieces)), found.group()
            if found.group() == "{":
                pieces.append(_blank(self.text[found.start() : self._comment_end(found.start())]))
            else:
                pieces.append(self.text[found.start() : self._quoted_end(found.start())])
        pieces.append(self.text[self.at :])
        self.at = len(self.text)
        return _blank_continuations("".join(pieces)), ""

    def _comment_end(self, start: int) -> int:
        end = self.comments.end(start)
        if end is None:
            self._complain(
                "unclosed-comment", "this comment has no closing brace", start, "Close it with a }."
            )
        elif self.comments.unclear(start):
            self._complain(
                "unclear-comment",
                "this comment holds braces and the end of an equation: where it ends is unclear",
                start,
                "Take out the braces within it, or the bars and tildes.",
            )
        self.at = len(self.text) if end is None else end
        return self.at

    def _quoted_end(self, start: int) -> int:
        # A quote that its line does not close is left for the tokenizer to complain about: it knows
        # the name that is meant, and the rest of the file can still be read.
        at = start + 1
        while found := _QUOTED_END.search(self.text, at):
            at = found.end()
            if found.group() == '"':
                break
            if found.group() == "\n":
                at = start + 1
                break
        else:
            at = start + 1
        self.at = at
        return at

    def _part(self, *, raw: bool) -> tuple[str, str]:
        """Reads a part behind a tilde. Units may hold comments, documentation is left as it is."""
        if not raw:
            return self._equation()
        found = _DOCUMENTATION_END.search(self.text, self.at)
        start, self.at = self.at, found.end() if found else len(self.text)
        if found is None:
            return self.text[start:], ""
        return self.text[start : found.start()], found.group()


def _group_name(text: str) -> str | None:
    """Returns the name between two rows of stars; None where this is no heading of a group.

    A regular expression would try every way to share out the stars.
    """
    if len(text) < 6 or not (text.startswith("***") and text.endswith("***")):
        return None
    return text.strip("*").strip().removeprefix(".").strip()


def _blank(text: str) -> str:
    return "".join("\n" if one == "\n" else " " for one in text)


def _blank_continuations(text: str) -> str:
    return _CONTINUATION.sub(lambda found: _blank(found.group()), text) if "\\" in text else text
