"""A model built in Python, variable by variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from stockade.errors import Place, StockadeError
from stockade.formats.python.drafts import Draft, DraftKind, Equation
from stockade.formats.python.freeze import variables_of
from stockade.formats.python.looks import (
    NOT_IN_ELEMENTS,
    NOT_IN_GROUPS,
    NOT_IN_NAMES,
    NOT_IN_UNITS,
    Bounds,
    bounds,
    controls,
    look_at_limits,
    look_at_name,
    words,
)
from stockade.formats.python.places import here, mistake
from stockade.formats.python.points import by_element, plain, table
from stockade.formats.python.quantities import (
    Dimension,
    Lookup,
    Quantity,
    as_expression,
    owner_of,
)
from stockade.model.expressions import Array, Expression, Reference
from stockade.model.functions import FUNCTIONS
from stockade.model.model import CONTROL_NAMES, IntegrationMethod, Model, SubscriptRange
from stockade.model.names import canonical
from stockade.model.units import parse_units, synonym_table

Given = object
Over = Dimension | Iterable[Dimension]


class ModelBuilder:
    """A model under construction; `stockade.build.model` makes one.

    Its methods define variables and give them back, to compute with. `freeze` gives the model.
    """

    def __init__(
        self,
        title: str,
        *,
        time: tuple[float, float, float],
        unit: str,
        save_every: float | None = None,
        method: IntegrationMethod = "euler",
        about: str = "",
        unit_synonyms: Iterable[Iterable[str]] = (),
    ) -> None:
        place = here()
        self._title = " ".join(words(title).split())
        self._about = words(about)
        self._method: IntegrationMethod = method
        self._synonyms = tuple(tuple(row) for row in unit_synonyms)
        self._same_units = synonym_table(self._synonyms)
        self._drafts: dict[str, Draft] = {}
        self._dimensions: dict[str, Dimension] = {}
        self._ranges: list[SubscriptRange] = []
        self._elements: dict[str, Place] = {}
        self._taken: dict[str, Place] = {}
        # As Vensim does: what stands in no group of its own stands in one named after the model.
        self._group = NOT_IN_GROUPS.sub("", self._title)
        if method not in ("euler", "rk4"):
            raise mistake(
                "broken-time", f"{method!r} is no method of integration", "Write 'euler' or 'rk4'.", place
            )
        self._controls = controls(time, save_every, self._unit(unit, place, "time"), place)

    # ------------------------------------------------------------ what is defined

    def stock(
        self,
        name: str,
        initial: Given,
        *,
        rate: Given | None = None,
        unit: str = "",
        over: Over = (),
        limits: Bounds | None = None,
        about: str = "",
    ) -> Quantity:
        """Defines a stock: what flows fill and drain.

        Args:
            name: Its name, as readers of the model will see it.
            initial: What it holds at the start: a number or an expression; for an array also a list or a
                dictionary by element.
            rate: All of its change per unit of time, where it is not left to flows.
            unit: Its units, such as ``person``; ``Dmnl`` for none.
            over: The dimension or dimensions of an array.
            limits: (low, high) or (low, high, step) that its values should keep to; None leaves an end open.
            about: What it is, in words.

        Raises:
            StockadeError: ``duplicate-definition``, ``reserved-name``, ``broken-name``, ``broken-units`` ...
        """
        place = here()
        change = None if rate is None else self._expression(rate, place)
        return self._define("stock", name, initial, unit, over, limits, about, rate=change)

    def flow(
        self,
        name: str,
        equation: Given,
        *,
        into: Quantity | None = None,
        out_of: Quantity | None = None,
        unit: str = "",
        over: Over = (),
        limits: Bounds | None = None,
        about: str = "",
    ) -> Quantity:
        """Defines a flow, into a stock, out of a stock, or from one to another.

        Args:
            name: Its name.
            equation: How much flows in a unit of time.
            into: The stock that it adds to.
            out_of: The stock that it takes from.
            unit: Its units: those of the stock per unit of time.
            over: As for a stock; a flow has its stock's dimensions.
            limits: As for a stock.
            about: As for a stock.

        Raises:
            StockadeError: As `stock`, and ``not-a-stock``.
        """
        place = here()
        if into is None and out_of is None:
            said = f"{name} is a flow without a stock"
            raise mistake(
                "not-a-stock", said, "Give into= or out_of= a stock, or make it an auxiliary.", place
            )
        ends = {"into": self._stock(into, place), "out_of": self._stock(out_of, place)}
        return self._define("flow", name, equation, unit, over, limits, about, **ends)

    def auxiliary(
        self,
        name: str,
        equation: Given,
        *,
        unit: str = "",
        over: Over = (),
        limits: Bounds | None = None,
        about: str = "",
    ) -> Quantity:
        """Defines an auxiliary: what is computed anew at every moment. Arguments as for a stock."""
        return self._define("auxiliary", name, equation, unit, over, limits, about)

    def constant(
        self,
        name: str,
        value: Given,
        *,
        unit: str = "",
        over: Over = (),
        limits: Bounds | None = None,
        about: str = "",
    ) -> Quantity:
        """Defines a constant: a number, or for an array a number for each element.

        Arguments as for a stock; a value outside of its limits is refused.

        Raises:
            StockadeError: As `stock`, and ``outside-limits``.
        """
        return self._define("constant", name, value, unit, over, limits, about)

    def lookup(
        self, name: str, points: Iterable[tuple[float, float]], *, unit: str = "", about: str = ""
    ) -> Lookup:
        """Defines a lookup: a curve through points, to be called: ``effect(pressure)``.

        Args:
            name: Its name.
            points: Pairs (x, y) in ascending x; straight lines between, level beyond the ends.
            unit: The units of y.
            about: What it is, in words.

        Raises:
            StockadeError: As `stock`, and ``broken-lookup``.
        """
        found = self._add("lookup", name, (((), table(points, here())),), (), unit, None, about)
        return Lookup(found, self)

    def dimension(self, name: str, elements: Iterable[str], *, about: str = "") -> Dimension:
        """Defines a dimension of arrays: a named list of subscripts.

        Args:
            name: Its name.
            elements: The names of its elements, in order; another dimension may hold them too.
            about: What it is, in words.

        Raises:
            StockadeError: ``duplicate-definition``, ``reserved-name``, ``broken-name``.
        """
        place = here()
        names = (
            list(elements) if isinstance(elements, Iterable) and not isinstance(elements, str) else [elements]
        )
        for one in (name, *names):
            look_at_name(one, place, NOT_IN_ELEMENTS)
        self._look_for_another(name, place)
        held = tuple(canonical(one) for one in names)
        for element, written in zip(held, names, strict=True):
            if element not in self._elements:
                self._look_for_another(written, place)
        if not held or len(set(held)) < len(held) or canonical(name) in held:
            said = f"the elements of {name} must be several different names"
            raise mistake(
                "broken-name", said, "Write for instance m.dimension('region', ['north', 'south']).", place
            )
        self._elements |= dict.fromkeys(held, place)
        found = Dimension(name, tuple(names))
        self._dimensions[found.canonical] = found
        self._taken[found.canonical] = place
        self._ranges.append(
            SubscriptRange(
                name, found.canonical, held, documentation=words(about), group=self._group,
                text=", ".join(names), place=replace(place, name=name), written=tuple(names),
            )
        )  # fmt: skip
        return found

    def group(self, name: str) -> AbstractContextManager[None]:
        """Puts what is defined inside of ``with m.group("Forces"):`` into a group of that name."""
        look_at_name(name, here(), NOT_IN_GROUPS)
        return self._within(" ".join(name.split()))

    @contextmanager
    def _within(self, name: str) -> Iterator[None]:
        before, self._group = self._group, name
        try:
            yield
        finally:
            self._group = before

    # ------------------------------------------------------------ what is referred to

    @property
    def time(self) -> Quantity:
        """The simulation's clock."""
        return Quantity(Reference("time", (), "Time", here()), self)

    @property
    def time_step(self) -> Quantity:
        """The step of the integration."""
        return Quantity(Reference("time step", (), "TIME STEP", here()), self)

    def __getitem__(self, name: str) -> Quantity:
        """Returns a variable by its name, whether it is defined already or will be: ``m["people"]``."""
        if not isinstance(name, str) or not canonical(name):
            raise mistake("broken-name", f"{name!r} is no name", "Write the variable's name in quotes.")
        return Quantity(Reference(canonical(name), (), name, here()), self)

    def freeze(self) -> Model:
        """Returns the model as it stands now, as a reader of files would give it.

        Raises:
            StockadeError: All at once: ``undefined-variable``, ``not-a-stock``, ``unbound-subscript`` ...
        """
        return Model(
            variables=(*variables_of(self._drafts, self._dimensions), *self._controls),
            dialect="python",
            title=self._title,
            documentation=self._about,
            unit_synonyms=self._synonyms,
            ranges=tuple(self._ranges),
            method=self._method,
        )

    def __repr__(self) -> str:
        return f"<model {self._title}: {len(self._drafts)} variables>"

    # ------------------------------------------------------------ how it is done

    def _define(
        self,
        kind: DraftKind,
        name: str,
        value: Given,
        unit: str,
        over: Over,
        limits: Bounds | None,
        about: str,
        **more: object,
    ) -> Quantity:
        place = here()
        dimensions = self._over(over, place)
        equations = self._equations(kind, name, value, dimensions, place)
        if kind == "constant":
            look_at_limits(name, value, limits, place)
        found = self._add(
            kind, name, equations, tuple(one.canonical for one in dimensions), unit, limits, about, **more
        )
        return Quantity(found, self)

    def _add(
        self,
        kind: DraftKind,
        name: str,
        equations: tuple[Equation, ...],
        dimensions: tuple[str, ...],
        unit: str,
        limits: Bounds | None,
        about: str,
        **more: object,
    ) -> Reference:
        place = here()
        look_at_name(name, place, NOT_IN_NAMES)
        self._look_for_another(name, place)
        draft = Draft(
            name, canonical(name), kind, equations, dimensions, self._unit(unit, place, name),
            bounds(limits, place), words(about), self._group, place, **more,  # pyright: ignore[reportArgumentType]
        )  # fmt: skip
        self._drafts[draft.canonical] = draft
        self._taken[draft.canonical] = place
        return Reference(draft.canonical, (), name, place)

    def _equations(
        self, kind: DraftKind, name: str, value: Given, dimensions: tuple[Dimension, ...], place: Place
    ) -> tuple[Equation, ...]:
        whole = tuple(one.canonical for one in dimensions)
        values = by_element(value, dimensions, name, place)
        if kind == "constant":
            if values is None:
                plain(value, place)
                return ((whole, self._expression(value, place)),)
            flat, width = [plain(one, place) for one in values.values()], len(dimensions[-1])
            rows = (tuple(flat[at : at + width]) for at in range(0, len(flat), width))
            return ((whole, Array(tuple(rows), place)),)
        if values is None:
            return ((whole, self._expression(value, place)),)
        return tuple((key, self._expression(one, place)) for key, one in values.items())

    def _expression(self, given: Given, place: Place) -> Expression:
        owner = owner_of(given)
        if owner is not None and owner is not self:
            said = "this is a variable of another model"
            raise mistake("other-model", said, "Define what is needed in this model too.", place)
        return as_expression(given, place)

    def _stock(self, given: Quantity | None, place: Place) -> str:
        if given is None:
            return ""
        one = self._expression(given, place)
        if isinstance(one, Reference) and not one.subscripts:
            return one.name
        raise mistake("not-a-stock", f"{given!r} is not a stock", "Give what m.stock gave you.", place)

    def _over(self, over: Over, place: Place) -> tuple[Dimension, ...]:
        given = (over,) if isinstance(over, Dimension) else tuple(over)
        for one in given:
            if not isinstance(one, Dimension) or self._dimensions.get(one.canonical) is not one:
                said = f"{one!r} is not a dimension of this model"
                raise mistake("unknown-subscript", said, "Give what m.dimension gave you.", place)
        return given

    def _unit(self, unit: str, place: Place, name: str) -> str:
        text = " ".join(words(unit).split())
        if NOT_IN_UNITS.search(text):
            hint = "Write units as in person/Month, 1/Month, $/(person*Year) or m^2."
            raise mistake("broken-units", f"these units cannot be read: {text}", hint, place, name)
        try:
            parse_units(text, self._same_units)
        except StockadeError as error:
            found = error.diagnostics[0]
            raise mistake(found.code, found.message, found.hint, place, name) from None
        return text

    def _look_for_another(self, name: str, place: Place) -> None:
        """Complains where a name is taken by the simulation, a function, or what was defined before."""
        one = canonical(name)
        if one == "time" or one in CONTROL_NAMES or one in FUNCTIONS:
            what = "a function" if one in FUNCTIONS else "the simulation's own"
            raise mistake("reserved-name", f"{name} is {what}", "Choose another name.", place, name)
        first = self._taken.get(one) or self._elements.get(one)
        if first is not None:
            where = f"line {first.line}" if first.file == place.file else f"{first.file}, line {first.line}"
            said = f"{name} is already defined in {where}"
            raise mistake("duplicate-definition", said, "Remove one of the two, or rename it.", place, name)
