"""Many studies at once: the same numbers wherever they are assessed; a bad study ends nothing but itself."""

from __future__ import annotations

import shutil
from functools import partial

import pytest

from stockade.errors import StockadeError
from stockade.study import carried
from stockade.study.batch import batch_studies
from stockade.tasks.processes import Processes
from tests.study.tiny import write_tiny

ONE, TWO = partial(Processes, 1), partial(Processes, 2)
QUICK = {"particles": 64, "repeats": 2}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("studies")
    write_tiny(root / "park")
    text = (root / "park" / "study.toml").read_text(encoding="utf-8")
    write_tiny(root / "wood")
    (root / "wood" / "study.toml").write_text(
        text.replace("[study]", "[study]\n# another", 1), encoding="utf-8"
    )
    write_tiny(root / "spoilt")
    (root / "spoilt" / "study.toml").write_text(text.replace("is = ", "si = ", 1), encoding="utf-8")
    return [str(root / name) for name in ("park", "spoilt", "wood")]


@pytest.mark.slow
@pytest.mark.core
def test_what_a_batch_finds_is_what_an_assessment_finds(folders, tmp_path):
    found = batch_studies(folders, tmp_path / "two", opened=TWO, **QUICK)
    assert sorted(found.summary.computed) == [folders[0], folders[2]]
    (failure,) = found.summary.failures
    assert failure.key == folders[1]
    assert "unknown-key" in failure.cause
    for folder in folders:
        assert not (tmp_path / folder / ".stockade").exists()
    # One process or two, this order or the other: the same rows to the bit.
    alone = batch_studies(folders[::-1], tmp_path / "one", opened=ONE, **QUICK)
    assert {one["study"]: 0 for one in found.rows} == dict.fromkeys([folders[0], folders[2]], 0)
    for name in (folders[0], folders[2]):
        ours, theirs = ([row for row in one.rows if row["study"] == name] for one in (found, alone))
        assert ours == theirs
    weights = [
        row["value"] for row in found.rows if row["study"] == folders[0] and row["measure"] == "weight"
    ]
    dates = {row["as_of"] for row in found.rows}
    assert sum(weights) == pytest.approx(len(dates))
    assert {row["kind"] for row in found.rows} == {"explanation", "claim", "forecast"}

    again = batch_studies(folders, tmp_path / "two", opened=nobody, **QUICK)
    assert again.summary.kept == (folders[0], folders[2])
    assert again.rows == found.rows


def nobody():
    raise AssertionError("nothing was to be done")


def test_a_study_named_twice(folders, tmp_path):
    with pytest.raises(StockadeError) as caught:
        batch_studies([folders[0]] * 2, tmp_path)
    assert caught.value.diagnostics[0].code == "study-twice"


def test_a_folder_of_large_things_is_not_sent(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(carried, "MOST_BYTES", 2000)
    found = batch_studies(folders[:1], tmp_path, opened=nobody)
    assert "study-too-large" in found.summary.failures[0].cause


def test_what_is_sent_is_the_study_alone(folders, tmp_path):
    folder = shutil.copytree(folders[0], tmp_path / "park")
    (folder / ".stockade").mkdir()
    (folder / ".stockade" / "kept").write_text("x")
    (folder / "briefing").mkdir()
    (folder / "briefing" / "index.html").write_text("x")
    (folder / "link").symlink_to("/etc/hostname")
    names = [name for name, _ in carried.files_of(folder)]
    assert "study.toml" in names
    assert not any(name.startswith((".stockade", "briefing", "link")) for name in names)
