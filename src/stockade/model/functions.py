"""The table of functions: names, how many arguments they take, and what they do to units. Data only.

Units are written as a signature. Letters stand for any units, the same letter for the same units;
``time`` is the model's unit of time, ``1`` is dimensionless, ``?`` is not looked at. ``INTEG`` for
example takes ``a/time, a`` and gives ``a``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        name: Canonical name.
        fewest: How many arguments it takes at least.
        most: How many it takes at most.
        units: Signature of its units, e.g. ``a, time -> a``; arguments beyond it are not looked at.
        supported: Whether a model that calls it can be run.
        nested: Whether it may stand inside of a larger expression.
    """

    name: str
    fewest: int
    most: int
    units: str
    supported: bool = True
    nested: bool = True


def _rows(text: str, *, supported: bool = True) -> list[Function]:
    """Reads rows of ``name | fewest | most | units``."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [Function(name, int(fewest), int(most), units, supported) for name, fewest, most, units in rows]


_SUPPORTED = _rows(
    """
    if then else       | 3 | 3 | ?, a, a -> a
    min                | 2 | 2 | a, a -> a
    max                | 2 | 2 | a, a -> a
    abs                | 1 | 1 | a -> a
    integer            | 1 | 1 | a -> a
    modulo             | 2 | 2 | a, a -> a
    quantum            | 2 | 2 | a, a -> a
    exp                | 1 | 1 | 1 -> 1
    ln                 | 1 | 1 | 1 -> 1
    log                | 2 | 2 | 1, 1 -> 1
    sqrt               | 1 | 1 | a^2 -> a
    power              | 2 | 2 | power
    sin                | 1 | 1 | 1 -> 1
    cos                | 1 | 1 | 1 -> 1
    tan                | 1 | 1 | 1 -> 1
    arcsin             | 1 | 1 | 1 -> 1
    arccos             | 1 | 1 | 1 -> 1
    arctan             | 1 | 1 | 1 -> 1
    sinh               | 1 | 1 | 1 -> 1
    cosh               | 1 | 1 | 1 -> 1
    tanh               | 1 | 1 | 1 -> 1
    zidz               | 2 | 2 | a, b -> a/b
    xidz               | 3 | 3 | a, b, a/b -> a/b
    step               | 2 | 2 | a, time -> a
    ramp               | 3 | 3 | a/time, time, time -> a
    pulse              | 2 | 2 | time, time -> 1
    pulse train        | 4 | 4 | time, time, time, time -> 1
    initial            | 1 | 1 | a -> a
    reinitial          | 1 | 1 | a -> a
    lookup             | 2 | 2 | lookup
    with lookup        | 2 | 2 | ?, ? -> ?
    smooth             | 2 | 2 | a, time -> a
    smoothi            | 3 | 3 | a, time, a -> a
    smooth3            | 2 | 2 | a, time -> a
    smooth3i           | 3 | 3 | a, time, a -> a
    smooth n           | 4 | 4 | a, time, a, 1 -> a
    delay1             | 2 | 2 | a, time -> a
    delay1i            | 3 | 3 | a, time, a -> a
    delay3             | 2 | 2 | a, time -> a
    delay3i            | 3 | 3 | a, time, a -> a
    delay n            | 4 | 4 | a, time, a, 1 -> a
    delay fixed        | 3 | 3 | a, time, a -> a
    delay information  | 3 | 3 | a, time, a -> a
    delay material     | 4 | 4 | a, time, a, a -> a
    trend              | 3 | 3 | a, time, 1/time -> 1/time
    forecast           | 3 | 3 | a, time, time -> a
    delayp                   | 3 | 3 | a, time, ? -> a
    depreciate straightline  | 4 | 4 | a, time, time, a -> a
    game                     | 1 | 1 | a -> a
    gamma ln                 | 1 | 1 | 1 -> 1
    get time value           | 3 | 3 | ? -> ?
    lookup area              | 3 | 3 | ? -> ?
    lookup backward          | 2 | 2 | lookup
    lookup extrapolate       | 2 | 2 | lookup
    lookup forward           | 2 | 2 | lookup
    lookup invert            | 2 | 2 | ? -> ?
    lookup slope             | 3 | 3 | ? -> ?
    npv                      | 4 | 4 | a, 1/time, ?, 1 -> ?
    npve                     | 4 | 4 | a, 1/time, ?, 1 -> ?
    sample if true     | 3 | 3 | ?, a, a -> a
    random 0 1               | 0 | 0 | -> 1
    random beta              | 7 | 7 | a, a, 1, 1, a, a, ? -> a
    random binomial          | 7 | 7 | a, a, 1, 1, a, a, ? -> a
    random exponential       | 5 | 5 | a, a, a, a, ? -> a
    random gamma             | 6 | 6 | a, a, 1, a, a, ? -> a
    random lookup            | 6 | 6 | ? -> ?
    random negative binomial | 7 | 7 | a, a, 1, 1, a, a, ? -> a
    random normal            | 5 | 5 | a, a, a, a, ? -> a
    random pink noise        | 4 | 4 | a, a, time, ? -> a
    random poisson           | 6 | 6 | ? -> ?
    random triangular        | 6 | 6 | a, a, a, a, a, ? -> a
    random uniform           | 3 | 3 | a, a, ? -> a
    random weibull           | 6 | 6 | ? -> ?
    allocate available       | 3 | 3 | a, ?, a -> a
    allocate by priority     | 5 | 5 | a, ?, ?, ?, a -> a
    elmcount                 | 1 | 1 | ? -> 1
    invert matrix            | 2 | 2 | ? -> ?
    prod                     | 1 | 1 | ? -> ?
    sum                      | 1 | 1 | a -> a
    time base                | 2 | 2 | ? -> ?
    vector elm map           | 2 | 2 | a, ? -> a
    vector lookup            | 5 | 5 | a, ?, ?, ?, ? -> a
    vector rank              | 2 | 2 | ?, ? -> 1
    vector reorder           | 2 | 2 | a, ? -> a
    vector select            | 5 | 5 | ?, a, ?, ?, ? -> a
    vector sort order        | 2 | 2 | ?, ? -> 1
    vmax                     | 1 | 1 | a -> a
    vmin                     | 1 | 1 | a -> a
    get data at time         | 2 | 2 | a, time -> a
    get data between times   | 3 | 3 | a, time, ? -> a
    get data first time      | 1 | 1 | ? -> time
    get data last time       | 1 | 1 | ? -> time
    get data max             | 3 | 3 | a, time, time -> a
    get data mean            | 3 | 3 | a, time, time -> a
    get data median          | 3 | 3 | a, time, time -> a
    get data min             | 3 | 3 | a, time, time -> a
    get data total points    | 1 | 1 | ? -> 1
    time shift               | 2 | 2 | a, time -> a
    """
)

FROM_FILES: Mapping[str, int] = MappingProxyType(
    {
        f"get {form} {what}": count
        for form in ("xls", "direct", "123")
        for what, count in (("constants", 3), ("data", 4), ("lookups", 4), ("subscript", 5))
    }
)
"""The functions that read from spreadsheets and delimited text, and how many texts they take."""

_READ = [Function(name, count, count, "? -> ?", nested=False) for name, count in FROM_FILES.items()]

_KNOWN_ONLY = _rows(
    """
    a function of            | 0 | 999 | ? -> ?
    alloc p                  | 4 | 4 | ? -> ?
    delay batch              | 0 | 999 | ? -> ?
    delay conveyor           | 0 | 999 | ? -> ?
    delay profile            | 0 | 999 | ? -> ?
    demand at price          | 0 | 999 | ? -> ?
    depreciate by schedule   | 0 | 999 | ? -> ?
    find zero                | 0 | 999 | ? -> ?
    find market price        | 0 | 999 | ? -> ?
    fixed integ              | 0 | 999 | ? -> ?
    forecast value           | 0 | 999 | ? -> ?
    get data stdv            | 3 | 3 | a, time, time -> a
    get vdf constants        | 0 | 999 | ? -> ?
    get vdf data             | 0 | 999 | ? -> ?
    get vdf lookups          | 0 | 999 | ? -> ?
    internal rate of return  | 0 | 999 | ? -> ?
    market price             | 0 | 999 | ? -> ?
    marketp                  | 0 | 999 | ? -> ?
    message                  | 0 | 999 | ? -> ?
    queue fifo               | 0 | 999 | ? -> ?
    queue age average        | 0 | 999 | ? -> ?
    queue age oldest         | 0 | 999 | ? -> ?
    queue attrib average     | 0 | 999 | ? -> ?
    sample until             | 2 | 3 | ?, a -> a
    shift if true            | 5 | 5 | ? -> ?
    simultaneous             | 2 | 2 | a, a -> a
    supply at price          | 0 | 999 | ? -> ?
    tabbed array             | 0 | 999 | ? -> ?
    """,
    supported=False,
)

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "delay conveyor": "Write DELAY FIXED where nothing leaks, else a chain of stocks.",
        "delay batch": "Write a stock that is emptied by a flow with IF THEN ELSE and TIME STEP.",
        "depreciate by schedule": "Write DEPRECIATE STRAIGHTLINE, or a sum of DELAY FIXED by the schedule.",
        "find zero": "Solve the equations by hand, or let a stock move towards the solution.",
        "fixed integ": "Write INTEG with inflows and outflows.",
        "internal rate of return": "Give NPV a rate of your own; that at which it is 0 is the internal one.",
        "sample until": "Write SAMPLE IF TRUE( Time <= last time, x, initial value ).",
        "shift if true": "Write the shift as flows: IF THEN ELSE( condition, x[before] / TIME STEP, 0 ).",
        "simultaneous": "Solve the equations by hand, or break the circle with a stock that adjusts quickly.",
        "tabbed array": "It stands directly behind the equal sign: x[a] = TABBED ARRAY( ... ).",
        "get data stdv": "Compute it outside of the model, and read it as a constant.",
    }
)
"""What to write instead of a function that is known and cannot be run."""

_WHOLE = (
    Function("integ", 2, 2, "a/time, a -> a", nested=False),
    Function("active initial", 2, 2, "a, a -> a", nested=False),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {one.name: one for one in (*_WHOLE, *_SUPPORTED, *_READ, *_KNOWN_ONLY)}
)
