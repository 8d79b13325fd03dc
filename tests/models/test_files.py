"""What holds for every reference model: it is whole, explained, and runs elsewhere as it does here."""

from __future__ import annotations

import re

import numpy as np
import pytest

from stockade.formats.load import load
from stockade.model.checks import check
from stockade.model.model import CONTROL_NAMES
from tests.models.helpers import FOLDER, METHODS, NAMES, SCALAR, run, text_of

SECTIONS = (
    "## What it says",
    "## Equations",
    "## Parameters",
    "## Source",
    "## Golden check",
    "## Responsible use",
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_it_units_included(name):
    assert check(load(FOLDER / name / "model.mdl")) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_has_units_a_comment_and_a_group(name):
    model = load(FOLDER / name / "model.mdl")
    # Of a variable defined in parts, the last part carries units and comment: the others end in ~~|.
    last = {one.canonical: one for one in model.variables}
    for one in last.values():
        assert one.units, one.name
        assert one.documentation.strip().endswith("."), one.name
        assert one.group, one.name
    assert {one.group for one in model.variables if one.canonical in CONTROL_NAMES} == {"Control"}
    assert set(CONTROL_NAMES) <= set(model.by_name)


@pytest.mark.parametrize("name", NAMES)
def test_its_readme_says_all_that_it_should(name):
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    found = [line for line in text.splitlines() if line.startswith("## ")]
    assert found == list(SECTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_its_readme_lists_every_constant_with_its_value(name):
    model = load(FOLDER / name / "model.mdl")
    parameters = (FOLDER / name / "README.md").read_text(encoding="utf-8").split("## Parameters")[1]
    rows = dict(re.findall(r"(?m)^\| ([^|]+?) \|[^|]*\| ([^|]+?) \|", parameters.split("\n## ")[0]))
    constants = {
        one.name: float(one.text)
        for one in model.variables
        # A zero that fills the first class of an array is no parameter.
        if one.kind == "constant" and not one.subscripts
        if one.canonical not in CONTROL_NAMES and one.name != "tiny"
    }
    assert {word: float(value) for word, value in rows.items() if word in constants} == constants


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", METHODS)
def test_it_runs_and_stays_finite(name, method):
    found = run(name, method)
    assert all(np.isfinite(values).all() for values in found.values.values())


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SCALAR)
def test_pysd_runs_the_file_as_it_is_to_the_same_numbers(name, tmp_path):
    import pysd

    file = tmp_path / "model.mdl"
    file.write_text(text_of(name), encoding="utf-8")
    ours = run(name, "euler")
    names = {one.canonical: one.name for one in load(file).variables}
    theirs = pysd.read_vensim(file).run(return_columns=[names[one] for one in ours.values])
    np.testing.assert_allclose(theirs.index, ours.times)
    for canonical, values in ours.values.items():
        np.testing.assert_allclose(theirs[names[canonical]], values, rtol=1e-9, atol=1e-9, err_msg=canonical)
