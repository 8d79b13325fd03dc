"""The tables of study.toml that give accounts: explanations, scenarios, the forecast and claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from stockade.data.months import Window, parse_day, parse_window
from stockade.model.names import canonical
from stockade.study.build_priors import build_prior
from stockade.study.builder import Builder
from stockade.study.schema_parts import ClaimTable, ExplanationTable, ForecastTable, PriorTable
from stockade.study.study import Claim, Explanation, Forecast, StudyPrior


def build_priors(
    builder: Builder, tables: Mapping[str, PriorTable], *key: str | int
) -> tuple[StudyPrior, ...]:
    """Makes the priors of a table, no two of them on the same name."""
    priors = tuple(build_prior(builder, name, one, *key, name) for name, one in tables.items())
    builder.no_twins(((one.canonical, (*key, one.name)) for one in priors), "duplicate-prior")
    return priors


def build_explanation(builder: Builder, name: str, table: ExplanationTable) -> Explanation:
    """Makes an explanation from its table."""
    key = ("explanation", name)
    builder.identifier(name, key, hyphens=True)
    priors = build_priors(builder, table.prior, *key, "prior")
    builder.no_twins(((canonical(one), (*key, "hold", one)) for one in table.hold), "duplicate-hold")
    hold = {canonical(one): value for one, value in table.hold.items()}
    if table.null is not None and (hold or priors):
        hint = "Take out 'hold' and 'prior', or take out 'null'."
        builder.note(
            "null-with-mechanism", "A null has no mechanism to hold or to have priors on.", key, hint
        )
    for one in priors:
        if one.canonical in hold:
            message = f"'{one.name}' is held at a number and has a prior in the same explanation."
            builder.note("held-and-prior", message, (*key, "prior", one.name), "Leave one of them out.")
    return Explanation(
        name, table.says, MappingProxyType(hold), priors, table.null, builder.source.place(*key)
    )


def build_forecast(builder: Builder, table: ForecastTable | None) -> Forecast | None:
    """Makes the forecast from its table, if there is one."""
    if table is None:
        return None
    return Forecast(
        builder.read(parse_day, table.as_of, "forecast", "as_of", otherwise=date.min),
        builder.read(parse_window, table.window, "forecast", "window", otherwise=Window(0, 0)),
    )


def build_claim(builder: Builder, index: int, table: ClaimTable) -> Claim:
    """Makes a claim from its table; what it says stays text."""
    key = ("claim", index)
    builder.identifier(table.id, (*key, "id"), hyphens=True)
    on = builder.read(parse_day, table.on, *key, "on", otherwise=date.min)
    place = builder.source.place(*key, *(() if table.says is None else ("says",)))
    return Claim(
        table.id, table.quote, table.who, on, table.type, table.means, table.says, table.not_testable,
        tuple(table.evidence), place,
    )  # fmt: skip
