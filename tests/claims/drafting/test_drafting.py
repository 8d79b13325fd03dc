from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import stockade
from stockade.claims.drafting.draft import draft_register
from stockade.claims.drafting.split import sentences
from stockade.claims.drafting.toml import as_data, as_toml
from stockade.claims.drafting.types import suggested_type
from stockade.claims.drafting.when import window_of_text
from stockade.claims.drafting.who import AUTHOR, speaker
from stockade.cli.app import app
from stockade.errors import StockadeError
from tests.starter.records import record, waves

HERE = Path(__file__).parent
DAYS = {"tuned": date(2014, 3, 21), "tuned-2": date(2014, 6, 15), "held-out": date(2014, 6, 15)}
ARTICLE = """\
The valley after the truce
21 March 2014

The number of raids fell sharply in the first half of 2013, according to the provincial
monitor. "Its best fighters are leaving," said Gen. R. Omdal, who knows them. He said
the group may regroup by the end of 2014. Has it lost the valley? Nobody should mourn such
cowards.

- Without the crossing, the Column would have lost its supplies last year.
- No. 4 company killed 3.5 people a day, e.g. in May 2013.
"""


def labelled(which):
    with (HERE / "sentences.tsv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [one for one in rows if one["set"] == which]


def agreement(which):
    """How often each suggestion is that of the label, over the sentences of a set."""
    rows = labelled(which)
    hits = dict.fromkeys(("type", "who", "months", "hedged"), 0)
    for row in rows:
        (one,) = draft_register(row["text"], DAYS[which]).claims
        window = "" if one.window is None else str(one.window)
        wanted = row["months"]
        if wanted.partition("..")[0] == wanted.rpartition("..")[2]:
            wanted = wanted.partition("..")[0]
        hits["type"] += one.type == row["type"]
        hits["who"] += one.who.name.lower() == row["who"].lower()
        hits["months"] += window == wanted
        hits["hedged"] += bool(one.hedges) == (row["hedged"] == "yes")
    return len(rows), hits


# docs/drafting.md prints these numbers. They may rise; the rules were never fitted to the held-out set.
@pytest.mark.parametrize(
    ("which", "count", "hits"),
    [
        ("tuned", 32, {"type": 32, "who": 32, "months": 32, "hedged": 32}),
        ("tuned-2", 32, {"type": 31, "who": 32, "months": 32, "hedged": 31}),
        ("held-out", 30, {"type": 18, "who": 27, "months": 30, "hedged": 30}),
    ],
)
def test_suggestions_agree_with_the_labels_as_the_page_says(which, count, hits):
    assert agreement(which) == (count, hits)


def test_types_of_the_founding_case_agree_as_the_page_says(iraq_folder):
    claims = tomllib.loads((iraq_folder / "study.toml").read_text(encoding="utf-8"))["claim"]
    same = sum(suggested_type(one["means"]) == one["type"] for one in claims)
    assert (same, len(claims)) == (24, 28)


def test_types_of_the_register_agree_as_the_page_says(shared):
    """Its propositions, in the words of whoever wrote it down."""
    names = {"O": "observable", "L": "latent", "CF": "causal", "X": "opinion"}
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (shared / "iraq" / "CLAIMS.md").read_text(encoding="utf-8").splitlines()
    ]
    typed = [row for row in rows if len(row) == 4 and row[3] in names]
    same = sum(suggested_type(row[2]) == names[row[3]] for row in typed)
    assert (same, len(typed)) == (21, 26)


def test_an_article_becomes_sentences_with_their_lines():
    found = sentences(ARTICLE)
    assert [one.line for one in found] == [1, 2, 4, 5, 5, 6, 6, 9, 10]
    assert found[3].text == '"Its best fighters are leaving," said Gen. R. Omdal, who knows them.'
    assert found[-1].text.startswith("No. 4 company killed 3.5 people a day, e.g. in May")


def test_a_register_of_an_article():
    register = draft_register(ARTICLE)
    assert register.on == date(2014, 3, 21)
    assert register.on_found
    by_number = {one.sentence.number: one for one in register.claims}
    assert by_number[3].who.name == "the provincial monitor"
    assert by_number[4].who.name == "Gen. R. Omdal"
    assert by_number[5].who == type(by_number[5].who)("Gen. R. Omdal", sure=False)
    assert by_number[5].hedges == ("may",)
    assert [one.number for one, why in register.left_out if why == "a question"] == [6]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("in March 2008", "2008-03"),
        ("since January", "2014-01..2014-03"),
        ("between May and July 2013", "2013-05..2013-07"),
        ("from November 2012 to February 2013", "2012-11..2013-02"),
        ("on 14 October 2012", "2012-10"),
        ("on October 14, 2012", "2012-10"),
        ("in the winter of 2012", "2012-12..2013-02"),
        ("over the past six months", "2013-09..2014-02"),
        ("in September", "2013-09"),
        ("next year", "2015-01..2015-12"),
        ("2012-04-03", "2012-04"),
        ("in 2010 and in 2012", "2010-01..2012-12"),
        ("it may march on", "None"),
        ("1,200 men and 3000 guns", "None"),
        ("since the raids on the mill of April 2013", "2013-04..2014-03"),
        ("since mid-2013", "2013-05..2014-03"),
        ("since the end of 2013", "2013-12..2014-03"),
        ("since the truce in January", "2014-01..2014-03"),
        ("PORT CITY, 14 March 2014 (Agency) - Raids fell last year.", "2013-01..2013-12"),
        ("PORT CITY, March 14 — Raids fell last year.", "2013-01..2013-12"),
        ("Raids fell, 14 March 2014 was quiet", "2014-03"),
        ("MOSUL, Iraq, March 14 (Agency) - Raids fell last year.", "2013-01..2013-12"),
        ("since late 2010", "2010-10..2014-03"),
        ("since mid 2010", "2010-05..2014-03"),
        ("since end of 2010", "2010-12..2014-03"),
        ("since the truce of 2010", "2010-01..2014-03"),
        ("Attacks fell in Mosul, March 3 - 20, 2008.", "2008-03"),
        ("From Mosul, 3 March 2008 – 9 April 2009, attacks fell", "2008-03..2009-04"),
        ("In Baghdad, 14 May 2007 - 3 June 2007 was the worst.", "2007-05..2007-06"),
    ],
)
def test_months_that_a_sentence_names(text, window):
    assert str(window_of_text(text, date(2014, 3, 21))) == window


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I have argued before that talks are the only way out.", AUTHOR),
        ("The ministry has argued that raids fell.", "The ministry"),
        ("No statistics will tell you this.", AUTHOR),
        ("We find that raids fell.", AUTHOR),
        ("The Panel received reports of desertions.", AUTHOR),
        ("The ministry could say that raids fell.", AUTHOR),
    ],
)
def test_who_says_a_sentence(text, who):
    assert speaker(text).name == who


def test_a_draft_is_toml_that_check_refuses_until_it_is_completed(tmp_path):
    """The draft goes to the end of a study; with every ? replaced it is accepted."""
    from stockade.starter.create import write_folder
    from stockade.starter.span import span_of
    from stockade.starter.texts import study_texts

    given = record(*waves())
    write_folder(tmp_path / "study", study_texts(given, span_of(given), "study"))
    file = tmp_path / "study" / "study.toml"
    study = file.read_text(encoding="utf-8")
    draft = as_toml(draft_register(ARTICLE))
    file.write_text(study + draft, encoding="utf-8")
    found = stockade.check(tmp_path / "study")
    assert {one.code for one in found} >= {"claim-unfinished"}
    completed = []
    for line in draft.splitlines():
        if line.startswith("says ="):
            completed.append('says = "mean(observed(clashes), 2013) > 3"')
        else:
            completed.append(line.replace('means = "?"', 'means = "What I take it to mean."'))
    file.write_text(study + "\n".join(completed), encoding="utf-8")
    assert stockade.check(tmp_path / "study") == ()


@given(st.text(max_size=300))
def test_any_text_gives_toml_or_a_sentence_about_what_is_wrong(text):
    try:
        register = draft_register(text, date(2014, 3, 21))
    except StockadeError as error:
        found = error.diagnostics
    else:
        assert len(tomllib.loads(as_toml(register)).get("claim", [])) == len(register.claims)
        json.dumps(as_data(register))
        return
    assert [one.code for one in found] == ["text-without-sentences"]


WORDS = [
    "Gen.", "said", "that", "the", "3.5", "in", "May", "U.S.", '"', "'", "?", "!", "…", ")", "(", "-", "*",
    "2010",
    "\n", "\n\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_no_word_is_lost_or_made_up(words):
    text = " ".join(words)
    kept = "".join(one.text for one in sentences(text))
    bare = text.replace(" ", "").replace("\n", "")
    # A list's bullets are taken away, nothing else is.
    assert kept.replace(" ", "").replace("-", "").replace("*", "") == bare.replace("-", "").replace("*", "")


def run(*arguments, **more):
    return CliRunner().invoke(app, ["claims", *map(str, arguments)], **more)


def test_the_command_reads_a_file_or_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(ARTICLE)
    result = run("article.txt", "--out", "draft.toml", "--json", "draft.json")
    assert result.exit_code == 0, result.output
    drafted = tomllib.loads((tmp_path / "draft.toml").read_text())
    assert len(drafted["claim"]) == len(json.loads((tmp_path / "draft.json").read_text())["claims"])
    again = run("-", input=ARTICLE)
    assert tomllib.loads(again.stdout) == drafted


@pytest.mark.parametrize(
    ("content", "arguments", "code"),
    [
        (b"Five men died in the raid.", (), "text-without-date"),
        (b"Five men died in the raid.", ("--on", "March"), "bad-date"),
        (b"", ("--on", "2014-03-21"), "text-without-sentences"),
        (b"\xff\xfe\x80 died.", ("--on", "2014-03-21"), "not-utf-8"),
        (b"PK\x00 died.", ("--on", "2014-03-21"), "nul-byte"),
        (b"a" * 1_000_001, ("--on", "2014-03-21"), "text-too-long"),
        (b"Five men died.", ("--on", "2014-03-21", "--out", "article.txt"), "output-exists"),
    ],
)
def test_a_mistake_is_told(tmp_path, monkeypatch, content, arguments, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_bytes(content)
    result = run("article.txt", *arguments)
    assert result.exit_code == 2
    assert f"error[{code}]" in result.stderr
    assert (tmp_path / "article.txt").read_bytes() == content


def test_a_file_that_is_not_there(tmp_path):
    assert "error[missing-file]" in run(tmp_path / "nothing.txt").stderr
