"""World3-03 of the benchmarks: its size, and numbers of an independent run of its listing."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.formats.vensim.read import parse_mdl
from stockade.model.checks import check
from stockade.model.expressions import Table

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "models" / "world3-2003" / "model.mdl"
YEARS = (1950, 2000, 2050, 2099)
# pydynamo-w 0.0.2, mended as the README says: steps of 1/32 and 1/128 year, taken to the limit of no step.
LIMITS = {
    "population": (2.68769e09, 6.05875e09, 6.39357e09, 3.49651e09),
    "industrial output per capita": (144.573, 323.76, 97.1901, 16.6766),
    "food per capita": (381.09, 472.202, 239.267, 207.861),
    "persistent pollution index": (0.495153, 3.26291, 7.94337, 0.784094),
    "fraction of resources remaining": (0.961285, 0.703524, 0.207758, 0.158455),
    "life expectancy": (44.7153, 71.8498, 45.9658, 27.8438),
    "service output per capita": (206.486, 471.653, 278.979, 78.8099),
    "arable land": (1.16246e09, 1.74251e09, 1.82172e09, 1.71651e09),
    "human welfare index": (0.399873, 0.730606, 0.360702, 0.164097),
    "human ecological footprint": (0.753142, 1.78693, 1.32932, 0.973949),
    "land yield": (1398.58, 2606.13, 1332.92, 672.079),
    "delayed labor utilization fraction": (0.764601, 0.687699, 1.00678, 1.13031),
}


def test_nothing_is_wrong_with_it_and_it_has_its_55_lookups():
    model = parse_mdl(FILE.read_text(encoding="utf-8"), "model.mdl")
    assert [one.code for one in check(model) if one.severity == "error"] == []
    assert sum(isinstance(one.equation, Table) for one in model.variables) == 55


@pytest.mark.slow
@pytest.mark.core
def test_small_steps_lead_to_the_numbers_of_an_independent_run():
    text = FILE.read_text(encoding="utf-8")

    def run(step: float) -> np.ndarray:
        model = parse_mdl(text.replace("TIME STEP = 0.5", f"TIME STEP = {step}"), "model.mdl")
        simulator = compile(model, outputs=tuple(LIMITS))
        return np.asarray(jax.jit(simulator.run)(simulator.defaults))[[year - 1900 for year in YEARS]]

    coarse, fine = run(1 / 16), run(1 / 32)
    np.testing.assert_allclose((fine + (fine - coarse)).T, np.array(list(LIMITS.values())), rtol=1e-3)
