"""Collects the variables of a file, modules flattened: ``module.name`` in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stockade.errors import StockadeError
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.graphical import read_graphical
from stockade.formats.xmile.names import canonical_name, shown
from stockade.formats.xmile.scope import Draft

MOST, DEEPEST = 200_000, 50
_VARIABLES = ("stock", "flow", "aux", "gf")
_INSIDE = (
    *("eqn", "init_eqn", "doc", "units", "inflow", "outflow", "non_negative", "gf", "dimensions", "element"),
    *("range", "scale", "format", "display", "event_poster", "connect", "connect2"),
)
_POINTS = ("xscale", "yscale", "xpts", "ypts")
_BESIDE = ("module", "group", "display", "interface", "views", "variables", "style", "dependencies")
_HARMLESS = ("isee:dependencies", "isee:delay_aux", "isee:color", "isee:thickness", "isee:data_color")


@dataclass
class Collector:
    """Collects the drafts of a file.

    Attributes:
        models: The models that modules can stand for, by canonical name.
        non_negative: Which kinds of variables are non-negative unless they say otherwise.
        drafts: What was found, by canonical name.
        connections: Where a variable of a module takes its value from: canonical names.
    """

    models: Mapping[str, Element]
    non_negative: Mapping[str, bool]
    drafts: dict[str, Draft] = field(default_factory=dict)
    connections: dict[str, tuple[str, Element]] = field(default_factory=dict)

    def collect(self, model: Element, shown_prefix: str = "", path: tuple[str, ...] = ()) -> None:
        """Adds the variables of a model and, below it, of its modules.

        Raises:
            StockadeError: ``unknown-element``, ``duplicate-definition``, ``unsupported-module`` ...
        """
        prefix = canonical_name(shown_prefix) if shown_prefix else ""
        for element in _members(model):
            if element.name == "module":
                self._module(element, shown_prefix, prefix, path)
            elif element.name in _VARIABLES:
                self._variable(element, shown_prefix, prefix)
            elif element.name not in _BESIDE and ":" not in element.name:
                raise _unknown(element, "of a model")

    def connected(self) -> dict[str, Draft]:
        """Returns the drafts, those that modules take from elsewhere with their source."""
        for target, (source, element) in self.connections.items():
            if target not in self.drafts or source not in self.drafts:
                missing = target if target not in self.drafts else source
                said = f"this connection names {missing}, which is not defined"
                raise element.problem("undefined-variable", said, name=missing, hint="Correct the name.")
            self.drafts[target] = replace(self.drafts[target], source=source)
        return self.drafts

    def _variable(self, element: Element, shown_prefix: str, prefix: str) -> None:
        own = _name(element)
        for child in element.children:
            points = element.name == "gf" and child.name in _POINTS
            belt = element.name == "stock" and child.name == "conveyor"
            if child.name not in _INSIDE and child.name not in _HARMLESS and not points and not belt:
                raise _unknown(child, f"of {own}")
        name = f"{shown_prefix}.{own}" if shown_prefix else own
        gf = element if element.name == "gf" else element.first("gf")
        draft = Draft(
            element=element,
            name=name,
            canonical=f"{prefix}.{canonical_name(own)}" if prefix else canonical_name(own),
            prefix=prefix,
            dimensions=_dimensions(element),
            graphical=None if gf is None else read_graphical(gf, name),
            non_negative=self._stops_at_zero(element),
        )
        first = self.drafts.setdefault(draft.canonical, draft)
        if first is not draft:
            said = f"{name} is already defined in line {first.element.line}"
            raise draft.problem("duplicate-definition", said, "Remove one of the two, or rename it.")
        if len(self.drafts) > MOST:
            raise draft.problem("too-many-variables", f"more than {MOST} variables", "Is it a model?")

    def _stops_at_zero(self, element: Element) -> bool:
        found = element.first("non_negative")
        if found is None:
            return self.non_negative.get(element.name, False)
        return read_flag(found)

    def _module(self, element: Element, shown_prefix: str, prefix: str, path: tuple[str, ...]) -> None:
        own = _name(element)
        model = self.models.get(canonical_name(own))
        if model is None or "resource" in element.attributes:
            said = f"the model of the module {own} is not in this file"
            hint = "Keep its model in the same file, as <model name=...>."
            raise element.problem("unsupported-module", said, name=own, hint=hint)
        if canonical_name(own) in path or len(path) >= DEEPEST:
            said = f"the module {own} stands inside of itself, or too deep inside of others"
            raise element.problem("unsupported-module", said, name=own, hint="Remove it.")
        for child in element.all("connect", "connect2"):
            target, source = (child.attributes.get(end, "") for end in ("to", "from"))
            self.connections[_absolute(target, prefix)] = (_absolute(source, prefix), child)
        inside = f"{shown_prefix}.{own}" if shown_prefix else own
        self.collect(model, inside, (*path, canonical_name(own)))


def _absolute(written: str, prefix: str) -> str:
    if written.startswith("."):
        return canonical_name(written[1:])
    return f"{prefix}.{canonical_name(written)}" if prefix else canonical_name(written)


def _members(model: Element) -> list[Element]:
    """Returns the variables, which older files put into the model itself, and groups and modules."""
    lists = list(model.all("variables"))
    return [*model.children, *(one for each in lists for one in each.children)]


def read_flag(element: Element) -> bool:
    """Reads ``<non_negative/>``, which may say true or false.

    Raises:
        StockadeError: ``broken-number``.
    """
    text = element.text.lower()
    if text in ("", "true", "1"):
        return True
    if text in ("false", "0"):
        return False
    said = f"{text[:40]!r} is neither true nor false"
    raise element.problem("broken-number", said, hint="Write true or false.")


def _name(element: Element) -> str:
    name = shown(element.attributes.get("name", ""))
    if not name:
        said = f"this {element.name} has no name"
        raise element.problem("missing-name", said, excerpt=f"<{element.name}>", hint='Add name="...".')
    return name


def _dimensions(element: Element) -> tuple[str, ...]:
    found = element.first("dimensions")
    return (
        ()
        if found is None
        else tuple(canonical_name(one.attributes.get("name", "")) for one in found.all("dim"))
    )


def _unknown(element: Element, where: str) -> StockadeError:
    said = f"<{element.name}> {where} is not read"
    hint = "docs/formats.md lists what is read; remove it if it does not matter."
    if element.name in ("queue", "oven", "leak"):
        hint = "Discrete stocks are not run; write it as a stock with a delay, if that is what it stands for."
    return element.problem("unknown-element", said, excerpt=f"<{element.name}>", hint=hint)
