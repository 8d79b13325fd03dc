"""`StudyFile` -> `Study`: words become months, days and numbers; every complaint is noted at its key."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from stockade.data.months import Window, parse_day, parse_lag, parse_month, window_of
from stockade.errors import StockadeError
from stockade.model.names import canonical
from stockade.study.build_accounts import (
    build_claim,
    build_explanation,
    build_forecast,
    build_priors,
)
from stockade.study.build_data import build_definition, build_input, build_observe, build_watch
from stockade.study.build_noise import build_noises
from stockade.study.build_scenarios import build_scenario
from stockade.study.builder import Builder
from stockade.study.lines import Source
from stockade.study.schema import StudyFile
from stockade.study.schema_parts import StudyTable
from stockade.study.study import Briefing, Fit, Grades, Study
from stockade.study.study import Source as StudySource


def build(form: StudyFile, source: Source, folder: Path) -> Study:
    """Puts a study together from its form.

    Raises:
        StockadeError: With everything that is wrong in the file itself; what does not fit the model or
            the data is checked later.
    """
    builder = Builder(source)
    table = form.study
    period = _period(builder, table.period)
    lag = builder.read(parse_lag, table.published_after, "study", "published_after", otherwise=0)
    reports = None if table.reports is None else _inside(builder, folder, table.reports, "study", "reports")
    study = Study(
        folder=folder, title=table.title, question=table.question,
        model=_inside(builder, folder, table.model, "study", "model"),
        series=_inside(builder, folder, table.series, "study", "series"),
        reports=reports, period=period, step=table.step, published_after=lag,
        as_of=_as_of(builder, table.as_of),
        fit=Fit(form.fit.seed, form.fit.particles, form.fit.repeats), grades=_grades(form),
        inputs=tuple(build_input(builder, name, one) for name, one in form.input.items()),
        observes=tuple(build_observe(builder, name, one, lag) for name, one in form.observe.items()),
        definitions=tuple(build_definition(builder, name, one) for name, one in form.report.items()),
        priors=build_priors(builder, form.prior, "prior"),
        explanations=tuple(build_explanation(builder, name, one) for name, one in form.explanation.items()),
        scenarios=tuple(build_scenario(builder, name, one) for name, one in form.scenario.items()),
        forecast=build_forecast(builder, form.forecast),
        claims=tuple(build_claim(builder, index, one) for index, one in enumerate(form.claim)),
        briefing=_briefing(form), noises=build_noises(builder, form.noise), file=source.file,
        watches=tuple(build_watch(builder, name, one) for name, one in form.watch.items()),
        model_data=_model_data(builder, folder, table),
    )  # fmt: skip
    if builder.problems:
        raise StockadeError(sorted(builder.problems, key=lambda one: one.place.line or 0))
    return study


def _period(builder: Builder, texts: list[str]) -> Window:
    first, last = (
        builder.read(parse_month, text, "study", "period", index, otherwise=-1)
        for index, text in enumerate(texts)
    )
    if first < 0 or last < 0:
        return Window(0, 0)
    place_key = ("study", "period")
    return builder.read(
        lambda text, place: window_of(first, last, text, place),
        "..".join(texts),
        *place_key,
        otherwise=Window(0, 0),
    )


def _inside(builder: Builder, folder: Path, text: str, *key: str | int) -> Path:
    """Returns a file of the study's folder; what leaves the folder, by name or by a link, is refused."""
    path = PurePosixPath(text)
    # A backslash or a colon would leave the folder on another system than the one that checks.
    named_inside = not (
        path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text or "\0" in text
    )
    target = folder / path
    if not named_inside or not target.resolve().is_relative_to(folder.resolve()):
        message = f"'{text}' leads out of the study's folder."
        builder.note(
            "path-outside-study", message, key, "Copy the file into the folder and name it without '..'."
        )
    elif not target.is_file():
        message = f"There is no file '{text}' in the study's folder."
        builder.note("missing-file", message, key, "Check the spelling, or put the file there.")
    return target


def _model_data(builder: Builder, folder: Path, table: StudyTable) -> tuple[str, ...]:
    """Returns the model's data files as `load` takes them: there a tag's file counts from the model."""
    found = []
    for index, text in enumerate(table.model_data):
        tag, equals, named = text.partition("=") if text.startswith("?") else ("", "", text)
        path = _inside(builder, folder, named, "study", "model_data", index)
        below = os.path.relpath(path, (folder / table.model).parent) if equals else str(path)
        found.append(f"{tag}{equals}{below}")
    return tuple(found)


def _as_of(builder: Builder, texts: list[str]) -> tuple[date, ...]:
    days = [
        builder.read(parse_day, text, "study", "as_of", index, otherwise=date.min)
        for index, text in enumerate(texts)
    ]
    for index, day in enumerate(days):
        if day != date.min and day in days[:index]:
            message = f"{day} stands there twice."
            builder.note("duplicate-as-of", message, ("study", "as_of", index), "Leave one of them out.")
    return tuple(days)


def _grades(form: StudyFile) -> Grades:
    reliability = form.grades.reliability.model_dump(by_alias=True)
    credibility = form.grades.credibility.model_dump(by_alias=True)
    return Grades(MappingProxyType(reliability), MappingProxyType(credibility))


def _briefing(form: StudyFile) -> Briefing:
    table = form.briefing
    return Briefing(
        latent=tuple(dict.fromkeys(canonical(one) for one in table.latent)),
        civilian_deaths=None if table.civilian_deaths is None else canonical(table.civilian_deaths),
        limits=tuple(table.limits),
        sources=tuple(StudySource(one.name, one.says, one.url) for one in table.source),
    )
