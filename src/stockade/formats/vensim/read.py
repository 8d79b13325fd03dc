"""Reads Vensim's .mdl into a `Model`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.definitions import Definition, begin
from stockade.formats.vensim.entries import (
    Entry,
    MacroHeader,
    integration_method,
    opening_comment,
    split,
    unit_synonyms,
)
from stockade.formats.vensim.equations import finish, name_lookups
from stockade.formats.vensim.expressions import parse_whole
from stockade.formats.vensim.macros import read_header
from stockade.formats.vensim.tokens import tokenize
from stockade.model.expressions import Expression
from stockade.model.model import Macro, Model, RealityCheck, SubscriptRange, Variable

Given = TypeVar("Given")
Read = TypeVar("Read")
Found = Variable | SubscriptRange | RealityCheck


def parse_mdl(text: str, file: str) -> Model:
    """Reads the text of a .mdl file.

    Args:
        text: The whole file.
        file: Its path, for the places of what is wrong.

    Raises:
        StockadeError: Everything that is wrong with the file's form, in its order; what its equations
            mean is checked by `stockade.model.checks.check`.
    """
    source = Source(text.replace("\r\n", "\n").replace("\r", "\n"), file)
    entries, problems = split(source)
    outside = [one for one in entries if one.macro is None]
    found = _definitions(source, outside, problems)
    names = _names(found)
    macros = _macros(source, entries, names, problems)
    read = _collect(lambda one: finish(one, names), found, problems)
    if not read and not problems:
        hint = "An equation reads: name = equation ~ units ~ comment |"
        problems.extend(
            source.problem("empty-model", "this file holds no equation", 0, hint=hint).diagnostics
        )
    if problems:
        raise StockadeError(sorted(problems, key=lambda one: (one.place.line or 0, one.place.column or 0)))
    return Model(
        variables=tuple(one for one in read if isinstance(one, Variable)),
        dialect="vensim",
        source=file,
        documentation=opening_comment(source.text),
        unit_synonyms=unit_synonyms(source.text),
        ranges=tuple(one for one in read if isinstance(one, SubscriptRange)),
        macros=macros,
        reality_checks=tuple(one for one in read if isinstance(one, RealityCheck)),
        method=integration_method(source),
    )


def parse_formula(text: str, file: str, names: Collection[str]) -> Expression:
    """Reads an expression that stands outside of a model file, in Vensim's notation.

    Args:
        text: The expression.
        file: Where it stands, for the places of what is wrong; positions count from its beginning.
        names: Canonical names of the model's variables: a call of one of them is a lookup's.

    Raises:
        StockadeError: What is wrong with its form.
    """
    source = Source(text, file)
    return name_lookups(parse_whole(Cursor(source, tokenize(source, text, 0))), names)


def _collect(
    reader: Callable[[Given], Read], given: Iterable[Given], problems: list[Diagnostic]
) -> list[Read]:
    """Reads all that can be read, and adds what is wrong with the rest to `problems`."""
    found: list[Read] = []
    for one in given:
        try:
            found.append(reader(one))
        except StockadeError as error:
            problems.extend(error.diagnostics)
    return found


def _definitions(source: Source, entries: Sequence[Entry], problems: list[Diagnostic]) -> list[Definition]:
    return _collect(lambda entry: begin(source, entry), entries, problems)


def _names(definitions: Sequence[Definition]) -> frozenset[str]:
    """Returns the names of what may be called as a lookup: everything but ranges."""
    return frozenset(one.canonical for one in definitions if one.mark.text not in (":", "<->"))


def _macros(
    source: Source, entries: Sequence[Entry], names: frozenset[str], problems: list[Diagnostic]
) -> tuple[Macro, ...]:
    headers = dict.fromkeys(one.macro for one in entries if one.macro is not None)

    def read(header: MacroHeader) -> Macro:
        macro = read_header(source, header)
        inside = _definitions(source, [one for one in entries if one.macro == header], problems)
        # An argument may be a lookup: then it is called by its name inside of the macro.
        known = names.union(_names(inside), macro.inputs) - {macro.canonical}
        found = _collect(lambda one: finish(one, known), inside, problems)
        return replace(macro, variables=tuple(one for one in found if isinstance(one, Variable)))

    return tuple(_collect(read, headers, problems))
