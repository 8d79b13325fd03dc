from __future__ import annotations

import re

import pytest

from stockade.claims.check import check
from stockade.claims.grammar import parse
from stockade.claims.words import SCALE
from tests.claims.helpers import iraq_names


@pytest.fixture(scope="module")
def page(repository) -> str:
    return (repository / "docs" / "claims.md").read_text(encoding="utf-8")


def test_every_example_parses_and_is_well_posed(page, iraq_folder):
    blocks = re.findall(r"```claim\n(.*?)```", page, re.DOTALL)
    examples = [line for block in blocks for line in block.splitlines() if line]
    assert len(examples) >= 18
    names = iraq_names(iraq_folder)
    for one in examples:
        assert check(parse(one), names) == (), one


def test_the_example_of_a_table_parses(page):
    assert parse(re.search(r'^says = "(.+)"$', page, re.MULTILINE)[1])


def test_the_words_are_listed_in_order(page):
    places = [page.rindex(f"| {word} |") for word, _ in SCALE]
    assert places == sorted(places)
