"""benchmarks/every_actor.py on a made-up file: nothing ends the batch, and each failure has its cause."""

from __future__ import annotations

import pytest
from benchmarks import every_actor

import stockade
from tests.starter.records import waves, write_ged

ACTOR = 'Front/"Nord" {1}'


@pytest.fixture
def file(tmp_path):
    clashes, civilians, _ = waves()
    return write_ged(tmp_path / "ged.csv", ACTOR, clashes, civilians)


def test_one_bad_actor_ends_nothing(file, tmp_path, monkeypatch):
    assessed = []

    def assess(folder, **fit):
        assessed.append(folder)
        raise RuntimeError("a bug")

    monkeypatch.setattr(stockade, "assess", assess, raising=False)
    rows = every_actor.batch(file, tmp_path, {"particles": 16}, None)
    found = {one["actor"]: (one["outcome"], one["code"]) for one in rows}
    assert found == {
        ACTOR: ("failed", "RuntimeError"),
        "Government of Norland": ("failed", "RuntimeError"),
        "Civilians": ("refused", "actor-is-no-group"),
    }
    assert "a bug" in every_actor.summary(rows)
    # The same command again goes on behind what was finished.
    assert every_actor.batch(file, tmp_path, {"particles": 16}, None) == rows
    assert len(assessed) == 2


def test_a_file_that_cannot_be_read_is_a_row(tmp_path):
    (row,) = every_actor.batch(tmp_path / "gone.csv", tmp_path, {}, None)
    assert (row["outcome"], row["code"]) == ("failed", "missing-file")
