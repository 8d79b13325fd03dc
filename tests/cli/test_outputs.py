from __future__ import annotations

import os

import pytest

from stockade.cli import outputs
from stockade.errors import StockadeError


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(StockadeError, match="output-not-writable"):
        outputs.write_text("new", path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    outputs.write_text("new", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_device_is_written_to(tmp_path):
    outputs.write_text("gone", outputs.Path(os.devnull))
    assert not outputs.Path(os.devnull).is_file()


def test_json_has_no_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        outputs.write_json({"a": float("nan")}, tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []
