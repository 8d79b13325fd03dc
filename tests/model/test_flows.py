"""Flows are what a stock's rate adds and takes."""

from __future__ import annotations

from stockade.formats.vensim.read import parse_mdl
from stockade.model.flows import flows

TEXT = """{UTF-8}
people = INTEG(births - (deaths - saved) + share * moved, 5) ~ ~ |
houses = INTEG(-MAX(fires, 0), 5) ~ ~ |
births = 1 ~ ~ |
deaths = people * 0.1 ~ ~ |
saved = people * 0.05 ~ ~ |
moved = people ~ ~ |
fires = houses ~ ~ |
share = 2 ~ ~ |
INITIAL TIME = 0 ~ ~ |
FINAL TIME = 1 ~ ~ |
TIME STEP = 1 ~ ~ |
SAVEPER = 1 ~ ~ |
"""


def test_flows_are_what_is_added_or_taken() -> None:
    # `births` is a constant here, `moved` stands in a product and `fires` in a function.
    assert flows(parse_mdl(TEXT, "model.mdl")) == ("deaths", "saved")
