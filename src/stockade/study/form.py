"""TOML text -> `StudyFile`: the form of a study, with every complaint at its line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.study.lines import Key, Source, dotted, source_of
from stockade.study.schema import StudyFile

_AT = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")
_TYPES = {
    "string_type": "a text in double quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "string_too_short": "a text that is not empty",
}


def parse_form(file: str, text: str) -> tuple[StudyFile, Source]:
    """Reads the text of a study.toml into its form.

    Raises:
        StockadeError: ``toml-syntax``, or everything that the schema refuses: ``unknown-key``,
            ``missing-key``, ``wrong-value``.
    """
    document = _toml(file, text)
    source = source_of(file, text)
    try:
        return StudyFile.model_validate(document), source
    except ValidationError as error:
        raise StockadeError(_problems(error, document, source)) from None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Returns a hint that names the closest known names, or says `otherwise` where none is close."""
    near = get_close_matches(name, list(known), n=2, cutoff=0.6)
    if not near:
        return otherwise
    return "Did you mean " + " or ".join(f"'{one}'" for one in near) + "?"


def _toml(file: str, text: str) -> dict[str, Any]:
    hint = (
        "Every line is [a table], key = value, or a comment that begins with #; texts stand in double quotes."
    )
    try:
        return tomllib.loads(text)
    except RecursionError:
        message = "Lists or tables are nested too deeply."
        raise StockadeError(Diagnostic("toml-syntax", message, Place(file), hint=hint)) from None
    except ValueError as error:
        what = str(error)
        match = _AT.search(what)
        lines = text.split("\n")
        line = int(match[1]) if match and match[1] else len(lines)
        column = int(match[2]) if match and match[2] else None
        message = f"This is not TOML: {_AT.sub('', what)}."
        place = Place(file, line, column)
        excerpt = lines[line - 1].strip()[:200] if line <= len(lines) else ""
        raise StockadeError(Diagnostic("toml-syntax", message, place, excerpt, hint)) from None


def _problems(error: ValidationError, document: dict[str, Any], source: Source) -> list[Diagnostic]:
    """Turns pydantic's complaints into ours, one for each key, in the order of the file."""
    by_key: dict[Key, list[tuple[str, Any]]] = {}
    for one in error.errors(include_url=False):
        by_key.setdefault(_key(one, document), []).append((one["type"], one))
    problems = [_problem(key, found, source) for key, found in by_key.items()]
    return sorted(problems, key=lambda one: one.place.line or 0)


def _key(error: Any, document: dict[str, Any]) -> Key:
    """Returns where in the document a complaint belongs, without the names that pydantic gives to unions."""
    key: list[str | int] = []
    here: Any = document
    for part in error["loc"]:
        if part in here if isinstance(here, dict) else isinstance(here, list) and part in range(len(here)):
            here = here[part]
        elif error["type"] == "missing" and part == error["loc"][-1]:
            return (*key, part)
        else:
            break
        key.append(part)
    return tuple(key)


def _problem(key: Key, found: list[tuple[str, Any]], source: Source) -> Diagnostic:
    kinds = {kind for kind, _ in found}
    place, excerpt = source.place(*key), source.excerpt(*key)
    name = key[-1] if key else ""
    if "extra_forbidden" in kinds:
        known = _keys_at(key[:-1])
        hint = did_you_mean(str(name), known, f"Known here: {', '.join(known)}.")
        return Diagnostic("unknown-key", f"There is no key '{name}' here.", place, excerpt, hint)
    if "missing" in kinds:
        hint = f"Add it below {dotted(key[:-1]) or 'the others'}; docs/study.md says what it means."
        return Diagnostic("missing-key", f"The key '{name}' is missing.", place, excerpt, hint)
    messages = " or ".join(dict.fromkeys(_asked(kind, one) for kind, one in found))
    messages = messages.replace(" or It should be ", " or ")
    return Diagnostic("wrong-value", f"{messages}.", place, excerpt, _value_hint(found[0][1]))


def _asked(kind: str, error: Any) -> str:
    """Says what the value should have been."""
    if kind in _TYPES:
        return f"It should be {_TYPES[kind]}"
    if kind == "string_pattern_mismatch":
        return f"'{error['input']}' is not of the form that is asked for"
    message = re.sub(r"^Value error, ", "", error["msg"])
    message = re.sub(r"^(Input|List|Dictionary|String) should", "It should", message)
    message = message.replace(" after validation", "")
    return message[:1].upper() + message[1:]


def _value_hint(error: Any) -> str:
    pattern = str(error.get("ctx", {}).get("pattern", ""))
    if pattern.endswith("months?$"):
        return 'Write whole months, as in "1 month".'
    if pattern.count("[0-9]{2}") == 2:
        return 'Write year, month and day, as in "2008-03-21".'
    if pattern:
        return 'Write year and month, as in "2006-01".'
    if error["type"] == "string_type" and hasattr(error["input"], "isoformat"):
        return "Put the date in double quotes."
    return "docs/study.md explains every key."


def _keys_at(key: Key) -> list[str]:
    """Returns the keys that the schema knows in a table, as they are written."""
    model: Any = StudyFile
    for part in key:
        if isinstance(part, int):
            continue
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = next(
                (one for name, one in model.model_fields.items() if (one.alias or name) == part), None
            )
            model = field.annotation if field else None
            model = _table_in(model)
        elif isinstance(model, tuple):  # a table whose keys the user names
            model = model[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _table_in(annotation: Any) -> Any:
    """Returns the model inside an annotation; in a tuple where it stands behind a name of the user's."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    for one in arguments:
        inner = _table_in(one)
        if inner is not None:
            return (inner,) if getattr(annotation, "__origin__", None) is dict else inner
    return None
