"""The document: everything a briefing says, as plain data, and its JSON.

Frozen dataclasses of numbers, strings, tuples and dictionaries. Nothing here draws, judges or fits: the study
fills a `Document`, the faces (terminal, HTML, JSON) only read it. A number that does not exist is None, never
NaN. Probabilities, weights and coverages are fractions of 1. Months are written ``2008-03``, days
``2008-03-21``. The attribute texts are also the descriptions in docs/briefing.schema.json (see
`stockade.briefing.schema`).
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from stockade.briefing.calibration import Calibration
from stockade.briefing.contrasts import Contrast
from stockade.briefing.course import Course
from stockade.briefing.curves import Input, Latent, LedgerRow, Number, Series
from stockade.briefing.findings import (
    ClaimVerdict,
    Explanation,
    ForecastScore,
    KnownTogether,
    Parameter,
)
from stockade.briefing.influence import Influence
from stockade.briefing.loops import Feedback
from stockade.briefing.noise import Noise
from stockade.briefing.watchlist import Watchlist


@dataclass(frozen=True)
class Scenario:
    """A scenario and the civilian deaths that stand beside it.

    Attributes:
        id: Its key in study.toml.
        says: What is different in it.
        window: Months that the deaths are summed over.
        deaths_median: Civilians killed by the group in the window under the scenario, median.
        deaths_low: The same, 5 % quantile.
        deaths_high: The same, 95 % quantile.
        base_median: The same without the scenario, median.
        base_low: 5 % quantile.
        base_high: 95 % quantile.
    """

    id: str
    says: str
    window: str = ""
    deaths_median: Number = None
    deaths_low: Number = None
    deaths_high: Number = None
    base_median: Number = None
    base_low: Number = None
    base_high: Number = None


@dataclass(frozen=True)
class LeftOut:
    """Something known that the fit did not use.

    Attributes:
        what: Series, report or row.
        window: Months concerned.
        because: Why.
    """

    what: str
    window: str
    because: str


@dataclass(frozen=True)
class AsOf:
    """Everything as it could be known on one date.

    Attributes:
        date: The day, e.g. ``2008-03-21``.
        explanations: With their weights.
        claims: Their verdicts, in the study's order.
        forecasts: Scores of the forecast made on this date; empty where none was made or nothing came yet.
        parameters: Posterior beside prior.
        series: Observed series with fans.
        latents: Variables that nobody counts, with fans.
        ledger: Reported figures.
        inputs: Paths given from outside.
        scenarios: With civilian deaths beside.
        left_out: What was known and not used.
        notes: Sentences that belong to this date, e.g. a fit that is not sound.
        feedback: Feedback loops of the weightiest mechanism; null where they were not asked for.
        together: Combinations of parameters that the data know better than any parameter in them.
    """

    date: str
    explanations: tuple[Explanation, ...] = ()
    claims: tuple[ClaimVerdict, ...] = ()
    forecasts: tuple[ForecastScore, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    series: tuple[Series, ...] = ()
    latents: tuple[Latent, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    inputs: tuple[Input, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    feedback: Feedback | None = None
    together: tuple[KnownTogether, ...] = ()


@dataclass(frozen=True)
class Source:
    """A data set or text that the study stands on.

    Attributes:
        name: What it is called.
        says: Citation, licence, what it counts.
        url: Where it is; empty where nowhere.
    """

    name: str
    says: str = ""
    url: str = ""


@dataclass(frozen=True)
class StudyDetails:
    """What the study is about.

    Attributes:
        title: Its title.
        question: The question it puts.
        period: First and last month.
        says_who: Whose words are judged, one sentence.
        limits: What it cannot say, one sentence each.
        sources: What it stands on.
        model: A sentence on the model.
    """

    title: str
    question: str
    period: tuple[str, str]
    says_who: str = ""
    limits: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    model: str = ""


@dataclass(frozen=True)
class Document:
    """All that a briefing says.

    Attributes:
        study: The study's id, its folder's name.
        study_details: Title, question, period, limits, sources.
        as_of: What could be known on each date, earliest first.
        notes: Sentences about the whole.
        versions: Name -> version of what it was made with.
        seed: Of the random numbers.
        course: The evidence month by month; None until `stockade follow` has been run.
        calibrations: Whether fits and verdicts are right about made-up truths; empty until `stockade
            calibrate` has been run.
        influence: What would change without each figure; None until `stockade influence` has been run.
        watchlist: What to watch; None until `stockade watch` has been run.
        noise: What noise in the flows changes; None until `stockade noise` has been run.
    """

    study: str
    study_details: StudyDetails
    as_of: tuple[AsOf, ...] = ()
    notes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    seed: int | None = None
    course: Course | None = None
    calibrations: tuple[Calibration, ...] = ()
    influence: Influence | None = None
    watchlist: Watchlist | None = None
    noise: Noise | None = None


DERIVED = {
    "Parameter": {"word": "`estimated` only where the shrinkage is at least 0.3, else `hardly moved`."},
}
"""Keys that the JSON has and the dataclass computes."""


def to_json(
    document: Document | Calibration | Contrast | Course | Feedback | Influence | Noise | Watchlist,
) -> dict[str, Any]:
    """Returns a document, or one of its parts that stand alone, as `json.dumps` takes it: without NaN."""
    return _plain(document)


def from_json(data: Mapping[str, Any]) -> Document:
    """Returns the document that `to_json` wrote.

    Raises:
        KeyError, TypeError: If the data is not such a document.
    """
    return _typed(Document, data)


def course_from_json(data: Mapping[str, Any]) -> Course:
    """Returns the course that `to_json` wrote.

    Raises:
        KeyError, TypeError: If the data is not such a course.
    """
    return _typed(Course, data)


def calibration_from_json(data: Mapping[str, Any]) -> Calibration:
    """Returns the calibration that `to_json` wrote.

    Raises:
        KeyError, TypeError: If the data is not such a calibration.
    """
    return _typed(Calibration, data)


def influence_from_json(data: Mapping[str, Any]) -> Influence:
    """Returns the influence of figures that `to_json` wrote.

    Raises:
        KeyError, TypeError: If the data is not such.
    """
    return _typed(Influence, data)


def watchlist_from_json(data: Mapping[str, Any]) -> Watchlist:
    """Returns the watchlist that `to_json` wrote.

    Raises:
        KeyError, TypeError: If the data is not such a list.
    """
    return _typed(Watchlist, data)


def noise_from_json(data: Mapping[str, Any]) -> Noise:
    """Returns what noise changes, as `to_json` wrote it.

    Raises:
        KeyError, TypeError: If the data is not such.
    """
    return _typed(Noise, data)


def feedback_from_json(data: Mapping[str, Any]) -> Feedback | None:
    """Returns the feedback loops that `to_json` wrote; None where the data is not such."""
    try:
        return _typed(Feedback, data)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        shown = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return shown | {key: getattr(value, key) for key in DERIVED.get(type(value).__name__, {})}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    numpy_to_list = getattr(value, "tolist", None)
    if numpy_to_list is not None:
        return _plain(numpy_to_list())
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return [_plain(one) for one in value]  # pyright: ignore[reportGeneralTypeIssues]


def _typed(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        rest = [one for one in arguments if one is not type(None)]
        return None if value is None else _typed(rest[0], value)
    if is_dataclass(kind):
        hints, derived = get_type_hints(kind), DERIVED.get(getattr(kind, "__name__", ""), {})
        return kind(**{k: _typed(hints[k], v) for k, v in value.items() if k not in derived})  # type: ignore[operator]
    if origin is tuple:
        inner = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_typed(one, item) for one, item in zip(inner, value, strict=True))
    if origin is dict:
        return {key: _typed(arguments[1], one) for key, one in value.items()}
    return float(value) if kind is float else value
