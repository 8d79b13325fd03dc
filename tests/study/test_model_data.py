"""Data files of a study's model: read from the study's folder, part of what a result was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.model.expressions import Series
from stockade.simulation.single import simulate
from stockade.study.carried import carried, unpacked
from stockade.study.ingredients import digest, of_files
from stockade.study.read import open_study
from tests.study.small import MODEL, write_small

WITH_DATA = (
    MODEL.replace("birth rate * fish ~", "birth rate * fish * warm water * food ~")
    .replace("= 100 ~ fish", "= GET XLS CONSTANTS('stock.csv', ',', 'B2') ~ fish")
    .replace(
        "INITIAL TIME",
        "warm water ~ Dmnl ~ |\nfood := GET XLS DATA('?food', ',', 'A', 'B1') ~ Dmnl ~ |\nINITIAL TIME",
    )
)
KEY = ('model = "model.mdl"', 'model = "model.mdl"\nmodel_data = ["data/water.csv", "?food=data/food.csv"]')


def _study(folder: Path, *changes: tuple[str, str]) -> Path:
    folder = write_small(folder, *(changes or (KEY,)))
    (folder / "data").mkdir()
    (folder / "model.mdl").write_text(WITH_DATA, encoding="utf-8")
    (folder / "stock.csv").write_text("name,value\nfish,120\n", encoding="utf-8")
    (folder / "data" / "water.csv").write_text("Time,warm water\n0,1\n6,1.5\n12,0.5\n", encoding="utf-8")
    (folder / "data" / "food.csv").write_text("0,1\n12,2\n", encoding="utf-8")
    return folder


def test_the_model_runs_with_its_data(tmp_path):
    """The oracle is a loop in plain NumPy."""
    folder = open_study(_study(tmp_path / "fish"))
    assert isinstance(folder.model.by_name["warm water"].equation, Series)
    table = simulate(folder.model)
    fish, wanted = 120.0, []
    for step in range(49):
        time = step / 4
        if step % 4 == 0:
            wanted.append(fish)
        births = 0.1 * fish * np.interp(time, [0, 6, 12], [1, 1.5, 0.5]) * np.interp(time, [0, 12], [1, 2])
        fish += (births - 2 * np.interp(time, [0, 12], [1, 2])) / 4
    np.testing.assert_allclose(table.values[:, table.names.index("fish")], wanted)


def test_what_a_result_was_made_from_holds_the_contents_of_all_these_files(tmp_path):
    home = _study(tmp_path / "fish")
    before = open_study(home).study
    assert {one.name for one in before.model_reads} == {"stock.csv", "water.csv", "food.csv"}
    digests = {digest(of_files(before, before.fit))}
    for name in ("stock.csv", "data/water.csv", "data/food.csv"):
        (home / name).write_text((home / name).read_text("utf-8") + "\n", encoding="utf-8")
        digests.add(digest(of_files(before, before.fit)))
    assert len(digests) == 4


def test_a_study_carries_its_data_to_workers(tmp_path):
    home = _study(tmp_path / "fish")
    with unpacked(carried(open_study(home).study, whole=True)) as elsewhere:
        there = open_study(elsewhere)
        assert Path(there.study.folder) != home
        assert there.model == open_study(home).model


def test_a_model_without_data_reads_nothing(tmp_path):
    study = open_study(write_small(tmp_path / "fish")).study
    assert (study.model_data, study.model_reads) == ((), ())


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ('"../water.csv"', "path-outside-study"),
        ('"?food=../food.csv"', "path-outside-study"),
        ('"/etc/hosts"', "path-outside-study"),
        ('"data/weather.csv"', "missing-file"),
        ('"?food=data/meals.csv"', "missing-file"),
        ('"?food"', "missing-file"),
        ('"data/water.csv"', "external-tag"),
        ('"?food=data/food.csv", "model.mdl"', "data-file-unknown-format"),
        ('""', "wrong-value"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, listed, code):
    home = _study(tmp_path / "fish", (KEY[0], f"{KEY[0]}\nmodel_data = [{listed}]"))
    with pytest.raises(StockadeError) as caught:
        open_study(home)
    assert [one.code for one in caught.value.diagnostics] == [code]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    home = _study(tmp_path / "fish", (KEY[0], f'{KEY[0]}\nmodel_data = ["data/out.csv"]'))
    (tmp_path / "out.csv").write_text("Time,warm water\n0,1\n", encoding="utf-8")
    (home / "data" / "out.csv").symlink_to(tmp_path / "out.csv")
    with pytest.raises(StockadeError) as caught:
        open_study(home)
    assert [one.code for one in caught.value.diagnostics] == ["path-outside-study"]
