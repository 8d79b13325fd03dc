"""Writes a `Model` as XMILE 1.0.

What XMILE has no place for and no other program needs (groups, marks such as ``:SUPPLEMENTARY:``) stands in
attributes of a name space of our own; what would be misread by others is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.xmile.arrays import declared_dimensions
from stockade.formats.xmile.listed import listed
from stockade.formats.xmile.print import NoWordError, print_equation, print_identifier
from stockade.model.constants import constant_value
from stockade.model.elaborate import elaborate
from stockade.model.expressions import (
    Binary,
    Call,
    Expression,
    Number,
    Reference,
    Series,
    Table,
    Unary,
)
from stockade.model.model import NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS, Macro, Model, Variable

OURS = "stockade"
_CONTROLS = (("start", "initial time"), ("stop", "final time"), ("dt", "time step"))
_HEAD = f"""<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:{OURS}="urn:stockade">
"""
_CURVES = {"lookup extrapolate": "extrapolate", "lookup backward": "discrete"}


def write_xmile(model: Model) -> str:
    """Returns the text of a .xmile file.

    Raises:
        StockadeError: ``cannot-be-written``, once for each thing that XMILE cannot say.
    """
    model = listed(model)
    if declared_dimensions(model)[1]:
        # Arrays that XMILE has no form for: one variable for each element, under the names that Vensim gives.
        model = elaborate(model)
    model = replace(model, variables=tuple(_over_time(one) for one in model.variables))
    writer = _Writer(model)
    text = "".join([_HEAD, *writer.all(), "</xmile>\n"])
    if writer.wrong:
        raise StockadeError(writer.wrong)
    return text


def _over_time(one: Variable) -> Variable:
    """Returns data as what XMILE has instead: a graphical function of time."""
    if not isinstance(one.equation, Series) or not one.equation.points:
        return one
    table, time = Table(one.equation.points), Reference("time", (), "Time")
    if one.equation.between == "interpolate":
        return replace(one, kind="auxiliary", equation=Call("with lookup", (time, table)), keyword="")
    if one.equation.between == "hold backward":
        return replace(one, kind="auxiliary", equation=Call("lookup backward", (table, time)), keyword="")
    return one


class _Writer:
    """Writes element after element, and keeps what cannot be written."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.wrong: list[Diagnostic] = []
        self.macros = {one.canonical for one in model.macros}
        self.definitions: dict[str, list[Variable]] = {}
        for one in model.variables:
            self.definitions.setdefault(one.canonical, []).append(one)
        self.dimensions, unclear = declared_dimensions(model)
        for one in unclear:
            self._refuse(one, "subscripts that are not whole dimensions, or not single elements of them")

    def all(self) -> Iterator[str]:
        self._look()
        yield from self._header()
        yield from self._specs()
        yield from self._dimensions()
        for macro in self.model.macros:
            yield from self._macro(macro)
        yield "  <model>\n    <variables>\n"
        yield from self._variables(self.definitions, self.dimensions)
        yield "    </variables>\n  </model>\n"

    def _refuse(self, one: Variable, what: str, hint: str = "Write the model as .mdl.") -> None:
        said = f"XMILE has no word for {what}, which {one.name} needs"
        self.wrong.append(Diagnostic("cannot-be-written", said, one.place, one.text[:100], hint))

    def _look(self) -> None:
        for one in (*self.model.variables, *(own for macro in self.model.macros for own in macro.variables)):
            if one.exceptions:
                self._refuse(one, "exceptions from a range of subscripts")
            elif one.kind == "data":
                self._refuse(one, "variables that are given by data")
        found = [
            ("a mapping of subscripts", one) for one in self.model.ranges if one.mappings or one.equivalent
        ]
        found += [("subscripts from a file", one) for one in self.model.ranges if not one.elements]
        found += [("Reality Checks", one) for one in self.model.reality_checks]
        found += [("macros with several outputs", one) for one in self.model.macros if one.outputs]
        for what, one in found:
            said, hint = f"XMILE has no word for {what}: {one.name}", "Write the model as .mdl."
            self.wrong.append(Diagnostic("cannot-be-written", said, one.place, hint=hint))

    def _header(self) -> Iterator[str]:
        about = self.model.documentation
        own = f"    <{OURS}:documentation>{_escaped(about)}</{OURS}:documentation>\n" if about else ""
        yield (
            f"  <header>\n    <name>{_escaped(self.model.title)}</name>\n    <vendor>Stockade</vendor>\n"
            f'    <product version="1.0">Stockade</product>\n{own}  </header>\n'
        )
        if self.model.unit_synonyms:
            rows = "".join(
                f"    <unit name={_attribute(row[0])}>"
                + "".join(_unit(one, last=at == len(row) - 2) for at, one in enumerate(row[1:]))
                + "</unit>\n"
                for row in self.model.unit_synonyms
                if row
            )
            yield f"  <model_units>\n{rows}  </model_units>\n"

    def _specs(self) -> Iterator[str]:
        by_name = self.model.by_name
        rows = []
        for tag, name in _CONTROLS:
            value = constant_value(Reference(name), by_name)
            if value is None:
                place = by_name[name].place if name in by_name else self.model.variables[0].place
                said = f"{name.upper()} is not a number, nor arithmetic of constants, as XMILE wants it"
                hint = "Write a number for it."
                self.wrong.append(Diagnostic("cannot-be-written", said, place, hint=hint))
            rows.append(f"    <{tag}>{value!r}</{tag}>\n")
        units = by_name["time step"].units if "time step" in by_name else ""
        method = {"euler": "Euler", "rk4": "RK4"}[self.model.method]
        yield f'  <sim_specs method="{method}" time_units={_attribute(units)}>\n'
        yield "".join([*rows, "  </sim_specs>\n"])

    def _dimensions(self) -> Iterator[str]:
        if not self.model.ranges:
            return
        yield "  <dimensions>\n"
        for one in self.model.ranges:
            names = one.written if len(one.written) == len(one.elements) else one.elements
            elements = "".join(f"<elem name={_attribute(name)}/>" for name in names)
            extra = _extra(group=one.group, doc=one.documentation)
            yield f"    <dim name={_attribute(one.name)}{extra}>{elements}</dim>\n"
        yield "  </dimensions>\n"

    def _macro(self, macro: Macro) -> Iterator[str]:
        name = _attribute(" ".join(macro.name.split()).strip('"'))
        yield f"  <macro name={name}>\n"
        yield from (f"    <parm>{_escaped(print_identifier(one))}</parm>\n" for one in macro.inputs)
        yield f"    <eqn>{_escaped(print_identifier(macro.canonical))}</eqn>\n    <variables>\n"
        definitions = {one.canonical: [one] for one in macro.variables}
        if len(definitions) != len(macro.variables):
            self._refuse(macro.variables[0], "several definitions of one variable within a macro")
        yield from self._variables(definitions, dict.fromkeys(definitions, ()))
        yield "    </variables>\n  </macro>\n"

    def _variables(
        self, definitions: Mapping[str, list[Variable]], dimensions: Mapping[str, tuple[str, ...]]
    ) -> Iterator[str]:
        flows = _flows(one for rows in definitions.values() for one in rows)
        for name, rows in definitions.items():
            yield from self._variable(rows, dimensions.get(name, ()), flows)

    def _variable(
        self, rows: list[Variable], dimensions: tuple[str, ...], flows: frozenset[str]
    ) -> Iterator[str]:
        first = rows[0]
        tag = "stock" if first.kind == "stock" else "flow" if first.canonical in flows else "aux"
        yield f"      <{tag} name={_attribute(first.name)}{_notes(first)}>\n"
        if dimensions:
            names = "".join(f"<dim name={_attribute(one)}/>" for one in dimensions)
            yield f"        <dimensions>{names}</dimensions>\n"
        whole = first.subscripts == dimensions
        alike = len({_description(one) for one in rows}) == 1
        if len({_notes(one) for one in rows}) > 1:
            self._refuse(first, "an array whose elements differ in their group or flags")
        if first.kind == "stock":
            yield from self._rate(rows, flows)
        for row in rows:
            if whole:
                yield from self._body(row, "        ")
            else:
                subscript = ", ".join(row.subscripts)
                yield f"        <element subscript={_attribute(subscript)}>\n"
                yield from self._body(row, "          ")
                yield "" if alike else _description(row)
                yield "        </element>\n"
        yield _description(first) if alike else ""
        yield f"      </{tag}>\n"
        yield from self._net_flow(first, flows)

    def _rate(self, rows: list[Variable], flows: frozenset[str]) -> Iterator[str]:
        rates = {one.equation.arguments[0] for one in rows if isinstance(one.equation, Call)}
        found = _in_and_out(rows[0], flows)
        if found is None:
            if len(rows) > 1 and len(rates) > 1:
                self._refuse(rows[0], "a stock whose elements have rates of their own")
            yield f"        <inflow>{_escaped(print_identifier(_net(rows[0])))}</inflow>\n"
            return
        for way, names in zip(("inflow", "outflow"), found, strict=True):
            yield from (f"        <{way}>{_escaped(print_identifier(one))}</{way}>\n" for one in names)

    def _net_flow(self, one: Variable, flows: frozenset[str]) -> Iterator[str]:
        """Writes the rate of a stock that is not made of flows, as a flow that is read back into it."""
        if one.kind != "stock" or _in_and_out(one, flows) is not None or not isinstance(one.equation, Call):
            return
        text = self._text(one, one.equation.arguments[0])
        names = "".join(f"<dim name={_attribute(name)}/>" for name in one.subscripts)
        dimensions = f"<dimensions>{names}</dimensions>" if names else ""
        yield (
            f"      <flow name={_attribute(_net(one))} {OURS}:rate_of={_attribute(one.name)}>"
            f"{dimensions}<eqn>{_escaped(text)}</eqn></flow>\n"
        )

    def _body(self, one: Variable, indent: str) -> Iterator[str]:
        equation, curve, kind = one.equation, None, one.keyword or "continuous"
        begins: Expression | None = None
        if one.kind == "data":
            return  # It is refused already.
        if isinstance(equation, Table):
            yield indent + _gf(equation, kind)
            return
        if isinstance(equation, Call) and equation.function == "integ":
            equation = equation.arguments[1]
        elif isinstance(equation, Call) and equation.function == "with lookup":
            equation, curve = equation.arguments
        elif (
            isinstance(equation, Call)
            and equation.function in _CURVES
            and isinstance(equation.arguments[0], Table)
        ):
            kind = _CURVES[equation.function]
            curve, equation = equation.arguments
        elif isinstance(equation, Call) and equation.function == "active initial":
            equation, begins = equation.arguments
        yield f"{indent}<eqn>{_escaped(self._text(one, equation))}</eqn>\n"
        if begins is not None:
            yield f"{indent}<init_eqn>{_escaped(self._text(one, begins))}</init_eqn>\n"
        if isinstance(curve, Table):
            yield indent + _gf(curve, kind)

    def _text(self, one: Variable, equation: Expression) -> str:
        try:
            return print_equation(equation, self.dimensions, self.macros)
        except NoWordError as error:
            self._refuse(one, str(error), "Write the model as .mdl, or give that part a variable of its own.")
            return "0"


def _flows(variables: Iterable[Variable]) -> frozenset[str]:
    """Returns what can stand as a flow: what is computed and is added to a stock."""
    known = list(variables)
    computed = {one.canonical for one in known if one.kind in ("auxiliary", "constant")}
    named = {
        flow
        for one in known
        if one.kind == "stock" and (found := _in_and_out(one, frozenset(computed))) is not None
        for flow in (*found[0], *found[1])
    }
    return frozenset(named)


def _in_and_out(stock: Variable, flows: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Returns what flows in and out, where the reader would make the same rate of it."""
    if not isinstance(stock.equation, Call):
        return None
    rate = stock.equation.arguments[0]
    inward: list[str] = []
    outward: list[str] = []
    node = rate
    while not isinstance(node, Reference):
        if isinstance(node, Number) and node.value == 0 and not inward and not outward:
            return (), ()
        if isinstance(node, Unary) and node.operator == "-" and isinstance(node.operand, Reference):
            outward.insert(0, node.operand.name)
            break
        if not isinstance(node, Binary) or not isinstance(node.right, Reference):
            return None
        if node.operator == "-" and not inward:
            outward.insert(0, node.right.name)
        elif node.operator == "+":
            inward.insert(0, node.right.name)
        else:
            return None
        node = node.left
    else:
        inward.insert(0, node.name)
    if isinstance(node, Unary) and inward:
        return None
    if any(one.subscripts != stock.subscripts or one.name not in flows for one in _references(rate)):
        return None
    return tuple(inward), tuple(outward)


def _references(rate: Expression) -> list[Reference]:
    found: list[Reference] = []
    node = rate
    while isinstance(node, Binary):
        if isinstance(node.right, Reference):
            found.append(node.right)
        node = node.left
    last = node.operand if isinstance(node, Unary) else node
    return [*found, last] if isinstance(last, Reference) else found


def _net(stock: Variable) -> str:
    return f"{stock.name} net flow"


def _gf(table: Table, kind: str) -> str:
    xs = ",".join(repr(x) for x, _ in table.points)
    ys = ",".join(repr(y) for _, y in table.points)
    scales = ""
    if table.limits is not None:
        low_x, high_x, low_y, high_y = table.limits
        scales = f'<xscale min="{low_x!r}" max="{high_x!r}"/><yscale min="{low_y!r}" max="{high_y!r}"/>'
    return f'<gf type="{kind}">{scales}<xpts>{xs}</xpts><ypts>{ys}</ypts></gf>\n'


def _notes(one: Variable) -> str:
    flags = "" if one.flags in (NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS) else one.flags
    stays = "true" if one.unchangeable else ""
    holds = "outflows" if one.flags == NON_NEGATIVE_OUTFLOWS else "true" if one.flags == NON_NEGATIVE else ""
    return _extra(group=one.group, flags=flags, unchangeable=stays, non_negative=holds)


def _extra(**given: str) -> str:
    return "".join(f" {OURS}:{key}={_attribute(text)}" for key, text in given.items() if text)


def _description(one: Variable) -> str:
    found = []
    if one.units:
        found.append(f"        <units>{_escaped(one.units)}</units>\n")
    if one.documentation:
        found.append(f"        <doc>{_escaped(one.documentation)}</doc>\n")
    ends = [
        f' {end}="{bound!r}"'
        for end, bound in zip(("min", "max"), one.limits, strict=False)
        if bound is not None
    ]
    if one.limits[2] is not None:
        ends.append(f' {OURS}:step="{one.limits[2]!r}"')
    if ends:
        found.append(f"        <range{''.join(ends)}/>\n")
    if one.flags in (NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS):
        found.append("        <non_negative/>\n")
    return "".join(found)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text.replace("\\", "\\\\")), {'"': "&quot;"})


def _escaped(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Leaves out the control signs that no XML file may hold."""
    return "".join(one for one in text if one in "\n\t" or (one >= " " and not "\ud800" <= one <= "\udfff"))


def _unit(name: str, *, last: bool) -> str:
    """Returns another name of a unit; one that is made of other units, last in its row, is an equation."""
    tag = "eqn" if last and any(sign in name for sign in "*/^()") else "alias"
    return f"<{tag}>{_escaped(name)}</{tag}>"
