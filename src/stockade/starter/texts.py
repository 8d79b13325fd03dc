"""The files of a first study as texts: our own templates, filled with numbers and quoted words."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import DictLoader, Environment, StrictUndefined

from stockade.claims.drafting.quoting import plain_line, toml_text
from stockade.data.actors import ALIAS_COLUMNS, Alias
from stockade.data.months import format_month
from stockade.data.series import SeriesTable, series_csv
from stockade.starter.claims import kept_month, starter_claims
from stockade.starter.record import CIVILIANS, CLASHES, EVENTS, OWN_DEATHS, Record
from stockade.starter.scaling import (
    MEMBERS,
    StarterPrior,
    dispersion_priors,
    general_priors,
    scaled_priors,
)
from stockade.starter.span import FEWEST_EVENTS, Span, fitted_columns

TEMPLATES = ("model.mdl", "study.toml", "README.md")
PARTICLES = 512
ALIASES = "aliases.csv"

_OBSERVED = {
    CLASHES: ("clashes", "recorded clashes with the state or rivals a month"),
    CIVILIANS: ("attacks on civilians", "recorded attacks on civilians a month"),
    OWN_DEATHS: ("recorded own deaths", "the group's own recorded dead a month"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a study came from, so that it can be made again.

    Attributes:
        file: Name of the file of events, without its folder: a study may be handed on.
        options: Values of further options of `stockade new` by name; None where one was not given.
    """

    file: str = "EVENTS.csv"
    options: Mapping[str, str | None] = field(default_factory=dict)


def study_texts(record: Record, span: Span, name: str, origin: Origin | None = None) -> dict[str, str]:
    """Returns the text of every file of a first study, by file name.

    Args:
        record: The group's monthly record.
        span: The study's months.
        name: The folder's path as the user wrote it, for the commands that the texts name.
        origin: Where the record came from; README.md says how to make it again.
    """
    environment = _environment()
    filled = _values(record, span, name) | {"again": _again(record, name, origin or Origin())}
    found = {one: environment.get_template(one).render(filled) for one in TEMPLATES}
    kept = {ALIASES: _alias_csv(record.aliases)} if record.aliases else {}
    return {**found, "series.csv": series_csv(_table(record)), **kept}


def _alias_csv(aliases: tuple[Alias, ...]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(ALIAS_COLUMNS)
    for one in aliases:
        days = ("" if day is None else day.isoformat() for day in (one.first, one.last))
        writer.writerow((one.actor, one.also, *days, one.because))
    return stream.getvalue()


def _again(record: Record, name: str, origin: Origin) -> str:
    """Returns the command that makes the study again from the same file."""
    given: dict[str, str | None] = {
        "events": origin.file,
        "actor": record.actor,
        "country": record.country or None,
        "aliases": f"{name}/{ALIASES}" if record.aliases else None,
        **origin.options,
    }
    options = (f"--{key} {shlex.quote(plain_line(one))}" for key, one in given.items() if one is not None)
    return " ".join(["stockade new ANOTHER-NAME", *options])


def _table(record: Record) -> SeriesTable:
    lines = tuple(range(2, 2 + len(record.window)))
    return SeriesTable("", record.first_month, record.columns, lines)


def _values(record: Record, span: Span, name: str) -> dict[str, Any]:
    fitted = fitted_columns(record, span, tuple(_OBSERVED))
    main = max(
        (one for one in EVENTS if one in fitted), key=lambda one: np.nansum(record.over(one, span.fitted))
    )
    scaled, general = scaled_priors(record, span, fitted), general_priors()
    medians = {one.name: one.median for one in (*scaled, *general)}
    where = f" in {plain_line(record.country)}" if record.country else ""
    kept = kept_month(span)
    return {
        "name": shlex.quote(plain_line(name)), "actor": plain_line(record.actor),
        "title": f"{plain_line(record.actor)}{where}",
        "question": f"What drives the violence of {plain_line(record.actor)}{where}, and what comes next?",
        "source": record.source, "notes": record.notes, "limits": _limits(record, span, fitted),
        "period_first": format_month(span.period.first), "period_last": format_month(span.period.last),
        "months": len(span.period), "month_of_change": len(span.fitted) // 2,
        "scaling": str(span.scaling), "fitted_months": str(span.fitted),
        "held_back": str(span.held_back) if span.held_back else "",
        "ahead": str(span.ahead), "as_of": [one.isoformat() for one in span.as_of],
        "particles": PARTICLES, "members": MEMBERS,
        "value": lambda wanted: f"{medians[wanted]:.4g}",
        "observes": [_observe(one) for one in fitted],
        "unfitted": [_observe(one) for one in _OBSERVED if one not in fitted],
        "fewest_events": FEWEST_EVENTS, "civilians_fitted": CIVILIANS in fitted,
        "scaled": scaled, "general": general, "dispersions": dispersion_priors(fitted),
        "aliases": bool(record.aliases),
        "kept_month": format_month(kept), "kept_from": format_month(kept + 1),
        "claims": [asdict(one) for one in starter_claims(span, fitted, main)],
    }  # fmt: skip


def _observe(column: str) -> dict[str, str]:
    variable, label = _OBSERVED[column]
    return {
        "column": column,
        "variable": variable,
        "label": label,
        "dispersion": f"dispersion of {column.replace('_', ' ')}",
    }


def _limits(record: Record, span: Span, fitted: tuple[str, ...]) -> list[str]:
    """Returns what the study cannot say, a sentence each."""
    found = [
        (
            "The model is the same for every group and knows of this one only monthly counts: verdicts are "
            "about a simple account of such a record."
        ),
        (
            "Events do not say how many members a group has: they are counted by a yardstick of "
            f"{MEMBERS} at the start, and only their changes mean something."
        ),
        "Only what was recorded counts: events with a named actor, where somebody reported them.",
    ]
    if record.government:
        found.append(
            "The actor is a state. The model speaks of a group that recruits and is pursued: read members "
            "as forces "
            "committed, and take its explanations with great care."
        )
    if CIVILIANS not in fitted:
        found.append(
            "Hardly any attacks on civilians are recorded: what is said of acceptance rests on the model "
            "alone."
        )
    if span.held_back is None:
        found.append("The record ends with the months fitted: there is nothing to score the forecast on.")
    return [*found, *record.notes]


def _environment() -> Environment:
    room = files("stockade.starter") / "templates"
    environment = Environment(  # noqa: S701 - TOML, Vensim and Markdown, quoted by filters of their own
        loader=DictLoader({one: (room / one).read_text(encoding="utf-8") for one in TEMPLATES}),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    environment.filters |= {"toml": toml_text, "line": plain_line, "prior": _prior, "markdown": _markdown}
    return environment


def _prior(one: StarterPrior) -> str:
    """Returns a prior as a table of TOML."""
    lines = [f"[prior.{toml_text(one.name)}]"]
    lines.append(f"lognormal = {{ median = {one.median:.4g}, sigma = {one.sigma:g} }}")
    if one.fixed:
        lines.append('fixed = "median"')
    return "\n".join([*lines, f"because = {toml_text(one.because)}"])


def _markdown(text: str) -> str:
    """Returns a text in which no sign is taken for markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", plain_line(text))
