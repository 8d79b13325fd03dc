"""A fixed part of the hostile inputs of benchmarks/hostile.py: the same ones on every machine, in seconds."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.study.route import check_study
from tests.hostile.guard import watching
from tests.hostile.mutations import Case, Seed, make_case
from tests.hostile.pieces import CLIMBING, ENTITIES
from tests.hostile.seeds import own_seeds
from tests.hostile.trial import try_case
from tests.study.tiny import write_tiny

SECONDS = 20  # Twice what is promised: the machines of the tests are busy.


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    return own_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_every_outcome_is_something_that_runs_or_diagnostics(
    first: int, seeds: list[Seed], tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    for number in range(first, first + 50):
        begun = time.process_time()
        result = try_case(make_case(number, seeds), tmp_path / "case")
        assert not result.bad, (number, result)
        assert time.process_time() - begun < SECONDS, number


@pytest.mark.slow
@pytest.mark.core
def test_what_is_spoilt_gently_runs_or_says_why(seeds: list[Seed], tmp_path: Path) -> None:
    small = [one for one in seeds if one.kind == "model" and len(str(one.files)) < 12_000]
    outcomes = set()
    for number in range(1_000_000, 1_000_020):
        result = try_case(make_case(number, small, gentle=True), tmp_path / "case", run=True)
        assert not result.bad, (number, result)
        outcomes.add(result.outcome)
    assert outcomes == {"ran", "refused"}


def test_the_same_number_is_the_same_input(seeds: list[Seed]) -> None:
    assert make_case(7, seeds) == make_case(7, seeds)
    assert make_case(7, seeds) != make_case(8, seeds)


HEAD = '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
BODY = (
    "<sim_specs><start>0</start><stop>1</stop><dt>1</dt></sim_specs><model><variables>"
    '<aux name="a"><eqn>{}</eqn></aux></variables></model></xmile>'
)


@pytest.mark.parametrize(
    ("head", "equation", "code"),
    [
        (ENTITIES + "]>", "&j;", "document-type"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;", "document-type"),
        ('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://localhost:1/x">%p;]>', "1", "document-type"),
        ('<!DOCTYPE x SYSTEM "../secret.csv">', "1", "document-type"),
        ("", "&e;", "broken-xml"),
    ],
    ids=range(5),
)
def test_entities_are_never_expanded(head: str, equation: str, code: str, tmp_path: Path) -> None:
    case = Case(0, "", "model", {"m.xmile": (head + HEAD + BODY.format(equation)).encode()})
    result = try_case(case, tmp_path / "case")
    assert (result.outcome, result.said) == ("refused", code)


@pytest.mark.parametrize("key", ["model", "series", "reports"])
@pytest.mark.parametrize("path", CLIMBING)
def test_no_path_of_a_study_leads_out_of_its_folder(key: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("month,a\n2006-01,1\n", encoding="utf-8")
    folder = write_tiny(tmp_path / "study")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    lines = [f"{key} = '{path}'" if line.startswith(f"{key} = ") else line for line in text.split("\n")]
    (folder / "study.toml").write_text("\n".join(lines), encoding="utf-8")
    with watching(folder) as seen:
        found = check_study(folder)
    assert seen == []
    assert found[0].code in ("path-outside-study", "missing-file"), found


@pytest.mark.parametrize("path", CLIMBING)
def test_no_path_of_a_model_leads_out_of_its_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "case").mkdir()
    written = path.replace("\\\\", "\\")
    text = f"x = GET DIRECT CONSTANTS('{written}',',','B2') ~~|\n"
    (tmp_path / "case" / "model.mdl").write_text(text, encoding="utf-8")
    (tmp_path / "case" / "link.csv").symlink_to(tmp_path / "secret.csv")
    with watching(tmp_path / "case") as seen, pytest.raises(StockadeError):
        load(tmp_path / "case" / "model.mdl")
    assert seen == []


def test_the_guard_notices(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "secret.csv").write_text("a\n", encoding="utf-8")
    with watching(tmp_path / "case") as seen:
        (tmp_path / "secret.csv").read_text(encoding="utf-8")
        (tmp_path / "case" / "new.txt").write_text("a", encoding="utf-8")
        os.system("true")  # noqa: S605
        exec("1 + 1")  # noqa: S102
        eval("1 + 1")  # noqa: S307
    assert {one.split()[0] for one in seen} >= {"open", "os.system", "exec"}
    assert len([one for one in seen if one.startswith("open")]) == 2
    before = len(seen)
    (tmp_path / "secret.csv").read_text(encoding="utf-8")
    assert len(seen) == before
