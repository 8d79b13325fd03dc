"""What the structure tests say: sentences and warnings made of what they found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from stockade.errors import Diagnostic
from stockade.model.checks import excerpt
from stockade.model.inline import HIDDEN
from stockade.model.model import Variable
from stockade.structure.balance import Imbalance
from stockade.structure.extremes import Event, Extremes
from stockade.structure.prepare import Prepared
from stockade.structure.trials import Change, Trial

MOST_NAMED = 3
NAME = "extreme conditions"
ROUNDING = 1e-9

# What a model does as it stands comes first, then what says most about its structure.
RANK = {"negative": 0, "emptied": 1, "overflow": 2, "swings": 3, "not finite": 4}


def balance(prepared: Prepared, found: Extremes) -> str:
    """Returns what the test of mass balance looked at."""
    flows = {term.flow for one in prepared.stocks for term in one.terms}
    ends: dict[str, set[bool]] = {}
    for one in prepared.stocks:
        for term in one.terms:
            ends.setdefault(term.flow, set()).add(term.factor > 0)
    within = sum(len(one) == 2 for one in ends.values())
    said = (
        f"{_count(len(prepared.stocks), 'stock')}, {_count(len(flows), 'flow')}: {within} from stock to stock"
    )
    sources, sinks = (sum(one == {way} for one in ends.values()) for way in (True, False))
    said += f", {sources} from outside, {sinks} to outside"
    if found.every > 1 or prepared.model.method != "euler":
        return said + "; not followed step by step"
    return said + f"; followed at every step under {_count(len(found.conditions), 'condition')}"


def imbalance(prepared: Prepared, one: Imbalance) -> Diagnostic:
    """Returns the warning for a stock whose change is not the sum of its flows."""
    stock = prepared.model.by_name[one.stock]
    said = f"at time {one.time:g}{_under(one.condition.words)}, {stock.name} changes by {one.changed:.4g}"
    return _warning(
        "mass-not-balanced",
        f"{said} in one step, its flows add up to {one.flows:.4g}",
        stock,
        "Let the flows stop, not the stock: what a flow carries must come from somewhere.",
        f"a change of {one.flows:.4g}",
        f"{one.changed:.4g}",
    )


def extremes(prepared: Prepared, found: Extremes) -> Trial:
    """Returns the test of extreme conditions: one warning for each thing that fails."""
    gathered: dict[tuple[str, ...], list[Event]] = {}
    for one in found.events:
        gathered.setdefault((one.kind, one.name, *one.flows[:1]), []).append(one)
    order = sorted(gathered.values(), key=lambda each: (bool(each[0].condition.words), RANK[each[0].kind]))
    warnings = tuple(_event(prepared, each) for each in order)
    kinds = [one.kind for one in found.conditions]
    said = (
        f"{_count(len(found.conditions), 'run')}: {kinds.count('constant')} with a constant, "
        f"{kinds.count('input')} with an input, {kinds.count('initial')} with an initial stock at an end; "
    )
    said += f"{len(found.events)} went wrong" if found.events else "none went wrong"
    return Trial(NAME, "found" if warnings else "sound", said, warnings)


def _event(prepared: Prepared, events: list[Event]) -> Diagnostic:
    """Returns the warning for one thing that goes wrong, under the first condition and a count of others."""
    first = events[0]
    variable = prepared.model.by_name[first.name]
    others = list(dict.fromkeys(one.condition.words for one in events[1:]))
    more = f" (and under {_count(len(others), 'other condition')}: {_some(others)})" if others else ""
    when = f"at time {first.time:g}{_under(first.condition.words)}"
    flows = " and ".join(_name(prepared, one) for one in first.flows[:MOST_NAMED])
    if first.kind == "emptied":
        whose = flows or "what flows out"
        together = " together" if len(first.flows) > 1 and first.share < math.inf else ""
        takes = (
            f"would take {first.share:.3g} times what {variable.name} holds in one step"
            if first.share < math.inf
            else f"would still take from {variable.name}, which is empty"
        )
        return _warning(
            "flow-empties-stock",
            f"{when}, {whose}{together} {takes}{more}",
            _flow_or(prepared, first, variable),
            f"Cap the flow: MIN( ..., {variable.name} / TIME STEP ), take a shorter TIME STEP, "
            "or give the constant the limits within which it makes sense.",
            f"at most {variable.name} / TIME STEP",
            f"{first.share:.3g} times that" if first.share < math.inf else "more than nothing",
        )
    if first.kind == "negative":
        whose = f", for {flows} takes no notice of what is left" if flows else ""
        return _warning(
            "stock-goes-negative",
            f"{when}, {variable.name} falls below zero, to {first.value:.4g}, and goes on falling"
            f"{whose}{more}",
            variable,
            f"Let what flows out stop as {variable.name} runs out. If it may be negative, give it a "
            "negative lower limit behind its units: [-1000,?].",
            "0 or more",
            f"{first.value:.4g}",
        )
    if first.kind == "swings":
        return _warning(
            "swings-without-limit",
            f"{when}, {_written(variable)} is the first to swing beyond all numbers, to and fro{more}",
            variable,
            "A delay or another time constant is too short for the TIME STEP: give it a lower limit behind "
            "its units, MAX( ..., TIME STEP ), or shorten the step.",
            "a finite number",
            f"{first.value:g}",
        )
    if first.kind == "overflow":
        return _warning(
            "growth-without-limit",
            f"{when}, {_written(variable)} is the first to grow beyond all numbers{more}",
            variable,
            "What would limit it in reality? Add that, or give the constant an upper limit behind its units.",
            "a finite number",
            f"{first.value:g}",
        )
    whose = f"the rate of {variable.name}" if first.flows else _written(variable)
    return _warning(
        "extreme-not-finite",
        f"{when}, {whose} is the first to become NaN or infinite{more}",
        variable,
        _cure(first),
        "a finite number",
        f"{first.value:g}",
    )


def _cure(event: Event) -> str:
    """Returns what to do about a division by zero and its kin."""
    condition = event.condition
    if condition.kind == "constant" and set(condition.values.values()) == {0.0}:
        name = condition.words.removesuffix(" = 0")
        return (
            f"If {name} can never be 0, give it a lower limit above 0 behind its units, as in [0.01,?]; "
            "if it can, guard the division: ZIDZ, XIDZ or MAX."
        )
    return (
        "Look for a division by what can be zero (ZIDZ, XIDZ, MAX) or a power or logarithm of what can be "
        "negative; or give the constant the limits within which it makes sense."
    )


def _flow_or(prepared: Prepared, event: Event, stock: Variable) -> Variable:
    """Returns the flow that does it, to point at; the stock where it is a part of its rate."""
    flow = prepared.model.by_name.get(event.flows[0]) if event.flows else None
    return stock if flow is None or flow.place.line is None or flow.canonical.startswith("#") else flow


def _written(variable: Variable) -> str:
    """Returns a variable's name; of one within a macro, which is named by its call, in words."""
    if variable.flags != HIDDEN:
        return variable.name
    caller, _, inner = variable.name.partition("#")
    return f"{inner.partition(' ')[2]}, in a macro that {caller} calls,"


def _name(prepared: Prepared, flow: str) -> str:
    words = (term.words for one in prepared.stocks for term in one.terms if term.flow == flow)
    return next(words, flow)


def halved(found: Sequence[Change], step: float) -> str:
    """Returns what halving the step did."""
    first = found[0]
    order = "" if first.order is None else f"; observed order {first.order:.2f}"
    return f"from {step:g} to {step / 2:g}: {_change(first)}{order}"


def swapped(found: Sequence[Change], method: str, other: str) -> str:
    """Returns what the other method did."""
    return f"{other.upper() if other == 'rk4' else 'Euler'} for {_method(method)}: {_change(found[0])}"


def shuffled(found: Sequence[Change]) -> str:
    """Returns what another order did."""
    first = found[0]
    return "shuffled: the same bits" if first.share == 0 else f"shuffled: {_change(first)}"


def too_long(
    prepared: Prepared, one: Change, step: float, found: Sequence[Change], share: float
) -> Diagnostic:
    """Returns the warning that results depend on the step."""
    stock = _stock(prepared, one.stock)
    others = [each.stock for each in found[1:] if each.share > share]
    more = f"; so does {_some(others)}" if others else ""
    order = "" if one.order is None else f", observed order {one.order:.2f}"
    return _warning(
        "step-too-long",
        f"half the TIME STEP of {step:g} changes {_change(one)}{order}{more}",
        stock,
        "Halve TIME STEP until the results stand still; where flows jump, "
        "an order below 1 is to be expected.",
        f"at most {share:.0%} of change",
        f"{one.share:.2%}",
    )


def method_matters(prepared: Prepared, found: Sequence[Change], share: float) -> Diagnostic:
    """Returns the warning that Euler's error shows."""
    first = found[0]
    others = [each.stock for each in found[1:] if each.share > share]
    more = f"; so does {_some(others)}" if others else ""
    return _warning(
        "method-matters",
        f"RK4 in the place of Euler changes {_change(first)}{more}",
        _stock(prepared, first.stock),
        "Take a shorter TIME STEP, or RK4 if nothing in the model jumps.",
        f"at most {share:.0%} of change",
        f"{first.share:.2%}",
    )


def order_matters(prepared: Prepared, found: Sequence[Change]) -> Diagnostic:
    """Returns the warning that the order of the equations shows in the results."""
    first = found[0]
    return _warning(
        "order-matters",
        f"the equations in another order change {_change(first)}",
        _stock(prepared, first.stock),
        "A chaotic model carries rounding errors on; read it by its distribution, not by one path.",
        "the same numbers",
        f"{_percent(first.share)} of change",
    )


def _change(one: Change) -> str:
    if one.share <= ROUNDING:
        return "nothing changes beyond rounding"
    values = f"{one.usual:.6g} to {one.other:.6g}"
    return f"{one.stock} by {_percent(one.share)} of its largest size, at time {one.time:g} ({values})"


def _percent(share: float) -> str:
    return f"{share:.2%}" if share >= 1e-4 else f"{100 * share:.1g}%"


def _stock(prepared: Prepared, name: str) -> Variable:
    return next(one for one in prepared.levels if one.name == name)


def _method(method: str) -> str:
    return "RK4" if method == "rk4" else "Euler"


def _under(words: str) -> str:
    return f" with {words}" if words else ""


def _some(names: Sequence[str]) -> str:
    left = len(names) - MOST_NAMED
    return "; ".join(name or "as it stands" for name in names[:MOST_NAMED]) + (
        f" and {left} more" if left > 0 else ""
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _warning(code: str, said: str, variable: Variable, hint: str, expected: str, found: str) -> Diagnostic:
    place = replace(variable.place, name=variable.name)
    return Diagnostic(code, said, place, excerpt(variable), hint, "warning", expected, found)
