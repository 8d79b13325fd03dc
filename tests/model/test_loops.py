"""The causal graph and its loops: against counting by hand, a closed form and every permutation."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.model.expressions import Binary, Number, Reference
from stockade.model.loops import causal_graph, components, elementary_loops

Links = list[tuple[str, str]]


def every_loop(links: Links) -> set[tuple[str, ...]]:
    """All loops, by trying every order of every choice of names; each from its first name on."""
    there, names = set(links), sorted({name for link in links for name in link})
    found = set()
    for size in range(1, len(names) + 1):
        for order in itertools.permutations(names, size):
            closes = all((order[i], order[(i + 1) % size]) in there for i in range(size))
            if order[0] == min(order) and closes:
                found.add(order)
    return found


def turned(loop: tuple[str, ...]) -> tuple[str, ...]:
    at = loop.index(min(loop))
    return loop[at:] + loop[:at]


@given(st.sets(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"))))
def test_all_loops_are_found_and_each_once(links: set[tuple[str, str]]) -> None:
    found, complete = elementary_loops(sorted(links), 10_000)
    assert complete
    assert len({turned(one) for one in found}) == len(found)
    assert {turned(one) for one in found} == every_loop(sorted(links))


@pytest.mark.parametrize("size", range(2, 7))
def test_a_complete_graph_has_as_many_loops_as_the_closed_form_says(size: int) -> None:
    links = [(str(a), str(b)) for a in range(size) for b in range(size) if a != b]
    expected = sum(math.comb(size, k) * math.factorial(k - 1) for k in range(2, size + 1))
    assert len(elementary_loops(links, expected)[0]) == expected
    assert elementary_loops(links, expected)[1]
    fewer, complete = elementary_loops(links, expected - 1)
    assert len(fewer) == expected - 1
    assert not complete


def test_the_search_ends_where_it_is_told_to_though_there_are_millions() -> None:
    links = [(str(a), str(b)) for a in range(40) for b in range(40) if a != b]
    found, complete = elementary_loops(links, 500)
    assert len(found) == 500
    assert not complete


def test_components_hold_what_feeds_back_and_nothing_else() -> None:
    of = components([("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("e", "e"), ("d", "f")])
    assert set(of) == {"a", "b", "e"}
    assert of["a"] == of["b"] != of["e"]
    assert components([]) == {}


def test_a_graph_links_what_is_read_and_knows_only_what_moves() -> None:
    births = Binary("*", Reference("people"), Reference("birth rate"))
    graph = causal_graph({"people": Reference("births"), "births": births, "seven": Number(7.0)}, ["people"])
    assert graph.links == (("births", "people"), ("people", "births"))
    assert graph.stocks == {"people"}
