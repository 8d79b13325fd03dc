"""What a scenario replaces, as arrays."""

from __future__ import annotations

from typing import NamedTuple

from stockade.arrays import Array, Floats


class Overrides(NamedTuple):
    """What a scenario replaces: variable i reads as `value[i]` while ``start[i] <= time < stop[i]``.

    A stock that is replaced is also carried at the value, and goes on from there afterwards. With RK4, an
    override that holds at the beginning of a step holds throughout it.

    Attributes:
        start: Times, shape (overridable,); +inf switches a variable's override off.
        stop: Times, shape (overridable,).
        value: Values, shape (overridable,) or (overridable, *batch).
        factor: None, or what the variable's own value is multiplied by before `value` is added, in the shape
            of `value`; 0 to replace it. Not for stocks.
        path: None, or what is added to `value` step by step, shape (overridable, step), the final time
            included: a path that replaces a variable, the same for the whole batch.
    """

    start: Array | Floats
    stop: Array | Floats
    value: Array | Floats
    factor: Array | Floats | None = None
    path: Array | Floats | None = None
