"""Forms that modellers write and that few tools read: run, and compared with what NumPy gives."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.convert import save
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.model.model import Model
from stockade.model.printing import print_expression
from stockade.simulation.single import Table, simulate
from tests.formats.helpers import model_of

RANGES = "a: A1, A2, A3 ~~|\nb: B1, B2 ~~|\ne[a, b] = a * 10 + b ~~|\n"
E = 10.0 * np.arange(1, 4)[:, None] + np.arange(1, 3)
SHORT = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def _first(model: Model | Table, name: str) -> np.ndarray:
    table = simulate(model) if isinstance(model, Model) else model
    at = [at for at, one in enumerate(table.names) if one.partition("[")[0] == name]
    return table.values[0, at]


def test_a_range_that_is_summed_over_is_the_place_of_each_of_its_elements() -> None:
    model = model_of(
        RANGES
        + "one[a] = SUM( IF THEN ELSE( b! = 2, e[a, b!], 0 ) ) ~~|\n"
        + "weighted = SUM( IF THEN ELSE( a! >= 2, a! * e[a!, B1], 0 ) ) ~~|\n"
        + "so far[a] = SUM( IF THEN ELSE( a! <= a, e[a!, B2], 0 ) ) ~~|\n"
        + "count = SUM( a! ) ~~|\n",
        SHORT,
    )
    table = simulate(model)
    np.testing.assert_allclose(_first(table, "one"), E[:, 1])
    np.testing.assert_allclose(_first(table, "weighted"), (np.arange(2, 4) * E[1:, 0]).sum())
    np.testing.assert_allclose(_first(table, "so far"), np.cumsum(E[:, 1]))
    np.testing.assert_allclose(_first(table, "count"), 6.0)


def test_it_is_printed_as_it_was_written_and_converts(tmp_path) -> None:
    model = model_of(RANGES + "n[a] = SUM( IF THEN ELSE( b! = a, e[a, b!], 0 ) ) ~~|\n", SHORT)
    assert "b! = a" in print_expression(model.by_name["n"].equation)
    save(model, tmp_path / "again.mdl")
    np.testing.assert_allclose(_first(load(tmp_path / "again.mdl"), "n"), [E[0, 0], E[1, 1], 0.0])


def test_what_is_no_range_cannot_be_summed_over() -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model_of(RANGES + "x = 3 ~~|\ny = SUM( x! * e[a!, B1] ) ~~|\n", SHORT))
    assert caught.value.diagnostics[0].code in ("wrong-subscript-count", "unknown-subscript")


def test_an_element_may_be_made_of_the_one_before_it() -> None:
    model = model_of(
        RANGES + "c[a] = IF THEN ELSE( a = 1, e[a, B1], VECTOR ELM MAP( c[A1], a - 2 ) + e[a, B1] ) ~~|\n",
        SHORT,
    )
    np.testing.assert_allclose(_first(model, "c"), np.cumsum(E[:, 0]))


def test_reinitial_is_what_was_at_the_start() -> None:
    table = simulate(model_of("x = REINITIAL( Time + 5 ) ~~|\n", SHORT))
    np.testing.assert_allclose(table.values[:, table.names.index("x")], 5.0)


def test_only_the_last_bar_may_be_missing() -> None:
    whole = "x = 3 ~~|\n" + SHORT
    np.testing.assert_allclose(_first(parse_mdl(whole.rstrip()[:-1], "model.mdl"), "x"), 3.0)
    for cut in (2, 3):
        with pytest.raises(StockadeError) as caught:
            parse_mdl(whole.rstrip()[:-cut], "model.mdl")
        assert caught.value.diagnostics[0].code == "unfinished-equation"


def test_names_with_signs_accents_and_quotes() -> None:
    model = model_of(
        'DOLLAR SIGN$ = 10 ~~|\ntime\'s up = 20 ~~|\n"M\\"Ark\'s" = 30 ~~|\n"100% true" = 40 ~~|\n'
        '"a, b (c) [d]" = 50 ~~|\nété à l\'école = 60 ~~|\n"with = ~ | signs" = 70 ~~|\n'
        'x = DOLLAR SIGN$ + time\'s up + "M\\"Ark\'s" + "100% true" + "a, b (c) [d]" + été_à l\'école\n'
        '  + "with = ~ | signs" ~ $/Month ~ a "quoted" comment with = signs |\n',
        SHORT,
    )
    np.testing.assert_allclose(_first(model, "x"), 280.0)


def test_ampersands_and_percent_signs_within_names(tmp_path) -> None:
    model = model_of("Oil & Gas = 3 ~~|\nshare in % = 50 ~~|\nx = Oil_&_Gas * share in % / 100 ~~|\n", SHORT)
    np.testing.assert_allclose(_first(model, "x"), 1.5)
    save(model, tmp_path / "again.mdl")
    assert load(tmp_path / "again.mdl").by_name.keys() == model.by_name.keys()
    for equation in ("5 % 3", "& 3", "(3) % 2"):
        with pytest.raises(StockadeError) as caught:
            model_of(f"x = {equation} ~~|\n", SHORT)
        assert caught.value.diagnostics[0].code == "unknown-sign"


def test_numbers_in_all_their_spellings() -> None:
    spelled = {"1e+06": 1e6, ".5": 0.5, "1.e-3": 1e-3, "-.25E2": -25.0, "2.": 2.0, "+3": 3.0, "1 - -1": 2.0}
    model = model_of("".join(f"x{at} = {one} ~~|\n" for at, one in enumerate(spelled)), SHORT)
    table = simulate(model)
    np.testing.assert_allclose(
        [_first(table, f"x{at}")[0] for at in range(len(spelled))], list(spelled.values())
    )


def test_exceptions_from_parts_of_ranges() -> None:
    model = model_of(
        "a: A1, A2, A3 ~~|\nsub: A2, A3 ~~|\nb: (B1 - B3) ~~|\nfew: B1, B2 ~~|\n"
        "x[a, b] :EXCEPT: [sub, few], [A1,B3] = 1 ~~|\nx[sub, few] :EXCEPT: [A3,few] = 2 ~~|\n"
        "x[A3, few] = 3 ~~|\nx[A1, B3] = 4 ~~|\n"
        "y[a, b] = x[a, b] ~~|\n",
        SHORT,
    )
    wanted = [[1, 1, 4], [2, 2, 1], [3, 3, 1]]
    np.testing.assert_allclose(_first(model, "y").reshape(3, 3), wanted)


def test_mappings_with_lists_and_parts() -> None:
    model = model_of(
        "e: E1, E2, E3 -> (f: F1, F1, F2), (g: G1, G2, G2) ~~|\nf: F1, F2 ~~|\ng: G1, G2 ~~|\n"
        "d: D1, D2 -> (c: few, C1) ~~|\nc: C1, C2, C3 ~~|\nfew: C2, C3 ~~|\n"
        "in f[f] = 3, 4 ~~|\nin g[g] = 50, 60 ~~|\nx[e] = in f[f] + in g[g] ~~|\n"
        "in d[d] = 1, 2 ~~|\ny[c] = in d[d] ~~|\n",
        SHORT,
    )
    np.testing.assert_allclose(_first(model, "x"), [53.0, 63.0, 64.0])
    np.testing.assert_allclose(_first(model, "y"), [2.0, 1.0, 1.0])


def test_macros_stand_anywhere_and_take_elements_curves_and_names_of_the_model() -> None:
    model = model_of(
        "x = ADDED( 2 ) ~~|\n"
        ":MACRO: ADDED( a )\nADDED = a + outer$\n\t~\ta\n\t~\t~ :SUPPLEMENTARY\n\t|\n:END OF MACRO:\n"
        "outer = 4 ~~|\nd: D1, D2 ~~|\nstock[d] = INTEG( ADDED( d ), 0 ) ~~|\n"
        "product[d] = TIMES( stock[d], d ) ~~|\n"
        ":MACRO: TIMES(i1,i2)\nTIMES = i1*i2 + TIME STEP ~~|\n:END OF MACRO:\n"
        ":MACRO: READ(curve, at)\nREAD = curve( at ) ~~|\n:END OF MACRO:\n"
        "line((0,0),(4,8)) ~~|\nlooked up = READ( line, Time ) ~~|\n",
        SHORT,
    )
    table = simulate(model)
    at = {name: table.values[:, where] for where, name in enumerate(table.names)}
    np.testing.assert_allclose(at["x"], 6.0)
    np.testing.assert_allclose(at["product[D1]"], [1.0, 6.0, 11.0])
    np.testing.assert_allclose(at["product[D2]"], [1.0, 13.0, 25.0])
    np.testing.assert_allclose(at["looked up"], [0.0, 2.0, 4.0])


def test_a_range_mapped_onto_the_one_before_it_adds_up() -> None:
    model = model_of(
        "year : (Y2000 - Y2003) ~~|\nprevious : (Y2000-Y2002) -> next ~~|\nnext : (Y2001-Y2003) ~~|\n"
        "v[year] = 1, 2, 3, 4 ~~|\n"
        "sum[Y2000] = v[Y2000] ~~|\nsum[next] = sum[previous] + v[next] ~~|\n",
        SHORT,
    )
    np.testing.assert_allclose(_first(model, "sum"), np.cumsum([1, 2, 3, 4]))


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_line_ends_marks_and_sketches_change_nothing(change) -> None:
    sketch = (
        "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not\n"
        "*View 1\n$192-192-192,0,Times New Roman|12||0-0-0\n10,1,x,243,196,23,10,8,3,0,0,0,0,0,0\n"
        "///---\\\\\\\n:L<%^E!@\n1:x.vdf\n15:0,0,0,0,0,0\n"
    )
    group = "****************\n\t.Control\n****************~\n\t\tSimulation Control\n\t|\n"
    text = (
        "{UTF-8}\n{first} x = 1 + {inner} 2\n\t~\tPerson [0,10,1]\n\t~\ta \\\n\t\tcomment\n\t|\n"
        + group
        + SHORT
    )
    np.testing.assert_allclose(_first(parse_mdl(change(text + sketch), "m"), "x"), 3.0)
