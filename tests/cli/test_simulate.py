from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest

from stockade.cli.simulating import read_settings, table_as_csv
from stockade.errors import StockadeError


def test_settings_are_names_and_numbers():
    assert read_settings(["a b=1", '"x=y"=2e-3', " c = -4 "]) == {"a b": 1.0, '"x=y"': 0.002, "c": -4.0}


def test_all_bad_settings_are_told_at_once(snapshot):
    with pytest.raises(StockadeError) as caught:
        read_settings(["a", "=3", "b=", "c=much", "d=nan", "e=1", "e=2"])
    assert len(caught.value.diagnostics) == 6
    assert str(caught.value) == snapshot


def test_csv_reads_back_exactly():
    names = ("plain", "with, comma", 'with "quotes"', "population[young,north]")
    values = np.array([[0.1, 1 / 3, 1e300, 5e-324], [-0.0, 2.0, 3.0, 4.0]])
    text = table_as_csv(SimpleNamespace(names=names, times=np.array([0.0, 0.125]), values=values))
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["Time", *names]
    assert np.array_equal(np.array(rows, dtype=float), np.column_stack([[0.0, 0.125], values]))
