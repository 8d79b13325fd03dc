"""A model as C, the yardstick of benchmarks/engine.py: as a good programmer would write it by hand.

Two forms of one function. `scalar` takes one run after another, every variable a local double. `simd` takes
a block of runs through time together: stocks and what depends on constants alone lie in small local arrays,
the loop over the block is vectorised by OpenMP SIMD, and blocks are shared between threads. In both, what
depends on constants alone is computed before the loop over time, what depends on time alone once for a step,
and what only the results need only where they are kept. Lookups with evenly spaced points find their segment
by arithmetic; those of the vectorised form can be sums of clipped lines instead, whichever is the quicker.

It knows what the models of these benchmarks use, and raises KeyError on anything else.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from stockade.compiler.control import default_values, read_control
from stockade.compiler.expand import expand
from stockade.compiler.orders import settle_orders
from stockade.compiler.program import Program, build
from stockade.compiler.walk import names_in, postorder
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Table, Unary
from stockade.model.model import CONTROL_NAMES, Model
from stockade.model.names import canonical
from stockade.model.nonnegative import spell_out
from stockade.model.walk import children

Form = Literal["scalar", "simd"]
WIDTH = 64
FLAGS = {
    "scalar": ["-O3"],
    # Without the last three, gcc moves lookups into branches and then does not vectorise the loop.
    "simd": [
        *("-O3", "-march=native", "-ffast-math", "-fopenmp"),
        *("-fno-tree-sink", "-fno-split-paths", "-fno-thread-jumps"),
    ],
}
FUNCTIONS = {
    "exp": "exp({})",
    "ln": "log({})",
    "sqrt": "sqrt({})",
    "abs": "fabs({})",
    "min": "min2({}, {})",
    "max": "max2({}, {})",
    "if then else": "either({}, {}, {})",
    "power": "pow({}, {})",
}
OPERATORS = {"=": "==", "<>": "!=", "and": "&&", "or": "||"}

HEAD = """#include <math.h>
#include <stddef.h>
static inline __attribute__((always_inline)) double max2(double a, double b) { return a > b ? a : b; }
static inline __attribute__((always_inline)) double min2(double a, double b) { return a < b ? a : b; }
static inline __attribute__((always_inline)) double either(int c, double a, double b) { return c ? a : b; }
"""


def program_of(model: Model, outputs: Sequence[str], inputs: Sequence[str] = ()) -> Program:
    """Returns the equations that some outputs need, without subscripts, macros and delays, in order."""
    model = elaborate(model)
    literals = default_values(model)
    settled, fixed = settle_orders(model, literals)
    constants = tuple(
        one.canonical
        for one in model.variables
        if one.kind == "constant" and one.canonical not in (*CONTROL_NAMES, *fixed)
    )
    known = {name: literals[name] for name in (*CONTROL_NAMES, *fixed) if name in literals}
    wanted = tuple(canonical(name) for name in outputs)
    control = read_control(model, literals)
    return build(expand(spell_out(settled)), control, known, constants, tuple(inputs), wanted)


@dataclass
class _Writer:
    """Lives while one program is written."""

    program: Program
    outputs: tuple[str, ...]
    form: Form
    clipped: bool

    def __post_init__(self) -> None:
        program = self.program
        self.numbers: dict[str, int] = {}
        self.tables: dict[tuple[tuple[float, float], ...], int] = {}
        self.states = {state.name for state in program.states}
        self.when = dict.fromkeys(program.constants, "constant") | dict.fromkeys(program.literals, "constant")
        self.when |= dict.fromkeys((*program.inputs, "time"), "time") | dict.fromkeys(self.states, "step")
        for name, equation in program.equations:
            marks = {self.when[one] for one in names_in(equation) if one in self.when}
            self.when[name] = next((one for one in ("step", "time") if one in marks), "constant")
            if {"time", "constant"} <= marks and self.form == "simd":
                self.when[name] = "step"  # it differs from run to run
        if any(state.kind != "integ" for state in program.states) or program.initials:
            raise KeyError("only stocks, and delays made of stocks")

    # ------------------------------------------------------------ names
    def name(self, canonical_name: str) -> str:
        if canonical_name in self.program.literals:
            return repr(float(self.program.literals[canonical_name]))
        if canonical_name == "time":
            return "time"
        mark = self.when.get(canonical_name, "step")
        word = f"v{self.numbers.setdefault(canonical_name, len(self.numbers))}"
        lane = self.form == "simd" and (canonical_name in self.states or mark == "constant")
        return f"{word}[i]" if lane else word

    def table(self, table: Table) -> int:
        return self.tables.setdefault(table.points, len(self.tables))

    # ------------------------------------------------------------ expressions
    def expression(self, root: Expression) -> str:
        values: list[str] = []
        for node in postorder(root):
            below = children(node)
            parts = values[len(values) - len(below) :]
            del values[len(values) - len(below) :]
            values.append(self._node(node, parts))
        return values[0]

    def _node(self, node: Expression, parts: list[str]) -> str:
        if isinstance(node, Number):
            return repr(float(node.value))
        if isinstance(node, Table):
            return f"lookup{self.table(node)}"
        if isinstance(node, Reference):
            variable = self.program.model.by_name.get(node.name)
            if variable is not None and isinstance(variable.equation, Table):
                return f"lookup{self.table(variable.equation)}"
            return self.name(node.name)
        if isinstance(node, Unary):
            return f"({'!' if node.operator == 'not' else node.operator}{parts[0]})"
        if isinstance(node, Binary):
            return self._binary(node, parts)
        if isinstance(node, Call) and node.function in ("lookup", "with lookup"):
            table, x = parts if node.function == "lookup" else reversed(parts)
            return f"{table}({x})"
        if isinstance(node, Call):
            return FUNCTIONS[node.function].format(*parts)
        raise KeyError(type(node).__name__)

    def _binary(self, node: Binary, parts: list[str]) -> str:
        if node.operator == "^":
            return f"pow({parts[0]}, {parts[1]})"
        simple = isinstance(node.right, Reference) and self.when.get(node.right.name) == "constant"
        if node.operator == "/" and simple and self.form == "simd" and parts[1].endswith("[i]"):
            return f"({parts[0]} * r{parts[1]})"
        return f"({parts[0]} {OPERATORS.get(node.operator, node.operator)} {parts[1]})"

    # ------------------------------------------------------------ the file
    def lookups(self) -> str:
        return "\n".join(_lookup(points, i, clipped=self.clipped) for points, i in self.tables.items())

    def equations(self, when: str, only: set[str]) -> list[str]:
        return [
            f"double {self.name(name)} = {self.expression(equation)};"
            for name, equation in self.program.equations
            if self.when[name] == when and name in only
        ]

    def changes(self) -> list[str]:
        step = repr(self.program.control.step)
        lines = []
        for i, state in enumerate(self.program.states):
            lines.append(f"double d{i} = {self.expression(state.change)};")
        for i, state in enumerate(self.program.states):
            lines.append(f"{self.name(state.name)} += {step} * d{i};")
        return lines

    def starts(self) -> list[str]:
        """Returns what computes the starting values, in a scope of its own."""
        lines = []
        for name, equation in self.program.starts:
            kept = name in self.states or self.when.get(name) == "constant"
            lines.append(f"{'' if kept else 'double '}{self.name(name)} = {self.expression(equation)};")
        return lines

    def needed(self, roots: Sequence[str]) -> set[str]:
        equations = dict(self.program.equations)
        found: set[str] = set()
        rest = list(roots)
        while rest:
            name = rest.pop()
            if name not in found:
                found.add(name)
                rest += names_in(equations[name]) if name in equations else ()
        return found


def write(program: Program, outputs: Sequence[str], form: Form, *, clipped: bool = False) -> str:
    """Returns the C of `void run(size_t runs, const double *constants, const double *inputs, double *out)`.

    Constants have shape (constants, runs), inputs (inputs, step), out (time, outputs, runs).

    Args:
        program: From `program_of`.
        outputs: What to keep.
        form: `scalar` or `simd`.
        clipped: Lookups as sums of clipped lines, instead of finding the segment.
    """
    wanted = tuple(canonical(name) for name in outputs)
    writer = _Writer(program, wanted, form, clipped)
    body = (_scalar if form == "scalar" else _simd)(writer)
    return HEAD + writer.lookups() + "\n" + body


def _parts(writer: _Writer) -> tuple[set[str], set[str]]:
    """Returns what the stocks need, and what the results need besides."""
    drive = writer.needed([name for state in writer.program.states for name in names_in(state.change)])
    return drive, writer.needed(writer.outputs) - drive


def _scalar(writer: _Writer) -> str:
    program, control = writer.program, writer.program.control
    drive, extra = _parts(writer)
    constant = [name for name, _ in program.equations if writer.when[name] == "constant"]
    lines = [
        f"const double {writer.name(name)} = constants[{p} * runs + r];"
        for p, name in enumerate(program.constants)
    ]
    lines += [f"double {writer.name(name)};" for name in (*sorted(writer.states), *constant)]
    lines += [f"double time = {control.start!r};"]
    lines += [
        f"{writer.name(name)} = {writer.expression(equation)};"
        for name, equation in program.equations
        if writer.when[name] == "constant"
    ]
    lines += [
        "{",
        *(
            f"double {writer.name(n)} = inputs[{p * (control.steps + 1)}];"
            for p, n in enumerate(program.inputs)
        ),
    ]
    lines += [*writer.starts(), "}"]
    lines += [
        f"for (int k = 0; k <= {control.steps}; k++) {{",
        f"time = {control.start!r} + k * {control.step!r};",
    ]
    lines += [
        f"double {writer.name(n)} = inputs[{p * (control.steps + 1)} + k];"
        for p, n in enumerate(program.inputs)
    ]
    lines += writer.equations("time", drive | extra) + writer.equations("step", drive)
    lines += [f"if (k % {control.every} == 0) {{", *writer.equations("step", extra)]
    count = len(writer.outputs)
    lines += [
        f"out[((size_t)(k / {control.every}) * {count} + {o}) * runs + r] = {writer.name(name)};"
        for o, name in enumerate(writer.outputs)
    ]
    lines += ["}", *writer.changes(), "}"]
    return (
        "void run(size_t runs, const double *restrict constants, const double *restrict inputs,"
        " double *restrict out) {\nfor (size_t r = 0; r < runs; r++) {\n" + "\n".join(lines) + "\n}\n}\n"
    )


def _simd(writer: _Writer) -> str:
    program, control = writer.program, writer.program.control
    drive, extra = _parts(writer)
    lanes = [*program.constants, *(n for n, _ in program.equations if writer.when[n] == "constant")]
    loop = f"#pragma omp simd\nfor (int i = 0; i < {WIDTH}; i++) {{"
    inputs = [
        f"double {writer.name(n)} = inputs[{p * (control.steps + 1)} + k];"
        for p, n in enumerate(program.inputs)
    ]
    lines = [
        f"double {writer.name(n).replace('[i]', '')}[{WIDTH}], r{writer.name(n).replace('[i]', '')}[{WIDTH}];"
        for n in lanes
    ]
    lines += [f"double {writer.name(n).replace('[i]', '')}[{WIDTH}];" for n in sorted(writer.states)]
    lines += [f"size_t width = runs - first < {WIDTH} ? runs - first : {WIDTH};"]
    lines += [f"for (int i = 0; i < {WIDTH}; i++) {{", "size_t r = first + (i < width ? i : 0);"]
    lines += [f"{writer.name(name)} = constants[{p} * runs + r];" for p, name in enumerate(program.constants)]
    lines += [
        f"{writer.name(name)} = {writer.expression(equation)};"
        for name, equation in program.equations
        if writer.when[name] == "constant"
    ]
    lines += [f"r{writer.name(n)} = 1.0 / {writer.name(n)};" for n in lanes]
    lines += [f"int k = 0; double time = {control.start!r};", *inputs, *writer.starts(), "}"]
    lines += [f"for (int k = 0; k <= {control.steps}; k++) {{"]
    lines += [f"const double time = {control.start!r} + k * {control.step!r};", *inputs]
    lines += writer.equations("time", drive | extra)
    lines += [f"if (k % {control.every} == 0) {{", f"double saved[{len(writer.outputs)}][{WIDTH}];"]
    keep = [f"saved[{o}][i] = {writer.name(name)};" for o, name in enumerate(writer.outputs)]
    lines += [loop, *writer.equations("step", drive | extra), *keep, *writer.changes(), "}"]
    count = len(writer.outputs)
    lines += [
        f"for (size_t o = 0; o < {count}; o++) for (size_t i = 0; i < width; i++)",
        f"out[((size_t)(k / {control.every}) * {count} + o) * runs + first + i] = saved[o][i];",
    ]
    lines += ["} else {", loop, *writer.equations("step", drive), *writer.changes(), "}", "}", "}"]
    return (
        "static void block(size_t runs, size_t first, const double *restrict constants,"
        " const double *restrict inputs, double *restrict out) {\n" + "\n".join(lines) + "\n}\n"
        "void run(size_t runs, const double *constants, const double *inputs, double *out) {\n"
        "#pragma omp parallel for schedule(static)\n"
        f"for (size_t first = 0; first < runs; first += {WIDTH})\n"
        "block(runs, first, constants, inputs, out);\n}\n"
    )


def _lookup(points: Sequence[tuple[float, float]], number: int, *, clipped: bool) -> str:
    xs, ys = np.array(points).T
    head = f"static inline __attribute__((always_inline)) double lookup{number}(double x) {{\n"
    even = len(xs) > 1 and np.allclose(np.diff(xs), xs[1] - xs[0], rtol=1e-12)
    if clipped or not even:
        terms = [repr(float(ys[0]))]
        for x, y, x2, y2 in zip(xs, ys, xs[1:], ys[1:], strict=False):
            if y2 != y:
                slope = float((y2 - y) / (x2 - x))
                terms.append(f"{slope!r} * min2(max2(x - {float(x)!r}, 0.0), {float(x2 - x)!r})")
        return head + "return " + " + ".join(terms) + ";\n}"
    rises = ", ".join(repr(float(one)) for one in (*np.diff(ys), 0.0))
    values = ", ".join(repr(float(one)) for one in ys)
    scale = float((len(xs) - 1) / (xs[-1] - xs[0]))
    return (
        f"static const double at{number}[] = {{{values}}}, rise{number}[] = {{{rises}}};\n{head}"
        f"double t = min2(max2((x - {float(xs[0])!r}) * {scale!r}, 0.0), {float(len(xs) - 1)!r});\n"
        f"int i = (int)t;\nreturn at{number}[i] + (t - i) * rise{number}[i];\n}}"
    )


def compiled(source: str, form: Form, folder: Path, name: str) -> Callable[..., np.ndarray]:
    """Returns `run(constants, inputs, shape)`: the C, compiled by gcc."""
    path = folder / f"{name}.c"
    path.write_text(source, encoding="utf-8")
    library = folder / f"{name}.so"
    subprocess.run(
        ["gcc", *FLAGS[form], "-shared", "-fPIC", str(path), "-o", str(library), "-lm"], check=True
    )
    function = ctypes.CDLL(str(library)).run

    def run(constants: np.ndarray, inputs: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
        result = np.empty((*shape, constants.shape[1]))
        paths = np.empty(0) if inputs is None else inputs
        function(
            ctypes.c_size_t(constants.shape[1]),
            *(ctypes.c_void_p(one.ctypes.data) for one in (constants, paths, result)),
        )
        return result

    return run
