"""XMILE's non-negative stocks and flows, spelled out as equations.

A flow that is non-negative is the larger of its equation and zero. For stocks there are two readings. Most
programs stop the stock at zero and leave its flows as they are. Stella holds back what flows out: the first
outflow takes at most what the stock holds and what flows in during the step, the next one what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stockade.errors import Diagnostic
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Unary
from stockade.model.model import NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS, Model, Variable

ZERO = Number(0.0, "0")


@dataclass(frozen=True)
class _Flows:
    """The flows of a stock, in the order of its rate; None where the rate is not a sum of flows."""

    inward: tuple[Reference, ...]
    outward: tuple[Reference, ...]


def spell_out(model: Model) -> Model:
    """Returns the model with its non-negative stocks and flows as equations that say so."""
    if not any(one.flags in (NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS) for one in model.variables):
        return model
    caps = _caps(model)

    def spelled(one: Variable) -> Variable:
        equation = one.equation
        if one.kind == "stock" and one.flags == NON_NEGATIVE and isinstance(equation, Call):
            rate, start = equation.arguments
            emptying = Unary("-", Binary("/", _self(one), _step()))
            equation = replace(equation, arguments=(_call("max", rate, emptying), start))
        elif one.kind != "stock" and one.flags == NON_NEGATIVE:
            equation = _call("max", equation, ZERO)
        for cap in caps.get(one.canonical, ()):
            equation = _call("min", equation, cap)
        flags = "" if one.flags in (NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS) else one.flags
        return replace(one, equation=equation, flags=flags)

    return replace(model, variables=tuple(spelled(one) for one in model.variables))


def unspellable(model: Model) -> Iterator[Diagnostic]:
    """Yields an error for each non-negative stock whose meaning no equation of ours gives."""
    by_name = model.by_name
    for one in model.variables:
        if one.kind != "stock" or one.flags not in (NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS):
            continue
        why = ""
        if model.method != "euler":
            why = "under an integration method other than Euler"
        elif one.flags == NON_NEGATIVE_OUTFLOWS:
            why = _why_not(one, by_name)
        if why:
            yield Diagnostic(
                "unsupported-non-negative",
                f"the non-negative stock {one.name} {why} is not supported",
                replace(one.place, name=one.name),
                hint="Make its flows uniflows, or take <non_negative/> away if it is not needed.",
            )


def _why_not(stock: Variable, by_name: dict[str, Variable]) -> str:
    flows = _flows(stock)
    if flows is None:
        return "with a rate that is not a sum of flows"
    for flow in (*flows.inward, *flows.outward):
        if flow.name not in by_name or by_name[flow.name].flags != NON_NEGATIVE:
            return f"with the flow {flow.written or flow.name} that may go both ways"
    if flows.outward and stock.subscripts:
        return "with subscripts and outflows"
    return ""


def _caps(model: Model) -> dict[str, list[Expression]]:
    """Returns what each outflow of Stella's non-negative stocks can take at most."""
    found: dict[str, list[Expression]] = {}
    for stock in model.variables:
        flows = _flows(stock) if stock.flags == NON_NEGATIVE_OUTFLOWS else None
        if flows is None:
            continue
        left: Expression = Binary("/", _self(stock), _step())
        for flow in flows.inward:
            left = Binary("+", left, flow)
        for flow in flows.outward:
            found.setdefault(flow.name, []).append(_call("max", left, ZERO))
            left = Binary("-", left, flow)
    return found


def _flows(stock: Variable) -> _Flows | None:
    """Returns the flows of a rate such as ``in - out - other``."""
    if not isinstance(stock.equation, Call):
        return None
    inward: list[Reference] = []
    outward: list[Reference] = []
    pending = [(stock.equation.arguments[0], True)]
    while pending:
        node, adds = pending.pop()
        if isinstance(node, Reference):
            (inward if adds else outward).append(node)
        elif isinstance(node, Binary) and node.operator in ("+", "-"):
            pending += [(node.right, adds == (node.operator == "+")), (node.left, adds)]
        elif isinstance(node, Unary) and node.operator in ("+", "-"):
            pending.append((node.operand, adds == (node.operator == "+")))
        elif not (isinstance(node, Number) and node.value == 0):
            return None
    return _Flows(tuple(inward), tuple(outward))


def _self(stock: Variable) -> Reference:
    return Reference(stock.canonical, stock.subscripts, stock.name)


def _step() -> Reference:
    return Reference("time step", (), "TIME STEP")


def _call(function: str, *arguments: Expression) -> Call:
    return Call(function, arguments, function.upper())
