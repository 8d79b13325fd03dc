"""Conveyors: what enters leaves again after the transit time, as the outflow of the stock says.

A conveyor is a row of slats, one for each dt; what flows in during a step lies on the slat that reaches the
end after the transit time. Without leaks and limits, and with a transit time that stays as it is, that is a
fixed delay of the inflow, whose first values are the initial content spread evenly over the slats.

Source:
    XMILE 1.0, 3.7.1; isee systems, Computational Details: Traditional Conveyors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.expressions import parse_equation
from stockade.formats.xmile.names import canonical_token
from stockade.formats.xmile.resolve import resolve
from stockade.formats.xmile.scope import Draft, Scope
from stockade.model.constants import constant_value
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.model import IntegrationMethod, Variable

TOLERANCE = 1e-6
_HINT = "docs/formats.md says which conveyors are run; write it as a stock with delays, if that is meant."


def conveyors(drafts: Mapping[str, Draft], method: IntegrationMethod) -> Mapping[str, Draft]:
    """Returns the stocks that are conveyors, by the canonical name of their outflow.

    Raises:
        StockadeError: `unsupported-conveyor` for what is not run, by line.
    """
    found: dict[str, Draft] = {}
    for draft in drafts.values():
        belt = draft.element.first("conveyor") if draft.element.name == "stock" else None
        if belt is not None:
            found[_outflow(draft, belt, drafts, method).canonical] = draft
    return found


def _outflow(draft: Draft, belt: Element, drafts: Mapping[str, Draft], method: IntegrationMethod) -> Draft:
    """Returns the outflow of a conveyor that can be run."""
    for child in belt.children:
        if child.name != "len" and not (child.name in ("capacity", "in_limit") and _is_endless(child)):
            raise _refused(draft, f"<{child.name}> of the conveyor {draft.name} is not run", child)
    for name, value in belt.attributes.items():
        if name in ("discrete", "batch_integrity") and value.lower() in ("true", "1"):
            raise _refused(draft, f"the conveyor {draft.name} is {name.replace('_', ' ')}: not run", belt)
    if belt.first("len") is None:
        raise _refused(draft, f"the conveyor {draft.name} has no transit time", belt)
    if method != "euler":
        raise _refused(draft, f"the conveyor {draft.name} is not run under Runge-Kutta", belt)
    ends = list(draft.element.all("outflow"))
    if len(ends) != 1:
        said = f"the conveyor {draft.name} has {len(ends)} outflows; it is run with one, and without leaks"
        raise _refused(draft, said, belt)
    name = canonical_token(ends[0].text)
    flow = drafts.get(f"{draft.prefix}.{name}" if draft.prefix else name)
    if flow is None or flow.dimensions != draft.dimensions or draft.element.first("element") is not None:
        said = f"the outflow of the conveyor {draft.name} is not defined for the same elements"
        raise _refused(draft, said, ends[0])
    equation = flow.element.first("eqn")
    if equation is not None and equation.text.strip():
        said = f"{flow.name} is what leaves the conveyor {draft.name}, and has an equation of its own"
        raise _refused(draft, said, equation)
    return flow


def _is_endless(limit: Element) -> bool:
    return limit.text.strip().lower() in ("inf", "")


def _refused(draft: Draft, said: str, element: Element) -> StockadeError:
    return draft.problem("unsupported-conveyor", said, _HINT, element)


def leaving(stock: Draft, flow: Draft, scope: Scope) -> Expression:
    """Returns what leaves a conveyor: what entered it one transit time ago.

    Args:
        stock: The conveyor.
        flow: Its outflow.
        scope: What names mean in the equation of the outflow.
    """

    def read(element: Element) -> Expression:
        return resolve(parse_equation(element.passage, flow.name), scope)

    place = stock.element.place(flow.name)
    entering: Expression | None = None
    for one in stock.element.all("inflow"):
        # Some programs leave out the quotes that a name with signs needs in an equation.
        name = canonical_token(one.text)
        plain = Reference(name, (), one.text, one.place(flow.name))
        inflow = resolve(plain, scope) if scope.find(name) is not None else read(one)
        entering = inflow if entering is None else Binary("+", entering, inflow, place)
    belt = stock.element.first("conveyor")
    length = belt.first("len") if belt is not None else None
    assert length is not None
    time = read(length)
    start = Binary("/", read(stock.element.first("eqn") or stock.element), time, place)
    entering = entering or Number(0.0, "0", place)
    return Call("delay fixed", (entering, time, start), "DELAY FIXED", place)


def check_lengths(found: Mapping[str, Draft], variables: Sequence[Variable], step: float | None) -> None:
    """Looks whether every transit time stays as it is, and is a whole number of steps.

    Raises:
        StockadeError: `unsupported-conveyor`.
    """
    by_name = {one.canonical: one for one in variables}
    for one in variables:
        if one.canonical not in found or not isinstance(one.equation, Call):
            continue
        time = constant_value(one.equation.arguments[1], by_name)
        stock = found[one.canonical]
        said = ""
        if time is None:
            said = f"the transit time of the conveyor {stock.name} is not arithmetic of constants"
        elif step is None or time < step * (1 - TOLERANCE) or not _is_whole(time / step):
            said = f"the transit time {time:g} of the conveyor {stock.name} is not a whole number of steps"
        if said:
            place = replace(stock.element.place(stock.name), name=stock.name)
            raise StockadeError(Diagnostic("unsupported-conveyor", said, place, "<conveyor>", _HINT))


def _is_whole(steps: float) -> bool:
    return abs(steps - round(steps)) <= TOLERANCE * max(steps, 1)
