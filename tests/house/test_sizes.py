"""Sizes: when a file or a function passes them, its idea has split, and it should too."""

from __future__ import annotations

import statistics

from tests.house.sources import all_sources

LONGEST_FILE = 500
MEDIAN_FILE = 200
LONG_FUNCTION = 45

SOURCES = all_sources()


def test_no_file_is_too_long():
    assert {one.label: len(one.lines) for one in SOURCES if len(one.lines) > LONGEST_FILE} == {}


def test_the_median_file_is_short():
    assert statistics.median(len(one.lines) for one in SOURCES) <= MEDIAN_FILE


def test_nine_functions_in_ten_are_short():
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for source in SOURCES
        for node in source.functions()
        if node.end_lineno
    )
    assert lengths[int(0.9 * (len(lengths) - 1))] <= LONG_FUNCTION
