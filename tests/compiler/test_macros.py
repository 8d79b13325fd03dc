"""Macros: expanded where they are called, each call with variables of its own."""

from __future__ import annotations

import pytest

from stockade.formats.vensim.read import parse_mdl
from stockade.simulation.single import simulate

CONTROLS = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def run(text: str, controls: str = CONTROLS) -> dict[str, list[float]]:
    table = simulate(parse_mdl("{UTF-8}\n" + text + controls, "test.mdl"))
    return {name: table.values[:, at].tolist() for at, name in enumerate(table.names)}


def test_two_calls_do_not_share_their_stocks() -> None:
    found = run(
        "a = PILE( 1, 10 ) ~~|\nb = PILE( 5, 0 ) + PILE( a, 100 ) ~~|\nrate = 77 ~~|\n"
        ":MACRO: PILE(rate, start)\nPILE = INTEG( twice, start ) ~~|\ntwice = rate * 2 ~~|\n:END OF MACRO:\n"
    )
    assert found["a"] == [10, 12, 14]
    assert found["b"] == [100, 130, 164]
    assert set(found) == {"a", "b", "rate", "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"}


def test_a_macro_in_a_macro_and_an_expression_as_argument() -> None:
    found = run(
        ":MACRO: TWICE(x)\nTWICE = x + x ~~|\n:END OF MACRO:\n"
        ":MACRO: FOUR TIMES(x)\nFOUR TIMES = TWICE( TWICE( x ) ) ~~|\n:END OF MACRO:\n"
        "a = FOUR TIMES( Time + 1 ) ~~|\n"
    )
    assert found["a"] == [4, 8, 12]


def test_further_outputs_get_the_names_of_the_call() -> None:
    found = run(
        ":MACRO: SPLIT(x : small, large)\nSPLIT = small + large ~~|\n"
        "small = x * 0.25 ~~|\nlarge = x * 0.75 ~~|\n"
        ":END OF MACRO:\nwhole = SPLIT( 8 : First Part, second part ) ~~|\nuse = second part * 10 ~~|\n"
    )
    assert found["whole"][0] == 8
    assert found["First Part"][0] == 2
    assert found["use"][0] == 60


def test_the_callers_time_step_and_variables_behind_a_dollar() -> None:
    found = run(
        ":MACRO: M(x)\nM = x * factor$ + TIME STEP$ + Time ~~|\n"
        ":END OF MACRO:\nfactor = 3 ~~|\na = M( 5 ) ~~|\n"
    )
    assert found["a"] == [16, 17, 18]


def test_a_lookup_as_argument_and_a_call_for_each_element() -> None:
    found = run(
        ":MACRO: AT(table, x)\nAT = table( x ) ~~|\n:END OF MACRO:\nd: p, q ~~|\nt((0,0),(10,20)) ~~|\n"
        "x[d] = 1, 4 ~~|\ny[d] = AT( t, x[d] ) ~~|\n"
    )
    assert found["y[p]"][0] == 2
    assert found["y[q]"][0] == 8


def test_delays_within_macros() -> None:
    found = run(":MACRO: LATE(x, by)\nLATE = SMOOTHI( x, by, 0 ) ~~|\n:END OF MACRO:\na = LATE( 8, 2 ) ~~|\n")
    assert found["a"] == [0, 4, 6]


def test_further_outputs_of_a_macro_may_have_subscripts() -> None:
    found = run(
        "d: d1, d2 ~~|\n:MACRO: SPLIT(x : half)\nSPLIT = x ~~|\nhalf = x / 2 ~~|\n:END OF MACRO:\n"
        "v[d] = 1, 2 ~~|\na[d] = SPLIT( v[d] : h[d] ) ~~|\ntotal = SUM( h[d!] ) ~~|\n"
    )
    assert found["h[d1]"] == [0.5] * 3
    assert found["h[d2]"] == [1] * 3
    assert found["total"] == [1.5] * 3


def test_a_delay_with_what_is_on_its_way() -> None:
    # The manual's equations, by hand: three stages of a third of the time each, with steps of one.
    found = run(
        "a = DELAYP( 3 + STEP(10, 1), 6 + STEP(3, 1) : line ) ~~|\nb = DELAY3( 3 + STEP(10, 1), 6 ) ~~|\n"
    )
    levels, out, line = [6.0, 6.0, 6.0], [], []
    for time in range(3):
        stage, enters = (6 + 3 * (time >= 1)) / 3, 3 + 10 * (time >= 1)
        flows = [enters, *(one / stage for one in levels)]
        out.append(flows[-1])
        line.append(sum(levels))
        levels = [one + flows[at] - flows[at + 1] for at, one in enumerate(levels)]
    assert found["a"] == pytest.approx(out, rel=1e-12)
    assert found["line"] == pytest.approx(line, rel=1e-12)
    assert found["b"] == [3, 3, 3]


def test_a_macro_of_the_model_goes_before_that_of_vensim() -> None:
    found = run(":MACRO: DELAYP(x)\nDELAYP = x + 1 ~~|\n:END OF MACRO:\na = DELAYP( 3 ) ~~|\n")
    assert found["a"] == [4] * 3


def test_comments_around_macros_and_breaks_in_their_heads() -> None:
    found = run(
        "{ one ) }\n:MACRO:\n\tADD ONE { two ) } ( x ,\n\ty )\n{ three | ~ }\nADD ONE = x + y ~ x ~ |\n"
        "{ four }\n:END_OF_MACRO:\n{ five }\na = add_one( 2, \\\n\t1 ) ~~|\n"
    )
    assert found["a"] == [3] * 3
