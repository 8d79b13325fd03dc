"""The catalogue of reference models: what it holds, and what is said of a broken one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.formats.catalogue import catalogue, reference_models
from stockade.formats.load import load

ENTRY = """
[[model]]
name = "one"
title = "A Title"
authors = ["A. Writer"]
year = 1999
published = "A Journal 1"
about = "Something."
status = "exact"
check = "it holds"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "model.mdl").touch()
    return tmp_path


def complaints(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "catalogue.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StockadeError) as raised:
        catalogue(folder)
    assert all(one.hint and one.place.file.endswith("catalogue.toml") for one in raised.value.diagnostics)
    return [(one.code, one.message) for one in raised.value.diagnostics]


def test_the_nine_models(repository: Path):
    entries = catalogue(repository / "models")
    assert len(entries) == 9
    assert {one.name for one in entries} == {
        path.parent.name for path in (repository / "models").glob("*/model.mdl")
    }
    assert all(one.path.is_file() for one in entries)
    # No figure of a publication was seen so far.
    assert {one.status for one in entries} == {"exact", "not reproduced"}


def test_the_models_are_found_without_a_path():
    assert len(catalogue(reference_models())) == 9


def test_the_models_travel_with_the_package(repository: Path):
    """Where `reference_models` looks in an installed package, the wheel puts them."""
    hatch = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
        "build"
    ]
    assert hatch["targets"]["wheel"]["force-include"]["models"] == "stockade/_models"
    assert "models" in hatch["targets"]["sdist"]["include"]


def test_each_model_names_its_source_and_its_status_as_the_catalogue_does(repository: Path):
    for one in catalogue(repository / "models"):
        readme = (repository / "models" / one.name / "README.md").read_text(encoding="utf-8")
        opening = load(one.path).documentation
        assert f"Status: **{one.status}**" in readme, one.name
        # The title, or what of it a line break leaves whole.
        assert " ".join(one.title.split()[:3]) in " ".join(readme.split()), one.name
        for address in filter(None, (one.doi, one.arxiv)):
            assert address in readme, one.name
        assert any(word and word in opening for word in (one.doi, one.arxiv, str(one.year))), one.name


def test_the_page_of_models_is_up_to_date(repository: Path):
    done = subprocess.run(
        [sys.executable, repository / "docs" / "build_models.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_every_readme_names_title_source_and_status(repository: Path):
    for one in catalogue(repository / "models"):
        text = (one.path.parent / "README.md").read_text(encoding="utf-8")
        flat = " ".join(text.split())
        assert one.title in flat, one.name
        assert f"Status: **{one.status}**" in flat, one.name
        assert all(number in flat for number in (one.doi, one.arxiv) if number), one.name


def test_an_entry(folder: Path):
    (folder / "catalogue.toml").write_text(ENTRY + 'arxiv = "1234.5678"\n', encoding="utf-8")
    (entry,) = catalogue(folder)
    assert (entry.authors, entry.year, entry.doi) == (("A. Writer",), 1999, "")
    assert entry.source == "arXiv:1234.5678"
    assert entry.path == folder / "one" / "model.mdl"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("year = 1999", "year = '1999'", "year is not a whole number"),
        ("year = 1999", "year = true", "year is not a whole number"),
        ("year = 1999\n", "", "year is missing"),
        ('authors = ["A. Writer"]', "authors = []", "authors is not a list of names"),
        ('authors = ["A. Writer"]', 'authors = "A. Writer"', "authors is not a list of names"),
        ('title = "A Title"', "title = 3", "title is not a text"),
        ('title = "A Title"', 'title = " "', "title is not a text"),
        ('"exact"', '"proved"', "status is 'proved', not one of: exact, reproduced, not reproduced"),
        ('check = "it holds"', 'check = "it holds"\nchek = "x"', "chek is not a key of an entry"),
    ],
)
def test_a_broken_entry(folder: Path, old: str, new: str, said: str):
    assert old in ENTRY
    assert complaints(folder, ENTRY.replace(old, new)) == [("catalogue-entry", said)]


def test_all_that_is_wrong_is_said_at_once(folder: Path):
    broken = ENTRY.replace("year = 1999", "year = 1.5").replace('"one"', '"two"')
    found = complaints(folder, ENTRY + broken + ENTRY.replace('"one"', '"three"') + ENTRY)
    assert [code for code, _ in found] == ["catalogue-entry", "catalogue-without-model", "catalogue-entry"]
    assert found[-1][1] == "'one' is listed twice"


@pytest.mark.parametrize("name", ["..", "../one", "/etc", "one/", "none"])
def test_a_model_outside_the_folder_is_not_looked_for(folder: Path, name: str):
    found = complaints(folder, ENTRY.replace('"one"', f'"{name}"'))
    assert [code for code, _ in found] == ["catalogue-without-model"]


@pytest.mark.parametrize(
    "text",
    ["", "model = 3", "model = []", "[model]\nname = 'one'", "other = 1\n" + ENTRY, "[[model", "x = é\n"],
)
def test_a_file_that_is_no_catalogue(folder: Path, text: str):
    assert [code for code, _ in complaints(folder, text)] == ["catalogue-not-read"]


def test_a_list_of_something_else(folder: Path):
    assert complaints(folder, "model = [3]") == [("catalogue-entry", "entry 1 is not a table")]


def test_no_catalogue(tmp_path: Path):
    with pytest.raises(StockadeError, match="there is no such file"):
        catalogue(tmp_path)
    (tmp_path / "catalogue.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(StockadeError, match="catalogue-not-read"):
        catalogue(tmp_path)
    (tmp_path / "catalogue.toml").write_bytes(b"# " + b"x" * 2**20)
    with pytest.raises(StockadeError, match="larger than 1 MiB"):
        catalogue(tmp_path)
