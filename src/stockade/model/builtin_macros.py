"""Functions of Vensim that are macros with a second output, and so cannot be one expression.

Source:
    Vensim reference manual, DELAYP.
"""

from __future__ import annotations

from dataclasses import replace

from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.model import Macro, Model, Variable

_INPUT, _STAGE = Reference("input"), Reference("stage time")
_LEVELS = tuple(Reference(f"stage {at}") for at in (1, 2, 3))


def _over(left: Expression, right: Expression) -> Expression:
    return Binary("/", left, right)


def _level(at: int) -> Variable:
    """One of the three stages, which holds a third of what is on its way; its number begins with 0."""
    inflow = _INPUT if at == 0 else _over(_LEVELS[at - 1], _STAGE)
    rate = Binary("-", inflow, _over(_LEVELS[at], _STAGE))
    name = _LEVELS[at].name
    return Variable(name, name, "stock", Call("integ", (rate, Binary("*", _INPUT, _STAGE))))


DELAYP = Macro(
    "DELAYP",
    "delayp",
    ("input", "delay time"),
    ("pipeline",),
    (
        Variable("DELAYP", "delayp", "auxiliary", _over(_LEVELS[2], _STAGE)),
        Variable("stage time", "stage time", "auxiliary", _over(Reference("delay time"), Number(3.0, "3"))),
        *(_level(at) for at in range(3)),
        Variable(
            "pipeline", "pipeline", "auxiliary", Binary("+", Binary("+", _LEVELS[0], _LEVELS[1]), _LEVELS[2])
        ),
    ),
)
"""A delay of third order that gives what is on its way too: ``DELAYP( input, delay time : pipeline )``."""


def with_builtin_macros(model: Model) -> Model:
    """Returns the model with the macros that Vensim brings along, where it calls them."""
    own = any(one.canonical == DELAYP.canonical for one in model.macros)
    # The text as written is looked at, because walking through every equation would take longer.
    if own or not any("delayp" in one.text.lower() for one in model.variables):
        return model
    return replace(model, macros=(*model.macros, DELAYP))
