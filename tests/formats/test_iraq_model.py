"""The founding case is read as it was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from stockade.formats.load import load
from stockade.model.checks import check
from stockade.model.expressions import Binary, Call, Number, Reference, Table
from stockade.model.model import Model
from stockade.model.order import evaluation_order
from stockade.model.references import references
from stockade.model.walk import walk


@pytest.fixture(scope="module")
def model(iraq_folder: Path) -> Model:
    return load(iraq_folder / "model.mdl")


def test_every_definition_of_the_file_becomes_a_variable(model: Model, iraq_folder: Path) -> None:
    # Counted without our splitter: each entry but a group ends in a line that is a bar alone.
    text = (iraq_folder / "model.mdl").read_text(encoding="utf-8")
    bars = sum(line.strip() == "|" for line in text.splitlines())
    groups = sum(line.strip().startswith(".") for line in text.splitlines())
    assert len(model.variables) == bars - groups
    assert len(model.by_name) == len(model.variables)


def test_kinds(model: Model) -> None:
    stocks = [one.name for one in model.variables if one.kind == "stock"]
    assert stocks == [
        "foreign fighters",
        "local members",
        "local acceptance",
        "sanctuary",
        "viability abroad",
    ]
    lookups = [one.name for one in model.variables if one.kind == "lookup"]
    assert lookups == ["force level table", "local guards table"]
    assert set(Counter(one.kind for one in model.variables)) == {"stock", "auxiliary", "constant", "lookup"}


def test_places_point_at_what_they_name(model: Model, iraq_folder: Path) -> None:
    lines = (iraq_folder / "model.mdl").read_text(encoding="utf-8").splitlines()
    for variable in model.variables:
        assert variable.place.line is not None
        assert lines[variable.place.line - 1].startswith(variable.name)
        for node in walk(variable.equation):
            if isinstance(node, Reference):
                assert node.place.line is not None
                assert node.place.column is not None
                rest = lines[node.place.line - 1][node.place.column - 1 :]
                assert rest.startswith(node.written)


def test_what_stands_beside_the_equation_is_kept(model: Model) -> None:
    variable = model.by_name["initial foreign fighters"]
    assert variable.equation == Number(250.0)
    assert variable.units == "person"
    assert variable.limits == (0.0, None, None)
    assert variable.documentation.startswith("At the start of 2006.")
    assert variable.text == "250"
    assert variable.group == "Foreign fighters"
    assert model.by_name["forces matter"].limits == (0.0, 1.0, 1.0)
    assert model.by_name["time step"].group == "Control"
    assert model.documentation.startswith("Foreign fighters in Iraq, 2006-2010")


def test_stocks_and_lookups_have_the_agreed_form(model: Model) -> None:
    stock = model.by_name["viability abroad"].equation
    assert isinstance(stock, Call)
    assert stock.function == "integ"
    assert stock.arguments[1] == Number(1.0)
    assert model.by_name["force level"].equation == Call(
        "lookup", (Reference("force level table"), Binary("/", Reference("time"), Reference("one month")))
    )
    table = model.by_name["force level table"].equation
    assert isinstance(table, Table)
    assert table.limits == (0.0, 60.0, 0.0, 2.0)
    assert table.points[0] == (0.0, 0.907)
    assert table.points[-1] == (55.0, 0.331)


def test_nothing_is_wrong_with_it(model: Model) -> None:
    assert check(model) == ()


def test_order_puts_everything_behind_what_it_reads(model: Model) -> None:
    order = evaluation_order(model)
    auxiliaries = {one.canonical for one in model.variables if one.kind == "auxiliary"}
    assert sorted(order) == sorted(auxiliaries)
    for at, name in enumerate(order):
        assert not (references(model.by_name[name].equation) & set(order[at:]))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PySD's own
def test_names_agree_with_pysd(model: Model, iraq_folder: Path) -> None:
    from pysd.translators.vensim.vensim_file import VensimFile

    file = VensimFile(iraq_folder / "model.mdl")
    file.parse()
    theirs = {one.name for section in file.sections for one in section.components}
    assert theirs == {one.name for one in model.variables}
