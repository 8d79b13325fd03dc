"""How many threads to use: what the environment says, else what the system lets this process use."""

from __future__ import annotations

import os
import time

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


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system keeps no process to a core")
def test_workers_keep_to_a_core_each(monkeypatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    allowed = os.sched_getaffinity(0)
    workers = Processes(2)
    try:
        # A slow task holds one worker, so that the other takes the next.
        several = [workers.submit(_where, 0.5) for _ in range(4)]
        kept = {one.result() for one in several}
    finally:
        workers.close(at_once=False)
    assert all(len(one) == 1 for one, _ in kept)
    assert all(count == 1 for _, count in kept)
    assert len({one for one, _ in kept}) == min(2, len(allowed))


def _where(seconds: float) -> tuple[tuple[int, ...], int]:
    time.sleep(seconds)
    return tuple(os.sched_getaffinity(0)), cores()
