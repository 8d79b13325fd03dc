"""`compile`: a model becomes a simulator; its `run` is a pure function of constants, paths and overrides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from stockade.arrays import Array, Floats
from stockade.compiler.control import Control, default_values, read_control
from stockade.compiler.expand import expand
from stockade.compiler.group import group, pays
from stockade.compiler.integrate import make_run
from stockade.compiler.lower import unsupported
from stockade.compiler.orders import settle_orders
from stockade.compiler.overrides import Overrides
from stockade.compiler.plan import plan
from stockade.compiler.program import ARRIVING, HISTORIES, build
from stockade.compiler.stepping import Stepper, make_stepper
from stockade.compiler.steps import Method
from stockade.compiler.suggest import unknown_name
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.checks import check
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Call, Expression, Series, Table
from stockade.model.inline import HIDDEN
from stockade.model.model import CONTROL_NAMES, Model
from stockade.model.names import canonical
from stockade.model.nonnegative import spell_out


@dataclass(frozen=True, eq=False)
class Simulator:
    """A model ready to run; two simulators are the same only if they are the same object.

    Attributes:
        model: The model as it runs: without subscripts and macros, one variable for each element.
        constants: Canonical names, the order of the parameter vector: all but the control variables,
            and but those that say how many stocks there are (the order of a DELAY N).
        defaults: The file's values of them, shape (constants,).
        inputs: Canonical names of variables replaced by a path.
        overridable: Canonical names that a scenario can replace from a time on.
        outputs: Canonical names of what is returned.
        times: Saved times, shape (time,); with averages the start of each save interval.
        steps: Times of the steps, the final time included, shape (step,): where inputs are wanted.
        run: ``run(constants, inputs=None, overrides=None) -> (time, outputs, *batch)``; pure, traceable and
            differentiable. Constants have shape (constants, *batch), inputs (inputs, step[, *batch]).
        average: Whether outputs are means over the steps that begin in a save interval.
        method: How it integrates.
        order: Canonical names of states and variables in the order in which a step computes them.
        stepper: The same model a step at a time, where flows named in `overridable` may come out otherwise
            than their equations say.
    """

    model: Model
    constants: tuple[str, ...]
    defaults: Floats
    inputs: tuple[str, ...]
    overridable: tuple[str, ...]
    outputs: tuple[str, ...]
    times: Floats
    steps: Floats
    run: Callable[..., Array]
    average: bool = False
    method: Method = "euler"
    order: tuple[str, ...] = field(default=(), repr=False)
    stepper: Stepper | None = field(default=None, repr=False)

    def index(self, name: str) -> int:
        """Returns the position of a constant in the parameter vector.

        Raises:
            StockadeError: `unknown-constant`.
        """
        found = canonical(name)
        if found not in self.constants:
            raise StockadeError(
                unknown_name(name, self.constants, self.model, "unknown-constant", "constant")
            )
        return self.constants.index(found)


def compile(
    model: Model,
    *,
    outputs: Sequence[str] | None = None,
    inputs: Sequence[str] = (),
    overridable: Sequence[str] = (),
    method: Method | None = None,
    average: bool = False,
    hidden: bool = False,
    together: bool | None = None,
) -> Simulator:
    """Returns a simulator for a model.

    Args:
        model: The model.
        outputs: Variables to return, by any spelling of their names; None for all but lookups.
        inputs: Variables whose equation gives way to a path.
        overridable: Variables that a scenario may replace from a time on.
        method: ``euler``, or ``rk4`` for the classical Runge-Kutta method; None for what the file says.
        average: Return per save interval the mean over the steps that begin in it.
        hidden: Return all that moves, hidden variables of delays, smooths and macros too, instead of
            `outputs`; the simulator's model is then the expanded one.
        together: Whether equations that say the same of many elements are computed as vectors; None for
            where that is expected to be quicker. The results differ by rounding only.

    Raises:
        StockadeError: With everything that `check` finds, and `unsupported-function`, `unknown-variable`,
            `data-without-path`, `circular-initial-values`, and the codes of `read_control`.
    """
    wrong = [one for one in check(model) if one.severity == "error"]
    if wrong:
        raise StockadeError(wrong)
    model = elaborate(model)
    path_names = _names(model, inputs, "input")
    replaceable = _names(model, overridable, "override")
    method = method or model.method
    literals = default_values(model)
    settled, fixed_names = settle_orders(model, literals)
    expanded = expand(spell_out(settled))
    _refuse(expanded, path_names)
    control = read_control(model, literals)
    _refuse_moving(expanded, control, average=average)
    constants = tuple(
        one.canonical
        for one in model.variables
        if one.kind == "constant" and one.canonical not in (*CONTROL_NAMES, *fixed_names)
    )
    wanted = _names(model, outputs, "output") if outputs is not None else _everything(model)
    if hidden:
        model, wanted = expanded, _moving(expanded, (*CONTROL_NAMES, *constants, *fixed_names, *path_names))
    named = (*CONTROL_NAMES, *sorted(fixed_names))
    fixed = {name: literals[name] for name in named if name in literals and name not in control.varying}
    program = build(expanded, control, fixed, constants, path_names, wanted)
    order = [state.name for state in program.states] + [name for name, _ in program.equations]
    arriving = any(state.kind in ARRIVING for state in program.states)
    if not arriving and (together if together is not None else pays(program)):
        program = group(program, replaceable)
    plain, scenario = plan(program), plan(program, frozenset(replaceable))
    known = {one.canonical for one in model.variables}
    return Simulator(
        model=model,
        constants=constants,
        defaults=np.array([literals[name] for name in constants]),
        inputs=path_names,
        overridable=replaceable,
        outputs=wanted,
        times=_saved(control, control.saves + (0 if average else 1)),
        steps=control.step_times,
        run=make_run(plain, scenario, fixed, replaceable, method, average=average),
        average=average,
        method=method,
        order=tuple(name for name in order if name in known),
        stepper=make_stepper(scenario, fixed, replaceable) if method == "euler" else None,
    )


def _refuse_moving(model: Model, control: Control, *, average: bool) -> None:
    """Raises where steps of different lengths meet what counts on equal ones."""
    fixed = next((one for one in model.variables if _is_fixed_delay(one.equation)), None)
    if control.varying and (average or ("time step" in control.varying and fixed is not None)):
        control_name = control.varying[-1].upper()
        what = f"the fixed delay in {fixed.name.partition('#')[0]}" if fixed else "means over save intervals"
        said = f"{control_name} changes during the run, and {what} counts on equal steps"
        one = model.by_name[control.varying[-1]]
        place = Place(one.place.file or model.source, one.place.line, None, one.name)
        hint = "write a number, or arithmetic over constants"
        raise StockadeError(Diagnostic("control-not-constant", said, place, one.text, hint))


def _is_fixed_delay(equation: Expression) -> bool:
    return isinstance(equation, Call) and equation.function in HISTORIES


def _saved(control: Control, count: int) -> Floats:
    if control.saved is not None:
        return control.step_times[np.asarray(control.saved)]
    return control.start + control.step * control.every * np.arange(count, dtype=np.float64)


def _everything(model: Model) -> tuple[str, ...]:
    return tuple(
        one.canonical
        for one in model.variables
        if not isinstance(one.equation, Table) and one.flags != HIDDEN
    )


def _moving(model: Model, given: Sequence[str]) -> tuple[str, ...]:
    """Returns all that a run computes."""
    return tuple(
        one.canonical
        for one in model.variables
        if one.canonical not in given and not isinstance(one.equation, Table)
    )


def _names(model: Model, written: Sequence[str], purpose: str) -> tuple[str, ...]:
    """Returns canonical names, each once, after a look at whether the model has them."""
    found = tuple(dict.fromkeys(canonical(name) for name in written))
    wrong = [
        unknown_name(name, tuple(model.by_name), model, "unknown-variable", f"variable to use as {purpose}")
        for name in found
        if name not in model.by_name
    ]
    wrong += [
        Diagnostic(
            "not-a-quantity",
            f"{model.by_name[name].name} cannot be an {purpose}: it is a lookup or a control variable",
            Place(model.source, model.by_name[name].place.line, None, model.by_name[name].name),
            hint="name a stock, an auxiliary or a constant",
        )
        for name in found
        if name in model.by_name
        and (
            isinstance(model.by_name[name].equation, Table) or (purpose != "output" and name in CONTROL_NAMES)
        )
    ]
    if wrong:
        raise StockadeError(wrong)
    return found


def _refuse(model: Model, inputs: Sequence[str]) -> None:
    """Raises on what the compiler cannot run: all of it at once."""
    live = [one for one in model.variables if one.canonical not in inputs]
    wrong = unsupported([one for one in live if one.kind != "data"], model)
    wrong += [
        Diagnostic(
            "data-without-path",
            f"{one.name} takes its values from outside the model, and none were given",
            Place(one.place.file or model.source, one.place.line, None, one.name),
            one.text,
            "give the file that holds them: --data FILE, load(path, data=[...]); or an input path",
        )
        for one in live
        if one.kind == "data" and not isinstance(one.equation, Series)
    ]
    if wrong:
        raise StockadeError(wrong)


__all__ = ["Overrides", "Simulator", "compile"]
