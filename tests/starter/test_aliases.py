"""One group under several names: `stockade new --aliases`, and the same series again from what it wrote."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import stockade
from stockade.cli.app import app
from stockade.data.series import read_series
from tests.starter.records import waves, write_ged

OLD, NEW = 'Vale "Militia", the', "Northern Front"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A group that changed its name after 30 months, in two files put together; and a table of names."""
    monkeypatch.chdir(tmp_path)
    clashes, civilians, _ = waves()
    early = np.arange(60) < 30
    write_ged(tmp_path / "events.csv", OLD, clashes * early, civilians * early)
    write_ged(tmp_path / "late.csv", NEW, clashes * ~early, civilians * ~early)
    rows = (tmp_path / "late.csv").read_text().splitlines()[1:]
    with (tmp_path / "events.csv").open("a", newline="") as stream:
        stream.writelines(f"9000{row}\r\n" for row in rows)
    (tmp_path / "names.csv").write_text(
        "actor,also,from,to,because\n"
        'northern front,"Vale ""Militia"", the",,2012-06-30,"renamed, it said"\n'
        "Northern Front,Nobody,,,\n"
        "Sudmark,Vale,,,\n"
    )
    return clashes


def run(*arguments):
    return CliRunner().invoke(app, ["new", *arguments])


def given(name, table):
    return run(name, "--events", "events.csv", "--actor", NEW, "--aliases", table)


def test_events_under_both_names_are_counted(files, tmp_path):
    result = given("study", "names.csv")
    assert result.exit_code == 0, result.output
    assert "aliases.csv" in result.stdout
    assert stockade.check(tmp_path / "study") == ()
    counted = read_series(tmp_path / "study" / "series.csv").values["clashes"]
    np.testing.assert_array_equal(counted, files)
    told = (tmp_path / "study" / "README.md").read_text()
    assert "to 2012-06-30 (renamed, it said): it adds" in told
    assert "'Nobody' is taken for Northern Front: it adds no event of the file." in told


def test_the_series_are_made_again_from_what_was_written(files, tmp_path):
    assert given("study", "names.csv").exit_code == 0
    kept = tmp_path / "study" / "aliases.csv"
    assert "Sudmark" not in kept.read_text()
    assert "--aliases study/aliases.csv" in (tmp_path / "study" / "README.md").read_text()
    assert given("again", "study/aliases.csv").exit_code == 0
    for name in ("series.csv", "aliases.csv", "model.mdl", "study.toml"):
        texts = [(tmp_path / one / name).read_text() for one in ("study", "again")]
        assert texts[0].replace("assess study", "").replace("whatif study", "") == texts[1].replace(
            "assess again", ""
        ).replace("whatif again", "")


def test_a_table_about_others_only_is_a_mistake(files, tmp_path):
    (tmp_path / "others.csv").write_text("actor,also,from,to,because\nSudmark,Vale,,,\n")
    result = given("study", "others.csv")
    assert result.exit_code == 2
    assert "error[no-alias-of-actor]" in result.stderr
    assert not (tmp_path / "study").exists()


def test_a_name_that_is_only_in_the_table_may_be_asked_for(files, tmp_path):
    (tmp_path / "all.csv").write_text(
        f'actor,also,from,to,because\nThe North,{NEW},,,\nThe North,"Vale ""Militia"", the",,,\n'
    )
    made = stockade.new("study", "events.csv", "the north", aliases="all.csv")
    assert made.record.actor == "The North"
    np.testing.assert_array_equal(made.record.columns["clashes"], files)
