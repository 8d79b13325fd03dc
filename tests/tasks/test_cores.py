"""How many threads to use: what the environment says, else what the system lets this process use."""

from __future__ import annotations

import os

import pytest

from stockade.cores import VARIABLE, cores
from stockade.errors import StockadeError
from stockade.tasks.processes import Processes


def test_it_is_what_the_system_lets_this_process_use(monkeypatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_the_environment_has_the_last_word(monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "3")
    assert cores() == 3


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "²"])
def test_a_wrong_number_is_told(text: str, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(StockadeError) as caught:
        cores()
    assert caught.value.diagnostics[0].code == "wrong-thread-count"
    assert VARIABLE in (caught.value.diagnostics[0].hint or "")


def test_a_worker_has_one_thread(monkeypatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    workers = Processes(2)
    try:
        assert workers.submit(cores).result() == 1
    finally:
        workers.close(at_once=False)
