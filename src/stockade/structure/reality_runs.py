"""The runs of a Reality Check: its sides as hidden variables, and the model with a condition forced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import compile
from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.inline import HIDDEN
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.walk import rebuild
from stockade.structure.reality_forms import Comparison, Form
from stockade.structure.reality_functions import Course, course, is_course

Values = Mapping[str, Floats]


@dataclass(frozen=True)
class Element:
    """One element of a Reality Check.

    Attributes:
        form: The check.
        number: Which of the model's checks it is.
        suffix: ``[north]``, canonical; empty where the check has no subscripts.
        written: The same as the modeller wrote it.
    """

    form: Form
    number: int
    suffix: str
    written: str

    def condition(self, at: int, part: str) -> str:
        """The canonical name of a part of a comparison of the condition."""
        return f"{_prefix(self.number)} if {at} {part}{self.suffix}"

    def claim(self, at: int, part: str) -> str:
        """The canonical name of a part of a comparison of the consequence."""
        return f"{_prefix(self.number)} then {at} {part}{self.suffix}"

    def outputs(self, model: Model, *, conditions: bool) -> list[str]:
        """Returns the canonical names of all parts that the model has."""
        names = [
            self.claim(at, part)
            for at in range(len(self.form.claims))
            for part in ("left", "right", "window")
        ]
        if conditions:
            names += [
                self.condition(at, part)
                for at in range(len(self.form.conditions))
                for part in ("left", "right")
            ]
        return [name for name in names if name in model.by_name]


def _prefix(number: int) -> str:
    return f"#reality {number}"


def hidden(form: Form, number: int, model: Model) -> list[Variable]:
    """Returns the sides of all comparisons of a check as variables, with the check's subscripts.

    Raises:
        StockadeError: `unsupported-reality-check` for an RC function that is not known.
    """
    found = []
    for word, comparisons in (("if", form.conditions), ("then", form.claims)):
        for at, one in enumerate(comparisons):
            name = f"{_prefix(number)} {word} {at}"
            found += [_variable(form, f"{name} {part}", side) for part, side in _sides(form, one, model)]
    return found


def _sides(form: Form, one: Comparison, model: Model) -> list[tuple[str, Expression]]:
    sides: list[tuple[str, Expression]] = []
    for part, side in (("left", one.left), ("right", one.right)):
        if not is_course(side):
            sides.append((part, side))
            continue
        assert isinstance(side, Call)
        found = course(side, model)
        if not isinstance(found, Course):
            written = side.written or side.function.upper()
            place = replace(side.place if side.place.line else form.check.place, name=form.check.name)
            said = f"{written} is no function of Reality Checks, or has a wrong number of arguments"
            hint = "docs/checks.md lists them, with their arguments."
            raise StockadeError(
                Diagnostic("unsupported-reality-check", said, place, written, hint, severity="warning")
            )
        sides += [(part, found.value), ("window", found.window)]
    return sides


def _variable(form: Form, name: str, equation: Expression) -> Variable:
    check = form.check
    return Variable(
        check.name,
        name,
        "auxiliary",
        equation,
        subscripts=check.subscripts,
        text=check.text,
        place=check.place,
        flags=HIDDEN,
    )


def elements(form: Form, number: int, plain: Model) -> list[Element]:
    """Returns a check's elements: the check itself where it has no subscripts."""
    name = f"{_prefix(number)} then 0 left"
    return [
        Element(form, number, one.canonical[len(name) :], one.name[len(form.check.name) :])
        for one in plain.variables
        if one.canonical == name or one.canonical.startswith(f"{name}[")
    ]


def forced(plain: Model, element: Element, alternative: Sequence[int]) -> tuple[Model, tuple[str, ...]]:
    """Returns the model with conditions made true, and what was set.

    What is set keeps its equation under another name, which its new equation may look at; everything else
    sees what was set. A comparison with Time sets nothing.

    Raises:
        StockadeError: `unsupported-reality-check` where a lookup or a control variable would be set.
    """
    variables = {one.canonical: one for one in plain.variables}
    done = []
    for at in alternative:
        condition = element.form.conditions[at]
        left = variables[element.condition(at, "left")].equation
        assert isinstance(left, Reference)
        if left.name == "time":
            continue
        old = variables[left.name]
        _refuse(element, old)
        own = f"#reality own {at} {old.canonical}"
        right = element.condition(at, "right")
        for name in (right, element.condition(at, "window")):
            if name in variables:
                seen = _instead(variables[name].equation, old.canonical, own)
                variables[name] = replace(variables[name], equation=seen)
        variables[own] = replace(old, canonical=own, flags=HIDDEN)
        setting: Expression = Reference(right)
        if element.condition(at, "window") in variables:
            during = Binary(">", Reference(element.condition(at, "window")), Number(0.0))
            setting = Call("if then else", (during, setting, Reference(own)))
        if condition.operator != "=":
            kept = Binary(condition.operator, Reference(own), setting)
            setting = Call("if then else", (kept, Reference(own), setting))
        variables[old.canonical] = replace(
            old, kind="auxiliary", equation=setting, unchangeable=False, keyword="", read_by=None
        )
        done.append(f"{old.name}: {condition.text}")
    return replace(plain, variables=tuple(variables.values())), tuple(done)


def _refuse(element: Element, target: Variable) -> None:
    why = ""
    if target.kind == "lookup":
        why = f"{target.name} is a lookup"
    elif target.canonical in CONTROL_NAMES:
        why = f"{target.name} decides when a run begins and ends"
    if why:
        check = element.form.check
        place = replace(check.place, name=check.name)
        hint = "Put the condition on a variable of the model."
        raise StockadeError(
            Diagnostic(
                "unsupported-reality-check",
                f"{why}, and cannot be set",
                place,
                check.text[:100],
                hint,
                severity="warning",
            )
        )


def _instead(expression: Expression, old: str, new: str) -> Expression:
    def change(node: Expression) -> Expression:
        if not isinstance(node, Reference) or node.name != old:
            return node
        return replace(node, name=new)

    return rebuild(expression, change)


def run(model: Model, names: Sequence[str]) -> tuple[Floats, Values]:
    """Runs a model and returns its saved times and the variables asked for.

    Raises:
        StockadeError: What keeps it from running.
    """
    simulator = compile(model, outputs=names)
    rows = np.asarray(jax.jit(simulator.run)(simulator.defaults))
    return simulator.times, {name: rows[:, at] for at, name in enumerate(simulator.outputs)}
