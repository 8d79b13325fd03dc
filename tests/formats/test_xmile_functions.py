"""HISTORY, defaults of macros that are expressions, and functions of Stella's that are refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.convert import save
from stockade.formats.load import load
from stockade.simulation.single import Table, simulate
from tests.formats.xmile_helpers import model_of

STEPS = '<sim_specs method="Euler"><start>2</start><stop>6</stop><dt>0.5</dt></sim_specs>'
TIMES = np.arange(2, 6.1, 0.5)
LEVEL = '<stock name="level"><eqn>10</eqn><inflow>in</inflow></stock><flow name="in"><eqn>TIME</eqn></flow>'


def _of(table: Table, name: str) -> np.ndarray:
    return table.values[:, table.names.index(name)]


def _run(equations: str, before: str = "") -> Table:
    return simulate(model_of(LEVEL + equations, before=before, specs=STEPS))


def _aux(equation: str) -> str:
    return f'<aux name="x"><eqn>{equation}</eqn></aux>'


def _codes(equations: str, before: str = "") -> list[str]:
    with pytest.raises(StockadeError) as caught:
        _run(equations, before)
    return [one.code for one in caught.value.diagnostics]


@pytest.mark.parametrize("lag", ["1.5", "lag"])
def test_history_is_what_was_and_nothing_before_the_run(lag: str) -> None:
    table = _run(_aux(f"HISTORY(level, TIME - {lag})") + '<aux name="lag"><eqn>1.5</eqn></aux>')
    level = _of(table, "level")
    np.testing.assert_allclose(level, 10 + np.concatenate([[0], np.cumsum(TIMES[:-1] * 0.5)]))
    np.testing.assert_allclose(_of(table, "x"), np.concatenate([np.zeros(3), level[:-3]]))


def test_history_of_the_last_step_and_of_the_beginning() -> None:
    np.testing.assert_allclose(_of(_run(_aux("HISTORY(TIME, TIME - DT)")), "x"), [0, *TIMES[:-1]])
    np.testing.assert_allclose(_of(_run(_aux("HISTORY(SELF, TIME - DT) + 1")), "x"), np.arange(1, 10))
    np.testing.assert_allclose(_of(_run(_aux("HISTORY(level, STARTTIME)")), "x"), 10.0)


@pytest.mark.parametrize(
    "when", ["TIME", "TIME + 1", "TIME - 0", "TIME - level", "4", "TIME - changing", "STOPTIME"]
)
def test_other_times_of_history_are_refused(when: str) -> None:
    changing = '<aux name="changing"><eqn>TIME/2</eqn></aux>'
    assert _codes(_aux(f"HISTORY(level, {when})") + changing) == ["unsupported-function"]
    assert _codes(_aux("HISTORY(level, TIME - 1, 2)")) == ["wrong-argument-count"]


@pytest.mark.parametrize("call", ["COUNTER(1, 5)", "NPV(level, 0.1)", "RANK(level, 2)", "IRR(level)"])
def test_what_is_not_documented_in_full_is_refused_by_name(call: str) -> None:
    with pytest.raises(StockadeError) as caught:
        _run(_aux(call))
    (told,) = caught.value.diagnostics
    assert told.code == "unsupported-function"
    assert call.partition("(")[0] in told.message
    assert told.hint


def test_mod_as_an_operator_and_as_a_function() -> None:
    table = _run(_aux("10*MOD(TIME + 1, 1 + 1) + TIME MOD 3"))
    np.testing.assert_allclose(_of(table, "x"), 10 * np.fmod(TIMES + 1, 2) + np.fmod(TIMES, 3))
    for broken in ("MOD(TIME)", "MOD(TIME, 3", "MOD TIME", "MOD(1, 2, 3)"):
        assert _codes(_aux(broken))[0] in ("broken-equation", "unclosed-parenthesis")


@pytest.mark.parametrize("order", [0, 1, 2, 4])
def test_derivatives_are_differences_of_steps(order: int) -> None:
    wanted = np.zeros(len(TIMES))
    wanted[order:] = np.diff(np.sin(TIMES), order) / 0.5**order
    np.testing.assert_allclose(_of(_run(_aux(f"DERIVN(SIN(TIME), {order})")), "x"), wanted, atol=1e-12)


def test_an_order_must_be_known() -> None:
    for order in ("level", "0.5", "-1", "9"):
        assert _codes(_aux(f"DERIVN(TIME, {order})")) == ["unsupported-function"]
    assert _codes(_aux("DERIVN(TIME)")) == ["wrong-argument-count"]


def test_annuities() -> None:
    """The example of Stella's help, and a loan that is paid off month by month."""
    assert _value("PMT(0.01, 36, 10000, 0)") == pytest.approx(-332.14, abs=0.005)
    debt, payment = 10_000.0, _value("PMT(0.01, 36, 10000, -500)")
    for _ in range(36):
        debt = debt * 1.01 + payment
    assert debt == pytest.approx(500)
    assert _value(f"FV(0.01, 36, {payment}, 10000)") == pytest.approx(-500)
    assert _value(f"PV(0.01, 36, {payment}, -500)") == pytest.approx(10_000)


def test_annuities_without_interest() -> None:
    for call, value in (("FV(0, 4, -3, 2)", 10), ("PV(0, 4, -3, 2)", 10), ("PMT(0, 4, -10, 2)", 2)):
        assert _value(call) == value


def test_means_of_several_values_and_runs_before_the_first() -> None:
    np.testing.assert_allclose(_of(_run(_aux("MEAN(TIME, 3, -level)")), "x")[0], (2 + 3 - 10) / 3)
    assert _value("ENDVAL(level, 7) + RUNCOUNT + SENSIRUNCOUNT") == 7
    np.testing.assert_allclose(_of(_run(_aux("ENDVAL(level)")), "x"), 10.0)


def _value(equation: str) -> float:
    return float(_of(_run(_aux(equation)), "x")[-1])


def _macro(*defaults: str, equation: str = "a + 10*b + 100*c") -> str:
    parameters = "".join(
        f'<parm default="{one}">{name}</parm>' if one else f"<parm>{name}</parm>"
        for name, one in zip("abc", defaults, strict=True)
    )
    return f'<macro name="mix">{parameters}<eqn>{equation}</eqn></macro>'


@pytest.mark.parametrize(
    ("defaults", "call", "value"),
    [
        (("", "a", "a + b"), "mix(TIME)", TIMES * (1 + 10 + 200)),
        (("", "a", "a + b"), "mix(TIME, 3)", TIMES + 30 + 100 * (TIMES + 3)),
        (("", "a", "a + b"), "mix(TIME, 3, 4)", TIMES + 430),
        (("", "MAX(a, 4) ^ 2", "-DT"), "mix(TIME)", TIMES + 10 * np.maximum(TIMES, 4) ** 2 - 50),
        (("2", "TIME", "{none} 3"), "mix()", 2 + 10 * TIMES + 300),
        (("", "a", "a + b"), "mix(mix(TIME, 0, 0))", TIMES * 211),
    ],
)
def test_a_default_may_be_made_of_the_parameters_before_it(
    defaults: tuple[str, ...], call: str, value: np.ndarray
) -> None:
    np.testing.assert_allclose(_of(_run(_aux(call), _macro(*defaults)), "x"), value)


def test_a_smooth_begins_with_its_input_unless_told_otherwise() -> None:
    """The example of such a default: the initial value of a smooth is its input, as of SMTH1."""
    smooth = """<macro name="my_smooth"><parm>input</parm><parm>lag</parm><parm default="input">start</parm>
    <eqn>held</eqn><variables><stock name="held"><eqn>start</eqn><inflow>change</inflow></stock>
    <flow name="change"><eqn>(input - held)/lag</eqn></flow></variables></macro>"""
    own = _run(_aux("my_smooth(TIME, 3) + my_smooth(TIME, 3, 7)"), smooth)
    built_in = _run(_aux("SMTH1(TIME, 3) + SMTH1(TIME, 3, 7)"))
    np.testing.assert_allclose(_of(own, "x"), _of(built_in, "x"))


@pytest.mark.parametrize(
    ("defaults", "code"),
    [
        (("", "c", "1"), "broken-default"),
        (("", "b", "1"), "broken-default"),
        (("", "level", "1"), "broken-default"),
        (("", "1 +", "1"), "broken-equation"),
        (("", "TWICE(a)", "1"), "unknown-function"),
        (("", "1, 2", "1"), "broken-default"),
    ],
)
def test_other_defaults_are_refused(defaults: tuple[str, ...], code: str) -> None:
    assert _codes(_aux("mix(TIME)"), _macro(*defaults)) == [code]


@pytest.mark.parametrize("form", [".mdl", ".xmile"])
def test_what_was_filled_in_survives_a_conversion(tmp_path, form: str) -> None:
    model = model_of(
        _aux("mix(TIME) + HISTORY(TIME, TIME - 1)"), before=_macro("", "a", "a + b"), specs=STEPS
    )
    save(model, tmp_path / f"again{form}")
    np.testing.assert_allclose(_of(simulate(load(tmp_path / f"again{form}")), "x"), _of(simulate(model), "x"))
