"""Reads XMILE into a `Model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.xmile.conveyors import check_lengths, conveyors
from stockade.formats.xmile.defaults import defaults
from stockade.formats.xmile.drafts import Collector, read_flag
from stockade.formats.xmile.elements import Element, parse_elements
from stockade.formats.xmile.names import canonical_name, shown
from stockade.formats.xmile.scope import Draft, Scope
from stockade.formats.xmile.specs import Specs, read_specs
from stockade.formats.xmile.variables import RATE_OF, finish
from stockade.model.constants import constant_value
from stockade.model.expressions import Number
from stockade.model.model import CONTROL_NAMES, Macro, Model, SubscriptRange, Variable

_IGNORED = frozenset(
    [
        "header",
        "style",
        "views",
        "model_units",
        "default_format",
        "equation_prefs",
        "options",
        "prefs",
        "data",
    ]
)
_READ = frozenset(["sim_specs", "dimensions", "model", "macro", "behavior"])
_MOST_ELEMENTS = 10_000


def parse_xmile(text: str, file: str) -> Model:
    """Reads the text of an XMILE file.

    Args:
        text: The whole file.
        file: Its path, for the places of what is wrong.

    Raises:
        StockadeError: Everything that is wrong with the file's equations, or the first thing that is wrong
            with its form; what its equations mean is checked by `stockade.model.checks.check`.
    """
    root = parse_elements(text, file)
    _look_at_root(root)
    ranges = _ranges(root)
    dimensions = {one.canonical: one.elements for one in ranges}
    specs = _specs(root)
    models = list(root.all("model"))
    if not models:
        raise root.problem("empty-model", "this file holds no model", hint="It needs a <model>.")
    collector = Collector(
        {canonical_name(one.attributes.get("name", "")): one for one in models[1:]}, _behavior(root)
    )
    collector.collect(models[0])
    drafts = collector.connected()
    macros = list(root.all("macro"))
    names = frozenset(canonical_name(one.attributes.get("name", "")) for one in macros)
    problems: list[Diagnostic] = []
    by_outflows = _written_by(root, "isee", "stella", "ithink")
    belts = conveyors(drafts, specs.method)
    truncates = _written_by(root, "ventana", "vensim", "stockade")
    bare = Scope({}, dimensions, names, truncates=truncates)
    common = replace(
        bare, defaults={canonical_name(one.attributes.get("name", "")): defaults(one, bare) for one in macros}
    )
    scope = replace(common, drafts=drafts, conveyors=belts)
    found = _finish(drafts, scope, problems, by_outflows=by_outflows)
    read_macros = tuple(_macro(one, common, problems, by_outflows=by_outflows) for one in macros)
    if not found and not problems:
        raise models[0].problem("empty-model", "this model holds no equation", hint="Add a variable.")
    if problems:
        raise StockadeError(sorted(problems, key=lambda one: (one.place.line or 0, one.place.column or 0)))
    variables = _with_controls(found, specs)
    step = next((one.equation for one in variables if one.canonical == "time step"), Number(0.0))
    check_lengths(belts, variables, constant_value(step, {}))
    header = root.first("header")
    title = header.first("name") if header else None
    about = header.first("stockade:documentation") if header else None
    return Model(
        variables=variables,
        dialect="xmile",
        source=file,
        title="" if title is None else title.text,
        documentation="" if about is None else about.text,
        unit_synonyms=_unit_synonyms(root),
        ranges=ranges,
        macros=read_macros,
        method=specs.method,
    )


def _look_at_root(root: Element) -> None:
    if root.name.rpartition(":")[2] != "xmile":
        said = f"the file begins with <{root.name}>, not with <xmile>"
        raise root.problem("not-xmile", said, hint="Is it an XMILE file?")
    for one in root.children:
        if one.name not in _IGNORED and one.name not in _READ and ":" not in one.name:
            said = f"<{one.name}> is not read"
            hint = "docs/formats.md lists what is read; remove it if it does not matter."
            raise one.problem("unknown-element", said, excerpt=f"<{one.name}>", hint=hint)


def _specs(root: Element) -> Specs:
    found = root.first("sim_specs")
    if found is None:
        found = next((one for model in root.all("model") for one in model.all("sim_specs")), None)
    if found is None:
        hint = "Add <sim_specs> with <start>, <stop> and <dt>."
        raise root.problem("missing-control", "the model does not say when it begins and ends", hint=hint)
    specs = read_specs(found)
    # Vensim's export says RK4 for every model: three of three in the SDX suite are Euler in their .mdl, and
    # Vensim's own numbers for them are Euler's.
    return replace(specs, method="euler") if _written_by(root, "ventana systems, inc.") else specs


def _behavior(root: Element) -> Mapping[str, bool]:
    """Returns which kinds of variables are non-negative unless they say otherwise."""
    behavior = root.first("behavior")
    if behavior is None:
        return {}
    everywhere = behavior.first("non_negative")
    default = everywhere is not None and read_flag(everywhere)
    found = {"stock": default, "flow": default}
    for one in behavior.children:
        if one.name in found:
            flag = one.first("non_negative")
            found[one.name] = default if flag is None else read_flag(flag)
        elif one.name != "non_negative":
            raise one.problem("unknown-element", f"<{one.name}> of behavior is not read", hint="Remove it.")
    return found


def _written_by(root: Element, *words: str) -> bool:
    header = root.first("header")
    said = "" if header is None else " ".join(one.text for one in header.all("vendor", "product")).lower()
    return any(word in said for word in words)


def _ranges(root: Element) -> tuple[SubscriptRange, ...]:
    found = []
    for dimensions in root.all("dimensions"):
        for one in dimensions.all("dim"):
            name = shown(one.attributes.get("name", ""))
            if not name:
                raise one.problem("missing-name", "this dimension has no name", hint='Add name="...".')
            found.append(
                SubscriptRange(
                    name,
                    canonical_name(name),
                    _elements(one, name),
                    documentation=one.attributes.get("stockade:doc", ""),
                    group=one.attributes.get("stockade:group", ""),
                    place=one.place(name),
                    written=tuple(shown(each.attributes.get("name", "")) for each in one.all("elem")),
                )
            )
    return tuple(found)


def _unit_synonyms(root: Element) -> tuple[tuple[str, ...], ...]:
    """Returns the units that have other names, or are made of others."""
    units = [one for each in root.all("model_units") for one in each.all("unit")]
    rows = [
        (
            one.attributes.get("name", ""),
            *(other.text for word in ("alias", "eqn") for other in one.all(word)),
        )
        for one in units
        if one.attributes.get("disabled", "").lower() != "true"
    ]
    named = (tuple(name.strip() for name in row if name.strip()) for row in rows)
    return tuple(row for row in named if len(row) > 1)


def _elements(dimension: Element, name: str) -> tuple[str, ...]:
    listed = tuple(canonical_name(one.attributes.get("name", "")) for one in dimension.all("elem"))
    if listed:
        return listed
    size = dimension.attributes.get("size", "").strip()
    if not size.isdigit() or not 1 <= int(size[:9]) <= _MOST_ELEMENTS:
        said = f"the dimension {name} has neither elements nor a size from 1 to {_MOST_ELEMENTS}"
        raise dimension.problem("broken-range", said, name=name, hint="List its elements with <elem>.")
    return tuple(str(at) for at in range(1, int(size) + 1))


def _finish(
    drafts: Mapping[str, Draft], scope: Scope, problems: list[Diagnostic], *, by_outflows: bool
) -> list[Variable]:
    found: list[Variable] = []
    for draft in drafts.values():
        if RATE_OF in draft.element.attributes:
            continue
        try:
            found.extend(finish(draft, scope, by_outflows=by_outflows))
        except StockadeError as error:
            problems.extend(error.diagnostics)
    return found


def _macro(element: Element, common: Scope, problems: list[Diagnostic], *, by_outflows: bool) -> Macro:
    name = shown(element.attributes.get("name", ""))
    for child in element.children:
        known = child.name in ("parm", "eqn", "doc", "variables", "views", "format") or ":" in child.name
        if not known:
            said = f"<{child.name}> of the macro {name} is not read"
            raise child.problem("unknown-element", said, hint="Write the macro without it.")
    inputs = tuple(canonical_name(one.text) for one in element.all("parm"))
    collector = Collector({}, {})
    collector.collect(Element("model", {}, element.line, element.file, list(element.all("variables"))))
    drafts = dict(collector.drafts)
    if (eqn := element.first("eqn")) is not None:
        own = Element("aux", {"name": name}, eqn.line, element.file, [eqn])
        drafts.setdefault(canonical_name(name), Draft(own, name, canonical_name(name)))
    scope = replace(common, drafts=drafts, parameters=frozenset(inputs))
    variables = _finish(drafts, scope, problems, by_outflows=by_outflows)
    return Macro(name, canonical_name(name), inputs, (), tuple(variables), element.place(name))


def _with_controls(found: list[Variable], specs: Specs) -> tuple[Variable, ...]:
    """Adds the control variables; Vensim's exports define them a second time, and must agree."""
    by_name = {one.canonical: one for one in found}
    own = {one.canonical: one for one in found if one.canonical in CONTROL_NAMES}
    for control in specs.controls:
        twin = own.get(control.canonical)
        if twin is None or control.canonical == "saveper":
            continue
        if constant_value(twin.equation, by_name) != constant_value(control.equation, {}):
            said = f"{twin.name} is not what sim_specs says in line {control.place.line}"
            hint = "Remove the variable; sim_specs is enough."
            place = replace(twin.place, name=twin.name)
            raise StockadeError(Diagnostic("control-twice", said, place, twin.text, hint))
    return (*found, *(one for one in specs.controls if one.canonical not in own))
