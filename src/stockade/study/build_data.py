"""The tables of study.toml that speak of data: inputs, observations and reports."""

from __future__ import annotations

from datetime import date

from stockade.data.months import Window, parse_day, parse_lag, parse_month, parse_window
from stockade.model.names import canonical
from stockade.study.builder import Builder
from stockade.study.schema_parts import InputTable, ObserveTable, ReportTable, WatchTable
from stockade.study.study import (
    Assumption,
    FirstGuess,
    Input,
    LeaveOut,
    Observe,
    ReportDefinition,
    Watch,
)


def _units(unit: str | list[str] | None) -> tuple[str, ...]:
    if unit is None:
        return ()
    return (unit,) if isinstance(unit, str) else tuple(unit)


def build_input(builder: Builder, name: str, table: InputTable) -> Input:
    """Makes an input from its table."""
    key = ("input", name)
    assumed = tuple(
        Assumption(
            builder.read(parse_month, one.month, *key, "assumed", index, "month", otherwise=0),
            one.figure,
            builder.read(parse_day, one.known_from, *key, "assumed", index, "known_from", otherwise=date.min),
            builder.source.place(*key, "assumed", index),
        )
        for index, one in enumerate(table.assumed)
    )
    if not assumed and table.report is None:
        hint = "Name a series of reports.csv in 'report', or give knots in 'assumed'."
        builder.note("input-without-knots", "Nothing gives this input a path.", key, hint)
    months = [one.month for one in assumed]
    for index, month in enumerate(months):
        if month in months[:index] and month:
            message = f"{table.assumed[index].month} is assumed twice."
            builder.note("duplicate-assumption", message, (*key, "assumed", index), "Leave one of them out.")
    return Input(
        name, canonical(name), table.report, _units(table.unit), table.divide_by, assumed, table.because,
        builder.source.place(*key),
    )  # fmt: skip


def build_observe(builder: Builder, column: str, table: ObserveTable, lag: int) -> Observe:
    """Makes an observation from its table; `lag` is the study's time to publication."""
    key = ("observe", column)
    builder.identifier(column, key)
    if table.published_after is not None:
        lag = builder.read(parse_lag, table.published_after, *key, "published_after", otherwise=0)
    leave_out = tuple(
        LeaveOut(
            builder.read(
                parse_window, one.window, *key, "leave_out", index, "window", otherwise=Window(0, 0)
            ),
            one.because,
        )
        for index, one in enumerate(table.leave_out)
    )
    return Observe(
        column, table.is_, canonical(table.is_), table.noise.negative_binomial, lag, table.label or column,
        leave_out, builder.source.place(*key),
    )  # fmt: skip


def build_definition(builder: Builder, name: str, table: ReportTable) -> ReportDefinition:
    """Makes the definition of a kind of report from its table."""
    key = ("report", name)
    builder.identifier(name, key)
    if table.is_ is not None and table.first_guess is None:
        hint = "Add first_guess = { median = ..., sigma = ... }; nulls are scored on the same reports."
        builder.note("missing-key", "The key 'first_guess' is missing.", key, hint)
    guess = table.first_guess
    return ReportDefinition(
        name=name, series=table.series or name, units=_units(table.unit), is_=table.is_,
        canonical=None if table.is_ is None else canonical(table.is_), statistic=table.statistic,
        share=table.share, sigma=table.noise.lognormal, bias_per_source=table.bias_per_source,
        first_guess=None if guess is None else FirstGuess(guess.median, guess.sigma),
        label=table.label or name, place=builder.source.place(*key),
    )  # fmt: skip


def build_watch(builder: Builder, name: str, table: WatchTable) -> Watch:
    """Makes a series that nobody collects yet from its table."""
    key = ("watch", name)
    builder.identifier(name, key)
    window = None
    if table.window is not None:
        window = builder.read(parse_window, table.window, *key, "window", otherwise=Window(0, 0))
    counts, guess = table.noise.negative_binomial, table.first_guess
    return Watch(
        name=name, is_=table.is_, canonical=canonical(table.is_),
        noise="lognormal" if counts is None else "negative_binomial",
        spread=counts or table.noise.lognormal or 1.0, because=table.because, window=window,
        first_guess=None if guess is None else FirstGuess(guess.median, guess.sigma),
        label=table.label or name, place=builder.source.place(*key),
    )  # fmt: skip
