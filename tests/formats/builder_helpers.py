"""What the tests of models built in Python share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stockade import build
from stockade.formats.vensim.read import parse_mdl
from stockade.formats.vensim.write import write_mdl
from stockade.model.model import Model
from stockade.simulation.single import simulate

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "models"


def begun(**more) -> build.ModelBuilder:
    return build.model("Small", **{"time": (0, 10, 0.5), "unit": "Month", **more})


def same(one: Model, other: Model) -> bool:
    return replace(one, dialect=other.dialect, title=other.title) == other


def assert_reads_back(model: Model) -> Model:
    read = parse_mdl(write_mdl(model), "x.mdl")
    for one, other in zip(model.variables, read.variables, strict=True):
        assert one == other
    assert same(model, read)
    return read


def assert_same_bits(one: Model, other: Model) -> None:
    first, second = simulate(one), simulate(other)
    shared = [name for name in first.names if name in second.names]
    assert len(shared) == len(second.names)
    for name in shared:
        ours, theirs = (run.values[:, run.names.index(name)] for run in (first, second))
        assert ours.tobytes() == theirs.tobytes(), name
