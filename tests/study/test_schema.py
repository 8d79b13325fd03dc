from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from stockade.study.schema import StudyFile, json_schema
from tests.study.small import STUDY


def test_the_exported_schema_is_the_one_of_the_code(repository):
    exported = json.loads((repository / "docs" / "study.schema.json").read_text(encoding="utf-8"))
    assert exported == json_schema(), "export it again: json.dumps(json_schema(), indent=2)"


def test_the_schema_is_a_schema_and_accepts_what_we_accept(iraq_folder):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (STUDY, (iraq_folder / "study.toml").read_text(encoding="utf-8")):
        jsonschema.validate(tomllib.loads(text), schema)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("study", "titel", "x"),
        ("study", "as_of", []),
        ("study", "step", "week"),
        ("forecast", "as_of", "2006-06"),
        ("fit", "particles", "many"),
    ],
)
def test_the_schema_refuses_what_we_refuse(table, key, value):
    document = tomllib.loads(STUDY)
    document.setdefault(table, {})[key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema())
    with pytest.raises(ValueError, match=key):
        StudyFile.model_validate(document)


def test_every_key_is_explained_with_its_default(repository):
    """Each key stands as a row of a table in docs/study.md, with the words and the default of the schema."""
    text = (repository / "docs" / "study.md").read_text(encoding="utf-8")
    schema = json_schema()
    for definition in schema["$defs"].values():
        for key, field in definition["properties"].items():
            rows = [line for line in text.splitlines() if line.startswith(f"| `{key}` |")]
            mine = [row for row in rows if row.endswith(f"| {field['description']} |")]
            assert mine, key
            if key in definition.get("required", []):
                assert "**needed**" in mine[0], key
            elif isinstance(field.get("default"), str | float | int) and field["default"] != "":
                assert f"`{json.dumps(field['default'])}`" in mine[0], key
    for table in schema["properties"]:
        assert f"[{table}" in text, table
