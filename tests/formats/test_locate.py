"""Which model file a path means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.formats.catalogue import catalogue, reference_models
from stockade.formats.load import load
from stockade.formats.locate import locate

MODEL = reference_models() / "deitchman-1962" / "model.mdl"


def test_a_folder_stands_for_its_model(tmp_path):
    shutil.copy(MODEL, tmp_path / "other.mdl")
    assert locate(tmp_path) == tmp_path / "other.mdl"
    shutil.copy(MODEL, tmp_path / "model.mdl")
    assert locate(tmp_path) == tmp_path / "model.mdl"
    assert load(tmp_path) == load(MODEL)


def test_a_folder_with_two_models_or_none_is_refused(tmp_path):
    with pytest.raises(StockadeError, match="folder-without-model"):
        locate(tmp_path)
    for name in ("a.mdl", "b.xmile"):
        (tmp_path / name).touch()
    with pytest.raises(StockadeError, match="2 model files"):
        locate(tmp_path)


@pytest.mark.parametrize("name", [one.name for one in catalogue(reference_models())])
def test_a_reference_model_is_known_by_its_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate(name) == locate(f"models/{name}") == reference_models() / name / "model.mdl"


def test_what_is_there_comes_before_a_reference_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "deitchman-1962"
    mine.mkdir()
    with pytest.raises(StockadeError, match="folder-without-model"):
        locate("deitchman-1962")


@pytest.mark.parametrize(
    "path", ["nobody-1900", "..", "elsewhere/deitchman-1962", "../models/deitchman-1962", ""]
)
def test_all_else_is_what_it_says(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if Path(path).is_dir():
        with pytest.raises(StockadeError, match="folder-without-model"):
            locate(path)
    else:
        assert locate(path) == Path(path)
