"""Noise of a model's own: flows that come in whole persons, or are larger and smaller by chance.

A flow declared demographic moves whole persons in each step: a binomial number of those in the stock that it
leaves, or a Poisson number where it comes from outside the model; none where its equation is negative. A flow
declared environmental is multiplied by a log-normal factor of mean one, drawn anew each month (each save
interval) and held within it, so that what a scale means does not hang on TIME STEP. A flow may be both; the
factor then comes first.

Several outflows of one stock share what it holds: those without noise come first, then the environmental
ones, cut together to what is left, then the demographic ones, as one multinomial draw. All flows scatter
around what they would be in this step if no flow had noise. Both ends of a flow read the same number, so that
nobody is lost or made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.expressions import Call, Reference
from stockade.model.flows import summands
from stockade.model.model import Model, Variable
from stockade.model.printing import print_expression
from stockade.model.references import reference_nodes
from stockade.simulation.leaps import binomial, poisson

Values = Mapping[str, Array]
_ALMOST = 1e-6
"""What rounding may take from a whole number of persons."""


@dataclass(frozen=True)
class NoisyFlow:
    """A flow declared stochastic.

    Attributes:
        name: Its canonical name.
        demographic: Whether it moves whole persons.
        environmental: Whether it is multiplied by a log-normal factor.
    """

    name: str
    demographic: bool
    environmental: bool


@dataclass(frozen=True)
class Outlet:
    """A stock that noisy flows leave.

    Attributes:
        stock: Its canonical name.
        plain: Its outflows without noise.
        smooth: Its outflows that are environmental alone.
        leaps: Its demographic outflows.
    """

    stock: str
    plain: tuple[str, ...]
    smooth: tuple[str, ...]
    leaps: tuple[str, ...]


@dataclass(frozen=True)
class ProcessNoise:
    """What is noisy in a model, sorted by where it comes from.

    Attributes:
        flows: As declared.
        outlets: The stocks that noisy flows leave.
        sources: Demographic flows from outside.
        smooth_sources: Flows from outside that are environmental alone.
        whole: Stocks all of whose flows are demographic; they start at a whole number.
    """

    flows: tuple[NoisyFlow, ...]
    outlets: tuple[Outlet, ...]
    sources: tuple[str, ...]
    smooth_sources: tuple[str, ...]
    whole: tuple[str, ...]

    @property
    def environmental(self) -> tuple[str, ...]:
        """The flows with a factor, in the order of `factors`."""
        return tuple(one.name for one in self.flows if one.environmental)

    @property
    def draws(self) -> int:
        """How many uniforms a step takes."""
        return len(self.sources) + sum(len(one.leaps) for one in self.outlets)


class Leaps(NamedTuple):
    """Where the whole persons of a step come from, draw by draw, in the order of the flows.

    Attributes:
        poisson: Given the mean, (*batch), the next Poisson draw.
        binomial: Given count and chance, the next binomial draw.
    """

    poisson: Callable[[Array], Array]
    binomial: Callable[[Array, Array], Array]


def leaps_from(uniform: Array) -> Leaps:
    """Returns draws out of uniforms (noise.draws, *batch), one row after the other."""
    chance = iter(uniform) if uniform.shape[0] else iter(())
    return Leaps(
        lambda mean: poisson(next(chance), mean),
        lambda count, likely: binomial(next(chance), count, likely),
    )


@dataclass(frozen=True)
class _Rate:
    """The parts of a stock's rate: flows by name with their factors, and parts without a name as text."""

    stock: Variable
    named: Mapping[str, float]
    unnamed: tuple[tuple[float, str], ...]


def process_noise(model: Model, declared: Sequence[NoisyFlow]) -> ProcessNoise:
    """Sorts declared noise by the stocks that it moves.

    Args:
        model: The model as it runs, without subscripts and macros.
        declared: The noisy flows; names that the model has.

    Raises:
        StockadeError: ``noise-needs-euler``, ``noise-without-flow``, ``noise-on-scaled-flow``,
            ``noise-shares-outflow``, ``noise-beside-unnamed-outflow``, ``noise-reaches-outflow``;
            `place.name` is the flow's name.
    """
    rates = tuple(_rates(model))
    wrong = [one for flow in declared for one in _misfits(model, rates, flow)]
    if wrong:
        raise StockadeError(wrong)
    names = {one.name: one for one in declared}
    outlets, whole = [], []
    for rate in rates:
        leaving = [name for name, factor in rate.named.items() if factor < 0]
        noisy = [name for name in leaving if name in names]
        if noisy:
            outlet = Outlet(
                rate.stock.canonical,
                plain=tuple(name for name in leaving if name not in names),
                smooth=tuple(name for name in noisy if not names[name].demographic),
                leaps=tuple(name for name in noisy if names[name].demographic),
            )
            wrong += _unclear(model, rate, outlet, names)
            outlets.append(outlet)
        moved = [names[name].demographic if name in names else False for name in rate.named]
        if moved and all(moved) and not rate.unnamed:
            whole.append(rate.stock.canonical)
    if wrong:
        raise StockadeError(wrong)
    left = {name for one in outlets for name in (*one.smooth, *one.leaps)}
    sources = [one for one in declared if one.name not in left]
    return ProcessNoise(
        tuple(declared), tuple(outlets), tuple(one.name for one in sources if one.demographic),
        tuple(one.name for one in sources if not one.demographic), tuple(whole),
    )  # fmt: skip


def factors(uniform: Array, scales: Array) -> Array:
    """Returns a month's factors (environmental flow, *batch), log-normal with mean one.

    Args:
        uniform: Between 0 and 1, (environmental flow, *batch).
        scales: Sd of the log, of the same shape or what broadcasts to it.
    """
    normal = jax.scipy.special.ndtri(uniform)
    return jnp.exp(scales * normal - 0.5 * scales * scales)


def noisy_flows(
    noise: ProcessNoise,
    leaps: Leaps,
    values: Values,
    factor: Values,
    shape: tuple[int, ...],
    length: float,
) -> dict[str, Array]:
    """Returns what the noisy flows come out as in one step, by name.

    Args:
        noise: What is noisy.
        leaps: Where the whole persons of this step come from.
        values: Every variable as it would be without noise.
        factor: This month's factor of each environmental flow.
        shape: Of the batch.
        length: How long the step is.
    """
    expected = {
        one.name: jnp.broadcast_to(values[one.name] * factor.get(one.name, 1.0), shape) for one in noise.flows
    }
    found = {name: expected[name] for name in noise.smooth_sources}
    for name in noise.sources:
        found[name] = leaps.poisson(expected[name] * length) / length
    for outlet in noise.outlets:
        found |= _leaving(outlet, leaps, values, expected, length)
    return found


def _leaving(
    outlet: Outlet, leaps: Leaps, values: Values, expected: Values, length: float
) -> dict[str, Array]:
    """Returns what the noisy outflows of one stock come out as."""
    found = {}
    left = values[outlet.stock] - length * sum(jnp.maximum(values[name], 0.0) for name in outlet.plain)
    left = jnp.maximum(left, 0.0)
    if outlet.smooth:
        wanted = length * sum(jnp.maximum(expected[name], 0.0) for name in outlet.smooth)
        share = jnp.where(wanted > left, left / jnp.where(wanted > 0.0, wanted, 1.0), 1.0)
        # What is negative comes in, and is not cut.
        found |= {
            name: expected[name] * jnp.where(expected[name] > 0.0, share, 1.0) for name in outlet.smooth
        }
        left = left - jnp.minimum(wanted, left)
    present = jnp.floor(left + _ALMOST)
    chances = {
        name: jnp.maximum(expected[name], 0.0) * length / jnp.maximum(present, 1.0) for name in outlet.leaps
    }
    # More than all cannot leave: the chances share out what there is.
    most = jnp.maximum(sum(chances.values(), jnp.zeros_like(present)), 1.0)
    rest = jnp.ones_like(present)
    for name, whole in chances.items():
        part = whole / most
        here = jnp.where(
            part < rest, part / jnp.where(rest > 0.0, rest, 1.0), jnp.where(part > 0.0, 1.0, part)
        )
        moved = leaps.binomial(present, here)
        found[name] = moved / length
        present, rest = present - moved, rest - part
    return found


def _rates(model: Model) -> Iterator[_Rate]:
    for stock in model.variables:
        equation = stock.equation
        if stock.kind != "stock" or not isinstance(equation, Call) or equation.function != "integ":
            continue
        named: dict[str, float] = {}
        unnamed = []
        for factor, part in summands(equation.arguments[0]):
            if isinstance(part, Reference):
                named[part.name] = named.get(part.name, 0.0) + factor
            else:
                unnamed.append((factor, print_expression(part)))
        yield _Rate(stock, {name: one for name, one in named.items() if one}, tuple(unnamed))


def _misfits(model: Model, rates: Sequence[_Rate], flow: NoisyFlow) -> Iterator[Diagnostic]:
    """Yields why a variable cannot be noisy as declared."""
    name = model.by_name[flow.name].name
    if model.method != "euler":
        hint = "Have the model integrate by Euler's method, or take the noise out."
        yield _problem(
            "noise-needs-euler", f"'{name}' is noisy, and the model integrates by RK4.", name, hint
        )
        return
    ends = [(rate, rate.named[flow.name]) for rate in rates if flow.name in rate.named]
    if not ends or model.by_name[flow.name].kind not in ("auxiliary", "data"):
        hint = (
            "Name a variable that a stock's INTEG adds or takes by itself, as in INTEG(arrivals - exits, 0)."
        )
        yield _problem("noise-without-flow", f"'{name}' is not a flow of any stock.", name, hint)
    for rate, factor in ends:
        if abs(factor) != 1.0:
            message = f"The stock '{rate.stock.name}' counts '{name}' {factor:g} times."
            hint = "Make what the stock counts a flow of its own, and declare that one noisy."
            yield _problem("noise-on-scaled-flow", message, name, hint)
    left = [rate.stock.name for rate, factor in ends if factor < 0]
    if len(left) > 1:
        message = f"'{name}' leaves {len(left)} stocks at once: {', '.join(left)}."
        hint = "Give each stock an outflow of its own; a noisy flow leaves one stock or none."
        yield _problem("noise-shares-outflow", message, name, hint)


def _unclear(
    model: Model, rate: _Rate, outlet: Outlet, names: Mapping[str, NoisyFlow]
) -> Iterator[Diagnostic]:
    """Yields why what is left for a stock's noisy outflows cannot be told."""
    name = model.by_name[(*outlet.leaps, *outlet.smooth)[0]].name
    for factor, text in rate.unnamed:
        if factor < 0:
            message = f"Beside '{name}', the stock '{rate.stock.name}' loses '{text}', which has no name."
            hint = "Make it a variable, so that what is left for the noisy flow can be told."
            yield _problem("noise-beside-unnamed-outflow", message, name, hint)
    for other in outlet.plain:
        reads = _reads(model, other) & set(names)
        if reads:
            read = model.by_name[min(reads)].name
            message = (
                f"'{model.by_name[other].name}' empties the same stock as '{name}' and follows '{read}'."
            )
            hint = "Declare it noisy as well, or make it follow something without noise."
            yield _problem("noise-reaches-outflow", message, name, hint)


def _reads(model: Model, name: str) -> set[str]:
    """Returns all that a variable follows within one step: through auxiliaries, up to the stocks."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = model.by_name.get(waiting.pop())
        if one is None or one.kind == "stock" or one.equation is None:
            continue
        new = {node.name for node in reference_nodes(one.equation)} - found
        found |= new
        waiting += new
    return found


def _problem(code: str, message: str, name: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, Place(name=name), hint=hint)
