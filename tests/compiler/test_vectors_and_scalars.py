"""Equations computed together as vectors give what they give one by one, whatever they say."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.compiler.compile import compile
from stockade.compiler.overrides import Overrides
from stockade.model.model import Model
from tests.compiler.models import model

RANGES = "item: a, b, c, d\nside: l, m\n"
GIVEN = """
p[item] = 1, 2, 3, 4
q[side] = 0.5, 2
w[item,side] = 1,2; 5,6; 2,4; 9,7;
k = 0.75
bend((0,0),(1,2),(3,2.5),(9,4))
"""

NAMES = ("level[item,side]", "w[item,side]", "p[item]", "q[side]", "k", "Time", "whole[item]", "3", "item")
one_name = st.sampled_from(NAMES)
UNARY = ("-({0})", "SQRT( ABS({0}) )", "bend( {0} )", "SUM( w[item,side!] ) + ({0})", "SMOOTH( {0}, 2 )")
BINARY = ("({0}) + ({1})", "({0}) * ({1})", "({0}) - 0.5*({1})", "({0}) / (1 + ABS({1}))", "MAX( {0}, {1} )")


def right_sides() -> st.SearchStrategy[str]:
    """Right-hand sides for an equation over items and sides."""
    return st.recursive(
        one_name,
        lambda inner: st.one_of(
            st.builds(str.format, st.sampled_from(UNARY), inner),
            st.builds(str.format, st.sampled_from(BINARY), inner, inner),
            st.builds("IF THEN ELSE( {0} > {1}, {0}, {1} )".format, inner, inner),
        ),
        max_leaves=5,
    )


def both(built: Model, draws: int = 0, **options: object) -> tuple[np.ndarray, np.ndarray]:
    """Returns a run with vectors and one with scalars."""
    found = []
    for together in (True, False):
        simulator = compile(built, together=together, **options)  # type: ignore[arg-type]
        point = simulator.defaults
        if draws:
            point = point[:, None] * np.linspace(0.9, 1.1, draws)
        found.append(np.asarray(jax.jit(simulator.run)(point)))
    return found[0], found[1]


@settings(max_examples=5)
@given(first=right_sides(), second=right_sides(), draws=st.sampled_from((0, 3)))
def test_random_models(first: str, second: str, draws: int) -> None:
    equations = f"""
        level[item,side] = INTEG( 0.01*SIN( {first} ), w[item,side] )
        whole[item] = SUM( level[item,side!] )
        other[item,side] = {second}
        all = VMAX( other[item!,side!] )
        """
    built = model(RANGES + GIVEN + equations, final=3, step=0.5)
    vectors, scalars = both(built, draws)
    np.testing.assert_allclose(vectors, scalars, rtol=1e-9, atol=1e-9)


FORMS = {
    "delays": """x[item] = DELAY FIXED( level[item,l], p[item], 0 )
        y[item] = DELAY1I( x[item], 2, p[item] )""",
    "initial": """x[item,side] = INITIAL( level[item,side] * q[side] )
        y[item] = SUM( x[item,side!] ) / whole[item]""",
    "sample": "x[item,side] = SAMPLE IF TRUE( Time > p[item], level[item,side], q[side] )",
    "powers": "x[item] = p[item] ^ 2 + whole[item] ^ q[l]\ny[item] = 2 ^ p[item]",
    "lookups of each element": """t[a]((0,1),(10,2))
        t[b]((0,0),(1,5),(1,7),(20,8))
        t[c]((0,1),(5,5))
        t[d]((0,4),(9,0))
        x[item,side] = t[item]( level[item,side] )
        y[item] = LOOKUP EXTRAPOLATE( t[item], Time - 2 )""",
    "sorting": """x[item] = VECTOR SORT ORDER( p[item], 1 )
        y[item,side] = VECTOR RANK( level[item,side], -1 )""",
    "picking": "x[item] = VECTOR ELM MAP( p[a], 4 - item )\ny[item] = VECTOR REORDER( p[item], 4 - item )",
    "vector lookups": """x[item] = VECTOR LOOKUP( level[item,l], Time, 0, 3, 0 )
        y[item] = VECTOR LOOKUP( p[a], item + Time - 2, q[l], 2*k + 4, 3 )
        z[item,side] = VECTOR LOOKUP( w[item,l], q[side], -1, 5, 4 )""",
    "selecting": "x[side] = VECTOR SELECT( p[item!], level[item!,side], 0, 0, 0 )",
    "extremes": """x[side] = VMIN( level[item!,side] ) + PROD( w[item!,side] )
        y = VMAX( level[item!,side!] )""",
    "chain": "x[a] = k\nx[b] = x[a] * 2\nx[c] = x[b] * 2\nx[d] = x[c] * 2\ny[item] = x[item] + whole[item]",
    "noise": "x[item,side] = RANDOM NORMAL( 0, 10, q[side], 1, 7 ) + RANDOM UNIFORM( 0, p[item], 3 )",
    "time": "x[item,side] = STEP( p[item], q[side] ) + PULSE( 1, 2 ) * Time + RAMP( q[side], 0, 3 )",
    "constants": "x[item] = p[item] * k\ny[item,side] = x[item] / q[side]\nz = SUM( y[item!,side!] )",
    "one thing": "x[item] = SUM( w[a,side!] * 0 + k ) + item\ny = SUM( p[item!] * 0 + k + w[item!,l] * 0 )",
    "priorities": "x[item] = ALLOCATE BY PRIORITY( p[item], p[item], 4, 2, 8 )",
}
BASE = """
level[item,side] = INTEG( q[side] - 0.01*level[item,side], w[item,side] )
whole[item] = SUM( level[item,side!] )
"""


def agree(built: Model, draws: int = 0, **options: object) -> None:
    vectors, scalars = both(built, draws, **options)
    np.testing.assert_allclose(vectors, scalars, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    agree(model(RANGES + GIVEN + BASE + FORMS[form], final=4, step=0.5), draws=2)


def test_runge_kutta_and_means() -> None:
    built = model(RANGES + GIVEN + BASE + FORMS["delays"] + "\nz[item] = Time * p[item]", final=2, step=0.5)
    agree(built, draws=2, method="rk4", average=True)
    agree(built, method="rk4")


def test_inputs_and_overrides_of_elements() -> None:
    drive = "drive[item] = Time * p[item]\ny[item,side] = drive[item] * level[item,side]"
    built = model(RANGES + GIVEN + BASE + drive, final=4, step=0.5)
    overridable = ("p[b]", "level[a,m]", "y[c,l]", "drive[c]", "drive[d]", "q[m]")
    found = []
    for together in (True, False):
        names = ("drive[a]", "drive[b]", "drive[c]")
        simulator = compile(built, inputs=names, overridable=overridable, together=together)
        paths = np.arange(3 * len(simulator.steps) * 2.0).reshape(3, -1, 2)
        start, stop = np.array([0, 1, 0, 2, 1, 0.5]), np.array([2, 3, 9, 9, 2, 9.0])
        overrides = Overrides(start, stop, np.arange(12.0).reshape(6, 2))
        run, point = jax.jit(simulator.run), simulator.defaults[:, None] * np.array([1.0, 1.5])
        plain = run(simulator.defaults, paths[..., 0])
        found.append([np.asarray(one) for one in (run(point, paths, overrides), plain)])
    for vectors, scalars in zip(*found, strict=True):
        np.testing.assert_allclose(vectors, scalars, rtol=1e-12)


def test_a_large_model_becomes_few_equations() -> None:
    size = 40
    ranges = f"row: (r1-r{size})\ncolumn: (c1-c{size})\n"
    equations = """
        rate[row] = row / 100
        stock[row,column] = INTEG( -loss[row,column], column )
        loss[row,column] = rate[row] * stock[row,column]
        total[row] = SUM( stock[row,column!] )
        all = SUM( total[row!] )
        """
    simulator = compile(model(ranges + equations, final=1, step=1), outputs=["all"])
    jaxpr = str(jax.make_jaxpr(simulator.run)(simulator.defaults))
    assert len(jaxpr.splitlines()) < 200
    expected = sum(j * (1 - i / 100) for i in range(1, size + 1) for j in range(1, size + 1))
    assert np.asarray(simulator.run(simulator.defaults))[-1, 0] == pytest.approx(expected)


def test_gradients_agree() -> None:
    built = model(
        RANGES + GIVEN + BASE + FORMS["powers"] + "\nz = SUM( x[item!] * y[item!] )", final=2, step=0.5
    )
    found = []
    for together in (True, False):
        simulator = compile(built, outputs=["z"], together=together)
        found.append(np.asarray(jax.grad(lambda c, run=simulator.run: run(c)[-1, 0])(simulator.defaults)))
    assert np.abs(found[0]).max() > 0.1
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
