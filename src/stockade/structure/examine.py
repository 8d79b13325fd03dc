"""`examine`: Sterman's structure tests of a model, each a row of what was tried and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.control import default_values
from stockade.errors import StockadeError
from stockade.model.checks import check
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Call
from stockade.model.model import Model
from stockade.model.walk import walk
from stockade.progress import Progress, silent
from stockade.structure import wording
from stockade.structure.conserved import conserved
from stockade.structure.extremes import Extremes, try_extremes
from stockade.structure.flows import paths
from stockade.structure.numerics import changes, run_levels, shuffled, with_step
from stockade.structure.prepare import Prepared, prepare
from stockade.structure.trials import Structure, Trial

SHARE = 0.01
ROUNDING = 1e-9
SEED = 20080321


def examine(model: Model, *, share: float = SHARE, progress: Progress = silent) -> Structure:
    """Returns what the structure tests find in a model (Sterman 2000, Business Dynamics, chapter 21).

    Mass balance, extreme conditions with flows that empty a stock, half the step, the other integration
    method, and another order of the equations.

    Args:
        model: The model; data variables must have their data.
        share: How much a stock may change, as a share of its largest size in the run, when the step is
            halved or the method swapped.
        progress: Told how far the work is.

    Raises:
        StockadeError: With everything that keeps the model from running.
    """
    wrong = [one for one in check(model) if one.severity == "error"]
    if wrong:
        raise StockadeError(wrong)
    prepared = prepare(model, elaborate(model))
    found = try_extremes(prepared, progress)
    ways = _Ways(prepared, share, progress)
    trials = (
        _balance(prepared, found),
        wording.extremes(prepared, found),
        ways.halved(),
        ways.swapped(),
        ways.shuffled(),
    )
    return Structure(trials, paths(prepared.model))


def _balance(prepared: Prepared, found: Extremes) -> Trial:
    warnings = tuple(wording.imbalance(prepared, one) for one in found.imbalances)
    warnings = (*warnings, *conserved(prepared.model, prepared.stocks))
    if not prepared.stocks:
        return Trial("mass balance", "not tried", "the model has no stocks")
    return Trial("mass balance", "found" if warnings else "sound", wording.balance(prepared, found), warnings)


@dataclass
class _Ways:
    """Runs the model in other ways; lives for one call of `examine`."""

    prepared: Prepared
    share: float
    progress: Progress
    done: int = 0

    @cached_property
    def usual(self) -> tuple[Floats, Floats]:
        """The run as it stands: times, and stocks."""
        return run_levels(self.prepared, self.prepared.model)

    def _try(self, name: str, test: Callable[[Floats, Floats], Trial]) -> Trial:
        """Runs a test against the run as it stands, or says why it cannot be tried."""
        self.progress("other ways of running", self.done, 3)
        self.done += 1
        try:
            if not self.prepared.levels:
                return Trial(name, "not tried", "the model has no stocks, delays or smooths")
            times, usual = self.usual
            if not np.isfinite(usual).all():
                return Trial(name, "not tried", "the run as it stands becomes NaN or infinite")
            return test(times, usual)
        except StockadeError as error:
            return Trial(name, "not tried", error.diagnostics[0].message)
        finally:
            self.progress("other ways of running", self.done, 3)

    def halved(self) -> Trial:
        """Half the step, and a quarter of it for the order."""
        name = "halving the step"
        if _is_random(self.prepared.model):
            return Trial(name, "not tried", "the model draws random numbers, new ones in every step")

        def test(times: Floats, usual: Floats) -> Trial:
            model = self.prepared.model
            half, quarter = (run_levels(self.prepared, with_step(model, by))[1] for by in (2, 4))
            found = changes(self.prepared, times, usual, half, quarter)
            step = default_values(model)["time step"]
            warnings = [wording.too_long(self.prepared, one, step, found, self.share) for one in found[:1]]
            said = wording.halved(found, step)
            if found[0].share <= self.share:
                return Trial(name, "sound", said, (), found)
            return Trial(name, "found", said, tuple(warnings), found)

        return self._try(name, test)

    def swapped(self) -> Trial:
        """Euler in the place of RK4, or RK4 in the place of Euler."""
        name = "integration method"
        method = self.prepared.model.method
        other = "rk4" if method == "euler" else "euler"

        def test(times: Floats, usual: Floats) -> Trial:
            found = changes(
                self.prepared, times, usual, run_levels(self.prepared, self.prepared.model, other)[1]
            )
            said = wording.swapped(found, method, other)
            # That Euler does worse than the file's RK4 at the same step says nothing against the model.
            if found[0].share <= self.share or method == "rk4":
                return Trial(name, "sound", said, (), found)
            warning = wording.method_matters(self.prepared, found, self.share)
            return Trial(name, "found", said, (warning,), found)

        return self._try(name, test)

    def shuffled(self) -> Trial:
        """The equations in another order: to the same numbers, but for rounding."""
        name = "order of equations"

        def test(times: Floats, usual: Floats) -> Trial:
            other = run_levels(self.prepared, shuffled(self.prepared.model, SEED))[1]
            found = changes(self.prepared, times, usual, other)
            said = wording.shuffled(found)
            if found[0].share <= ROUNDING:
                return Trial(name, "sound", said, (), found)
            return Trial(name, "found", said, (wording.order_matters(self.prepared, found),), found)

        return self._try(name, test)


def _is_random(model: Model) -> bool:
    return any(
        isinstance(node, Call) and node.function.startswith("random")
        for one in model.variables
        for node in walk(one.equation)
    )
