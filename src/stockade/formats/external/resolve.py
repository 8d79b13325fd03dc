"""Fills a model with what it reads from files; what the modeller wrote stays beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import prod
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.external.calls import Points, Sheet, read_constants, read_series, read_subscripts
from stockade.formats.external.datafiles import DataFiles, read_data_files
from stockade.formats.external.library import Library
from stockade.formats.external.trouble import Trouble
from stockade.model.elements import Elements
from stockade.model.expressions import Array, Call, Expression, Number, Series, Several, Table, Text
from stockade.model.model import Model, SubscriptRange, Variable, VariableKind
from stockade.model.names import canonical
from stockade.model.unfold import element_name

_FORMS = ("xls", "direct", "123")
_ARGUMENTS = {"constants": 3, "data": 4, "lookups": 4, "subscript": 5}
_KINDS: Mapping[str, VariableKind] = {"constants": "constant", "data": "data", "lookups": "lookup"}
_MOST_PROBLEMS = 50


def resolve(model: Model, data: Sequence[str | Path] = (), *, outside: bool = False) -> Model:
    """Returns the model with the contents of the files that it names, and of data files.

    Args:
        model: As it was read; its source tells the folder in which files are looked for.
        data: Files with time series for the variables that have no equation: delimited text or .dat. Where
            several hold a variable, the last one counts. ``?TAG=FILE`` says which file a tag stands for.
        outside: Whether the files that the model names may lie outside of its folder.

    Raises:
        StockadeError: With all that is wrong, by variable and cell.
    """
    files, tags = _told_apart(data)
    wanted = [one for one in _variables(model) if _source(one.equation) or _without_equation(one)]
    if not wanted and not files and not any(one.equation is not None for one in model.ranges):
        return model
    library = Library(Path(model.source).parent, outside, tags)
    work = _Work(library, read_data_files(files), {})
    ranges = tuple(work.range(one) for one in model.ranges)
    if work.wrong:
        raise StockadeError(work.wrong)
    model = replace(model, ranges=ranges)
    work.elements = {**Elements(model).ranges}
    variables = tuple(work.variable(one) for one in model.variables)
    macros = tuple(
        replace(macro, variables=tuple(work.variable(one) for one in macro.variables))
        for macro in model.macros
    )
    if work.wrong:
        raise StockadeError(work.wrong[:_MOST_PROBLEMS])
    return replace(model, variables=variables, macros=macros)


def files_of(model: Model, data: Sequence[str | Path] = (), *, outside: bool = False) -> tuple[Path, ...]:
    """Returns the files that a model was filled from, each once: those that it names, and the data files.

    Args:
        model: As `resolve` returned it.
        data: What `resolve` was given.
        outside: The same.
    """
    files, tags = _told_apart(data)
    library = Library(Path(model.source).parent, outside, tags)
    calls = [one.read_by for one in _variables(model)] + [one.equation for one in model.ranges]
    named = [one.arguments[0] for one in calls if isinstance(one, Call) and one.arguments]
    found = [library.path(one.value) for one in named if isinstance(one, Text)]
    return tuple(dict.fromkeys([*found, *(one.resolve() for one in files)]))


def _told_apart(data: Sequence[str | Path]) -> tuple[list[Path], dict[str, str]]:
    files: list[Path] = []
    tags: dict[str, str] = {}
    for one in data:
        tag, equals, file = str(one).partition("=")
        if tag.startswith("?") and equals:
            tags[tag.lower()] = file
        else:
            files.append(Path(one))
    return files, tags


def _variables(model: Model) -> list[Variable]:
    return [*model.variables, *(one for macro in model.macros for one in macro.variables)]


def _source(equation: Expression) -> str:
    """Returns what an equation reads from a file: ``constants``, ``data`` or ``lookups``; else nothing."""
    if not isinstance(equation, Call):
        return ""
    words = equation.function.split(" ")
    known = len(words) == 3 and words[0] == "get" and words[1] in _FORMS and words[2] in _KINDS
    return words[2] if known else ""


def _without_equation(one: Variable) -> bool:
    return isinstance(one.equation, Call) and one.equation.function == "data" and not one.equation.arguments


@dataclass
class _Work:
    """Lives for one call of `resolve`; `wrong` collects what is wrong."""

    library: Library
    files: DataFiles
    elements: Mapping[str, tuple[str, ...]]
    wrong: list[Diagnostic] = field(default_factory=list)

    def range(self, one: SubscriptRange) -> SubscriptRange:
        """Returns a range with its elements."""
        if one.equation is None:
            return one
        try:
            file, tab, first, last, prefix = _arguments(one.equation, "subscript")
            written = read_subscripts(Sheet(self.library, file, tab), first, last, prefix)
        except Trouble as trouble:
            self._tell(one, trouble)
            return one
        names = dict.fromkeys(canonical(text) for text in written)
        if len(names) != len(written):
            said = "two of the cells hold the same subscript"
            self._tell(one, Trouble("external-subscript-twice", said, "Name each element once."))
        return replace(one, elements=tuple(names), written=written)

    def variable(self, one: Variable) -> Variable:
        """Returns a variable with the numbers that it reads."""
        try:
            found = self._filled(one)
        except Trouble as trouble:
            self._tell(one, trouble)
            return one
        if found is None:
            return one
        return replace(
            one, equation=found, kind=_KINDS.get(_source(one.equation), "data"), read_by=one.equation
        )

    def _filled(self, one: Variable) -> Expression | None:
        source = _source(one.equation)
        if not source:
            return self._from_files(one) if _without_equation(one) else None
        file, tab, *where = _arguments(one.equation, source)
        sheet = Sheet(self.library, file, tab)
        sizes = [len(self.elements.get(name, (name,))) for name in one.subscripts]
        if source == "constants":
            rows = read_constants(sheet, where[0], sizes)
            place = one.equation.place
            return Array(rows, place) if one.subscripts else Number(rows[0][0], place=place)
        points = read_series(sheet, where[0], where[1], sizes)
        where = f"{file}, sheet {tab}"
        return self._several(one, [self._item(one, row, source, where) for row in points])

    def _item(self, one: Variable, points: Points, source: str, where: str) -> Table | Series:
        place = one.equation.place
        if source == "lookups":
            if not points:
                said = f"{where}: one of the elements of the lookup has no points"
                raise Trouble("external-no-values", said, "Fill its cells.")
            return Table(tuple(sorted(points, key=lambda point: point[0])), None, place)
        return series(points, one.keyword, where, place=place)

    def _several(self, one: Variable, items: Sequence[Table | Series]) -> Expression:
        return Several(tuple(items), one.equation.place) if one.subscripts else items[0]

    def _from_files(self, one: Variable) -> Expression | None:
        self.library.budget.take_reads(prod(len(self.elements.get(name, (name,))) for name in one.subscripts))
        combinations: list[tuple[str, ...]] = [()]
        for name in one.subscripts:
            combinations = [(*row, each) for row in combinations for each in self.elements.get(name, (name,))]
        names = [element_name(one.canonical, row) for row in combinations]
        found = [self.files.points(name) for name in names]
        if all(points is None for points in found):
            return None
        lacking = next((name for name, points in zip(names, found, strict=True) if points is None), None)
        if lacking is not None:
            said = f"the data files hold {one.name} but not {lacking}"
            raise Trouble("external-element-missing", said, "Add a column for it.")
        place = one.equation.place
        return self._several(
            one, [series(points or (), one.keyword, "the data files", place=place) for points in found]
        )

    def _tell(self, one: Variable | SubscriptRange, trouble: Trouble) -> None:
        text = f"{one.name} = {' '.join(one.text[:500].split())}"[:100]
        place = replace(one.place, name=one.name)
        self.wrong.append(Diagnostic(trouble.code, trouble.message, place, text, trouble.hint))


def series(points: Points, keyword: str, where: str, *, place: Place) -> Series:
    """Returns a series of points that may be out of order.

    Raises:
        Trouble: `external-time-twice`.
    """
    ordered = tuple(sorted(points, key=lambda point: point[0]))
    twice = next((a[0] for a, b in pairwise(ordered) if a[0] == b[0]), None)
    if twice is not None:
        raise Trouble(
            "external-time-twice",
            f"{where}: time {twice:g} stands there twice for one variable",
            "Keep one of the two.",
        )
    return Series(ordered, keyword or "interpolate", place)


def _arguments(call: Expression, source: str) -> tuple[str, ...]:
    """Returns the texts between the parentheses of a call."""
    assert isinstance(call, Call)
    count = _ARGUMENTS.get(source, 0)
    texts = tuple(one.value for one in call.arguments if isinstance(one, Text))
    if not call.function.endswith(source) or len(texts) != len(call.arguments) or len(texts) != count:
        said = f"{call.written or call.function.upper()} takes {count} texts in single quotes"
        raise Trouble("external-wrong-arguments", said, "Compare the manual of Vensim.")
    return texts
