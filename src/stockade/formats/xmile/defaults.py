"""What the parameters of a macro are where a call leaves them out."""

from __future__ import annotations

from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.source import Source
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.expressions import parse_equation
from stockade.formats.xmile.names import canonical_name
from stockade.formats.xmile.resolve import resolve
from stockade.formats.xmile.scope import Scope
from stockade.model.expressions import Array, Expression, Reference
from stockade.model.walk import walk

_CLOCK = ("time", "time step", "initial time", "final time")


def defaults(macro: Element, scope: Scope) -> tuple[tuple[str, Expression | None], ...]:
    """Reads the parameters of a macro.

    Args:
        macro: The element.
        scope: What its names can mean: functions, and nothing of the model.

    Returns:
        For each its canonical name, and its default in words of the model, in which the names of parameters
        before it stand for their arguments; None where it has none.

    Raises:
        StockadeError: ``broken-default``, and what is wrong with the expression.
    """
    found: list[tuple[str, Expression | None]] = []
    for one in macro.all("parm"):
        name = canonical_name(one.text)
        known = frozenset(each for each, _ in found)
        found.append((name, _default(one, replace(scope, parameters=known, owner=one.text))))
    return tuple(found)


def _default(parameter: Element, scope: Scope) -> Expression | None:
    """Source: XMILE 1.0, 4.8, of the attribute ``default``."""
    written = parameter.attributes.get("default", "").strip()
    if not written:
        return None
    try:
        read = resolve(parse_equation(Source(written, parameter.file), parameter.text), scope)
    except StockadeError as error:
        place = parameter.place(parameter.text)
        raise StockadeError(
            [Diagnostic(one.code, one.message, place, written, one.hint) for one in error.diagnostics]
        ) from error
    for node in walk(read):
        strange = (
            isinstance(node, Reference) and node.name not in scope.parameters and node.name not in _CLOCK
        )
        if strange or isinstance(node, Array):
            what = node.written or node.name if isinstance(node, Reference) else "a list of numbers"
            said = f"the default of the parameter {parameter.text} holds {what}"
            hint = "A default is made of numbers, functions, and the parameters before it."
            place = parameter.place(parameter.text)
            raise StockadeError(Diagnostic("broken-default", said, place, written, hint))
    return read
