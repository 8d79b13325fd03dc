"""Reads .xls workbooks, through xlrd."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import xlrd
from xlrd.formula import oREF

from stockade.formats.external.grids import Area, Budget, Content, Grid
from stockade.formats.external.trouble import Trouble

_HINT = "Open it in a spreadsheet program and save it again, best as .xlsx."
_NUMBERS = (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE)


@dataclass(frozen=True)
class XlsBook:
    """A workbook as xlrd gives it; sheets are read when they are asked for."""

    book: Any
    budget: Budget

    def sheet(self, tab: str) -> Grid:
        """Returns the cells of a sheet."""
        at = self._index(tab)
        try:
            sheet = self.book.sheet_by_index(at)
            rows = [(sheet.row_types(row), sheet.row_values(row)) for row in range(sheet.nrows)]
        except Trouble:
            raise
        except Exception as error:
            raise _unreadable(error) from error
        found: dict[int, dict[int, Content]] = {}
        for row, (types, values) in enumerate(rows):
            cells = {
                column: _content(kind, value)
                for column, (kind, value) in enumerate(zip(types, values, strict=True))
                if kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) and value != ""
            }
            self.budget.take_cells(len(cells))
            if cells:
                found[row] = cells
        self.book.unload_sheet(at)
        return Grid(found)

    def area(self, tab: str, name: str) -> Area | None:
        """Returns the cells that bear a name; a name of the sheet goes before one of the workbook."""
        at = self._index(tab)
        wanted = [one for one in self.book.name_obj_list if one.name.lower() == name.lower()]
        for one in sorted(wanted, key=lambda one: one.scope != at):
            # xlrd's own area2d prints what it does not like.
            found = getattr(one.result, "value", None) if one.scope in (at, -1) else None
            if one.result is None or one.result.kind != oREF or not found or len(found) != 1:
                continue
            first, behind, top, below, left, beside = found[0].coords
            if first == at and behind == at + 1 and below > top >= 0 and beside > left >= 0:
                return Area(top, left, below - 1, beside - 1)
        return None

    def _index(self, tab: str) -> int:
        names = [one.lower() for one in self.book.sheet_names()]
        if tab.lower() not in names:
            raise no_sheet(tab, self.book.sheet_names())
        return names.index(tab.lower())


def read_xls(raw: bytes, budget: Budget) -> XlsBook:
    """Opens a workbook.

    Raises:
        Trouble: `external-unreadable`.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=raw, logfile=io.StringIO(), on_demand=True, ragged_rows=True, formatting_info=False
        )
    except Exception as error:
        raise _unreadable(error) from error
    return XlsBook(book, budget)


def no_sheet(tab: str, names: list[str]) -> Trouble:
    """Returns the reason that a workbook lacks a sheet."""
    shown = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
    return Trouble("external-no-sheet", f"the workbook has no sheet {tab}", f"Its sheets are: {shown}")


def _content(kind: int, value: Any) -> Content:
    if kind in _NUMBERS:
        return float(value)
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERROR"))
    return str(bool(value)).upper() if kind == xlrd.XL_CELL_BOOLEAN else str(value)


def _unreadable(error: Exception) -> Trouble:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return Trouble("external-unreadable", f"the workbook cannot be read: {said}", _HINT)
