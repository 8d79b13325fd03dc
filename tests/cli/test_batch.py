"""``stockade batch``: what is printed, what is written, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stockade.cli import batching
from stockade.study import batch as batches
from stockade.study.batch import Batch
from stockade.tasks.cluster import Cluster
from stockade.tasks.processes import Processes
from stockade.tasks.task import Failure, Summary


def row(study: str, kind: str, name: str, measure: str, value: float | None) -> dict:
    return {
        "study": study, "as_of": "2008-03-21", "kind": kind, "id": name, "by": name, "measure": measure,
        "value": value, "text": None,
    }  # fmt: skip


ROWS = (
    row("a", "explanation", "supply", "weight", 0.7),
    row("a", "explanation", "null", "weight", 0.3),
    row("a", "claim", "leaving", "probability", 0.2),
    row("a", "claim", "plea", "probability", None),
)


@pytest.fixture
def batch(monkeypatch):
    asked = []

    def called(folders, results, *, opened, **options):
        asked.append(([str(one) for one in folders], str(results), opened, options))
        failures = (
            Failure("b", "error[unknown-key] b/study.toml:3 (si): ..."),
            Failure("c", "KeyError: 1", "At"),
        )
        return Batch(ROWS, Summary(("a",), (), failures[: len(folders) - 1]))

    monkeypatch.setattr(batches, "batch_studies", called)
    return asked


def test_a_line_a_study_and_every_failure(run, batch, snapshot):
    found = run("batch", "a", "b", "c", "--workers", 3, "--particles", 64, "--json", "batch.json")
    assert found.exit_code == 2
    assert found.stdout == snapshot
    ((folders, results, opened, options),) = batch
    assert (folders, results) == (["a", "b", "c"], "results")
    assert (opened.func, opened.args) == (Processes, (3,))
    assert options["particles"] == 64
    assert options["fresh"] is False
    written = json.loads(Path("batch.json").read_text(encoding="utf-8"))
    assert written["rows"] == list(ROWS)
    assert [one["key"] for one in written["failures"]] == ["b", "c"]


def test_a_cluster_by_its_address(run, batch):
    assert run("batch", "a", "--scheduler", "tcp://127.0.0.1:1", "--fresh").exit_code == 0
    opened, options = batch[0][2:]
    assert (opened.func, opened.args) == (Cluster, ("tcp://127.0.0.1:1",))
    assert options["fresh"] is True
    assert batching.opener(None, None).args == (None,)
