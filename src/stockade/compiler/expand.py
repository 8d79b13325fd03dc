"""Delays, smooths and trends as what they are: little models of stocks.

Each such call is replaced by a reference to hidden variables whose names hold a `#`, which no name of a
model file can hold unquoted. Definitions follow the Vensim reference manual.

A few hidden forms are left for the integrator, as calls that no file can contain:
    #initial(x)                 the value of x at the start of the run
    #carried(next, initial)     a state that takes the value `next` after each step
    #delayed(x, delay, initial) the value that x had `delay` ago, in whole steps
    #material, #information     the same with a delay that may change; see `State`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from stockade.compiler.accounting import MOST_PERIODS, present_value, present_value_at_ends, straight_line
from stockade.compiler.functions import NOT_AVAILABLE
from stockade.compiler.noise import UNIFORM, stream
from stockade.compiler.walk import rewrite
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.model import Model, Variable, VariableKind

ONE = Number(1.0)
NOISE_SEED = "noise seed"
"""The constant of a Vensim model that seeds every random function whose own seed is 0."""


def _times(left: Expression, right: Expression) -> Expression:
    return Binary("*", left, right)


def _over(left: Expression, right: Expression) -> Expression:
    return Binary("/", left, right)


def _minus(left: Expression, right: Expression) -> Expression:
    return Binary("-", left, right)


def _plus(left: Expression, right: Expression) -> Expression:
    return Binary("+", left, right)


@dataclass
class _Expansion:
    """Collects the hidden variables of one model; lives for one call of `expand`."""

    source: str
    owner: Variable
    hidden: list[Variable] = field(default_factory=list)
    draws: int = 0
    constants: frozenset[str] = frozenset()

    def add(self, label: str, kind: VariableKind, equation: Expression) -> Reference:
        """Adds a hidden variable and returns a reference to it."""
        owner = self.owner
        name = f"{owner.canonical}#{len(self.hidden)} {label}"
        self.hidden.append(Variable(name, name, kind, equation, text=owner.text, place=owner.place))
        return Reference(name)

    def upcoming(self, label: str, ahead: int = 0) -> Reference:
        """Returns a reference to the hidden variable that is added next, or after `ahead` others."""
        return Reference(f"{self.owner.canonical}#{len(self.hidden) + ahead} {label}")

    def refuse(self, call: Call, code: str, message: str, hint: str) -> StockadeError:
        """Returns the error to raise for a call."""
        owner = self.owner
        place = Place(owner.place.file or self.source, call.place.line or owner.place.line, None, owner.name)
        return StockadeError(Diagnostic(code, message, place, owner.text, hint))

    def shared(self, label: str, expression: Expression) -> Expression:
        """Returns something cheap to repeat: the expression if it is a leaf, else a hidden variable."""
        if isinstance(expression, Number | Reference):
            return expression
        return self.add(label, "auxiliary", expression)


def _order_of(call: Call, expansion: _Expansion) -> int:
    last = call.arguments[-1]
    if isinstance(last, Number) and last.value == int(last.value) and 1 <= last.value <= 100:
        return int(last.value)
    raise expansion.refuse(
        call,
        "delay-order-not-literal",
        f"the order of {call.function.upper()} must be a whole number from 1 to 100, known before a run",
        "write a number in the call, or a variable that follows from constants alone",
    )


def _smooth(x: Expression, time: Expression, start: Expression, order: int, to: _Expansion) -> Expression:
    x, stage = to.shared("input", x), _over(time, Number(float(order))) if order > 1 else time
    stage = to.shared("smoothing time", stage)
    start = to.shared("start", start)
    before: Expression = x
    for _ in range(order):
        label = "smooth"
        level = Reference(f"{_owner(to)}#{len(to.hidden)} {label}")
        rate = _over(_minus(before, level), stage)
        before = to.add(label, "stock", Call("integ", (rate, start)))
    return before


def _delay(x: Expression, time: Expression, start: Expression, order: int, to: _Expansion) -> Expression:
    flow = to.shared("input", x)
    stage = to.shared("delay time", _over(time, Number(float(order))) if order > 1 else time)
    content = to.shared("start", _times(start, stage))
    for _ in range(order):
        level = Reference(f"{_owner(to)}#{len(to.hidden)} delay")
        to.add("delay", "stock", Call("integ", (_minus(flow, _over(level, stage)), content)))
        flow = to.add("outflow", "auxiliary", _over(level, stage))
    return flow


def _delay_n(call: Call, to: _Expansion) -> Expression:
    """A delay of n stages; where its time changes, each stage sees the change a step after the one before it.

    Source:
        Measured on Vensim's output: material carries on the delay time that held when it entered.
    """
    x, time, start = call.arguments[:3]
    order = _order_of(call, to)
    if isinstance(time, Number) or (isinstance(time, Reference) and time.name in to.constants):
        return _delay(x, time, start, order, to)
    times: list[Expression] = [to.shared("delay time", time)]
    for _ in range(max(order - 1, 1)):
        times.append(to.add("earlier delay time", "stock", Call("#carried", (times[-1], times[0]))))
    flow, stages = to.shared("input", x), Number(float(order))
    level = flow
    for at in range(order):
        stage = to.shared("stage", _over(times[at], stages))
        level = Reference(f"{_owner(to)}#{len(to.hidden)} delay")
        change = _minus(flow, _over(level, stage))
        to.add("delay", "stock", Call("integ", (change, _times(start, _over(times[0], stages)))))
        flow = to.add("outflow", "auxiliary", _over(level, stage))
    return _over(level, _over(times[1], stages))


def _owner(to: _Expansion) -> str:
    return to.owner.canonical


def _trend(arguments: tuple[Expression, ...], to: _Expansion) -> Expression:
    x, time, start = arguments
    x, time = to.shared("input", x), to.shared("averaging time", time)
    average = _smooth(x, time, _over(x, _plus(ONE, _times(start, time))), 1, to)
    return Call("zidz", (_minus(x, average), _times(time, Call("abs", (average,)))))


def _forecast(arguments: tuple[Expression, ...], to: _Expansion) -> Expression:
    x, time, horizon = arguments
    x, time = to.shared("input", x), to.shared("averaging time", time)
    average = _smooth(x, time, x, 1, to)
    growth = Call("zidz", (_minus(x, average), _times(time, average)))
    return _times(x, _plus(ONE, _times(growth, horizon)))


def _sample(arguments: tuple[Expression, ...], to: _Expansion) -> Expression:
    condition, x, start = arguments
    held = Reference(f"{_owner(to)}#{len(to.hidden) + 1} held")
    now = to.add("sample", "auxiliary", Call("if then else", (condition, x, held)))
    to.add("held", "stock", Call("#carried", (now, start)))
    return now


def _draw(seed: Expression, to: _Expansion) -> Expression:
    to.draws += 1
    if isinstance(seed, Number) and seed.value == 0 and NOISE_SEED in to.constants:
        seed = Reference(NOISE_SEED)
    return Call(UNIFORM, (Number(stream(_owner(to), to.draws)), seed))


def _random_uniform(call: Call, to: _Expansion) -> Expression:
    low, high, seed = call.arguments
    low = to.shared("low", low)
    return _plus(low, _times(_minus(high, low), _draw(seed, to)))


def _random(call: Call, to: _Expansion) -> Expression:
    *others, seed = call.arguments
    return Call(f"#{call.function}", (_draw(seed, to), *others))


def _random_lookup(call: Call, to: _Expansion) -> Expression:
    table, *others, seed = call.arguments
    return Call("#random lookup", (_draw(seed, to), table, *others))


def _pink_noise(call: Call, to: _Expansion) -> Expression:
    """White noise, smoothed: a stock that strays around a mean with a given deviation and memory.

    Source:
        Vensim reference manual, RANDOM PINK NOISE, after Ed Anderson.
    """
    mean, deviation, lasts, seed = call.arguments
    mean, deviation, lasts = (to.shared("noise", one) for one in (mean, deviation, lasts))
    white, first = (_normal(seed, to) for _ in range(2))
    share = _over(Reference("time step"), lasts)
    scale = _times(deviation, Call("sqrt", (_over(_minus(Number(2.0), share), share),)))
    gap = _minus(_plus(mean, _times(scale, white)), to.upcoming("pink noise"))
    start = _plus(mean, _times(deviation, first))
    return to.add("pink noise", "stock", Call("integ", (_over(gap, lasts), start)))


def _normal(seed: Expression, to: _Expansion) -> Expression:
    cuts = (Number(-6.0), Number(6.0), Number(0.0), ONE)
    return Call("#random normal", (_draw(seed, to), *cuts))


def _time_value(call: Call, to: _Expansion) -> Expression:
    base, offset, measure = call.arguments
    if all(isinstance(one, Number) and one.value == 0 for one in (base, measure)):
        return _plus(Reference("time"), offset)
    raise to.refuse(
        call,
        "unsupported-function",
        "GET TIME VALUE is known for the present time in the model's units only: GET TIME VALUE( 0, x, 0 )",
        "Compute the calendar from Time.",
    )


def _material(call: Call, to: _Expansion) -> Expression:
    """A delay that keeps all that enters; where nothing arrives it is what its last argument says."""
    held = to.add("delayed", "stock", Call("#material", call.arguments[:3]))
    none = Binary("=", held, Number(NOT_AVAILABLE))
    return Call("if then else", (none, call.arguments[3], held))


def _depreciation(call: Call, to: _Expansion) -> Expression:
    lifetime, length = call.arguments[1:3]
    if (
        isinstance(lifetime, Number)
        and isinstance(length, Number)
        and length.value > 0
        and round(lifetime.value / length.value) <= MOST_PERIODS
    ):
        return straight_line(call, to)
    raise to.refuse(
        call,
        "delay-order-not-literal",
        f"lifetime and fiscal period must be known before a run, and at most {MOST_PERIODS} periods",
        "write numbers in the call, or variables that follow from constants alone",
    )


def _expand_call(call: Call, to: _Expansion) -> Expression:
    """Returns what stands for one call, after its arguments were expanded."""
    build = BUILDERS.get(call.function)
    return build(call, to) if build else call


Builder = Callable[[Call, _Expansion], Expression]


def _levels(model: Callable[..., Expression], order: int | None, *, given: bool) -> Builder:
    """Returns the builder of a smooth or delay; an order of None is the last argument."""

    def build(call: Call, to: _Expansion) -> Expression:
        x, time = call.arguments[:2]
        return model(x, time, call.arguments[2] if given else x, order or _order_of(call, to), to)

    return build


BUILDERS: Mapping[str, Builder] = {
    "smooth": _levels(_smooth, 1, given=False),
    "smoothi": _levels(_smooth, 1, given=True),
    "smooth3": _levels(_smooth, 3, given=False),
    "smooth3i": _levels(_smooth, 3, given=True),
    "smooth n": _levels(_smooth, None, given=True),
    "delay1": _levels(_delay, 1, given=False),
    "delay1i": _levels(_delay, 1, given=True),
    "delay3": _levels(_delay, 3, given=False),
    "delay3i": _levels(_delay, 3, given=True),
    "delay n": _delay_n,
    "trend": lambda call, to: _trend(call.arguments, to),
    "forecast": lambda call, to: _forecast(call.arguments, to),
    "sample if true": lambda call, to: _sample(call.arguments, to),
    "delay fixed": lambda call, to: to.add("delayed", "stock", Call("#delayed", call.arguments)),
    "delay information": lambda call, to: to.add("delayed", "stock", Call("#information", call.arguments)),
    "delay material": _material,
    "random 0 1": lambda _, to: _draw(Number(0.0), to),
    "random uniform": _random_uniform,
    "random normal": _random,
    "random exponential": _random,
    "random weibull": _random,
    "random triangular": _random,
    **dict.fromkeys(("random beta", "random binomial", "random gamma", "random poisson"), _random),
    "random negative binomial": _random,
    "random lookup": _random_lookup,
    "random pink noise": _pink_noise,
    "npv": present_value,
    "npve": present_value_at_ends,
    "depreciate straightline": _depreciation,
    "game": lambda call, _: call.arguments[0],
    "get time value": _time_value,
    "time base": lambda call, _: _plus(call.arguments[0], _times(Reference("time"), call.arguments[1])),
    **dict.fromkeys(
        # A run is never taken up again in its middle, so that both are what was at its start.
        ("initial", "reinitial"),
        lambda call, to: to.add("initial", "auxiliary", Call("#initial", call.arguments)),
    ),
}


def _change(node: Expression, to: _Expansion) -> Expression:
    return _expand_call(node, to) if isinstance(node, Call) else node


def expand(model: Model) -> Model:
    """Returns the model with every delay, smooth, trend, forecast, sample and initial as hidden variables.

    Raises:
        StockadeError: `delay-order-not-literal` where the order of a DELAY N or SMOOTH N is not a number.

    Source:
        Vensim reference manual, functions DELAY1 to TREND.
    """
    hidden: list[Variable] = []
    variables = []
    constants = frozenset(one.canonical for one in model.variables if one.kind == "constant")
    for variable in model.variables:
        expansion = _Expansion(model.source, variable, hidden, constants=constants)

        equation = rewrite(variable.equation, partial(_change, to=expansion))
        variables.append(variable if equation is variable.equation else replace(variable, equation=equation))
    return replace(model, variables=(*variables, *hidden))
