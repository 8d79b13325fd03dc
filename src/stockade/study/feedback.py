"""Feedback loops as the briefing's data: of a model's run, and of an explanation at its posterior."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from stockade.briefing.document import feedback_from_json, to_json
from stockade.briefing.loops import Feedback, FeedbackLoop, Phase
from stockade.compiler.steps import Method
from stockade.inference.posterior import Posterior
from stockade.model.model import Model
from stockade.simulation.feedback import LoopFinder, find_loops, loop_finder, loops
from stockade.simulation.loops_that_matter import MOST_LOOPS, Loop, LoopView, fewest
from stockade.study.findings import months_of
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import code_digest, digest
from stockade.study.problems import input_array
from stockade.study.store import Store

DRAWS = 40
"""Draws of the posterior that say how sure the shares are, beside its medians."""

LEAST_SHARE = 0.005
"""Loops below this share at the medians and at 95 % of the draws are counted, not listed."""

MOST_ROWS = 400
"""A run with more steps is shown in so many equal stretches."""

ROOMS = ("arrays.py", "compiler", "model", "simulation", "study/feedback.py", "briefing/loops.py")
"""Code that decides what is kept."""


def loops_of_model(
    model: Model,
    settings: Mapping[str, float],
    *,
    method: Method | None = None,
    start: float | None = None,
    end: float | None = None,
    most: int = MOST_LOOPS,
) -> Feedback:
    """Returns the feedback loops of one run of a model.

    Args:
        model: The model, read with its data.
        settings: New values of constants or control variables.
        method: How to integrate; None for what the file says.
        start: First time to look at; None for that of the run.
        end: Last time.
        most: Up to how many loops all are looked at.

    Raises:
        StockadeError: What `loops` raises.
    """
    first, last = -np.inf if start is None else start, np.inf if end is None else end
    view = loops(model, settings, method=method, start=first, end=last, most=most)
    stretches = min(len(view.times), MOST_ROWS)
    row = np.arange(len(view.times)) * stretches // len(view.times)
    begins = [float(one) for one in view.times[np.searchsorted(row, np.arange(stretches))]]
    listed = [one for one in view.loops if one.share[0] >= LEAST_SHARE]
    return _feedback(view, listed, row, [f"{one:.6g}" for one in begins], _written(model), times=begins)


@dataclass(frozen=True, eq=False)
class LoopsOfStudy:
    """Finds the loops of a study's explanations; the model is compiled at the first of them.

    Attributes:
        folder: The study.
        store: Where loops are kept.
        fresh: Whether to pass over what it holds.
    """

    folder: StudyFolder
    store: Store
    fresh: bool = False

    @cached_property
    def finder(self) -> LoopFinder:
        """The model, compiled for looking at its loops."""
        inputs = tuple(one.canonical for one in self.folder.study.inputs)
        return loop_finder(self.folder.model, inputs=inputs)

    def feedback(self, posterior: Posterior, when: date) -> Feedback:
        """Returns the loops of an explanation at its posterior's medians, with shares over its draws.

        Args:
            posterior: What the explanation says after the data.
            when: The as-of date, for the inputs.

        Raises:
            StockadeError: What `find_loops` raises.
        """
        wanted = digest({"posterior": posterior.ingredients.get("digest"), "code": code_digest(ROOMS)})
        name = f"loops-{when.isoformat()}"
        kept = None if self.fresh else self.store.document(name, wanted)
        found = None if kept is None else feedback_from_json(kept)
        if found is None:
            found = self._find(posterior, when)
            self.store.keep_document(name, wanted, to_json(found))
        return found

    def _find(self, posterior: Posterior, when: date) -> Feedback:
        folder, simulator = self.folder, self.finder.simulator
        view = find_loops(self.finder, _points(simulator, posterior), input_array(folder, simulator, when))
        months = months_of(folder.study.period)
        row = np.clip(np.floor(view.times + 1e-9).astype(int), 0, len(months) - 1)
        listed = [one for one in view.loops if np.quantile(one.share[1:], 0.95) >= LEAST_SHARE]
        return _feedback(
            view, listed, row, list(months), folder.written, explanation=posterior.explanation, months=months
        )


def _points(simulator, posterior: Posterior) -> np.ndarray:
    """Returns constants (constants, draw): the posterior's medians, then draws spread over it."""
    chosen = posterior.draws[np.linspace(0, len(posterior.draws) - 1, DRAWS).round().astype(int)]
    points = np.vstack([np.median(posterior.draws, axis=0), chosen])
    column = {name: points[:, at] for at, name in enumerate(posterior.names)}
    usual = dict(zip(simulator.constants, simulator.defaults, strict=True)) | dict(posterior.held)
    return np.array([column.get(name, np.full(len(points), usual[name])) for name in simulator.constants])


def _written(model: Model) -> Callable[[str], str]:
    return lambda name: model.by_name[name].name if name in model.by_name else name


def _feedback(
    view: LoopView,
    listed: list[Loop],
    row: np.ndarray,
    words: list[str],
    written: Callable[[str], str],
    *,
    explanation: str = "",
    times: list[float] | None = None,
    months: tuple[str, ...] = (),
) -> Feedback:
    """Returns a view with its steps drawn together to rows.

    Args:
        view: The view.
        listed: Its loops that are listed.
        row: (step,) which row a step belongs to.
        words: How each row's time is written.
        written: Canonical name -> as the modeller wrote it.
        explanation: Whose.
        times: Time of each row.
        months: Month of each row.
    """
    size = np.maximum(np.bincount(row, minlength=len(words)), 1)
    rows = {
        one.label: np.bincount(row, one.influence[:, 0], minlength=len(words)) / size for one in view.loops
    }
    dominant: dict[str, np.ndarray] = {}
    for group in dict.fromkeys(one.group for one in view.loops):
        labels = [one.label for one in view.loops if one.group == group]
        most = fewest(np.abs(np.array([rows[label] for label in labels])))
        dominant |= dict(zip(labels, most, strict=True))
    return Feedback(
        explanation=explanation,
        times=tuple(times or ()),
        months=months,
        loops=tuple(_loop(one, rows[one.label], dominant[one.label], words, written) for one in listed),
        phases=_phases(view, dominant, words),
        others=len(view.loops) - len(listed),
        structural=view.structural,
        complete=view.complete,
        draws=0 if not view.loops else view.loops[0].influence.shape[1] - 1,
    )


def _loop(
    one: Loop, influence: np.ndarray, dominant: np.ndarray, words: list[str], written: Callable[[str], str]
) -> FeedbackLoop:
    low, high = (np.quantile(one.share[1:], at) if len(one.share) > 1 else None for at in (0.05, 0.95))
    spans = [span for span, there in _spans(dominant.tolist(), words) if there]
    return FeedbackLoop(
        label=one.label, polarity=one.polarity, variables=tuple(written(name) for name in one.variables),
        signs=one.signs, group=one.group, share=_short(one.share[0]),
        share_low=None if low is None else _short(low), share_high=None if high is None else _short(high),
        dominates=tuple(spans), influence=tuple(_short(value) for value in influence),
    )  # fmt: skip


def _phases(view: LoopView, dominant: Mapping[str, np.ndarray], words: list[str]) -> tuple[Phase, ...]:
    found = []
    for group in dict.fromkeys(one.group for one in view.loops):
        labels = [one.label for one in view.loops if one.group == group]
        states = [tuple(one for one in labels if dominant[one][at]) for at in range(len(words))]
        found += [Phase(span, group, names) for span, names in _spans(states, words) if names]
    return tuple(found)


def _spans(states: list[Any], words: list[str]) -> list[tuple[str, Any]]:
    """Returns the stretches in which a state stays the same: first and last time, and the state."""
    changes = [at for at in range(len(states)) if at == 0 or states[at] != states[at - 1]]
    ends = [*changes[1:], len(states)]
    return [
        (words[a] if b == a + 1 else f"{words[a]}..{words[b - 1]}", states[a])
        for a, b in zip(changes, ends, strict=True)
    ]


def _short(value: float) -> float:
    """Five digits are more than anyone reads, and keep the document small."""
    return float(f"{value:.5g}")
