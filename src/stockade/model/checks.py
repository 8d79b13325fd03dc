"""What can be said about a model before it runs: everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Call, Expression, Reference
from stockade.model.functions import FROM_FILES, FUNCTIONS, INSTEAD
from stockade.model.limits import not_yet_run
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.order import circular, needs_at_start, needs_now, sort
from stockade.model.unit_checks import check_units
from stockade.model.walk import walk

_MOST_CIRCLES = 10
_MOST_SUGGESTIONS = 25


def check(model: Model) -> tuple[Diagnostic, ...]:
    """Checks names, functions, circles and units.

    Returns:
        All errors, in the order of the file, and then all warnings; empty for a sound model.
    """
    wrong: tuple[Diagnostic, ...] = ()
    written_out = None
    try:
        # What needs what can only be told element by element, and within macros call by call.
        written_out = elaborate(model)
    except StockadeError as error:
        wrong = error.diagnostics
    found = [
        *_controls(model),
        *(one for one in _duplicates(model) if written_out is not None),
        *not_yet_run(model),
        *wrong,
        *_names(written_out or model),
        *_functions(model),
        *(_circles(written_out) if written_out is not None else ()),
        *check_units(model),
    ]
    return tuple(
        sorted(found, key=lambda one: (one.severity != "error", one.place.line or 0, one.place.column or 0))
    )


def excerpt(variable: Variable) -> str:
    """Returns the beginning of a variable's equation, on one line."""
    # An equation may fill pages: only its beginning is looked at.
    text = f"{variable.name} = {' '.join(variable.text[:500].split())}"
    return text if len(text) <= 100 else text[:97] + "..."


def place_of(variable: Variable, node: Expression | None = None) -> Place:
    """Returns the place of a node, or else of the variable's definition, with the variable's name."""
    if node is None or node.place.line is None:
        return replace(variable.place, name=variable.name)
    return replace(node.place, name=variable.name)


class _Suggestions:
    """Finds known names that resemble a wrong one; a broken file may hold thousands, so it gives up early."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.left = _MOST_SUGGESTIONS

    def hint(self, name: str, otherwise: str) -> str:
        """Returns a hint for a canonical name."""
        self.left -= 1
        near = get_close_matches(name, self.known, n=2, cutoff=0.75) if self.left >= 0 else []
        return f"Did you mean {' or '.join(self.known[one] for one in near)}?" if near else otherwise


def _controls(model: Model) -> Iterator[Diagnostic]:
    # Without a SAVEPER every step is saved.
    missing = [name.upper() for name in CONTROL_NAMES[:3] if name not in model.by_name]
    if missing:
        yield Diagnostic(
            "missing-control",
            f"the model does not say its {', '.join(missing)}",
            Place(model.source),
            hint=f"Add for instance: {missing[0]} = {_EXAMPLES[missing[0].lower()]} ~ Month ~ |",
        )


_EXAMPLES = {"initial time": "0", "final time": "100", "time step": "0.25"}


def _duplicates(model: Model) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, tuple[str, ...]], Variable] = {}
    for one in model.variables:
        if one.canonical == "time":
            yield Diagnostic(
                "reserved-name", "Time is the simulation's own", place_of(one), excerpt(one), "Rename it."
            )
        # Definitions for different subscripts stand side by side.
        first = seen.setdefault((one.canonical, one.subscripts), one)
        if first is not one:
            where = f" in line {first.place.line}" if first.place.line else ""
            yield Diagnostic(
                "duplicate-definition",
                f"{one.name} is already defined{where}",
                place_of(one),
                excerpt(one),
                "Remove one of the two, or rename it.",
            )


def _names(model: Model) -> Iterator[Diagnostic]:
    known = {one.canonical: one.name for one in (*model.variables, *model.ranges)} | {"time": "Time"}
    known |= {element: element for one in model.ranges for element in one.elements}
    suggestions = _Suggestions(known)
    for variable in model.variables:
        called = _called_tables(variable.equation)
        missing: set[str] = set()
        for node in walk(variable.equation):
            if not isinstance(node, Reference):
                continue
            if node.name in model.by_name:
                yield from _lookup_use(model, variable, node, called=id(node) in called)
            elif node.name not in known and node.name not in missing:
                missing.add(node.name)
                hint = suggestions.hint(node.name, "Define it, or correct the name.")
                said = f"{node.written or node.name} is not defined"
                yield Diagnostic(
                    "undefined-variable", said, place_of(variable, node), excerpt(variable), hint
                )


def _called_tables(equation: Expression) -> set[int]:
    """Returns the identities of the references that stand where a function wants a lookup."""
    calls = (node for node in walk(equation) if isinstance(node, Call) and _takes_table(node.function))
    return {id(node.arguments[0]) for node in calls if node.arguments}


def _takes_table(function: str) -> bool:
    return function.startswith("lookup") or function == "random lookup"


def _lookup_use(model: Model, variable: Variable, node: Reference, *, called: bool) -> Iterator[Diagnostic]:
    is_lookup = model.by_name[node.name].kind == "lookup"
    if is_lookup and not called:
        said, hint = f"{node.written} is a lookup and needs an argument", f"Write {node.written}( x )."
        yield Diagnostic("lookup-without-argument", said, place_of(variable, node), excerpt(variable), hint)
    elif called and not is_lookup:
        said = f"{node.written} is not a lookup and takes no argument"
        hint = "Perhaps a * is missing before the parenthesis."
        yield Diagnostic("not-a-lookup", said, place_of(variable, node), excerpt(variable), hint)


def _functions(model: Model) -> Iterator[Diagnostic]:
    known = {one.name: one.name.upper() for one in FUNCTIONS.values()}
    known |= {one.canonical: one.name for one in model.variables if one.kind == "lookup"}
    suggestions = _Suggestions(known)
    macros = {one.canonical for one in model.macros}
    inside = (one for macro in model.macros for one in macro.variables)
    for variable in (*model.variables, *inside):
        for node in walk(variable.equation):
            if not isinstance(node, Call) or node.function.startswith("#"):
                continue  # No file can hold a name with #: a function over elements was turned into it.
            if node.function not in macros and node.function != "data":
                yield from _function(variable, node, suggestions)


def _function(variable: Variable, node: Call, suggestions: _Suggestions) -> Iterator[Diagnostic]:
    place = place_of(variable, node)
    written = node.written or node.function.upper()
    rule = FUNCTIONS.get(node.function)
    if rule is None:
        hint = suggestions.hint(
            node.function, "Correct the name; docs/functions.md lists what can be called."
        )
        said = f"{written} is neither a function nor a lookup of this model"
        yield Diagnostic("unknown-function", said, place, excerpt(variable), hint)
        return
    if node.function in FROM_FILES and node is variable.equation:
        hint = "Read the model from its file, with stockade.load."
        yield Diagnostic("external-not-read", f"{written} was not read", place, excerpt(variable), hint)
        return
    if node.function == "a function of":
        said = f"{variable.name} has no equation yet: {written} only lists what it depends on"
        yield Diagnostic("missing-equation", said, place, excerpt(variable), "Give it an equation.")
        return
    if not rule.supported:
        hint = INSTEAD.get(node.function, "Rewrite the equation without it.")
        yield Diagnostic(
            "unsupported-function", f"{written} is not supported yet", place, excerpt(variable), hint
        )
        return
    count = len(node.arguments)
    if not rule.fewest <= count <= rule.most:
        wanted = str(rule.fewest) if rule.fewest == rule.most else f"{rule.fewest} to {rule.most}"
        if node.function == "lookup":
            wanted, count = "1", count - 1
        said = f"{written} takes {wanted} argument{'' if wanted == '1' else 's'}, here it has {count}"
        hint = "Count the commas outside of inner parentheses."
        yield Diagnostic("wrong-argument-count", said, place, excerpt(variable), hint)
    if not rule.nested and node is not variable.equation:
        said = f"{written} stands inside of a larger expression"
        hint = f"Give it a variable of its own: name = {written}( ... )."
        yield Diagnostic("nested-function", said, place, excerpt(variable), hint)


def _circles(model: Model) -> Iterator[Diagnostic]:
    plain = model.variables
    now = {one.canonical: needs_now(one.equation) for one in plain if one.kind == "auxiliary"}
    found = list(_all_circles(model, now, at_start=False))
    yield from found
    if not found:
        moving = [one for one in plain if one.kind in ("stock", "auxiliary")]
        start = {one.canonical: needs_at_start(one.equation) for one in moving}
        yield from _all_circles(model, start, at_start=True)


def _all_circles(model: Model, needs: dict[str, frozenset[str]], *, at_start: bool) -> Iterator[Diagnostic]:
    left = dict(needs)
    for _ in range(_MOST_CIRCLES):
        _, circle = sort(left)
        if not circle:
            return
        yield circular(model, circle, at_start=at_start)
        left = {name: wants for name, wants in left.items() if name not in circle}
