"""The briefing as one HTML file that needs no network: text escaped by Jinja, figures drawn by Vega."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import vl_convert
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from stockade.briefing.aheads import ahead_rows
from stockade.briefing.calibrations import calibration_sentences, chance, headline, told_ranks
from stockade.briefing.courses import told_sentences
from stockade.briefing.curves import LedgerRow, Number
from stockade.briefing.document import Document
from stockade.briefing.fans import slug
from stockade.briefing.figures import draw
from stockade.briefing.influences import influence_sentences
from stockade.briefing.loop_figures import figures_of
from stockade.briefing.loop_words import groups, listed, path, sentences, share, spans
from stockade.briefing.loops import Feedback
from stockade.briefing.noises import judged, made_words
from stockade.briefing.stamp import stamp_of
from stockade.briefing.summary import HEAVY, OUTCOMES, answer, outcome, series_labels
from stockade.briefing.views import (
    claim_views,
    explanation_rows,
    ledger_rows,
    line_key,
    parameter_views,
    score_views,
    shared,
)
from stockade.briefing.watch_words import watch_content
from stockade.briefing.wording import (
    count,
    coverage,
    day,
    evidence,
    figure_of,
    margin,
    month,
    number,
    percent,
    several,
    window,
)

OUTCOME_LABELS = {
    "holds": "hold up",
    "fails": "do not",
    "even": "about even",
    "depends": "hang on the explanation",
    "illustration": "single model only",
    "untestable": "cannot be tested",
    "ill-posed": "ill-posed",
    "unjudged": "not judged",
}


def render_html(document: Document) -> str:
    """Returns the page. Every text of the document is escaped; nothing is loaded when it is viewed.

    Args:
        document: What to show.

    Returns:
        A whole HTML document, about 1 MB of it Vega.
    """
    return _environment().get_template("page.html").render(_content(document))


def render_loops(feedback: Feedback, title: str) -> str:
    """Returns a page of one run's feedback loops: figures and table; nothing is loaded when it is viewed.

    Args:
        feedback: The loops.
        title: Of the model.
    """
    content = {"feedback": feedback, "title": title, "figures": figures_of(feedback), "dates": ()}
    return _environment().get_template("loops.html").render(content | _shell())


def render_page(name: str, content: dict[str, Any]) -> str:
    """Returns a page of a template with what every page carries; the scores' page comes through here.

    Args:
        name: The template.
        content: What it names; every text is escaped.
    """
    return _environment().get_template(name).render(content | _shell())


@cache
def bundle() -> str:
    """Returns Vega, Vega-Lite and Vega-Embed as one script that sets `window.vegaEmbed`."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _content(document: Document) -> dict[str, Any]:
    claims, opinions = claim_views(document)
    figures = draw(document)
    dates = [as_of.date for as_of in document.as_of]
    tallies = [(as_of.date, Counter(outcome(one) for one in as_of.claims)) for as_of in document.as_of]
    seen = {key for _, counts in tallies for key in counts}
    return {
        "study": document.study,
        "stamp": stamp_of(document),
        "details": document.study_details,
        "notes": document.notes,
        "date_notes": [(as_of.date, note) for as_of in document.as_of for note in as_of.notes],
        "versions": document.versions,
        "seed": document.seed,
        "dates": dates,
        "answers": answer(document),
        "tallies": tallies,
        "outcome_labels": {key: OUTCOME_LABELS[key] for key in OUTCOMES if key in seen},
        "claims": claims,
        "opinions": opinions,
        "explanations": explanation_rows(document),
        "course": document.course,
        "calibrations": document.calibrations,
        "influence": document.influence,
        "influential": _influential(document),
        **watch_content(document.watchlist),
        "ahead_names": [] if document.course is None else [one.label for one in document.course.ahead],
        "ahead_rows": [] if document.course is None else ahead_rows(document.course),
        "noise": document.noise,
        "told": [] if document.course is None else told_sentences(document.course),
        "figures": figures,
        "every_figure": figures.every(),
        "lines": line_key(document),
        "ledger_rows": ledger_rows(document),
        "scores": score_views(document),
        "parameters": parameter_views(document),
        "scenarios": shared(document, "scenarios", "id"),
        "inputs": shared(document, "inputs", "name"),
        "left_out": [(as_of.date, one) for as_of in document.as_of for one in as_of.left_out],
        "labels": series_labels(document),
        "feedback": [one for one in document.as_of if one.feedback is not None],
        **_shell(),
    }


def _influential(document: Document) -> list[tuple[str, list[str]]]:
    """Returns for each date what carries the verdict, in sentences."""
    influence = document.influence
    return [] if influence is None else [(at.date, influence_sentences(at)) for at in influence.as_of]


def _shell() -> dict[str, Any]:
    """Returns what every page carries with it."""
    return {"css": _template("page.css"), "script": _template("page.js"), "bundle": bundle()}


def _template(name: str) -> str:
    return (files("stockade.briefing") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    names = ("page.html", "head.html", "parts.html", "loops.html", "noise.html", "scores.html")
    environment = Environment(
        loader=DictLoader({name: _template(name) for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "along": _along,
        "calibration_headline": headline,
        "calibration_ranks": told_ranks,
        "calibration_sentences": calibration_sentences,
        "chance": chance,
        "loop_groups": groups,
        "loop_path": path,
        "loop_sentences": sentences,
        "loop_share": share,
        "loop_spans": spans,
        "loops_listed": listed,
        "count": count,
        "coverage": coverage,
        "day": day,
        "evidence": evidence,
        "light": _light,
        "margin": margin,
        "month": month,
        "noise_judged": judged,
        "noise_made": made_words,
        "number": number,
        "percent": percent,
        "safe_url": _safe_url,
        "said": _said,
        "script_json": _script_json,
        "several": several,
        "share": percent,
        "slug": slug,
        "values": _values,
        "window": window,
    }
    return environment


def _along(share: Number) -> float:
    """Where a probability stands on a strip that is 200 wide with a margin of 6."""
    return round(6 + 188 * min(1.0, max(0.0, share or 0.0)), 1)


def _light(weights: tuple[Number, ...]) -> bool:
    """Whether an explanation weighs too little at every date to be printed on paper."""
    return all((weight or 0.0) <= HEAVY for weight in weights)


def _safe_url(url: str) -> bool:
    """Whether a link may be followed: http and https only, so that no script hides in one."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _said(row: LedgerRow) -> str:
    return figure_of(row.kind, row.low, row.best, row.high)


def _script_json(spec: dict[str, Any]) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that HTML could read is escaped above


def _values(items: tuple[Any, ...], name: str) -> list[Any]:
    return [getattr(item, name) for item in items if item is not None]
