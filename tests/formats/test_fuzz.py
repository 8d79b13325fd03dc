"""Whatever the text: a model or an error with a place, soon, and never a traceback of ours."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockade.errors import StockadeError
from stockade.formats.vensim.read import parse_mdl
from stockade.model.checks import check
from stockade.model.printing import print_expression
from tests.formats.helpers import mutations

IRAQ = (Path(__file__).resolve().parents[2] / "studies" / "iraq-2008" / "model.mdl").read_text(
    encoding="utf-8"
)
PIECES = [
    *"~|\"{}()[],;:='!^-.\0é",
    *(":=", "<->", "->", "\\\n", ":NOT:", ":AND:", ":EXCEPT:", ":RAW:", ":NA:", ":MACRO:", ":END OF MACRO:"),
    *("1e", "1e999", "INTEG(", "WITH LOOKUP(", "TABBED ARRAY(", "GET XLS DATA('", "****\n.x\n****"),
    *("\\\\\\---///", "(" * 200, "-" * 400),
]
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(text: str) -> None:
    start = time.process_time()
    try:
        model = parse_mdl(text, "model.mdl")
        found = check(model)
        for variable in model.variables:
            print_expression(variable.equation)
    except StockadeError as error:
        found = error.diagnostics
    assert all(one.place.line or one.severity == "warning" or one.code == "missing-control" for one in found)
    assert all(str(one) and one.hint for one in found)
    assert time.process_time() - start < 10


@SETTINGS
@given(mutations(IRAQ, PIECES, 6))
def test_mutations_of_the_iraq_model(text: str) -> None:
    survives(text)


@SETTINGS
@given(
    st.lists(
        st.sampled_from([*PIECES, "a", "b ", " x = ", "1", "+", "\n", " "]) | st.text(max_size=5), max_size=60
    )
)
def test_heaps_of_signs(pieces: list[str]) -> None:
    survives("".join(pieces))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "-" * 100_000 + "1 ~~|",
        "x = " + "(" * 100_000,
        "x = " + "a ^ " * 50_000 + "a ~~|",
        "x = " + "f(" * 50_000 + "~~|",
        "x = " + " + ".join(["a"] * 20_000) + "~~|",
        "x = 1 ~ " + "(" * 10_000 + " ~ |",
        "x = 1 ~ " + "m^9999999*" * 1_000 + "m ~ |",
        '"' * 50_000,
        "{" * 50_000,
        "{}" * 50_000,
        "~|" * 50_000,
        "*" * 100_000,
        "***" + " " * 50_000 + "***" + " " * 50_000,
        "a " * 50_000 + "= 1 ~~|",
        ":MACRO:" * 10_000,
        "x = " + "1," * 50_000 + "1 ~~|",
        "x: (a1-a999999999) ~~|",
        "x = 1 ~ [" + " " * 50_000 + "~|",
        "x = 'a" * 20_000,
    ],
    ids=range(19),
)
def test_large_and_deep_texts(text: str) -> None:
    survives(text)


def test_time_grows_no_faster_than_the_file() -> None:
    rows = (
        f"name {at} = no such {at} * func{at}( name {at + 1} ) ~ a{at} ~ words |\n" for at in range(2_000)
    )
    survives("TIME STEP = 1 ~ Month ~ |\n" + "".join(rows))
