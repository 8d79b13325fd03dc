"""Reads the left-hand side of an entry: the name, its subscripts, and the mark that says what it defines."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.errors import Place
from stockade.formats.source import Source
from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.entries import Entry
from stockade.formats.vensim.tokens import Token, tokenize
from stockade.model.names import canonical

_DATA_KEYWORDS = (":RAW:", ":INTERPOLATE:", ":LOOK FORWARD:", ":HOLD BACKWARD:")


@dataclass(frozen=True)
class Definition:
    """An entry cut into tokens, read up to the sign that says what it defines.

    Attributes:
        entry: As the file was cut.
        name: As written, without quotes.
        canonical: As it is compared.
        subscripts: Of the left-hand side, canonical.
        exceptions: The lists behind ``:EXCEPT:``.
        keyword: ``interpolate``, ``raw`` ... for data; empty otherwise.
        mark: What stands behind: ``=``, ``==``, ``:=``, ``(``, ``:``, a keyword, or the end.
        cursor: Stands behind the mark.
    """

    entry: Entry
    name: str
    canonical: str
    subscripts: tuple[str, ...]
    exceptions: tuple[tuple[str, ...], ...]
    keyword: str
    mark: Token
    cursor: Cursor

    @property
    def place(self) -> Place:
        """Where the definition begins."""
        return self.cursor.source.place(self.cursor.tokens[0].start, self.name)

    @property
    def text(self) -> str:
        """The right-hand side as written."""
        tokens, source = self.cursor.tokens, self.cursor.source
        behind = self.mark.start + (0 if self.mark.text == "(" else len(self.mark.text))
        return source.text[behind : tokens[-1].start].strip()


def begin(source: Source, entry: Entry) -> Definition:
    """Reads the left-hand side of an entry.

    Raises:
        StockadeError: ``broken-equation`` and what the tokenizer complains about.
    """
    cursor = Cursor(source, tokenize(source, entry.equation, entry.start))
    if cursor.next.kind != "name":
        raise cursor.unexpected("the name of a variable")
    written = cursor.step().text
    name = written[1:-1].replace('\\"', '"') if written.startswith('"') else written
    name = " ".join(name.split()) if "\n" in name else name
    cursor.name = name
    subscripts = cursor.subscripts() if cursor.sees("[") else ()
    exceptions = _exceptions(cursor)
    keyword = canonical(cursor.step().text[1:-1]) if cursor.next.text in _DATA_KEYWORDS else ""
    mark = cursor.next
    if mark.kind not in ("sign", "keyword", "end"):
        raise cursor.unexpected("= behind the name")
    cursor.at += mark.kind != "end"
    return Definition(entry, name, canonical(written), subscripts, exceptions, keyword, mark, cursor)


def _exceptions(cursor: Cursor) -> tuple[tuple[str, ...], ...]:
    if not cursor.take(":EXCEPT:"):
        return ()
    found = [cursor.subscripts()]
    while cursor.take(","):
        found.append(cursor.subscripts())
    return tuple(found)
