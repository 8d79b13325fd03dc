"""VECTOR LOOKUP: a lookup whose points are elements; and what is said of functions that are not run."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.model.checks import check
from stockade.model.functions import FUNCTIONS, INSTEAD
from stockade.simulation.single import simulate
from tests.compiler.models import model

_OTHERS = ("get ", "time shift", "with lookup")
POINTS = "s: s1, s2, s3, s4, s5\nlv[s] = 0, 4, 1, 7, 2\n"
YS = np.array([0.0, 4, 1, 7, 2])
XS = np.linspace(-2, 6, 5)
TIMES = np.arange(0, 10.5, 0.5)
"""Beyond both ends, and on all points, of a lookup from -2 to 6 that is read at Time - 3."""


def _of(equations: str, name: str = "x") -> np.ndarray:
    table = simulate(model(equations, step=0.5, saveper="TIME STEP"))
    return table.values[:, table.names.index(name)]


def _at(mode: str, place: str = "Time - 3") -> np.ndarray:
    return _of(f"{POINTS}x = VECTOR LOOKUP( lv[s1], {place}, -2, 6, {mode} )")


def test_between_points_and_flat_beyond() -> None:
    np.testing.assert_allclose(_at("0"), np.interp(TIMES - 3, XS, YS))


def test_extrapolated() -> None:
    place = TIMES - 3
    wanted = np.interp(place, XS, YS)
    wanted = np.where(place < -2, 0 + (place + 2) * 2, np.where(place > 6, 2 - (place - 6) * 2.5, wanted))
    np.testing.assert_allclose(_at("3"), wanted)


@pytest.mark.parametrize(("mode", "function"), [("2", "LOOKUP BACKWARD"), ("4", "LOOKUP FORWARD")])
def test_the_point_before_and_behind_as_of_a_lookup(mode: str, function: str) -> None:
    table = "t((-2,0),(0,4),(2,1),(4,7),(6,2))\n"
    np.testing.assert_array_equal(_at(mode), _of(f"{table}x = {function}( t, Time - 3 )"))
    side = "right" if mode == "2" else "left"
    place = np.searchsorted(XS, TIMES - 3, side=side) - (mode == "2")
    np.testing.assert_array_equal(_at(mode), YS[np.clip(place, 0, 4)])


def test_a_lookup_that_changes_and_one_in_two_dimensions() -> None:
    """The manual's own use: a vector of lookups gives the points of another."""
    growing = _of(
        "s: s1, s2, s3\nlevel[s] = INTEG( s, 0 )\nx = VECTOR LOOKUP( level[s1], 0.5, 0, 2, 0 )", "x"
    )
    np.testing.assert_allclose(growing, TIMES * 1.5)
    two = """s: s1, s2, s3
        r: r1, r2
        grid[r,s] = 0, 10, 20; 100, 110, 140;
        row[r] = VECTOR LOOKUP( grid[r,s1], Time, 0, 4, 0 )
        x = VECTOR LOOKUP( row[r1], 0.25, 0, 1, 0 )"""
    lower, upper = (np.interp(TIMES, [0, 2, 4], ys) for ys in ([0, 10, 20], [100, 110, 140]))
    np.testing.assert_allclose(_of(two), 0.75 * lower + 0.25 * upper)


@pytest.mark.parametrize(
    ("equation", "code"),
    [
        ("VECTOR LOOKUP( lv[s1], Time, 0, 1, 1 )", "unsupported-function"),
        ("VECTOR LOOKUP( lv[s1], Time, 0, 1, 0.5 )", "unsupported-function"),
        ("VECTOR LOOKUP( lv[s1], Time, 0, 1, Time )", "unsupported-function"),
        ("VECTOR LOOKUP( lv[s2], Time, 0, 1, 0 )", "vector-argument"),
        ("VECTOR LOOKUP( lv[s], Time, 0, 1, 0 )", "vector-argument"),
        ("VECTOR LOOKUP( k, Time, 0, 1, 0 )", "vector-argument"),
        ("VECTOR LOOKUP( one[o1], Time, 0, 1, 0 )", "vector-argument"),
        ("VECTOR LOOKUP( lv[s1], Time, 0, 1 )", "wrong-argument-count"),
    ],
)
def test_what_is_refused(equation: str, code: str) -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model(f"{POINTS}k = 1\no: o1\none[o] = 3\nx = {equation}"))
    assert code in [one.code for one in caught.value.diagnostics]


def test_an_element_that_begins_two_ranges_is_unclear() -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model("s: a, b\nt: a, c\nv[s] = 1, 2\nx = VECTOR LOOKUP( v[a], Time, 0, 1, 0 )"))
    assert caught.value.diagnostics[0].code == "vector-argument"


@pytest.mark.parametrize("name", sorted(INSTEAD))
def test_a_refused_function_says_what_to_write_instead(name: str) -> None:
    assert not FUNCTIONS[name].supported
    found = check(model(f"x = 1 + {name.upper()}( Time, 1, 2, 3, 4 )"))
    assert [one.hint for one in found if one.code == "unsupported-function"] == [INSTEAD[name]]


def test_what_is_written_instead_of_sample_until_holds_the_last_value() -> None:
    np.testing.assert_allclose(_of("x = SAMPLE IF TRUE( Time <= 4, Time * 2, 0 )"), np.minimum(TIMES, 4) * 2)


@pytest.mark.parametrize("name", sorted(one.name for one in FUNCTIONS.values() if one.supported))
def test_a_wrong_number_of_arguments_is_told_and_never_run(name: str) -> None:
    rule = FUNCTIONS[name]
    for count in {rule.fewest - 1, rule.most + 1, 0} - {-1, *range(rule.fewest, rule.most + 1)}:
        arguments = ", ".join(["lv[s!]", "lv[s1]", "2", *"34567890"][:count])
        with pytest.raises(StockadeError) as caught:
            simulate(model(f"{POINTS}x = {name.upper()}( {arguments} )"))
        # Of functions of data and files, and of WITH LOOKUP, something else may be told first.
        told = {one.code for one in caught.value.diagnostics}
        assert "wrong-argument-count" in told or name.startswith(_OTHERS)
