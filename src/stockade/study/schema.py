"""The form of study.toml: pydantic models, strict, nothing extra; what its words mean is checked in `build`.

The descriptions go into docs/study.schema.json, where editors find them.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from stockade.study.schema_parts import (
    BriefingTable,
    ClaimTable,
    ExplanationTable,
    FitTable,
    ForecastTable,
    GradesTable,
    InputTable,
    NoiseTable,
    ObserveTable,
    PriorTable,
    ReportTable,
    ScenarioTable,
    StudyTable,
    Table,
    WatchTable,
)


class StudyFile(Table):
    """A study: model, data, explanations, scenarios and claims."""

    study: StudyTable = Field(description="What the study is called, asks and looks at.")
    fit: FitTable = Field(default_factory=FitTable, description="How the explanations are fitted.")
    grades: GradesTable = Field(
        default_factory=GradesTable, description="Factors on a report's sigma by its Admiralty grade."
    )
    input: dict[str, InputTable] = Field(
        default_factory=dict, description="Model variables that follow a path of what was known, by name."
    )
    observe: dict[str, ObserveTable] = Field(
        default_factory=dict, description="Columns of series.csv and the model variables that they count."
    )
    report: dict[str, ReportTable] = Field(
        default_factory=dict, description="Series of reports.csv and the model variables that they speak of."
    )
    prior: dict[str, PriorTable] = Field(
        default_factory=dict, description="Priors of constants and dispersions, by name."
    )
    noise: dict[str, NoiseTable] = Field(
        default_factory=dict, description="Flows of the model that have noise of their own, by name."
    )
    explanation: dict[str, ExplanationTable] = Field(
        description="Competing accounts: what each holds of the model, and nulls."
    )
    scenario: dict[str, ScenarioTable] = Field(
        default_factory=dict, description="What would have been: variables held from a month on."
    )
    watch: dict[str, WatchTable] = Field(
        default_factory=dict, description="Series that nobody collects yet, which one could watch."
    )
    forecast: ForecastTable | None = Field(default=None, description="A forecast scored against what came.")
    briefing: BriefingTable = Field(
        default_factory=BriefingTable, description="What the briefing shows beside verdicts and series."
    )
    claim: list[ClaimTable] = Field(default_factory=list, description="Written claims to judge.")


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of study.toml, as docs/study.schema.json holds it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **StudyFile.model_json_schema(by_alias=True),
        "title": "Stockade study",
    }
