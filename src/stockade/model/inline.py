"""Macros written out where they are called: each call gets variables of its own.

Their names begin with that of the caller and hold a ``#``; they carry the mark `HIDDEN`, so that a run does
not list them. Names within a macro are its inputs, its outputs and its own variables; ``name$`` is the
model's, and so are Time and the control variables, which are always the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Call, Expression, Number, Reference
from stockade.model.model import Macro, Model, Variable
from stockade.model.walk import rebuild, walk

HIDDEN = "#hidden"
DEEPEST = 30
MOST_CALLS = 20_000


def inline(model: Model) -> Model:
    """Returns the model without macros.

    Raises:
        StockadeError: `wrong-argument-count`, `macro-calls-itself`, `macro-with-subscripts`,
            `macro-without-output`, `too-many-elements`.
    """
    work = _Inlining({one.canonical: one for one in model.macros})
    for variable in model.variables:
        work.add(variable, 0)
    while work.waiting:
        variable, depth = work.waiting.pop()
        work.add(variable, depth)
    seen: set[str] = set()
    for one in work.done:
        if one.canonical in seen:
            said = f"{one.name} is an output of a macro and defined elsewhere too"
            raise _problem(one, one, "duplicate-definition", said, "Give the output a name of its own.")
        seen.add(one.canonical)
    order = {one.canonical: at for at, one in enumerate(model.variables)}
    done = sorted(work.done, key=lambda one: order.get(one.canonical, len(order)))
    return replace(model, variables=tuple(done), macros=())


@dataclass
class _Inlining:
    """Lives for one call of `inline`."""

    macros: Mapping[str, Macro]
    done: list[Variable] = field(default_factory=list)
    waiting: list[tuple[Variable, int]] = field(default_factory=list)
    calls: int = 0

    def add(self, variable: Variable, depth: int) -> None:
        """Takes a variable into the model, the calls of its equation replaced."""

        def change(node: Expression) -> Expression:
            if isinstance(node, Call) and node.function in self.macros:
                return self._call(variable, node, depth + 1)
            return node

        equation = rebuild(variable.equation, change)
        self.done.append(variable if equation is variable.equation else replace(variable, equation=equation))

    def _call(self, caller: Variable, call: Call, depth: int) -> Expression:
        macro = self.macros[call.function]
        self.calls += 1
        self._refuse(caller, call, macro, depth)
        prefix = f"{caller.canonical}#{self.calls} "
        names: dict[str, Expression] = {
            name: self._argument(caller, prefix + name, argument, depth)
            for name, argument in zip(macro.inputs, call.arguments, strict=False)
        }
        names |= zip(macro.outputs, call.arguments[len(macro.inputs) :], strict=True)
        for one in macro.variables:
            if one.canonical not in names:
                names[one.canonical] = Reference(prefix + one.canonical, (), one.name)
        for one in macro.variables:
            self._variable(caller, one, names, macro, depth)
        return names[macro.canonical]

    def _argument(self, caller: Variable, name: str, argument: Expression, depth: int) -> Expression:
        if isinstance(argument, Number | Reference):
            return argument
        self.waiting.append((_hidden(caller, name, argument), depth))
        return Reference(name)

    def _variable(
        self, caller: Variable, one: Variable, names: Mapping[str, Expression], macro: Macro, depth: int
    ) -> None:
        target = names[one.canonical]
        if one.canonical in macro.inputs or not isinstance(target, Reference):
            said = f"{one.name} is an input of {macro.name} and defined in it too"
            raise _problem(caller, one, "duplicate-definition", said, "Rename one of the two.")

        def change(node: Expression) -> Expression:
            if not isinstance(node, Reference):
                return node
            if node.name.endswith("$"):
                return replace(node, name=node.name[:-1].strip())
            return names.get(node.name, node)

        equation = rebuild(one.equation, change)
        if one.canonical in macro.outputs:
            # An output is a variable of the model, under the name that the call gives it.
            written = target.written or target.name
            variable = replace(one, name=written, canonical=target.name, equation=equation)
        else:
            variable = _hidden(caller, target.name, equation, one)
        self.waiting.append((variable, depth))

    def _refuse(self, caller: Variable, call: Call, macro: Macro, depth: int) -> None:
        wanted = len(macro.inputs) + len(macro.outputs)
        if len(call.arguments) != wanted:
            said = f"{macro.name} takes {wanted} arguments, here it has {len(call.arguments)}"
            hint = "Give an argument for each input, and behind a colon a name for each further output."
            raise _problem(caller, call, "wrong-argument-count", said, hint)
        for output in call.arguments[len(macro.inputs) :]:
            if not isinstance(output, Reference) or output.subscripts:
                said = f"what stands behind the colon of {macro.name} is no name"
                raise _problem(caller, call, "wrong-argument-count", said, "Name a new variable there.")
        if depth > DEEPEST or self.calls > MOST_CALLS:
            said = f"{macro.name} calls itself, or macros are called more than {DEEPEST} deep"
            raise _problem(caller, call, "macro-calls-itself", said, "Use a stock to carry a value on.")
        defined = {one.canonical for one in macro.variables}
        missing = [name for name in (macro.canonical, *macro.outputs) if name not in defined]
        if missing:
            said = f"the macro {macro.name} has no equation for {missing[0]}"
            raise _problem(caller, macro, "macro-without-output", said, "Add the equation to the macro.")
        for one in macro.variables:
            if one.subscripts or any(isinstance(n, Reference) and n.subscripts for n in walk(one.equation)):
                said = f"{one.name} of the macro {macro.name} has subscripts"
                hint = "Give the macro scalars, and call it for each element."
                raise _problem(caller, one, "macro-with-subscripts", said, hint)


def _hidden(caller: Variable, name: str, equation: Expression, one: Variable | None = None) -> Variable:
    kind = "auxiliary" if one is None or one.kind == "constant" else one.kind
    return Variable(
        name,
        name,
        kind,
        equation,
        units=one.units if one else "",
        text=one.text if one else caller.text,
        place=one.place if one else caller.place,
        flags=HIDDEN,
    )


def _problem(caller: Variable, node: Expression | Variable | Macro, code: str, said: str, hint: str):
    place = node.place if node.place.line is not None else caller.place
    text = f"{caller.name} = {' '.join(caller.text[:500].split())}"[:100]
    return StockadeError(Diagnostic(code, said, replace(place, name=caller.name), text, hint))
