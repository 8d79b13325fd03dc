"""The same work on a real Dask cluster of two worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from stockade.errors import StockadeError
from stockade.tasks import cluster, run
from stockade.tasks.cluster import Cluster
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from stockade.tasks.task import Task
from tests.tasks.helpers import dies, dies_once, expected, walks, wrong

dask = pytest.importorskip("dask", reason="needs the extra 'cluster'")
distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")


@pytest.fixture(scope="module")
def local():
    # One death is enough for the scheduler to say so: it gives up workers that it had to start too often.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", protocol="tcp://"
        ) as found,
    ):
        yield found


@pytest.fixture
def opened(local):
    return partial(Cluster, local.scheduler_address)


def test_the_numbers_are_those_of_one_process(opened, tmp_path):
    results, tasks = Results(tmp_path), walks(8)
    summary = run_tasks(tasks, results, opened=opened)
    assert results.rows(tasks) == expected(tasks)
    assert len(summary.computed) == 8
    assert run_tasks(tasks, results, opened=opened).kept == tuple(task.key for task in tasks)


def test_a_worker_that_is_killed_midway_loses_nothing(local, opened, tmp_path):
    results, tasks = Results(tmp_path), walks(24, seconds=0.1)

    def kill() -> None:
        while len(list(tmp_path.glob("*.parquet"))) < 4:
            time.sleep(0.01)
        os.kill(next(iter(local.workers.values())).pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    summary = run_tasks(tasks, results, opened=opened)
    killer.join()
    assert summary.failures == ()
    assert sorted(summary.computed) == sorted(task.key for task in tasks)
    assert len(list(tmp_path.glob("*.parquet"))) == 24
    assert results.rows(tasks) == expected(walks(24))


def test_a_failure_ends_nothing_but_itself(opened, tmp_path):
    tasks = [
        Task("wrong", "d", wrong, ("wrong",)),
        Task("fatal", "d", dies, ("fatal",)),
        Task("unlucky", "d", dies_once, ("unlucky", str(tmp_path))),
        *walks(3),
    ]
    results = Results(tmp_path / "results")
    summary = run_tasks(tasks, results, opened=opened)
    causes = {one.key: one.cause for one in summary.failures}
    assert list(causes) == ["wrong", "fatal"]
    assert "too-short" in causes["wrong"]
    assert causes["fatal"].startswith("Its process died, 2 times")
    assert results.rows(tasks) == expected(tasks[2:])


CLIENT = """
import sys
from functools import partial
from pathlib import Path
from stockade.tasks.cluster import Cluster
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from tests.tasks.helpers import walks

if __name__ == "__main__":
    run_tasks(walks(40, seconds=0.1), Results(Path(sys.argv[1])), opened=partial(Cluster, sys.argv[2]))
"""


def test_a_client_that_is_killed_and_started_again_loses_nothing(local, opened, tmp_path, repository):
    (tmp_path / "client.py").write_text(CLIENT)
    folder = tmp_path / "results"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(repository / "src"), str(repository)])}
    client = subprocess.Popen(
        [sys.executable, str(tmp_path / "client.py"), str(folder), local.scheduler_address],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    while len(list(folder.glob("*.parquet"))) < 5:
        assert client.poll() is None
        time.sleep(0.01)
    client.kill()
    client.wait()
    results, tasks = Results(folder), walks(40, seconds=0.1)
    there = tuple(task.key for task in tasks if results.has(task))
    summary = run_tasks(tasks, results, opened=opened)
    assert summary.kept == there
    assert len(summary.computed) == 40 - len(there)
    assert results.rows(tasks) == expected(walks(40))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:8786", "http://127.0.0.1:8786"])
def test_nobody_at_the_address(address, snapshot, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    with pytest.raises(StockadeError) as caught:
        Cluster(address)
    assert str(caught.value.diagnostics[0]) == snapshot


def test_without_dask(snapshot, monkeypatch):
    monkeypatch.setattr(cluster, "distributed", None)
    with pytest.raises(StockadeError) as caught:
        Cluster("tcp://127.0.0.1:8786")
    assert str(caught.value.diagnostics[0]) == snapshot


def test_a_scheduler_that_goes_away_is_told_and_what_was_finished_is_kept(tmp_path, snapshot):
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", protocol="tcp://"
    ) as short_lived:
        opened = partial(Cluster, short_lived.scheduler_address)
        closer = threading.Thread(target=lambda: (_when_some(tmp_path), short_lived.close()))
        closer.start()
        with pytest.raises(StockadeError) as caught:
            run_tasks(walks(200, seconds=0.1), Results(tmp_path), opened=opened)
        closer.join()
    (found,) = caught.value.diagnostics
    assert found.code == "scheduler-lost"
    assert 3 <= len(list(tmp_path.glob("*.parquet"))) < 200


def test_a_scheduler_without_workers_is_told(tmp_path, monkeypatch, snapshot):
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.2)
    monkeypatch.setattr(run, "SECONDS_BETWEEN_LOOKS", 0.1)
    with distributed.LocalCluster(
        n_workers=0, processes=True, dashboard_address=":0", protocol="tcp://"
    ) as empty:
        address = empty.scheduler_address
        with pytest.raises(StockadeError) as caught:
            run_tasks(walks(2), Results(tmp_path), opened=partial(Cluster, address))
    (found,) = caught.value.diagnostics
    assert str(found).replace(address, "ADDRESS") == snapshot


def _when_some(folder) -> None:
    while len(list(folder.glob("*.parquet"))) < 3:
        time.sleep(0.01)
