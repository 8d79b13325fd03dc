"""What the calls of a builder leave behind, until `freeze` makes a model of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stockade.errors import Place
from stockade.model.expressions import Expression

DraftKind = Literal["stock", "flow", "auxiliary", "constant", "lookup"]
Limits = tuple[float | None, float | None, float | None]
Equation = tuple[tuple[str, ...], Expression]


@dataclass(frozen=True)
class Draft:
    """One variable.

    Attributes:
        name: As written.
        canonical: As it is compared.
        kind: As the modeller called it.
        equations: Subscripts and right-hand side: one pair for all elements, or one for each. A stock's
            are its initial values. References to arrays may lack their subscripts.
        dimensions: Canonical names of its dimensions.
        into: Of a flow: the stock it adds to, canonical; empty where there is none.
        out_of: Of a flow: the stock it takes from.
        rate: Of a stock: its rate of change, where it is given whole.
        unit: As written.
        limits: As in a model.
        about: Its documentation.
        group: The group it stands in.
        place: The call that made it.
    """

    name: str
    canonical: str
    kind: DraftKind
    equations: tuple[Equation, ...]
    dimensions: tuple[str, ...]
    unit: str
    limits: Limits
    about: str
    group: str
    place: Place
    into: str = ""
    out_of: str = ""
    rate: Expression | None = None
