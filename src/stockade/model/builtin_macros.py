"""Functions of Vensim that are macros with a second output, and so cannot be one expression.

Source:
    Vensim reference manual, DELAYP.
"""

from __future__ import annotations

from dataclasses import replace

from stockade.model.expressions import Binary, Call, Reference
from stockade.model.model import Macro, Model, Variable

_INPUT, _TIME, _PIPELINE = Reference("input"), Reference("delay time"), Reference("pipeline")

DELAYP = Macro(
    "DELAYP",
    "delayp",
    ("input", "delay time"),
    ("pipeline",),
    (
        Variable("DELAYP", "delayp", "auxiliary", Binary("/", _PIPELINE, _TIME)),
        Variable(
            "pipeline",
            "pipeline",
            "stock",
            Call("integ", (Binary("-", _INPUT, Reference("delayp")), Binary("*", _INPUT, _TIME))),
        ),
    ),
)
"""A delay of first order that gives what is on its way too: ``DELAYP( input, delay time : pipeline )``."""


def with_builtin_macros(model: Model) -> Model:
    """Returns the model with the macros that Vensim brings along, where it calls them."""
    own = any(one.canonical == DELAYP.canonical for one in model.macros)
    # The text as written is looked at, because walking through every equation would take longer.
    if own or not any("delayp" in one.text.lower() for one in model.variables):
        return model
    return replace(model, macros=(*model.macros, DELAYP))
