"""The order in which variables can be computed, and the circle that prevents one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.model import Model


class CircleError(Exception):
    """Internal: names that need each other, the first repeated at the end."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(" -> ".join(names))


def dependency_order(roots: Iterable[str], needs: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Returns the roots and all they need, each after what it needs itself.

    Args:
        roots: Names to begin with.
        needs: Names that one name needs directly.

    Raises:
        CircleError: Where names need each other.
    """
    done: dict[str, None] = {}
    for root in roots:
        if root in done:
            continue
        path: dict[str, None] = {root: None}
        stack = [(root, iter(needs(root)))]
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.pop(name)
                done[name] = None
            elif following in path:
                names = list(path)
                raise CircleError([*names[names.index(following) :], following])
            elif following not in done:
                path[following] = None
                stack.append((following, iter(needs(following))))
    return tuple(done)


def circle_error(circle: CircleError, model: Model, *, initial: bool) -> StockadeError:
    """Returns the error for a circle, spelled out with the names as written."""

    def written(name: str) -> str:
        return model.by_name[name].name if name in model.by_name else name.split("#", maxsplit=1)[0]

    first = next((name for name in circle.names if name in model.by_name), None)
    variable = model.by_name[first] if first else None
    place = Place(
        variable.place.file if variable else model.source,
        variable.place.line if variable else None,
        None,
        variable.name if variable else None,
    )
    chain = " -> ".join(written(name) for name in circle.names)
    if initial:
        return StockadeError(
            Diagnostic(
                "circular-initial-values",
                f"the initial values need each other: {chain}",
                place,
                variable.text if variable else "",
                "give one of these stocks a number or a constant to start from",
            )
        )
    return StockadeError(
        Diagnostic(
            "circular-definition",
            f"these variables need each other within one step: {chain}",
            place,
            variable.text if variable else "",
            "put a stock, a delay or a smooth into the loop",
        )
    )
