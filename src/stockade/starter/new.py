"""`new_study`: from a file of events and a group's name to a study's folder that assesses as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stockade.data.actors import plain_name, read_aliases
from stockade.data.event_file import Encoding
from stockade.data.event_reading import DateOrder, read_events
from stockade.data.events import Events
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.starter.create import must_be_new, write_folder
from stockade.starter.from_events import record_of
from stockade.starter.record import Record
from stockade.starter.span import Span, span_of
from stockade.starter.texts import Origin, study_texts

_NO_GROUP = re.compile(r"(?:civilians|protesters|rioters|unknown)\b(?: \(.*\))?")


@dataclass(frozen=True)
class NewStudy:
    """What was made.

    Attributes:
        folder: The study's folder.
        record: The group's monthly record.
        span: Which months are scaled by, fitted and held back.
        files: Names of the files written.
    """

    folder: Path
    record: Record
    span: Span
    files: tuple[str, ...]


def new_study(
    folder: str | Path,
    events: str | Path | Events,
    actor: str,
    *,
    country: str | None = None,
    aliases: str | Path | None = None,
    as_of: date | None = None,
    encoding: Encoding = "utf-8",
    dates: DateOrder | None = None,
) -> NewStudy:
    """Makes a first study of a group: its series, a generic model with priors scaled to them, five claims.

    Args:
        folder: Where; it must not be there yet.
        events: A file of events, or one that `read_events` has read.
        actor: The group's name, as the file spells it but for case and accents.
        country: Only events there; all where not given.
        aliases: A table of other names (see `read_aliases`); its rows about the group are kept in the
            study as aliases.csv.
        as_of: The first date from which the study looks; where not given, the one that leaves up to a year to
            be scored on.
        encoding: How the file writes letters; see `read_events`.
        dates: Which comes first in its dates; see `read_events`.

    Raises:
        StockadeError: ``actor-is-no-group``, ``unsafe-name``, ``folder-exists``, ``unknown-actor``,
            ``unknown-country``, ``no-alias-of-actor``, ``too-few-months``, ``too-few-events``, and
            those of the files.
    """
    target = Path(folder)
    must_be_new(target)
    _must_be_a_group(actor)
    read = events if isinstance(events, Events) else read_events(events, encoding=encoding, dates=dates)
    named = () if aliases is None else read_aliases(aliases)
    record = record_of(read, actor, country, named)
    if named and not record.aliases:
        raise StockadeError(_no_alias(actor, str(aliases)))
    span = span_of(record, as_of)
    options = {
        "as-of": None if as_of is None else as_of.isoformat(),
        "encoding": None if encoding == "utf-8" else encoding,
        "dates": dates,
    }
    texts = study_texts(record, span, str(folder), Origin(Path(read.file).name, options))
    write_folder(target, texts)
    return NewStudy(target, record, span, tuple(sorted(texts)))


def _must_be_a_group(actor: str) -> None:
    if _NO_GROUP.fullmatch(plain_name(actor)):
        message = f"'{actor}' is no armed group."
        hint = "Name one that fights; `stockade events FILE` lists the actors."
        raise StockadeError(Diagnostic("actor-is-no-group", message, Place(name=actor), hint=hint))


def _no_alias(actor: str, file: str) -> Diagnostic:
    message = f"No row of the table of names is about '{actor}'."
    hint = f"Write '{actor}' under actor, and the name that stands in the file of events under also."
    return Diagnostic("no-alias-of-actor", message, Place(file=file), hint=hint)
