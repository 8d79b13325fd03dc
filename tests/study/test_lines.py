from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.study.lines import dotted, source_of

AWKWARD = '''
# a comment with [brackets] and "quotes
"quoted key" = 1
a.b . "c.d" = 'it''' + "'" + '''
text = """
[not.a.table]
key = "not a key" \\""" # still text
"""
literal = \'\'\'
also = "not"\'\'\'
many = [ # comment ]
  1, # one
  { x = 1, y = [2, [3]] },
  "]", # three
]
day = 1979-05-27 07:32:00
[table."with ] bracket"] # comment
in.line = { deep = { deeper = "}" }, empty = {}, none = [] }
[[list]]
name = "first"
[[list]]
name = "second"
[list.sub]
key = """"quoted\\""""
[[list.inner]]
z = 1
["\\u00e9t\\u00e9"]
k = true'''.replace("'it''", "'it'")  # fmt: skip


def keys(value, key=()):
    """Every key path of a document that `tomllib` has read."""
    if key:
        yield key
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        yield from keys(member, (*key, name))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_key_has_its_line(end):
    text = AWKWARD.replace("\n", end)
    source = source_of("study.toml", text)
    assert set(source.lines) == set(keys(tomllib.loads(text)))
    for key in source.lines:
        if isinstance(key[-1], str) and key[-1].isascii():
            assert key[-1] in text.split("\n")[source.line(key) - 1]


def test_lines_of_some_keys():
    source = source_of("study.toml", AWKWARD)
    rows = AWKWARD.split("\n")
    assert rows[source.line(("many", 2)) - 1].strip().startswith('"]"')
    assert rows[source.line(("list", 1, "name")) - 1] == 'name = "second"'
    assert rows[source.line(("list", 1, "inner", 0, "z")) - 1] == "z = 1"
    assert source.place("list", 1, "name").name == "list[2].name"
    assert source.line(("list", 1, "missing")) == source.line(("list", 1))
    assert source.line(("missing",)) is None
    assert source.place("missing").line is None
    assert source.excerpt("list", 1, "name") == 'name = "second"'


def test_names_as_toml_writes_them():
    assert (
        dotted(("prior", "normal arrivals", "lognormal", "sigma"))
        == 'prior."normal arrivals".lognormal.sigma'
    )
    assert dotted(("study", "as_of", 0)) == "study.as_of[1]"
    assert dotted(()) == ""


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(one)}, # ]\n" for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(name)} = {written(one)}" for name, one in value.items()) + " }"
    return str(value)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3))
def test_any_document_is_found_again(document):
    text = ""
    for name, table in document.items():
        text += f"[{quoted(name)}]\n" + "".join(
            f"{quoted(key)} = {written(one)}\n" for key, one in table.items()
        )
    assert tomllib.loads(text) == document
    source = source_of("x", text)
    assert set(source.lines) == set(keys(document))
    for key in source.lines:
        if len(key) <= 2:
            assert quoted(key[-1]) in text.split("\n")[source.lines[key] - 1]
