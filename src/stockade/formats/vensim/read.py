"""Reads Vensim's .mdl into a `Model`."""

from __future__ import annotations

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.entries import Entry, opening_comment, split, unit_synonyms
from stockade.formats.vensim.equations import Definition, begin, finish
from stockade.model.model import Model, Variable
from stockade.model.names import canonical


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
    definitions = _begin_all(source, entries, problems)
    names = frozenset(canonical(one.name) for one in definitions)
    variables = _finish_all(source, definitions, names, problems)
    if not variables and not problems:
        problems.extend(
            source.problem(
                "empty-model",
                "this file holds no equation",
                0,
                hint="An equation reads: name = equation ~ units ~ comment |",
            ).diagnostics
        )
    if problems:
        raise StockadeError(sorted(problems, key=lambda one: (one.place.line or 0, one.place.column or 0)))
    return Model(
        tuple(variables), "vensim", file, "", opening_comment(source.text), unit_synonyms(source.text)
    )


def _begin_all(source: Source, entries: list[Entry], problems: list[Diagnostic]) -> list[Definition]:
    definitions: list[Definition] = []
    refused: set[int] = set()
    for entry in entries:
        try:
            if entry.macro is not None:
                if entry.macro.start not in refused:
                    refused.add(entry.macro.start)
                    raise source.problem(
                        "unsupported-macro",
                        "macros are not supported yet",
                        entry.macro.start,
                        hint="Write the macro's equations where it is called.",
                    )
                continue
            definitions.append(begin(source, entry))
        except StockadeError as error:
            problems.extend(error.diagnostics)
    return definitions


def _finish_all(
    source: Source, definitions: list[Definition], names: frozenset[str], problems: list[Diagnostic]
) -> list[Variable]:
    variables: list[Variable] = []
    for definition in definitions:
        try:
            variables.append(finish(source, definition, names))
        except StockadeError as error:
            problems.extend(error.diagnostics)
    return variables
