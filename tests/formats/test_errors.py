"""What a user is told about a file that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl

BROKEN = {
    "two operators": "good = 1 ~~|\nbirths = rate * * population ~ person/Month ~ |\n",
    "no operator": "births = rate (2) 3\n\t~ person/Month ~ |\n",
    "parenthesis": "births =\n\tMAX( 0, rate * ( population + 1 )\n\t~ person/Month ~ |\n",
    "too many parentheses": "births = ( rate ) ) ~~|\n",
    "quote": 'births = "the rate * population ~~|\ndeaths = 1 ~~|\n',
    "sign": "births = 3 & rate ~~|\n",
    "empty": "births = ~~|\n",
    "no name": "= 3 ~~|\n",
    "missing bar": "births = 1 ~ person ~ first\ndeaths = 2 ~ person ~ second |\n",
    "no end": "births = 1 ~ person\n",
    "comment": "births = 1 {never closed ~ person ~ first |\n",
    "comparison": "births = IF THEN ELSE( 0 < rate < 1, 1, 2 ) ~~|\n",
    "lookup": "table( (0,1),(2) ) ~~|\n",
    "lookup of an odd list": "table( 0,1,2 ) ~~|\n",
    "rows": "births[town] = 1,2;3; ~~|\n",
    "bracket": "births[town = 1 ~~|\n",
    "range": "town: (a1-b3) ~~|\n",
    "macro": ":MACRO: (x) y = x ~~|\n:END OF MACRO:\n",
    "macro without end": ":MACRO: M(x) M = x ~~|\n",
    "large number": "x = 1e999 ~~|",
    "deep": "x = " + "(" * 1000 + "1" + ")" * 1000 + " ~~|",
    "several": "a = (1 ~~|\nb = 2 ~~|\nc = 3 + ~~|\n",
    "nothing": "{UTF-8}\n",
    "string variable": "name:IS: 'x' ~~|\n",
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files(case: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(StockadeError) as caught:
        parse_mdl(BROKEN[case], "model.mdl")
    assert all(one.place.line and one.excerpt is not None and one.hint for one in caught.value.diagnostics)
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.mdl", None, "file-not-read"),
        ("model.xmile", b"<xmile/>", "missing-control"),
        ("model.itmx", b"<xmile/>", "format-not-yet-read"),
        ("model.docx", b"", "unknown-format"),
        ("binary.mdl", b"\0\1\2", "not-a-text-file"),
        ("latin.mdl", "{UTF-8}\nä = 1 ~~|".encode("latin-1"), "not-utf-8"),
        ("empty.mdl", b"", "empty-model"),
    ],
)
def test_files_that_are_no_models(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StockadeError) as caught:
        load(tmp_path / name)
    (found,) = caught.value.diagnostics
    assert (found.code, bool(found.hint)) == (code, True)
    assert found.place.file.endswith(name)


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "folder.mdl").mkdir()
    with pytest.raises(StockadeError, match="folder-without-model"):
        load(tmp_path / "folder.mdl")
