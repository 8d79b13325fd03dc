"""Tasks in processes: each once, the same wherever, and a failure ends nothing but itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import pytest

from stockade.tasks.here import Here
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results
from stockade.tasks.run import GONE, run_tasks
from stockade.tasks.task import Task
from tests.tasks.helpers import broken, dies, dies_once, expected, walks, wrong

TWO = partial(Processes, 2)


def test_the_numbers_are_those_of_one_process(tmp_path):
    results, tasks = Results(tmp_path), walks(6)
    told = []
    summary = run_tasks(tasks, results, opened=TWO, progress=lambda *what: told.append(what))
    assert results.rows(tasks) == expected(tasks)
    assert sorted(summary.computed) == sorted(task.key for task in tasks)
    assert (summary.kept, summary.failures) == ((), ())
    assert told == [("computing", i, 6) for i in range(7)]


def test_what_is_kept_is_not_done_again(tmp_path):
    results, tasks = Results(tmp_path), walks(4)
    for task in tasks[:3]:
        results.keep(task, [{"at": 0, "value": 0.0, "above": False}])
    summary = run_tasks(tasks, results, opened=TWO)
    assert summary.kept == ("walk 0", "walk 1", "walk 2")
    assert summary.computed == ("walk 3",)
    assert results.rows(tasks[:1])[0]["value"] == 0.0
    assert run_tasks(tasks, results, opened=no_workers).kept == tuple(task.key for task in tasks)
    assert run_tasks(tasks, results, opened=TWO, fresh=True).kept == ()
    assert results.rows(tasks) == expected(tasks)


def test_a_result_that_another_run_took_away_is_told(tmp_path):
    results, tasks = Results(tmp_path, sole=True), walks(3)

    def told(stage: str, done: int, total: int) -> None:
        del stage, total
        if done == 2:
            # Another run, with other settings, in the same folder.
            results.keep(replace(tasks[0], digest="other"), [{"at": 0, "value": 9.0, "above": False}])

    for task in tasks[:2]:
        results.keep(task, [{"at": 0, "value": 0.0, "above": False}])
    summary = run_tasks(tasks, results, opened=TWO, progress=told)
    assert [(one.key, one.cause) for one in summary.failures] == [("walk 0", GONE)]
    assert summary.kept == ("walk 1",)
    assert summary.computed == ("walk 2",)


def no_workers():
    raise AssertionError("nothing was to be done")


def test_a_failure_ends_nothing_but_itself(tmp_path):
    good = walks(3)
    bad = [
        Task("wrong", "d", wrong, ("wrong",)),
        Task("broken", "d", broken, ("broken",)),
        Task("fatal", "d", dies, ("fatal",)),
        Task("unlucky", "d", dies_once, ("unlucky", str(tmp_path))),
    ]
    tasks = [*bad, *good]
    results = Results(tmp_path / "results")
    summary = run_tasks(tasks, results, opened=TWO)
    causes = {one.key: one.cause for one in summary.failures}
    assert list(causes) == ["wrong", "broken", "fatal"]
    assert causes["wrong"].startswith("error[too-short] events.csv:7 (wrong): only 3 months")
    assert causes["broken"] == "ZeroDivisionError: integer division or modulo by zero"
    assert causes["fatal"] == "Its process died, 3 times; it may have run out of memory."
    traces = {one.key: one.trace for one in summary.failures}
    assert "1 // 0" in traces["broken"]
    assert traces["wrong"] == ""
    there = [bad[3], *good]
    assert results.rows(tasks) == expected(there)
    # What failed is tried again the next time.
    again = run_tasks(tasks, results, opened=TWO)
    assert [one.key for one in again.failures] == list(causes)
    assert len(again.kept) == 4


def test_two_tasks_of_one_key_are_a_mistake_of_ours(tmp_path):
    with pytest.raises(ValueError, match="same key"):
        run_tasks([*walks(1), *walks(1)], Results(tmp_path))


CLIENT = """
import sys
from pathlib import Path
from functools import partial
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from tests.tasks.helpers import walks

if __name__ == "__main__":
    run_tasks(walks(40, seconds=0.1), Results(Path(sys.argv[1])), opened=partial(Processes, 2))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_goes_on_where_it_was(how, tmp_path, repository):
    (tmp_path / "client.py").write_text(CLIENT)
    folder = tmp_path / "results"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(repository / "src"), str(repository)])}
    client = subprocess.Popen(
        [sys.executable, str(tmp_path / "client.py"), str(folder)], env=environment, stderr=subprocess.DEVNULL
    )
    while len(list(folder.glob("*.parquet"))) < 5:
        assert client.poll() is None
        time.sleep(0.01)
    client.send_signal(how)
    client.wait()
    results, tasks = Results(folder), walks(40, seconds=0.1)
    there = tuple(task.key for task in tasks if results.has(task))
    assert 5 <= len(there) < 40
    summary = run_tasks(tasks, results, opened=TWO)
    assert summary.kept == there
    assert len(summary.computed) == 40 - len(there)
    assert results.rows(tasks) == expected(walks(40))


def test_in_this_very_process_the_same(tmp_path):
    tasks = [*walks(3), Task("wrong", "d", wrong, ("wrong",)), Task("broken", "d", broken, ("broken",))]
    results = Results(tmp_path)
    summary = run_tasks(tasks, results, opened=Here)
    assert [one.key for one in summary.failures] == ["wrong", "broken"]
    assert results.rows(tasks) == expected(walks(3))
