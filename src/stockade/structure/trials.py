"""What the structure tests report: plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from stockade.errors import Diagnostic
from stockade.structure.flows import Path

Verdict = Literal["sound", "found", "not tried"]


@dataclass(frozen=True)
class Change:
    """How much a stock, delay or smooth changes when a model is run in another way.

    Attributes:
        stock: As written.
        share: The largest change over the largest size of the stock in the run.
        time: When it is largest.
        usual: The stock then, in the run as it stands.
        other: The stock then, in the other run.
        order: The observed order of the method; None where it cannot be told.
    """

    stock: str
    share: float
    time: float
    usual: float
    other: float
    order: float | None = None


@dataclass(frozen=True)
class Trial:
    """One structure test.

    Attributes:
        name: ``mass balance``, ``extreme conditions``, ``halving the step``, ``integration method`` or
            ``order of equations``.
        verdict: ``sound``: nothing was found. ``found``: something was. ``not tried``: `said` tells why.
        said: One sentence on what was tried and what came of it.
        findings: Warnings.
        changes: For the tests that run the model in another way: every stock, delay and smooth, the largest
            change first.
    """

    name: str
    verdict: Verdict
    said: str
    findings: tuple[Diagnostic, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Structure:
    """What the structure tests of a model found.

    Attributes:
        trials: One for each test.
        flows: Every flow with its two ends.
    """

    trials: tuple[Trial, ...]
    flows: tuple[Path, ...]

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The warnings of all tests."""
        return tuple(one for trial in self.trials for one in trial.findings)

    def as_dict(self) -> dict[str, Any]:
        """Returns plain data, for ``--json``."""
        return {
            "tests": [asdict(one) for one in self.trials],
            "flows": [
                {"flow": one.flow, "from": one.from_, "to": one.to, "after": one.after} for one in self.flows
            ],
        }
