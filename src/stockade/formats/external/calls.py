"""Reads what one call asks for: GET XLS and GET DIRECT CONSTANTS, DATA, LOOKUPS and SUBSCRIPT.

Source:
    Vensim reference manual, the functions GET DIRECT CONSTANTS, DATA, LOOKUPS and SUBSCRIPT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from stockade.formats.external import grids
from stockade.formats.external.grids import Area, Grid, address
from stockade.formats.external.library import Library
from stockade.formats.external.trouble import Trouble

Points = tuple[tuple[float, float], ...]

MISSING = ("", "na", "n/a", "#n/a", ":na:", "nan")
"""What says in words that a value is missing; any other text where a number is wanted is a mistake."""


@dataclass(frozen=True)
class Sheet:
    """A sheet, and how to name its cells to the user."""

    library: Library
    file: str
    tab: str

    @cached_property
    def grid(self) -> Grid:
        """Its cells."""
        return self.library.sheet(self.file, self.tab)

    def area(self, name: str) -> Area:
        """Returns the cells that bear a name.

        Raises:
            Trouble: `external-no-name`.
        """
        found = self.library.book(self.file).area(self.tab, name)
        if found is None:
            said = (
                f"{name} is no address of a cell, and {self.file}, sheet {self.tab}, gives no cells this name"
            )
            raise Trouble("external-no-name", said, "Write an address such as B2, or define the name.")
        return found

    def corner(self, text: str) -> tuple[int, int, Area | None]:
        """Returns row and column of an address, or of the first cell of a named area, and that area."""
        found = grids.cell(text)
        if found is not None:
            return *found, None
        area = self.area(text)
        return area.top, area.left, area

    def where(self, row: int, column: int) -> str:
        """Returns a cell's address with its file."""
        return f"{self.file}, sheet {self.tab}, cell {address(row, column)}"

    def number(self, row: int, column: int, *, may_lack: bool) -> float | None:
        """Returns the number in a cell; None where it is missing and may be.

        Raises:
            Trouble: `external-not-a-number`, `external-empty-cell`.
        """
        found = self.grid.number(row, column)
        if found is not None:
            return found
        content = self.grid.at(row, column)
        if content is None or str(content).strip().lower() in MISSING:
            if may_lack:
                return None
            said = f"{self.where(row, column)} is empty"
            raise Trouble("external-empty-cell", said, "Fill the cell, or correct the address.")
        said = f"{self.where(row, column)} holds {str(content)[:40]!r}, which is no number"
        raise Trouble("external-not-a-number", said, "Write a number, or leave the cell empty.")


def read_constants(sheet: Sheet, where: str, sizes: Sequence[int]) -> tuple[tuple[float, ...], ...]:
    """Returns the numbers of a constant, row by row over its elements.

    The last range of subscripts runs to the right and the one before it down; a star behind the address
    turns that round. Subscripts that are single elements do not count.

    Args:
        sheet: Where.
        where: The address or name of the first cell, and perhaps a star.
        sizes: How many elements each subscript has.

    Raises:
        Trouble: `external-too-many-subscripts`, `external-wrong-shape` and what the cells raise.
    """
    counted = [size for size in sizes if size != 1]
    if len(counted) > 2:
        said = f"{len(counted)} ranges of subscripts do not fit on a sheet"
        hint = "Give an equation for each element of all ranges but the last two."
        raise Trouble("external-too-many-subscripts", said, hint)
    sheet.library.budget.take_reads(prod(sizes))
    down, across = [1, 1, *counted][-2:]
    plain = where.strip().rstrip("*").strip()
    turned = where.strip().endswith("*")
    row, column, area = sheet.corner(plain)
    shape = (across, down) if turned else (down, across)
    if area is not None and area.shape != shape:
        raise _wrong_shape(plain, area, shape, turned=turned)
    return tuple(
        tuple(
            _present(sheet, *((row + i, column + j) if not turned else (row + j, column + i)))
            for j in range(across)
        )
        for i in range(down)
    )


def _present(sheet: Sheet, row: int, column: int) -> float:
    found = sheet.number(row, column, may_lack=False)
    assert found is not None
    return found


def _wrong_shape(name: str, area: Area, shape: tuple[int, int], *, turned: bool) -> Trouble:
    said = f"{name} names {area.shape[0]} x {area.shape[1]} cells, the variable needs {shape[0]} x {shape[1]}"
    turn = area.shape == shape[::-1]
    star = f"Write '{name}' without the star." if turned else f"Write '{name}*' to read it turned round."
    return Trouble("external-wrong-shape", said, star if turn else "Name as many cells as it has elements.")


def read_series(sheet: Sheet, along: str, where: str, sizes: Sequence[int]) -> tuple[Points, ...]:
    """Returns the points of each element of data or lookups.

    Args:
        sheet: Where.
        along: The number of the row or the letters of the column that holds the times (or x), or the name
            of an area that does. Cells of it that hold no number stand for no point.
        where: The address or name of the first cell with a value. The next element stands in the next row
            where the times stand in a row, in the next column where they stand in a column.
        sizes: How many elements each subscript has.

    Returns:
        For each element its points, in the order of the file; missing values left out.

    Raises:
        Trouble: `external-no-times`, `external-wrong-shape`, `external-no-values`,
            `external-too-many-subscripts` and what the cells raise.
    """
    if sum(size != 1 for size in sizes) > 1:
        said = "data and lookups from a file take one range of subscripts"
        hint = "Give an equation for each element of all ranges but one."
        raise Trouble("external-too-many-subscripts", said, hint)
    times, in_row = _times(sheet, along, where)
    if not times:
        said = f"{sheet.file}, sheet {sheet.tab}, holds no numbers along {along}"
        raise Trouble("external-no-times", said, "Name the row or the column that holds the times.")
    row, column, area = sheet.corner(where)
    count = prod(sizes)
    if area is not None and area.shape[0 if in_row else 1] != count:
        held = area.shape[0 if in_row else 1]
        said = f"{where} names {held} {'rows' if in_row else 'columns'}, the variable has {count} elements"
        raise Trouble("external-wrong-shape", said, "Name as many as it has elements.")
    sheet.library.budget.take_reads(count * len(times))
    found = []
    for i in range(count):
        cells = ((x, (row + i, at) if in_row else (at, column + i)) for at, x in times)
        values = ((x, sheet.number(*place, may_lack=True)) for x, place in cells)
        found.append(tuple((x, y) for x, y in values if y is not None))
    if not any(found):
        said = f"{sheet.where(row, column)}: no value stands beside the times"
        raise Trouble("external-no-values", said, "Correct the address of the first value.")
    return tuple(found)


def _times(sheet: Sheet, along: str, where: str) -> tuple[list[tuple[int, float]], bool]:
    """Returns the times, with the column of each one's value, and True; with the row of it, and False."""
    row, column, area = sheet.corner(where)
    last_row, last_column = (area.bottom, area.right) if area else (None, None)
    at = grids.row(along)
    if at is not None:
        return sheet.grid.numbers_in_row(at, column, last_column), True
    at = grids.column(along)
    # Letters may be a name as well: a name that is defined goes first.
    named = (
        None
        if grids.cell(where) and at is not None
        else sheet.library.book(sheet.file).area(sheet.tab, along)
    )
    if named is None:
        if at is None:
            sheet.area(along)
        return sheet.grid.numbers_in_column(at or 0, row, last_row), False
    if 1 not in named.shape:
        said = f"{along} names {named.shape[0]} x {named.shape[1]} cells, not a row or a column of times"
        raise Trouble("external-wrong-shape", said, "Name one row or one column.")
    in_row = named.shape[0] == 1 and not (named.shape[1] == 1 and area is not None and area.shape[1] > 1)
    if area is not None and area.shape[1 if in_row else 0] != max(named.shape):
        said = f"{along} names {max(named.shape)} times, and {where} {area.shape[1 if in_row else 0]} values"
        raise Trouble("external-wrong-shape", said, "Name as many values as times.")
    if in_row:
        found = sheet.grid.numbers_in_row(named.top, named.left, named.right)
        return [(column + at - named.left, x) for at, x in found], True
    found = sheet.grid.numbers_in_column(named.left, named.top, named.bottom)
    return [(row + at - named.top, x) for at, x in found], False


def read_subscripts(sheet: Sheet, first: str, last: str, prefix: str) -> tuple[str, ...]:
    """Returns the elements of a subscript range: across and then down, empty cells left out.

    Args:
        sheet: Where.
        first: The address of the first element, or the name of an area.
        last: The address of the last; a row or a column alone leaves the other end open, and so does nothing.
        prefix: Put before each.

    Raises:
        Trouble: `external-no-subscripts` and what the cells raise.
    """
    top, left, area = sheet.corner(first)
    bottom, right = (area.bottom, area.right) if area else _end(sheet, last)
    found: list[str] = []
    for at, cells in sorted(sheet.grid.rows.items()):
        if at < top or (bottom is not None and at > bottom):
            continue
        for column, content in sorted(cells.items()):
            if column >= left and (right is None or column <= right):
                found.append(prefix + _spelled(content))
    if not found:
        said = f"{sheet.where(top, left)}: no subscript stands here"
        raise Trouble("external-no-subscripts", said, "Correct the addresses.")
    return tuple(found)


def _end(sheet: Sheet, last: str) -> tuple[int | None, int | None]:
    if not last.strip():
        return None, None
    whole, row, column = grids.cell(last), grids.row(last), grids.column(last)
    if whole is not None:
        return whole
    if row is None and column is None:
        area = sheet.area(last)
        return area.bottom, area.right
    return row, column


def _spelled(content: float | str) -> str:
    if not isinstance(content, str):
        whole = abs(content) < 1e15 and content == int(content)
        return str(int(content)) if whole else repr(content)
    return " ".join(content.split())
