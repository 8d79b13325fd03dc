"""Reads delimited text as a sheet of cells."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from stockade.formats.decoding import decode
from stockade.formats.external.grids import Area, Budget, Content, Grid
from stockade.formats.external.trouble import Trouble

_SPELLED = {"": "", "\\t": "\t", "t": "\t", "tab": "\t"}


@dataclass(frozen=True)
class DelimitedText:
    """A text file; its "tab" is the sign between two cells."""

    text: str
    usual: str
    budget: Budget

    def sheet(self, tab: str) -> Grid:
        """Returns the cells; an empty or unknown delimiter stands for the one that the suffix implies."""
        spelled = _SPELLED.get(tab.lower(), tab)
        # A word is the name of a sheet, left from a spreadsheet: Vensim then takes the usual delimiter.
        delimiter = self.usual if not spelled or spelled.isalnum() else spelled
        if len(delimiter) != 1 or delimiter in '"\r\n':
            said = f"{tab!r} is no delimiter"
            raise Trouble("external-no-delimiter", said, "Write the one sign that stands between two cells.")
        rows: dict[int, dict[int, Content]] = {}
        try:
            for at, cells in enumerate(csv.reader(io.StringIO(self.text, newline=None), delimiter=delimiter)):
                found: dict[int, Content] = {
                    column: text for column, one in enumerate(cells) if (text := one.strip())
                }
                self.budget.take_cells(max(len(cells), 1))
                if found:
                    rows[at] = found
        except csv.Error as error:
            raise Trouble(
                "external-unreadable", f"the text cannot be cut into cells: {error}", _HINT
            ) from error
        return Grid(rows)

    def area(self, tab: str, name: str) -> Area | None:  # noqa: ARG002 - text has no names for cells
        """Returns None: names of cells are for spreadsheets."""
        return None


_HINT = "Look for a quote that is never closed."


def read_delimited(raw: bytes, suffix: str, budget: Budget) -> DelimitedText:
    """Returns delimited text; commas are usual for .csv, tabs for all else.

    Raises:
        Trouble: `external-unreadable`.
    """
    text = decode(raw)
    if text is None:
        raise Trouble("external-unreadable", "the file is not text", "Save it as .csv, .xlsx or .xls.")
    return DelimitedText(text, "," if suffix == ".csv" else "\t", budget)
