"""The page of the documentation about models built in Python."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import stockade
from stockade import build
from stockade.formats.load import load
from stockade.model.checks import check
from stockade.simulation.single import simulate
from tests.formats.builder_helpers import REPOSITORY, assert_reads_back, assert_same_bits


def test_the_page_of_the_documentation_runs(tmp_path, monkeypatch, capsys):
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) == 2
    for at, example in enumerate(examples):
        Path(f"example{at}.py").write_text(example, encoding="utf-8")
        model = runpy.run_path(f"example{at}.py")["model"]
        assert check(model) == ()
        assert_same_bits(model, assert_reads_back(model))
    assert re.fullmatch(r"members after five years: \d+, with a truce \d+\n", capsys.readouterr().out)
    assert load("group.mdl").by_name["joining"].equation == load("group.xmile").by_name["joining"].equation


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", [0, 1])
def test_pysd_runs_what_the_page_builds(number, tmp_path, monkeypatch):
    import pysd

    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[number]
    Path("example.py").write_text(example, encoding="utf-8")
    model = runpy.run_path("example.py")["model"]
    stockade.save(model, "saved.mdl")
    ours = simulate(model)
    names = [one.name for one in model.variables if one.kind in ("stock", "auxiliary") and not one.subscripts]
    theirs = pysd.read_vensim("saved.mdl").run(return_columns=[one for one in names if one != "SAVEPER"])
    assert len(theirs.columns) > 0
    for name in theirs.columns:
        np.testing.assert_allclose(
            theirs[name], ours.values[:, ours.names.index(name)], rtol=1e-9, err_msg=name
        )


def test_the_page_names_every_function():
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    functions = [name for name in build.__all__ if name.islower() and name != "model"]
    assert [name for name in functions if f"`{name}`" not in text] == []
