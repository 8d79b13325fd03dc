"""Delays and smooths that are shorter than the step: the programs disagree, so XMILE's are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from stockade.errors import Diagnostic
from stockade.model.constants import constant_value
from stockade.model.expressions import Call, Number, Reference
from stockade.model.model import Model
from stockade.model.walk import walk

# How many stages a delay has; 0 where its last argument tells.
_STAGES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("smooth", "smoothi", "delay1", "delay1i", "delay fixed"), 1),
        **dict.fromkeys(("smooth3", "smooth3i", "delay3", "delay3i"), 3),
        **dict.fromkeys(("smooth n", "delay n"), 0),
    }
)


def short_delays(model: Model) -> Iterator[Diagnostic]:
    """Yields an error for each delay of an XMILE model with a stage known to be shorter than the step.

    Vensim computes such a delay as it stands, others do not. What a run changes later is not seen here.
    """
    by_name = model.by_name
    step = constant_value(Reference("time step"), by_name)
    if model.dialect != "xmile" or step is None:
        return
    for variable in model.variables:
        for node in walk(variable.equation):
            stages = _stages(node) if isinstance(node, Call) else None
            if stages is None or not isinstance(node, Call) or len(node.arguments) < 2:
                continue
            lasts = constant_value(node.arguments[1], by_name)
            if lasts is not None and lasts < stages * step * (1 - 1e-9):
                yield Diagnostic(
                    "unsupported-short-delay",
                    f"a delay of {lasts:g} in {stages} stages is shorter than the step of {step:g}",
                    replace(node.place, name=variable.name),
                    node.written,
                    "Take a smaller dt, or a longer delay.",
                )


def _stages(node: Call) -> float | None:
    stages = _STAGES.get(node.function)
    last = node.arguments[-1] if node.arguments else None
    if stages == 0:
        return last.value if isinstance(last, Number) else None
    return stages
