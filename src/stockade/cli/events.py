"""``stockade events``: what a file of events holds, and the monthly series counted from it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.cli.bars import bars
from stockade.cli.complaints import visible
from stockade.cli.outputs import STANDARD_OUTPUT, write_bytes, write_json, write_text
from stockade.errors import Diagnostic, Place, StockadeError

if TYPE_CHECKING:
    from stockade.data.event_choice import DatePrecision, Selection
    from stockade.data.event_reading import DateOrder
    from stockade.data.event_series import EventSeries
    from stockade.data.event_summary import Line
    from stockade.data.events import Events

Side = Literal["any", "a", "b"]
Encoding = Literal["utf-8", "latin-1", "utf-16"]

_CHARTS = (".html", ".svg", ".png")
_MOST_MONTHS = 36
_MOST_LINES = 10
_COLUMNS = {
    "events": "events", "deaths_best": "deaths", "deaths_low": "lowest", "deaths_high": "highest",
    "deaths_civilians": "civilians", "deaths_own": "own side", "deaths_opponents": "opponents",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What to count, as it stands on the command line.

    Attributes:
        actors: Names.
        countries: Names.
        region: A first-level region.
        aliases: A table of other names.
        side: On which side an actor must stand.
        associates: Whether those who are only associated with a side count.
        spread: Whether long events are shared out over their days.
        coarsest_date: How well a day must be known.
        covers: Months that the file covers, as ``2003-01..2010-12``.
        window: Months wanted.
        known_by: A day; only what was out by then.
        published_after: Months to publication, as ``1 month``.
    """

    actors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    region: str | None = None
    aliases: Path | None = None
    side: Side = "any"
    associates: bool = True
    spread: bool = False
    coarsest_date: DatePrecision = "longer"
    covers: str | None = None
    window: str | None = None
    known_by: str | None = None
    published_after: str | None = None

    @property
    def anything(self) -> bool:
        """Whether any of it differs from what holds where nothing is said."""
        return self != Asked()


@dataclass(frozen=True)
class Given:
    """The file, and where the results go.

    Attributes:
        file: The file of events.
        encoding: How its letters are written.
        dates: Which comes first in dates such as 3/4/2008.
        out: The file for the series.
        chart: The file for the chart.
        json_file: The file for all of it as data.
        series: Whether a series is wanted, whatever else is said.
        most: How many actors and countries to list.
    """

    file: Path
    encoding: Encoding = "utf-8"
    dates: DateOrder | None = None
    out: Path | None = None
    chart: Path | None = None
    json_file: Path | None = None
    series: bool = False
    most: int = 15


def show_events(given: Given, asked: Asked) -> None:
    """Shows what is in a file, or the series that was asked for.

    Raises:
        StockadeError: ``events-output-unknown``, and what the library raises.
    """
    if given.chart is not None and given.chart.suffix.lower() not in _CHARTS:
        said = f"{given.chart.suffix or 'a file without suffix'} is no chart"
        hint = f"name a file that ends with {', '.join(_CHARTS)}"
        raise StockadeError(Diagnostic("events-output-unknown", said, Place(str(given.chart)), hint=hint))
    wanted = _selection(asked)
    with bars() as progress:
        progress(f"reading {given.file.name}", 0, 0)
        from stockade.data.event_reading import read_events

        events = read_events(given.file, encoding=given.encoding, dates=given.dates)
        counted = given.series or asked.anything or given.out is not None or given.chart is not None
        series = _count(events, wanted) if counted else None
    console = Console(stderr=STANDARD_OUTPUT in (given.json_file, given.out), highlight=False)
    if series is None:
        _show_summary(events, given, console)
    else:
        _show_series(series, given, console)


def _selection(asked: Asked) -> Selection:
    from stockade.data.actors import read_aliases
    from stockade.data.event_choice import Selection
    from stockade.data.months import parse_day, parse_lag, parse_window

    def at(option: str) -> Place:
        return Place(option)

    return Selection(
        asked.actors,
        asked.countries,
        asked.region,
        () if asked.aliases is None else read_aliases(asked.aliases),
        asked.side,
        asked.associates,
        asked.spread,
        asked.coarsest_date,
        None if asked.covers is None else parse_window(asked.covers, at("--covers")),
        None if asked.window is None else parse_window(asked.window, at("--window")),
        None if asked.known_by is None else parse_day(asked.known_by, at("--known-by")),
        None if asked.published_after is None else parse_lag(asked.published_after, at("--published-after")),
    )


def _count(events: Events, wanted: Selection) -> EventSeries:
    from stockade.data.event_series import monthly

    return monthly(events, wanted)


def _show_summary(events: Events, given: Given, console: Console) -> None:
    from stockade.data.event_summary import summarise

    summary = summarise(events)
    if given.json_file is not None:
        write_json(asdict(summary), given.json_file)
    _print(console, f"{summary.file}: {summary.format}, {summary.events:,} events")
    if summary.first:
        _print(
            console, f"From {summary.first} to {summary.last}; the last event began on {summary.last_day}."
        )
    _print(console, f"Figures of this kind: {summary.release}.")
    _print(console, _shares("Types", summary.types, summary.events))
    _print(console, _shares("Day known to", summary.date_precision, summary.events))
    _print(console, _shares("Place known to", summary.place_precision, summary.events))
    gaps = ", ".join(summary.gaps) if summary.gaps else "none"
    _print(console, f"Months without any event: {gaps}")
    console.print()
    _print_lines(console, "actor", summary.actors, given.most, sides=True)
    _print_lines(console, "country", summary.countries, given.most, sides=False)
    for one in summary.notes:
        _print(console, f"- {one['text']}{_lines(one['lines'])}")
    _print(console, "\n--actor NAME counts by month; --json FILE writes all of this.")


def _shares(what: str, counts: dict[str, int], total: int) -> str:
    parts = (f"{name.replace('_', ' ')} {100 * count / total:.1f} %" for name, count in counts.items())
    return f"{what}: " + ", ".join(parts)


def _print(console: Console, text: str) -> None:
    console.print(Text(visible(text)))


def _lines(lines: tuple[int, ...]) -> str:
    if not lines:
        return ""
    word = "line" if len(lines) == 1 else "lines"
    return f" ({word} {', '.join(map(str, lines))}{', ...' if len(lines) == _MOST_LINES else ''})"


def _print_lines(console: Console, what: str, lines: tuple[Line, ...], most: int, *, sides: bool) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(what)
    names = ["events", *(("side a", "side b") if sides else ()), "months", "first", "last", "deaths"]
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for one in lines[:most]:
        both = (f"{one.side_a:,}", f"{one.side_b:,}") if sides else ()
        deaths = "" if one.deaths is None else f"{one.deaths:,.0f}"
        cells = (f"{one.events:,}", *both, f"{one.months:,}", one.first, one.last, deaths)
        table.add_row(Text(visible(one.name) or "(none given)"), *map(Text, cells))
    console.print(table)
    if len(lines) > most:
        _print(console, f"... and {len(lines) - most:,} more; --most NUMBER lists more")
    console.print()


def _show_series(series: EventSeries, given: Given, console: Console) -> None:
    from stockade.charts.monthly import chart_of_events
    from stockade.data.series import series_csv

    title = _title(series)
    chart = chart_of_events(series, title)
    if given.out is not None:
        write_text(series_csv(series.table()), given.out)
    if given.chart is not None:
        from stockade.charts.page import DRAWERS

        write_bytes(DRAWERS[given.chart.suffix.lower()](chart), given.chart)
    if given.json_file is not None:
        write_json(_as_data(series), given.json_file)
    from stockade.charts.terminal import draw_text

    console.print(Text(visible(draw_text(chart, console.width))), soft_wrap=True)
    _print_table(series, console)
    for one in series.notes:
        _print(console, f"- {one.text}")


def _title(series: EventSeries) -> str:
    wanted = series.selection
    parts = [" and ".join(wanted.actors) or "All actors"]
    parts += [wanted.region] if wanted.region else []
    parts += [" and ".join(wanted.countries)] if wanted.countries else []
    return f"{', '.join(parts)}: {series.format}, {series.window}"


def _print_table(series: EventSeries, console: Console) -> None:
    """Prints a row a month, or a row a year where there are many months."""
    from stockade.data.months import format_month

    columns = {name: word for name, word in _COLUMNS.items() if name in series.values}
    months = list(series.window.months())
    yearly = len(months) > _MOST_MONTHS
    rows: dict[str, list[int]] = {}
    for at, month in enumerate(months):
        rows.setdefault(str(month // 12) if yearly else format_month(month), []).append(at)
    table = Table(box=None, pad_edge=False)
    table.add_column("year" if yearly else "month")
    for word in columns.values():
        table.add_column(word, justify="right", no_wrap=True)
    for label, at in rows.items():
        cells = (_cell([float(series.values[name][one]) for one in at]) for name in columns)
        table.add_row(label, *cells)
    console.print(table)
    if yearly:
        _print(console, "Sums of years; * where months are missing. --out FILE.csv writes every month.")
    console.print()


def _cell(values: list[float]) -> str:
    known = [one for one in values if not math.isnan(one)]
    if not known:
        return "-"
    total = sum(known)
    mark = "*" if len(known) < len(values) else ""
    return f"{total:,.0f}{mark}" if abs(total - round(total)) < 1e-9 else f"{total:,.1f}{mark}"


def _as_data(series: EventSeries) -> dict[str, Any]:
    from stockade.data.months import format_month

    return {
        "file": series.file,
        "format": series.format,
        "selection": _plain(
            asdict(series.selection) | {"covers": series.selection.covers, "window": series.selection.window}
        ),
        "months": [format_month(month) for month in series.window.months()],
        "values": {
            name: [None if math.isnan(one) else one for one in column.tolist()]
            for name, column in series.values.items()
        },
        "release": asdict(series.release),
        "notes": [asdict(one) for one in series.notes],
    }


def _plain(value: Any) -> Any:
    """Returns a part of a selection as JSON takes it: days and windows of months as text."""
    from stockade.data.months import Window

    if isinstance(value, date | Window):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
