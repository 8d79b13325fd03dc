"""Extreme conditions: one ensemble of all of them, and the first thing that goes wrong in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator, compile
from stockade.compiler.control import default_values
from stockade.compiler.overrides import Overrides
from stockade.model.model import CONTROL_NAMES, Model
from stockade.progress import Progress
from stockade.simulation.ensembles import ensemble
from stockade.structure.balance import Imbalance, imbalance
from stockade.structure.conditions import Condition, conditions, draws, groups
from stockade.structure.flows import TERM
from stockade.structure.prepare import START, Prepared, Stock

MEMORY = 256 * 2**20
"""Bytes of results that one piece of the ensemble may take."""

MOST_IN_A_PIECE = 256
RUNAWAY = 1e100
"""Numbers beyond this, when the first infinity appears, say that growth had no limit."""

TOLERANCE = 1e-9

Kind = Literal["not finite", "overflow", "swings", "negative", "emptied"]


@dataclass(frozen=True)
class Event:
    """The first thing that goes wrong under one condition.

    Attributes:
        kind: What went wrong. ``negative``: the stock falls below zero and goes on falling; ``emptied``: in
            one step its outflows take more than it holds. ``overflow`` and ``swings``: it grows beyond all
            numbers, in one direction or to and fro.
        condition: Under which condition.
        name: Canonical name of the variable or stock.
        time: When.
        value: The lowest value of the stock; for what is not finite, NaN or an infinity.
        flows: Canonical names of the outflows that did it, the largest first; for what is not finite, the
            part of the stock's rate that failed, if it has no name of its own.
        share: For outflows: how many times what the stock holds they would take.
    """

    kind: Kind
    condition: Condition
    name: str
    time: float
    value: float
    flows: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class Extremes:
    """What the ensemble showed.

    Attributes:
        conditions: All that was tried, the model as it stands first.
        events: What went wrong, at most one for each condition.
        imbalances: Stocks whose change is not the sum of their flows, each under the first condition.
        every: How many steps lie between two looks: 1 unless the run is too long to keep.
    """

    conditions: tuple[Condition, ...]
    events: tuple[Event, ...]
    imbalances: tuple[Imbalance, ...]
    every: int = 1


def try_extremes(prepared: Prepared, progress: Progress) -> Extremes:
    """Runs a model under every extreme condition and looks at every step."""
    model, every = saved_each_step(prepared.model)
    inputs = tuple(name for one in prepared.inputs for name in one.elements)
    simulator = compile(model, outputs=_everything(model), overridable=inputs)
    base = np.asarray(jax.jit(simulator.run)(simulator.defaults))
    usual = dict(zip(simulator.constants, simulator.defaults.tolist(), strict=True))
    largest = {name: _size(base[:, simulator.outputs.index(name)]) for name in inputs}
    constants = groups(prepared.written, (n for n in simulator.constants if not n.startswith(START)))
    changeable = [one for one in constants if not one.variable.unchangeable]
    tried = conditions(changeable, prepared.inputs, prepared.groups, usual, largest)
    watch = _Watch(simulator, prepared, base, every=every)
    events: list[Event] = []
    unbalanced: dict[str, Imbalance] = {}
    for first, piece, values in _pieces(simulator, tried, progress):
        for at, condition in enumerate(piece):
            run = values[:, :, at]
            event = watch.first(run, condition)
            events += [] if event is None else [event]
            if every == 1 and simulator.method == "euler":
                broken = event is not None and event.kind in ("not finite", "overflow", "swings")
                for one in () if broken else imbalance(prepared, simulator, run, condition):
                    unbalanced.setdefault(one.stock, one)
        progress("extreme conditions", first + len(piece), len(tried))
    return Extremes(tried, tuple(events), tuple(unbalanced.values()), every)


def saved_each_step(model: Model) -> tuple[Model, int]:
    """Returns the model with every step saved if memory allows, and the steps between two saves."""
    values = default_values(model)
    steps = round((values["final time"] - values["initial time"]) / values["time step"])
    if steps * len(model.variables) * 8 <= MEMORY:
        step = model.by_name["time step"]
        changed = tuple(
            replace(one, equation=step.equation, kind=step.kind) if one.canonical == "saveper" else one
            for one in model.variables
        )
        return replace(model, variables=changed), 1
    return model, round(values.get("saveper", values["time step"]) / values["time step"])


def _everything(model: Model) -> tuple[str, ...]:
    return tuple(
        one.canonical
        for one in model.variables
        if one.kind != "lookup" and one.canonical not in CONTROL_NAMES and not one.name.startswith(START)
    )


def _size(values: Floats) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _pieces(
    simulator: Simulator, tried: tuple[Condition, ...], progress: Progress
) -> Iterator[tuple[int, tuple[Condition, ...], Floats]]:
    """Yields (first, conditions, results): equal pieces of the ensemble, so that one program serves all."""
    progress("extreme conditions", 0, len(tried))
    row = len(simulator.times) * len(simulator.outputs) * 8
    size = int(min(max(MEMORY // row, 1), MOST_IN_A_PIECE, len(tried)))
    changes, settings = draws(tried, simulator.constants, simulator.overridable)
    for first in range(0, len(tried), size):
        which = [min(first + at, len(tried) - 1) for at in range(size)]
        constants = np.repeat(simulator.defaults[:, None], size, axis=1)
        for at, draw in enumerate(which):
            for index, value in changes[draw].items():
                constants[index, at] = value
            for name in tried[draw].empty:
                constants[simulator.constants.index(START + name), at] = 0.0
        values = _run(simulator, constants, [settings[draw] for draw in which])
        yield first, tried[first : first + size], values


def _run(simulator: Simulator, constants: Floats, settings: list[dict[int, float]]) -> Floats:
    """Returns (time, outputs, draw); inputs that are set read as that value from beginning to end."""
    count = len(simulator.overridable)
    if not count:
        return ensemble(simulator, constants)
    value, factor = np.zeros((count, len(settings))), np.ones((count, len(settings)))
    for at, one in enumerate(settings):
        for index, number in one.items():
            value[index, at], factor[index, at] = number, 0.0
    always = np.full(count, np.inf)
    return ensemble(simulator, constants, None, Overrides(-always, always, value, factor))


class _Watch:
    """Looks at runs; lives for one ensemble."""

    def __init__(self, simulator: Simulator, prepared: Prepared, base: Floats, *, every: int) -> None:
        self.simulator = simulator
        self.prepared = prepared
        self.at = {name: index for index, name in enumerate(simulator.outputs)}
        self.rank = {name: index for index, name in enumerate(simulator.order)}
        self.step = default_values(prepared.model)["time step"]
        self.looks_at_flows = every == 1 and simulator.method == "euler"
        self.stocks = [one for one in prepared.stocks if self._stays_above_zero(one, base)]

    def _stays_above_zero(self, stock: Stock, base: Floats) -> bool:
        """Whether a stock should not go negative: its limits say so, or it begins and stays above zero."""
        low = stock.variable.limits[0]
        if low is not None:
            return low >= 0
        run = base[:, self.at[stock.variable.canonical]]
        return bool(np.isfinite(run).all() and (run >= -TOLERANCE * _size(run)).all())

    def first(self, run: Floats, condition: Condition) -> Event | None:
        """Returns the first thing that goes wrong in a run of shape (time, outputs); None if nothing does."""
        broken = ~np.isfinite(run)
        rows = broken.any(axis=1)
        end = int(np.argmax(rows)) if rows.any() else len(run)
        found = [one for stock in self.stocks if (one := self._stock(run[:end], stock, condition))]
        if found:
            return min(found, key=lambda one: (one.time, one.kind != "negative"))
        return None if end == len(run) else self._not_finite(run, end, condition)

    def _not_finite(self, run: Floats, row: int, condition: Condition) -> Event:
        failed = {self.simulator.outputs[at] for at in np.flatnonzero(~np.isfinite(run[row]))}
        name = self._origin(failed, at_start=row == 0)
        finite = run[max(row - 1, 0) : row + 1]
        largest = np.abs(finite[np.isfinite(finite)]).max(initial=0.0)
        kind: Kind = "not finite"
        if largest > RUNAWAY:
            # What a step too long for a delay does is growth too, but to and fro.
            last = run[max(row - 4, 0) : row, self.at[name]]
            kind = (
                "swings" if len(last) > 2 and (np.sign(last[1:]) == -np.sign(last[:-1])).all() else "overflow"
            )
        time = float(self.simulator.times[row])
        value = float(run[row, self.at[name]])
        if name.startswith(TERM):
            return Event(kind, condition, self._holder(name), time, value, (name,))
        return Event(kind, condition, name, time, value)

    def _origin(self, failed: set[str], *, at_start: bool) -> str:
        """Returns the variable that failed first: computed before the others, or needed for their start."""
        known = self.simulator.model.by_name
        ordered = sorted(
            failed, key=lambda name: (name.startswith(TERM), self.rank.get(name, len(self.rank)))
        )
        if not at_start or ordered[0].startswith(TERM):
            return ordered[0]
        # A stock fails at the start where something does that its initial value is made of.
        causes = [name for name in ordered if known[name].kind != "stock" and not name.startswith(TERM)]
        return (causes or ordered)[0]

    def _holder(self, part: str) -> str:
        """Returns the stock whose rate holds a part without a name."""
        holders = (one for one in self.prepared.stocks if any(term.flow == part for term in one.terms))
        return next(holders).variable.canonical

    def _stock(self, run: Floats, stock: Stock, condition: Condition) -> Event | None:
        """Returns where a stock is taken more from than it holds, or falls below zero."""
        name = stock.variable.canonical
        values = run[:, self.at[name]]
        slack = TOLERANCE * np.maximum.accumulate(np.abs(values)) if len(values) else values
        below = np.flatnonzero(values < -slack)
        at = int(below[0]) if below.size else None
        outflows = self._outflows(run, stock)
        if outflows.size:
            # The last row has no step behind it.
            over = np.flatnonzero(np.max(outflows - values * (1 + TOLERANCE) - slack, axis=0)[:-1] > 0)
            row = int(over[0]) if over.size else None
            if row is not None and (at is None or row < at):
                return self._emptied(run, stock, row, at, outflows, condition)
        return None if at is None else self._below(run, stock, at, outflows, condition)

    def _outflows(self, run: Floats, stock: Stock) -> Floats:
        """Returns what each summand of the rate takes in a step, shape (term, time)."""
        if not self.looks_at_flows:
            return np.empty((0, len(run)))
        taken = [
            np.maximum(0.0, -one.factor * run[:, self.at[one.flow]]) * self.step
            for one in stock.terms
            if one.flow in self.at
        ]
        return np.array(taken).reshape(len(taken), len(run))

    def _emptied(
        self, run: Floats, stock: Stock, row: int, below: int | None, outflows: Floats, condition: Condition
    ) -> Event:
        """Outflows exceed the stock: is it only a step too long, or do they not look at the stock?"""
        if below is not None and below == row + 1 and self._still_falls(run, stock, below):
            return self._below(run, stock, below, outflows, condition)
        name = stock.variable.canonical
        held = float(run[row, self.at[name]])
        share = float(outflows[:, row].max()) / held if held > 0 else np.inf
        lowest = float(run[row : row + 2, self.at[name]].min())
        return Event(
            "emptied", condition, name, float(self.simulator.times[row]), lowest,
            self._largest(stock, outflows[:, row], held), share,
        )  # fmt: skip

    def _below(self, run: Floats, stock: Stock, row: int, outflows: Floats, condition: Condition) -> Event:
        name = stock.variable.canonical
        kind: Kind = "negative" if self._still_falls(run, stock, row) else "emptied"
        before = outflows[:, row - 1] if outflows.size and row else np.empty(0)
        held = float(run[max(row - 1, 0), self.at[name]])
        share = float(before.sum()) / held if before.size and held > 0 else np.inf
        return Event(
            kind, condition, name, float(self.simulator.times[row]), float(run[row, self.at[name]]),
            self._largest(stock, before, held), share,
        )  # fmt: skip

    def _still_falls(self, run: Floats, stock: Stock, row: int) -> bool:
        """Whether a stock that is below zero goes on falling: its flows then do not look at it."""
        values = run[:, self.at[stock.variable.canonical]]
        if row + 1 < len(values):
            return bool(values[row + 1] < values[row])
        rate = sum(one.factor * run[row, self.at[one.flow]] for one in stock.terms if one.flow in self.at)
        return bool(rate < 0)

    def _largest(self, stock: Stock, taken: Floats, held: float) -> tuple[str, ...]:
        """Returns the outflows that take more than there is; if none does alone, all of them."""
        if not taken.size:
            return ()
        order = np.argsort(-taken, kind="stable")
        alone = [int(at) for at in order if taken[at] > held]
        chosen = alone or [int(at) for at in order if taken[at] > 0]
        present = [one for one in stock.terms if one.flow in self.at]
        return tuple(present[at].flow for at in chosen)
