"""The JSON Schema of the document and its page of the manual, both read off the dataclasses.

``python -m stockade.briefing.schema docs`` writes docs/briefing.schema.json and docs/briefing.md anew.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from stockade.briefing import (
    ahead,
    calibration,
    course,
    curves,
    document,
    findings,
    influence,
    loops,
    noise,
    watchlist,
)
from stockade.briefing.document import DERIVED

KINDS: tuple[type, ...] = (
    document.Document,
    document.StudyDetails,
    document.Source,
    document.AsOf,
    findings.Explanation,
    findings.ClaimVerdict,
    findings.Confidence,
    findings.ConfidencePart,
    findings.Evidence,
    findings.ForecastScore,
    findings.Parameter,
    findings.KnownTogether,
    curves.Series,
    curves.Latent,
    curves.Fan,
    curves.LedgerRow,
    curves.Input,
    curves.Knot,
    document.Scenario,
    document.LeftOut,
    course.Course,
    course.EvidencePath,
    course.Told,
    course.CourseWarning,
    ahead.AheadSeries,
    ahead.AheadPath,
    calibration.Calibration,
    calibration.Ranked,
    calibration.Covered,
    calibration.ClaimKept,
    calibration.WordKept,
    influence.Influence,
    influence.InfluenceAt,
    influence.PartLeftOut,
    watchlist.Watchlist,
    watchlist.WatchQuestion,
    watchlist.WatchCandidate,
    watchlist.WatchAnswer,
    watchlist.WatchIndicator,
    watchlist.WatchSide,
    noise.Noise,
    noise.NoisyDate,
    noise.NoiseRow,
    noise.HeldOut,
    noise.NoiseScale,
    noise.NoiseClaim,
    loops.Feedback,
    loops.FeedbackLoop,
    loops.Phase,
)

INTRODUCTION = """# briefing.json

`stockade assess` writes the briefing twice: as a page for people and as `briefing.json` for programs. Both
hold the same content. The [JSON Schema](briefing.schema.json) says the same as this page.

Probabilities, weights and coverages are fractions of 1. Months are written `2008-03`, days `2008-03-21`. A
number that does not exist is `null`; there is no NaN and no infinity. Every number under an entry of `as_of`
is what could be known on that entry's `date`."""


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema (draft 2020-12) of what `to_json` returns."""
    root = _object_schema(document.Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stockade briefing",
        **root,
        "$defs": {kind.__name__: _object_schema(kind) for kind in KINDS[1:]},
    }


def _described(kind: type) -> tuple[str, dict[str, str]]:
    """The summary and the attribute texts of a dataclass' docstring."""
    text = inspect.getdoc(kind) or ""
    summary, _, listed = text.partition("Attributes:")
    found: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        start = re.match(r"    (\w+): (.*)", line)
        if start:
            name = start[1]
            found[name] = start[2]
        elif name and line.strip():
            found[name] += " " + line.strip()
    return summary.strip(), {key: one.replace("``", "`") for key, one in found.items()}


def _object_schema(kind: type) -> dict[str, Any]:
    summary, texts = _described(kind)
    hints = get_type_hints(kind)
    properties = {name: _schema(hints[name]) | {"description": says} for name, says in texts.items()}
    for key, says in DERIVED.get(kind.__name__, {}).items():
        properties[key] = {"type": "string", "description": says}
    return {
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema(kind: Any) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    simple = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if kind in simple:
        return {"type": simple[kind]}
    if origin in (Union, types.UnionType):
        inner = _schema(next(one for one in arguments if one is not type(None)))
        if set(inner) == {"type"}:
            return {"type": [inner["type"], "null"]}
        return {"anyOf": [inner, {"type": "null"}]}
    if kind in KINDS:
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is tuple:
        count = {} if arguments[-1] is Ellipsis else {"minItems": len(arguments), "maxItems": len(arguments)}
        return {"type": "array", "items": _schema(arguments[0]), **count}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    raise TypeError(f"no JSON Schema for {kind!r}")


def markdown() -> str:
    """Returns docs/briefing.md: every object of the JSON with its keys."""
    parts = [INTRODUCTION]
    for kind in KINDS:
        summary, texts = _described(kind)
        hints = get_type_hints(kind)
        rows = [f"| `{name}` | {_word(hints[name])} | {says} |" for name, says in texts.items()]
        rows += [f"| `{name}` | text | {says} |" for name, says in DERIVED.get(kind.__name__, {}).items()]
        table = "\n".join(["| key | holds | meaning |", "|---|---|---|", *rows])
        parts.append(f"## {kind.__name__}\n\n{summary}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _word(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    simple = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if kind in simple:
        return simple[kind]
    if origin in (Union, types.UnionType):
        return _word(next(one for one in arguments if one is not type(None))) + " or null"
    if kind in KINDS:
        name = kind.__name__
        return f"[{name}](#{name.lower()})"
    if origin is tuple:
        return f"list of {_word(arguments[0])}"
    return f"object of {_word(arguments[1])}"


def _write(folder: Path) -> None:
    (folder / "briefing.schema.json").write_text(json.dumps(json_schema(), indent=2) + "\n", encoding="utf-8")
    (folder / "briefing.md").write_text(markdown(), encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
