"""The document and its JSON: what goes in comes out, nothing but plain finite data, as the schema says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from stockade.briefing.document import Document, from_json, to_json
from stockade.briefing.findings import Parameter
from stockade.briefing.schema import json_schema, markdown

DOCS = Path(__file__).parents[2] / "docs"


def test_comes_back_the_same(document: Document) -> None:
    assert from_json(json.loads(json.dumps(to_json(document), allow_nan=False))) == document


def test_the_schema_holds(document: Document) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(to_json(document), json_schema())


def test_the_schema_refuses(document: Document) -> None:
    data = to_json(document)
    data["as_of"][0]["claims"][0]["probability"] = "likely"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


def test_the_printed_schema_and_manual_are_of_this_code() -> None:
    again = "run python -m stockade.briefing.schema docs"
    assert json.loads((DOCS / "briefing.schema.json").read_text(encoding="utf-8")) == json_schema(), again
    assert (DOCS / "briefing.md").read_text(encoding="utf-8") == markdown(), again


def test_the_keys_that_were_promised(document: Document) -> None:
    data = to_json(document)
    first = data["as_of"][0]
    assert data["study"] == "iraq-2008"
    assert {"id", "log_evidence", "mc_error", "weight"} <= set(first["explanations"][0])
    claim = {"id", "type", "verdict", "probability", "mc_error", "phrase", "by_explanation"}
    assert claim <= set(first["claims"][0])
    forecast = {"series", "explanation_or_baseline", "crps", "coverage50", "coverage90"}
    assert forecast <= set(first["forecasts"][0])
    assert {"explanation", "name", "median", "low", "high", "shrinkage"} <= set(first["parameters"][0])


def test_numpy_and_nan_become_plain(document: Document) -> None:
    first = replace(document.as_of[0].explanations[0], weight=np.float64(0.25), log_evidence=float("nan"))
    odd = replace(document, as_of=(replace(document.as_of[0], explanations=(first,)),), seed=np.int64(7))
    data = to_json(odd)
    shown = data["as_of"][0]["explanations"][0]
    assert type(shown["weight"]) is float
    assert shown["weight"] == 0.25
    assert shown["log_evidence"] is None
    assert type(data["seed"]) is int
    json.dumps(data, allow_nan=False)


@pytest.mark.parametrize(
    ("shrinkage", "word"),
    [(0.3, "estimated"), (0.2999, "hardly moved"), (None, "hardly moved"), (-1.0, "hardly moved")],
)
def test_estimated_only_from_a_shrinkage_of_three_tenths(shrinkage: float | None, word: str) -> None:
    one = Parameter("e", "p", 1.0, 0.5, 2.0, shrinkage)
    assert one.word == word
