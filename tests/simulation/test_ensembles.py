"""Ensembles: the same numbers in any pieces."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from stockade.compiler.compile import Overrides, compile
from stockade.simulation.ensembles import MOST_RESULTS, MOST_VALUES, _chunk, ensemble
from stockade.simulation.trajectories import trajectories
from tests.compiler.models import model

OF = model(
    "x = INTEG(r*x*(1-x/cap) - catch, 10)\nr = 0.8\ncap = 500\ncatch = effort*x\neffort = 0.1", final=4
)
SIMULATOR = compile(OF, outputs=["x", "catch"], overridable=["catch"], inputs=["effort"])
DRAWS = SIMULATOR.defaults[:, None] * np.random.default_rng(0).uniform(0.5, 1.5, (3, 23))
PATH = np.full((1, len(SIMULATOR.steps)), 0.1)


@pytest.mark.parametrize("chunk", [1, 4, 7, 23, 100])
@pytest.mark.parametrize("threads", [1, 2])
def test_any_pieces_give_the_same(chunk: int, threads: int) -> None:
    heard: list[tuple[int, int]] = []
    found = ensemble(
        SIMULATOR,
        DRAWS,
        PATH,
        chunk=chunk,
        threads=threads,
        progress=lambda _, done, total: heard.append((done, total)),
    )
    np.testing.assert_allclose(found, jax.jit(SIMULATOR.run)(DRAWS, PATH), rtol=1e-12)
    assert heard[-1] == (23, 23)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})


def test_paths_and_overrides_are_cut_with_the_draws() -> None:
    paths = PATH[..., None] * np.linspace(0, 2, 23)
    overrides = Overrides(np.array([2.0]), np.array([np.inf]), np.linspace(0, 5, 23)[None])
    found = ensemble(SIMULATOR, DRAWS, paths, overrides, chunk=5)
    np.testing.assert_allclose(found, jax.jit(SIMULATOR.run)(DRAWS, paths, overrides), rtol=1e-12)
    assert found[-1, 1] == pytest.approx(np.linspace(0, 5, 23))


def test_no_draws_is_no_trouble() -> None:
    assert ensemble(SIMULATOR, DRAWS[:, :0], PATH).shape == (5, 2, 0)


def test_one_dimension_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="draw"):
        ensemble(SIMULATOR, DRAWS[:, 0], PATH)


def test_trajectories_by_name() -> None:
    found = trajectories(SIMULATOR, ensemble(SIMULATOR, DRAWS, PATH))
    assert found.values["x"].shape == (5, 23)
    assert found.draws == 23
    assert found.units == {"x": "", "catch": ""}


def test_a_piece_of_a_large_model_stays_small() -> None:
    small = compile(model("a = 1\nb = INTEG( a, 0 )"), outputs=["b"])
    assert _chunk(small) * len(small.times) <= MOST_RESULTS
    many = replace(small, order=tuple(f"x{i}" for i in range(10_000)))
    assert _chunk(many) * 10_000 <= MOST_VALUES
    wide = replace(small, outputs=tuple(f"x{i}" for i in range(100)))
    assert _chunk(wide) * 100 * len(small.times) <= MOST_RESULTS
