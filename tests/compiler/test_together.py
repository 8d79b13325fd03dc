"""One run is compiled in one piece: the same numbers as a batch of one, and the same derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.formats.vensim.read import parse_mdl

TEXT = """
stock = INTEG( inflow - outflow, start )~kg~|
start = 3~kg~|
inflow = DELAY3( share * stock, 2 )~kg/Day~|
share = 0.4~1/Day~|
outflow = stock * effect( stock / start ) / 5~kg/Day~|
effect( (0,0.5), (1,1), (2,3) )~1~|
%s
INITIAL TIME = 0~Day~|
FINAL TIME = %s~Day~|
TIME STEP = 0.25~Day~|
SAVEPER = 1~Day~|
"""


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_one_run_is_a_batch_of_one(method, average):
    one = compile(parse_mdl(TEXT % ("", 20), "m.mdl"), method=method, average=average)
    alone = np.asarray(jax.jit(one.run)(one.defaults))
    batch = np.asarray(jax.jit(one.run)(one.defaults[:, None]))[..., 0]
    assert alone.shape == (len(one.times), len(one.outputs))
    np.testing.assert_allclose(alone, batch, rtol=1e-12)


def test_derivatives_both_ways_agree_with_differences():
    one = compile(parse_mdl(TEXT % ("", 20), "m.mdl"), outputs=["stock"])

    def last(constants):
        return one.run(constants)[-1, 0]

    forward, backward = jax.jit(jax.jacfwd(last))(one.defaults), jax.jit(jax.grad(last))(one.defaults)
    np.testing.assert_allclose(forward, backward, rtol=1e-10)
    step = 1e-6
    for i in range(len(one.defaults)):
        up, down = (jnp.asarray(one.defaults).at[i].add(sign * step) for sign in (1, -1))
        assert (last(up) - last(down)) / (2 * step) == pytest.approx(float(backward[i]), rel=1e-6)


def test_what_cannot_be_put_into_one_piece_still_runs():
    more = "late = DELAY FIXED( stock, 3, 7 )~kg~|\nnoise = RANDOM UNIFORM( 0, 1, 1 )~1~|"
    one = compile(parse_mdl(TEXT % (more, 20), "m.mdl"), outputs=["late", "noise"])
    found = np.asarray(jax.jit(one.run)(one.defaults))
    assert found[:3, 0] == pytest.approx(7.0)
    assert np.all((found[:, 1] >= 0) & (found[:, 1] <= 1))


def test_a_long_run_with_many_rows_compiles():
    """XLA would share filling a large array between threads, which it cannot do inside of one piece."""
    one = compile(parse_mdl((TEXT % ("", 20_000)).replace("SAVEPER = 1", "SAVEPER = 0.25"), "m.mdl"))
    assert np.isfinite(np.asarray(jax.jit(one.run)(one.defaults))).all()
