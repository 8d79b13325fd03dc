"""Cuts an XMILE file into elements that know their lines.

Expat is used as it is: it expands no entity that a file declares, because a file with a document type is
refused at once, and it never opens another file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.source import Source

DEEPEST = 100
_VARIABLES = "stock|flow|aux|gf"
_TAG = re.compile(rf"<(/?)({_VARIABLES}|variables|views)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")


@dataclass(frozen=True)
class Passage(Source):
    """The text of one element, entities resolved; its places are those of the file.

    Attributes:
        marks: For each piece of the text its offset in it, and its line and column in the file.
    """

    marks: tuple[tuple[int, int, int], ...] = ((0, 1, 1),)

    def place(self, offset: int, name: str | None = None) -> Place:
        """Returns the place of an offset in the file."""
        start, line, column = self.marks[max(0, bisect_right(self.marks, (offset, 2**62, 0)) - 1)]
        return Place(self.file, line, column + offset - start, name)

    def line(self, offset: int) -> int:
        """Returns the number of the line of the file."""
        return self.place(offset).line or 1


@dataclass
class Element:
    """One element; prefixes of namespaces are kept in the names, as in ``isee:prefs``.

    Attributes:
        name: Of the tag.
        attributes: As written, entities resolved.
        line: In the file, from 1.
        file: Path of the file.
        children: In order.
        pieces: The text directly inside, with the line and column of each piece.
    """

    name: str
    attributes: dict[str, str]
    line: int
    file: str
    children: list[Element] = field(default_factory=list)
    pieces: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside, without the blanks around it."""
        return "".join(piece for piece, _, _ in self.pieces).strip()

    @property
    def passage(self) -> Passage:
        """The text directly inside, with its places."""
        marks, at = [], 0
        for piece, line, column in self.pieces:
            marks.append((at, line, column))
            at += len(piece)
        text = "".join(piece for piece, _, _ in self.pieces)
        return Passage(text, self.file, tuple(marks) or ((0, self.line, 1),))

    def all(self, *names: str) -> Iterator[Element]:
        """Yields the children of these names."""
        return (one for one in self.children if one.name in names)

    def first(self, name: str) -> Element | None:
        """Returns the first child of this name."""
        return next(self.all(name), None)

    def place(self, name: str | None = None) -> Place:
        """Returns where the element begins."""
        return Place(self.file, self.line, None, name)

    def problem(
        self, code: str, message: str, *, name: str | None = None, excerpt: str = "", hint: str = ""
    ) -> StockadeError:
        """Returns the error to raise for what is wrong here."""
        return StockadeError(Diagnostic(code, message, self.place(name), excerpt, hint))


def parse_elements(text: str, file: str) -> Element:
    """Returns the root of a file.

    One break of form is mended, because it can mean one thing only: a variable that begins inside of
    another, whose end was forgotten.

    Raises:
        StockadeError: ``broken-xml``, ``document-type``, ``nested-too-deep``.
    """
    try:
        return _Builder(file).parse(text)
    except StockadeError as error:
        if error.diagnostics[0].code == "broken-xml" and (mended := _with_forgotten_ends(text)) != text:
            return _Builder(file).parse(mended)
        raise


class _Builder:
    """Collects what expat reports."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Element | None = None
        self.open: list[Element] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._document_type

    def parse(self, text: str) -> Element:
        try:
            self.parser.Parse(text.encode("utf-8", errors="replace"), True)
        except expat.ExpatError as error:
            message = expat.errors.messages.get(error.code, str(error))
            said = f"this is not well-formed XML: {message}"
            hint = "Save the model again from the program that wrote it, or mend the tag."
            line = self.parser.ErrorLineNumber
            lines = text.split("\n")
            excerpt = lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""
            place = Place(self.file, line, self.parser.ErrorColumnNumber + 1)
            raise StockadeError(Diagnostic("broken-xml", said, place, excerpt, hint)) from error
        assert self.root is not None
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes, self.parser.CurrentLineNumber, self.file)
        if len(self.open) >= DEEPEST:
            hint = "A model needs about ten."
            raise element.problem("nested-too-deep", f"more than {DEEPEST} levels of elements", hint=hint)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        self.open[-1].pieces.append((text, line, column))

    def _document_type(self, *_: object) -> None:
        place = Place(self.file, self.parser.CurrentLineNumber)
        hint = "Remove the <!DOCTYPE ...>: XMILE needs none, and entities could make a file grow without end."
        said = "this file declares a document type"
        raise StockadeError(Diagnostic("document-type", said, place, "<!DOCTYPE", hint))


def _with_forgotten_ends(text: str) -> str:
    """Closes each variable before the next one, or the end of them all, begins."""
    if "<!" in text:
        return text  # What stands in a comment would be mistaken for tags.
    pieces: list[str] = []
    at, inside, viewed = 0, "", False
    for tag in _TAG.finditer(text):
        closing, name, empty = tag.groups()
        if name == "views":
            viewed = not closing and not empty
        if viewed or (name in ("gf", "views") and inside not in ("", "gf")):
            continue
        if closing and name == inside:
            inside = ""
        elif inside and (not closing or name == "variables"):
            pieces += [text[at : tag.start()], f"</{inside}>"]
            at, inside = tag.start(), ""
        if not closing and not empty and name not in ("variables", "views"):
            inside = name
    return "".join([*pieces, text[at:]])
