"""Printing and reading again gives the same expression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.model.expressions import Array, Binary, Call, Expression, Number, Reference, Table, Text, Unary
from stockade.model.printing import print_expression
from tests.formats.helpers import expression_of

NAMES = ["a", "two words", "größe", "farmer's share", "with / sign", 'a "quoted" one', "1st", "time", "x:y"]
finite = st.floats(0, 1e300, allow_nan=False)
signed = st.floats(-1e300, 1e300, allow_nan=False)
numbers = finite.map(Number) | st.just(Number(-(2.0**109)))
subscripts = st.lists(st.sampled_from(["one", "two!", "a b"]), max_size=2).map(tuple)
references = st.builds(Reference, st.sampled_from(NAMES), subscripts)
tables = st.builds(
    Table,
    st.lists(st.tuples(signed, signed), min_size=1, max_size=4).map(
        lambda points: tuple(sorted(points, key=lambda p: p[0]))
    ),
)
texts = st.builds(Text, st.text("abc./?$ ", max_size=6))
COMPARISONS = ["=", "<>", "<", ">", "<=", ">="]


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["+", "-", "*", "/", "^", *COMPARISONS, "and", "or"])
    some = st.lists(inner, max_size=3).map(tuple)
    return (
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), inner)
        | st.builds(Binary, operators, inner, inner)
        | st.builds(Call, st.sampled_from(["max", "if then else", "random 0 1"]), some)
        | st.builds(lambda x, table: Call("with lookup", (x, table)), inner, tables)
        | st.builds(lambda x, table: Call("lookup", (table, x)), inner, st.just(Reference("a", ("one",))))
    )


expressions = st.recursive(numbers | references | texts, grown, max_leaves=20)


@given(expressions)
def test_reading_what_was_printed(expression: Expression) -> None:
    assert expression_of(print_expression(expression)) == expression


@pytest.mark.parametrize("rows", [((1.0, 2.0),), ((1.0, -2.5), (3.0, -(2.0**109)))])
def test_arrays(rows: tuple[tuple[float, ...], ...]) -> None:
    assert expression_of(print_expression(Array(rows))) == Array(rows)


@pytest.mark.parametrize(
    "text",
    [
        "a + b * c",
        "(a + b) * c",
        "a - (b - c)",
        "a - b - c",
        "a / (b * c)",
        "-a ^ 2",
        "(-a) ^ 2",
        "a ^ -b",
        "a ^ b ^ c",
        "(a ^ b) ^ c",
        "a < b :AND: :NOT: b = c",
        "(a :OR: b) :AND: c",
        "1e-3 * 0.10",
        "MAX(0, 1 - viability abroad)",
        '"$/year" * :NA:',
        "table[north](Time / 2)",
        "WITH LOOKUP(Time, ([(0,0)-(10,10)],(0,0.5),(10,1)))",
    ],
)
def test_no_parenthesis_more_than_needed(text: str) -> None:
    assert print_expression(expression_of(text)) == text
