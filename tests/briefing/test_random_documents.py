"""Whatever the document holds, every face shows it: random documents render, validate and come back."""

from __future__ import annotations

import io
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from stockade.briefing.course import Course, EvidencePath, Told
from stockade.briefing.curves import Fan, Latent, Series
from stockade.briefing.document import AsOf, Document, from_json, to_json
from stockade.briefing.findings import ForecastScore
from stockade.briefing.html import render_html
from stockade.briefing.influence import InfluenceAt, PartLeftOut
from stockade.briefing.schema import json_schema
from stockade.briefing.terminal import print_briefing

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
NUMBER = st.none() | st.floats(-1e6, 1e12) | st.sampled_from([0.0, 0.5, 1.0])
MONTHS = tuple(f"2007-{i:02d}" for i in range(1, 5))
SHARES = ("weight", "probability", "low", "high", "prior_probability", "coverage50", "coverage90")


def _of(kind: Any, name: str = "") -> st.SearchStrategy[Any]:  # noqa: PLR0911
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (Fan, Series, Latent, ForecastScore):
        return _curve(kind)
    if kind in (Course, InfluenceAt):
        return _course() if kind is Course else _influence_at()
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        required = {
            one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING
        }
        return st.builds(
            kind, **{key: _of(hints[key], key) for key in hints if key in required or key != "seed"}
        )
    if name in SHARES:
        return st.none() | st.floats(0, 1)
    if kind is str:
        return st.sampled_from(("2008-03", "2008-03-21", "2007-01..2007-04", "mechanism", "null")) | TEXT
    if kind is bool:
        return st.booleans()
    if kind is float:
        return st.floats(0, 1)
    if kind is int:
        return st.integers(0, 99)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(_of(one) for one in arguments))
    if origin is dict:
        return st.dictionaries(TEXT, _of(arguments[1]), max_size=2)
    rest = next(one for one in arguments if one is not type(None))
    return NUMBER if rest is float else st.none() | _of(rest)


def _influence_at() -> st.SearchStrategy[InfluenceAt]:
    """Tuples are as long as there are explanations, or claims."""
    share = st.floats(0, 1)
    two, one = st.tuples(share, share), st.tuples(st.none() | share)
    part = st.builds(
        PartLeftOut,
        kind=st.sampled_from(("month", "report", "series", "reports", "source")),
        what=TEXT,
        window=st.sampled_from(("", "2007-01", "2007-01..2007-04")),
        figure=TEXT,
        source=TEXT,
        figures=st.integers(1, 9),
        log_predictive=st.tuples(NUMBER, NUMBER),
        mc_error=two,
        pareto_k=st.tuples(NUMBER, NUMBER),
        how=st.just(("weights", "exact")),
        weight=two,
        probability=one,
        moved=st.none() | share,
        moved_most=st.sampled_from(("a", "b", "claim")),
    )
    ends = {"explanations": st.just(("a", "b")), "claims": st.just(("claim",))}
    return st.builds(
        InfluenceAt,
        date=st.sampled_from(("2008-03-21", "2010-12-31")),
        weight=two,
        probability=one,
        parts=st.lists(part, max_size=4).map(tuple),
        refits=st.integers(0, 3),
        **ends,
    )


def _course() -> st.SearchStrategy[Course]:
    """Paths are as long as there are days, and pairs are of explanations that have one."""
    row = st.tuples(*(st.floats(0, 1) for _ in MONTHS))
    kinds = st.sampled_from(("mechanism", "null"))
    paths = st.tuples(*(st.builds(EvidencePath, st.just(one), kinds, *[row] * 6) for one in "ab"))
    days = tuple(f"{month}-28" for month in MONTHS)
    told = st.builds(
        Told,
        st.just("a"),
        st.just("b"),
        st.just(days[0]),
        st.none() | st.sampled_from(days),
        st.floats(-9, 9),
    )
    return st.builds(
        Course, TEXT, st.just(days), st.just(days[1:2]), paths, st.lists(told, max_size=2).map(tuple),
        st.sampled_from(((), (("a", "b"),))), NUMBER, st.integers(0, 9), st.just(days[-1]),
    )  # fmt: skip


def _curve(kind: Any) -> st.SearchStrategy[Any]:
    """Things with months keep their tuples equally long."""
    row = st.tuples(*(NUMBER for _ in MONTHS))
    fan = st.builds(Fan, st.sampled_from(("all", "a", "b")), row, row, row, row, row)
    fans = st.lists(fan, max_size=2).map(tuple)
    flags = st.tuples(*(st.booleans() for _ in MONTHS))
    if kind is Fan:
        return fan
    if kind is Series:
        return st.builds(Series, TEXT, TEXT, st.just(MONTHS), row, flags, flags, fans)
    if kind is Latent:
        return st.builds(Latent, TEXT, TEXT, TEXT, TEXT, st.just(MONTHS), fans)
    share, who = st.floats(0, 1), st.sampled_from(("average", "explanation", "null", "baseline"))
    return st.builds(
        ForecastScore, TEXT, TEXT, NUMBER, share, share, who, st.just(4), TEXT, st.just(MONTHS), fan
    )


def _dated(document: Document) -> Document:
    """Dates are dates, and one entry each."""
    parts = [
        AsOf(date, **{one.name: getattr(as_of, one.name) for one in fields(as_of) if one.name != "date"})
        for date, as_of in zip(("2007-02-15", "2008-01-01"), document.as_of, strict=False)
    ]
    return Document(
        document.study, document.study_details, tuple(parts), document.notes, document.versions, 1,
        watchlist=document.watchlist, noise=document.noise,
    )  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(_of(Document).map(_dated))
def test_a_random_document_shows_in_every_face(document: Document) -> None:
    data = to_json(document)
    jsonschema.validate(data, json_schema())
    assert from_json(json.loads(json.dumps(data, allow_nan=False))) == document
    print_briefing(document, Console(file=io.StringIO(), width=80))
    page = render_html(document)
    assert page.rstrip().endswith("</html>")
