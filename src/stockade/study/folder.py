"""What a study stands on, read once: its model, its series, its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockade.data.ledger import Report
from stockade.data.series import SeriesTable
from stockade.model.model import Model
from stockade.study.statements import Statement, statements
from stockade.study.study import Study


@dataclass(frozen=True, eq=False)
class StudyFolder:
    """A study with all that its folder holds, each read once.

    Attributes:
        study: What study.toml says.
        model: The model it names.
        series: All of series.csv, published or not.
        reports: The ledger: all of reports.csv, published or not; empty where the study has none.
    """

    study: Study
    model: Model
    series: SeriesTable
    reports: tuple[Report, ...]

    def statements(self, definition: str) -> tuple[Statement, ...]:
        """Returns what a [report] table of the study makes of the whole ledger."""
        (found,) = (one for one in self.study.definitions if one.name == definition)
        return statements(self.study, found, self.reports)

    def written(self, canonical: str) -> str:
        """Returns a variable's or parameter's name as somebody wrote it."""
        variable = self.model.by_name.get(canonical)
        if variable is not None:
            return variable.name
        named: Sequence = self.study.priors
        return next((one.name for one in named if one.canonical == canonical), canonical)

    def units(self, canonical: str) -> str:
        """Returns the units of a model variable as written; empty for what the model lacks."""
        variable = self.model.by_name.get(canonical)
        return "" if variable is None else variable.units
