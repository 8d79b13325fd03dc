"""Reads files of time series: delimited text, a column or a row for each variable, and Vensim's .dat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.external.calls import MISSING, Points
from stockade.formats.external.delimited import read_delimited
from stockade.formats.external.grids import Budget, Content, Grid, as_number
from stockade.formats.external.library import read_file
from stockade.formats.external.trouble import Trouble
from stockade.model.names import canonical
from stockade.model.unfold import element_name

_SUFFIXES = (".tab", ".csv", ".txt", ".tsv", ".dat")


Pairs = Iterable[tuple[Content | None, Content | None]]


@dataclass(frozen=True)
class DataFiles:
    """What data files hold: by canonical name of a variable or an element, the file and its times and values.

    They are looked at when a variable asks for them: a column that none does may hold anything.
    """

    columns: Mapping[str, tuple[str, Pairs]]

    def points(self, name: str) -> Points | None:
        """Returns the points of a variable; None where no file holds it.

        Raises:
            Trouble: `external-not-a-number`.
        """
        if name not in self.columns:
            return None
        file, pairs = self.columns[name]
        numbers = ((_number(time, file, name), _number(value, file, name)) for time, value in pairs)
        return tuple((x, y) for x, y in numbers if x is not None and y is not None)


def _number(content: Content | None, file: str, name: str) -> float | None:
    found = as_number(content)
    if found is None and content is not None and str(content).strip().lower() not in MISSING:
        said = f"{file} holds {str(content)[:40]!r} for {name}, which is no number"
        raise Trouble("external-not-a-number", said, "Write a number, or leave the cell empty.")
    return found


def read_data_files(paths: Sequence[Path]) -> DataFiles:
    """Reads data files; where several hold a variable, the last one counts, as in Vensim.

    Raises:
        StockadeError: `external-no-file`, `external-too-large`, `external-unreadable`,
            `data-file-unknown-format`, `data-file-without-names`.
    """
    found: dict[str, tuple[str, Pairs]] = {}
    wrong: list[Diagnostic] = []
    budget = Budget()
    for path in paths:
        try:
            found |= {name: (path.name, pairs) for name, pairs in _read(path, budget).items()}
        except Trouble as trouble:
            wrong.append(Diagnostic(trouble.code, trouble.message, Place(str(path)), hint=trouble.hint))
    if wrong:
        raise StockadeError(wrong)
    return DataFiles(found)


def _read(path: Path, budget: Budget) -> dict[str, Pairs]:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        said = f"{suffix or 'no suffix'} is not the suffix of a data file"
        raise Trouble("data-file-unknown-format", said, "Data files are .tab, .csv, .txt, .tsv or .dat.")
    book = read_delimited(read_file(path), suffix, budget)
    return _dat(book.text, budget) if suffix == ".dat" else _table(book.sheet(""))


def name_of(written: str) -> str:
    """Returns the canonical name of a column such as ``Var 1[ A , b]``."""
    text = written.strip()
    head, bracket, rest = (text, "", "") if text.endswith('"') else text.partition("[")
    inside = tuple(canonical(one) for one in rest.rstrip("] ").split(",")) if bracket else ()
    return element_name(canonical(head), inside)


def _table(grid: Grid) -> dict[str, Pairs]:
    """Returns the columns of a table whose first row holds names, or its rows where the first column does."""
    if not grid.rows:
        raise Trouble("data-file-without-names", "the file is empty", _HINT)
    top = min(grid.rows)
    header = {column: content for column, content in grid.rows[top].items() if column > 0}
    below = [row for row in sorted(grid.rows) if row > top]
    if header and all(as_number(one) is None for one in header.values()):
        return {
            name_of(str(name)): [(grid.at(row, 0), grid.at(row, column)) for row in below]
            for column, name in header.items()
        }
    names = {row: grid.at(row, 0) for row in below if grid.at(row, 0) is not None}
    if header and names and all(as_number(one) is None for one in names.values()):
        times = [column for column in sorted(header) if as_number(header[column]) is not None]
        return {
            name_of(str(name)): [(header[column], grid.at(row, column)) for column in times]
            for row, name in names.items()
        }
    raise Trouble("data-file-without-names", "neither the first row nor the first column holds names", _HINT)


_HINT = "Write the names in the first row and the times in the first column, or the other way round."


def _dat(text: str, budget: Budget) -> dict[str, Pairs]:
    """Reads Vensim's own text form: a name on a line, and below it lines of a time and a value."""
    found: dict[str, list[tuple[Content, Content]]] = {}
    points: list[tuple[Content, Content]] | None = None
    for at, line in enumerate(text.splitlines(), 1):
        cells = line.strip().split("\t") if "\t" in line else line.split()
        if not cells or not cells[0]:
            continue
        budget.take_cells(len(cells))
        if as_number(cells[0]) is None:
            points = found.setdefault(name_of(line), [])
        elif points is not None and len(cells) == 2:
            points.append((cells[0], cells[1]))
        else:
            said = f"line {at} is neither a name nor a time and a value"
            raise Trouble(
                "data-file-without-names", said, "A .dat file holds a name, and below it its points."
            )
    return dict(found)
