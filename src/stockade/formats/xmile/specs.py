"""Reads ``sim_specs``: when a run begins and ends, in what steps, and how it integrates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stockade.errors import StockadeError
from stockade.formats.xmile.elements import Element
from stockade.model.expressions import Binary, Expression, Number, Reference
from stockade.model.model import Variable

Method = Literal["euler", "rk4"]

_METHODS: dict[str, Method] = {"euler": "euler", "rk4": "rk4"}
_NAMES = {"start": "INITIAL TIME", "stop": "FINAL TIME", "dt": "TIME STEP"}
_DEFAULT_STEP = 1.0


@dataclass(frozen=True)
class Specs:
    """What ``sim_specs`` says.

    Attributes:
        controls: The control variables.
        method: How to integrate.
    """

    controls: tuple[Variable, ...]
    method: Method


def read_specs(element: Element) -> Specs:
    """Reads the element.

    Raises:
        StockadeError: ``missing-control``, ``broken-number``, ``unsupported-method``, ``unknown-element``.
    """
    for child in element.children:
        if child.name not in _NAMES and ":" not in child.name:
            hint = "Remove it, if it does not matter."
            raise child.problem("unknown-element", f"<{child.name}> of sim_specs is not read", hint=hint)
    units = element.attributes.get("time_units", "")
    controls = [_control(element, tag, units) for tag in ("start", "stop", "dt")]
    saved = element.attributes.get("isee:save_interval", "")
    every: Expression = Reference("time step", (), "TIME STEP", element.place())
    if saved.strip():
        every = Number(_value(element, saved), saved.strip(), element.place())
    controls.append(_variable(element, "SAVEPER", every, units))
    return Specs(tuple(controls), _method(element))


def _control(element: Element, tag: str, units: str) -> Variable:
    found = element.first(tag)
    if found is None:
        if tag == "dt":
            return _variable(element, "TIME STEP", Number(_DEFAULT_STEP, "1"), units)
        hint = f"Add <{tag}> to sim_specs."
        raise element.problem("missing-control", f"the model does not say its {tag} time", hint=hint)
    place = found.place()
    number = Number(_value(found, found.text), found.text, place)
    equation: Expression = number
    if tag == "dt" and found.attributes.get("reciprocal", "false").strip().lower() == "true":
        if number.value == 0:
            raise _broken(found, found.text)
        equation = Binary("/", Number(1.0, "1", place), number, place)
    return _variable(found, _NAMES[tag], equation, units)


def _variable(element: Element, name: str, equation: Expression, units: str) -> Variable:
    kind = "auxiliary" if isinstance(equation, Reference) else "constant"
    return Variable(name, name.lower(), kind, equation, units, text=element.text, place=element.place(name))


def _value(element: Element, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise _broken(element, text)
    return value


def _broken(element: Element, text: str) -> StockadeError:
    said = f"{text.strip()[:40]!r} of <{element.name}> is not a number"
    return element.problem("broken-number", said, hint="Write a number, such as 0.25.")


def _method(element: Element) -> Method:
    # A list names the methods that would do, the first one being preferred.
    written = element.attributes.get("method", "euler") or "euler"
    for one in written.lower().split(","):
        if one.strip() in _METHODS:
            return _METHODS[one.strip()]
    said = f"the integration method {written} is not supported"
    raise element.problem("unsupported-method", said, hint="Choose Euler or RK4.")
