"""Bad input as a user meets it: the founding case, spoilt in one place, through the command line.

Every case is answered with a code, the place, an excerpt where a line is to blame, and a hint, with exit
status 2, and nothing is fitted. The answers are snapshots: read them as a user would.
"""

from __future__ import annotations

import json
import re
import shutil

import pytest

CLAIM = 'says = "at(viability abroad, 2008-03) < at(viability abroad, 2007-05)"'
ARRIVALS = "normal arrivals * access * MAX( viability abroad, floor of viability ) ^ elasticity of arrivals"
SERIES_ROW = "2004-03,5,6,0,0.0,0.0,1,16,"


def claim(says: str) -> tuple[str, str, str]:
    return ("study.toml", CLAIM, f'says = "{says}"')


# name -> (file, text, what stands in its place); None for the text: the file is gone
SPOILT = {
    "no study.toml": ("study.toml", None, ""),
    "no model": ("model.mdl", None, ""),
    "no series": ("series.csv", None, ""),
    "no ledger": ("reports.csv", None, ""),
    "broken equation": ("model.mdl", ARRIVALS, ARRIVALS.replace("MAX( ", "MAX( ( ")),
    "undefined variable": ("model.mdl", ARRIVALS, ARRIVALS.replace("access", "acces")),
    "circular definition": (
        "model.mdl",
        "base exit hazard + disenchantment exit hazard *",
        "base exit hazard + 0 * foreign departures + disenchantment exit hazard *",
    ),
    "unsupported function": ("model.mdl", "MAX( viability abroad, ", "QUEUE AGE OLDEST( viability abroad, "),
    "unknown key": ("study.toml", 'step = "month"', 'stepp = "month"'),
    "not TOML": ("study.toml", 'step = "month"', "step = month"),
    "prior on nothing": ("study.toml", '[prior."normal arrivals"]', '[prior."normal arrival"]'),
    "negative count": ("series.csv", SERIES_ROW, "2004-03,-5,6,0,0.0,0.0,1,16,"),
    "text for a count": ("series.csv", SERIES_ROW, "2004-03,many,6,0,0.0,0.0,1,16,"),
    "days for months": ("series.csv", SERIES_ROW, "2004-03-07,5,6,0,0.0,0.0,1,16,"),
    "a month missing": ("series.csv", f"{SERIES_ROW}\n", ""),
    "low above high": ("reports.csv", "2007-01,2007-06,80.0,,110.0,", "2007-01,2007-06,180.0,,110.0,"),
    "as-of before the first datum": ("study.toml", '["2008-03-21", ', '["2004-03-21", '),
    "claim on an unknown name": claim("at(viability, 2008-03) < 1"),
    "claim on an empty window": claim("mean(viability abroad, 2008-03..2007-05) < 1"),
    "claim with a count that is a rate": claim("total(exit hazard, 2007-01..2007-12) > 1"),
    "claim that does not parse": claim("at(viability abroad, 2008-03) < "),
    "a path upwards": ("study.toml", 'series = "series.csv"', 'series = "../series.csv"'),
    "an absolute path": ("study.toml", 'reports = "reports.csv"', 'reports = "/etc/passwd"'),
}
CLAIMS = [name for name in SPOILT if name.startswith("claim")]


@pytest.fixture
def spoilt(run, tmp_path, iraq_folder):
    """Copies the founding case to ``iraq`` and exchanges a text in one of its files."""
    folder = tmp_path / "iraq"
    folder.mkdir()
    for name in ("study.toml", "model.mdl", "series.csv", "reports.csv"):
        shutil.copy(iraq_folder / name, folder / name)

    def spoil(file, old, new):
        path = folder / file
        if old is None:
            path.unlink()
            return
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


@pytest.fixture
def no_fit(monkeypatch):
    """Fails where a fit begins."""

    def refuse(*_, **__):
        raise AssertionError("a fit began")

    from stockade.study import fits

    monkeypatch.setattr(fits, "warm", refuse)
    monkeypatch.setattr(fits, "sample_one_repeat", refuse)


@pytest.mark.parametrize("name", SPOILT)
def test_check_says_what_is_wrong(run, spoilt, tmp_path, name, snapshot):
    spoilt(*SPOILT[name])
    result = run("check", "iraq", "--json", "found.json")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr == snapshot
    if name == "no study.toml":
        return
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["ok"] is False
    for one in found["diagnostics"]:
        assert all((one["code"], one["message"], one["hint"], one["place"]["file"])), one
        if not name.startswith("no "):
            assert all((one["place"]["line"], one["excerpt"])), one


@pytest.mark.parametrize("command", ["fit", "assess"])
@pytest.mark.parametrize("name", [name for name in SPOILT if name not in CLAIMS])
def test_nothing_is_fitted_with_bad_input(run, spoilt, no_fit, tmp_path, command, name):
    spoilt(*SPOILT[name])
    told = run("check", "iraq")
    result = run(command, "iraq", "--json", "found.json")
    assert result.exit_code == 2
    assert result.stdout == ""
    if name != "no study.toml":
        errors = json.loads((tmp_path / "found.json").read_text())["diagnostics"]
        assert all(f"[{one['code']}]" in told.stderr for one in errors)
    assert not (tmp_path / "iraq" / ".stockade").exists()


def test_units_that_do_not_match_are_a_warning(run, spoilt, snapshot):
    spoilt("model.mdl", "normal arrivals = 70\n\t~\tperson/Month", "normal arrivals = 70\n\t~\tperson")
    result = run("check", "iraq")
    assert result.exit_code == 0
    assert result.stderr == snapshot
    assert "warning" in result.stdout


NOT_FINITE = {
    # every draw, from the first month on
    "from the start": (
        "model.mdl",
        "base exit hazard + disenchantment exit hazard *",
        "base exit hazard + LN( 0 - sanctuary ) + disenchantment exit hazard *",
    ),
    # only after a while, in a variable that nobody observes
    "later": ("model.mdl", f"{ARRIVALS}\n", f"{ARRIVALS} * SQRT( 30.2 - Time )\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOT_FINITE)
def test_a_model_that_leaves_the_numbers_says_where(run, spoilt, no_fit, tmp_path, name, snapshot):
    spoilt(*NOT_FINITE[name])
    result = run("assess", "iraq", "--json", "found.json")
    assert result.exit_code == 2, result.output
    assert re.sub(r"= [\d.]+\b", "= #", result.stderr) == snapshot  # draws of the prior, whatever they are
    (found,) = json.loads((tmp_path / "found.json").read_text())["diagnostics"]
    assert found["code"] == "not-finite"


def test_what_looks_like_code_is_never_run(run, spoilt, tmp_path):
    sentinel = tmp_path / "sentinel"
    code = f"__import__('pathlib').Path('{sentinel}').touch()"
    for file, old, new in (
        ("study.toml", 'title = "Foreign fighters in Iraq"', f'title = "{{{{ {code} }}}} {code}"'),
        ("study.toml", CLAIM, f'says = "{code}"'),
        ("model.mdl", "~\tFighters from abroad who", f"~\t{code} Fighters from abroad who"),
        ("model.mdl", "normal arrivals = 70", f"normal arrivals = {code}"),
        ("series.csv", SERIES_ROW, f"2004-03,={code},6,0,0.0,0.0,1,16,"),
        ("reports.csv", "Arrivals at the time of writing.", f"={code}".replace(",", ";")),
    ):
        spoilt(file, old, new)
        run("check", "iraq")
    run("simulate", "iraq/model.mdl")
    assert not sentinel.exists()


@pytest.mark.parametrize(
    "options", [("--particles", "100"), ("--particles", "3"), ("--repeats", "0"), ("--seed", "-1")]
)
def test_options_that_no_fit_can_have(run, spoilt, no_fit, options):
    result = run("fit", "iraq", *options)
    assert result.exit_code == 2
    assert options[0].lstrip("-") in result.stderr
