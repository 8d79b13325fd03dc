"""Which loop drives a model when: against published tables, vendor output, closed forms and plain arithmetic.

Published: tables 1 to 3 of Schoenberg, Davidsen and Eberlein (2020) and table 1 of Schoenberg, Hayward and
Eberlein (2023), as the summaries in the documentation of the simlin project give them; Stella's figures for
logistic growth, from that project's test data. Closed forms are derived where they stand.
"""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.vensim.read import parse_mdl
from stockade.model.model import Model
from stockade.simulation.feedback import loops
from stockade.simulation.loops_that_matter import Loop, LoopView
from stockade.simulation.single import simulate
from tests.compiler.models import model


def score(view: LoopView, loop: Loop) -> np.ndarray:
    """The score of a loop without hidden variables: the product of its links."""
    links = {(one.cause, one.effect): one.scores[:, 0] for one in view.links}
    ends = (*loop.variables[1:], loop.variables[0])
    return np.prod([links[link] for link in zip(loop.variables, ends, strict=True)], axis=0)


def through(view: LoopView, *names: str) -> Loop:
    """The loop through exactly these variables."""
    (found,) = (one for one in view.loops if set(one.variables) == set(names))
    return found


def at(view: LoopView, time: float) -> int:
    (found,) = np.flatnonzero(np.isclose(view.times, time))
    return int(found)


# ---------------------------------------------------------------- published link scores


def given_values(equation: str, **paths: tuple[float, float]) -> str:
    """A model in which x, y ... go from one value to the next, and z feeds back on them by nothing."""
    lines = [
        f"{name} = {before} + {after - before} * Time + 0 * level" for name, (before, after) in paths.items()
    ]
    return "\n".join([*lines, f"z = {equation}", "level = INTEG(z, 0)"])


@pytest.mark.parametrize(
    ("equation", "paths", "published"),
    [
        ("2 * x + y", {"x": (5, 7), "y": (4, 5)}, {"x": 0.8, "y": 0.2}),
        ("(w + x) / y", {"w": (7, 10), "x": (2, 4), "y": (3, 5)}, {"w": 5, "x": 10 / 3, "y": -6}),
    ],
    ids=["table 1", "table 2"],
)
def test_the_published_link_scores(equation: str, paths: dict, published: dict) -> None:
    view = loops(model(given_values(equation, **paths), final=1, step=1))
    found = {one.cause: one.scores[0, 0] for one in view.links if one.effect == "z"}
    assert found == pytest.approx(published)


@pytest.mark.parametrize("rate", ["in - out", "net"])
def test_a_flow_scores_the_same_whether_flows_are_drawn_together_or_not(rate: str) -> None:
    """Table 1 of 2023: 1.25 and 0.25 for an inflow from 5 to 10 and an outflow from 4 to 5."""
    text = f"""S = INTEG({rate}, 100)
        in = 5 + 5 * Time + 0 * S
        out = 4 + Time + 0 * S"""
    net = "" if rate == "in - out" else "\nnet = in - out"
    view = loops(model(text + net, final=1, step=1))
    to = "s" if rate == "in - out" else "net"
    found = {one.cause: one.scores[0, 0] for one in view.links if one.effect == to}
    assert found == pytest.approx({"in": 1.25, "out": -0.25})


# ---------------------------------------------------------------- Bass diffusion

BASS = """Potential Adopters = INTEG(-adopting, market size - 1)
    Adopters = INTEG(adopting, 1)
    market size = 1000000
    contact rate = 100
    adoption fraction = 0.015
    probability of contact with potentials = Potential Adopters / market size
    adopter contacts = Adopters * contact rate
    potentials contacts with adopters = adopter contacts * probability of contact with potentials
    adopting = potentials contacts with adopters * adoption fraction"""


def test_bass_diffusion_has_the_published_scores() -> None:
    """Table 3 of 2020: the scores of both loops at five times, and their shares."""
    view = loops(model(BASS, final=15.0625, step=0.0625))
    growth, limit = (next(one for one in view.loops if one.label == label) for label in ("R1", "B1"))
    assert len(view.loops) == view.structural == 2
    rows = [at(view, time) for time in (1, 9.5, 9.5625, 9.625, 15)]
    rounding = np.array([5e-4, 5e-3, 0.5, 5e-3, 5e-4])
    assert (np.abs(score(view, growth)[rows] - [1, 11.46, 9806, 10.41, 0]) <= rounding).all()
    assert (np.abs(score(view, limit)[rows] - [0, -9.958, -9358, -10.91, -1]) <= rounding).all()
    assert np.abs(growth.influence[rows, 0] - [1, 0.535, 0.512, 0.488, 0]).max() < 5e-4
    assert np.abs(limit.influence[rows, 0] - [0, -0.465, -0.488, -0.512, -1]).max() < 5e-4


def test_dominance_shifts_where_growth_is_fastest() -> None:
    """Closed form: the loops weigh as potential to adopters, so they are even at half of the market."""
    view = loops(model(BASS, final=15, step=0.0625))
    table = simulate(model(BASS, final=15, step=0.0625, saveper="0.0625"))
    half = float(table.times[np.argmax(table.values[:, table.names.index("Adopters")] > 5e5)])
    (_, last, first_names), (begun, _, then) = view.phases(1)
    assert (first_names, then) == (("R1",), ("B1",))
    assert last < half <= begun


# ---------------------------------------------------------------- logistic growth

LOGISTIC = """population = INTEG(net birth rate, 5)
    net birth rate = fractional growth rate * population
    fractional growth rate = maximum growth rate * (1 - fraction used)
    fraction used = population / carrying capacity
    maximum growth rate = 0.12
    carrying capacity = 1000"""

# Stella's relative scores in percent, by time: of the limit and of growth.
STELLA = {
    1: (0.56, 99.4), 16: (3, 97), 30: (13.3, 86.7), 46: (49.9, 50.1), 47: (52.9, 47.1),
    60: (84.7, 15.3), 75: (97.4, 2.63), 90: (99.6, 0.40), 100: (99.9, 0.11),
}  # fmt: skip


def test_logistic_growth_has_the_shares_that_stella_prints() -> None:
    view = loops(model(LOGISTIC, final=101, step=1))
    rows = [at(view, time) for time in STELLA]
    limit, growth = np.array(list(STELLA.values())).T
    assert np.abs(100 * view.loops[0].influence[rows, 0] + limit) == pytest.approx(0, abs=0.051)
    assert np.abs(100 * view.loops[1].influence[rows, 0] - growth) == pytest.approx(0, abs=0.051)


def test_logistic_growth_has_the_closed_form() -> None:
    """The net birth rate's links are r (1 - P / K) and - r P / K, so the shares are 1 - P / K and P / K."""
    view = loops(model(LOGISTIC, final=100, step=0.25))
    table = simulate(model(LOGISTIC, final=100, step=0.25, saveper="0.25"))
    used = table.values[:-1, table.names.index("fraction used")]
    limit = through(view, "population", "fraction used", "fractional growth rate", "net birth rate")
    growth = through(view, "population", "net birth rate")
    assert limit.influence[:, 0] == pytest.approx(-used, rel=1e-6)
    assert growth.influence[:, 0] == pytest.approx(1 - used, rel=1e-6)
    assert (growth.dominant == (used <= 0.5)).all()


# ---------------------------------------------------------------- yeast and alcohol

YEAST = """C = INTEG(B - D, 1)
    A = INTEG(p * C, 0)
    B = C * (1.1 - 0.1 * A) / b1
    D = C * EXP(A - 11) / d1
    b1 = 16
    d1 = 30
    p = 0.01"""


def test_yeast_grows_slows_collapses_and_fades_in_the_published_order() -> None:
    """2020: births, then births held back by alcohol, then deaths from it, then plain deaths.

    The order is published. The times of it (52, 66.5, 75.5) are not ours (54.5, 69, 79.5) with the equations
    as the summary has them, by the definition of 2020 no more than by that of 2023.
    """
    view = loops(model(YEAST, final=100, step=0.5))
    assert len(view.loops) == 4
    names = {"births": "cb", "deaths": "cd", "slowing": "cab", "poisoning": "cad"}
    of = {through(view, *letters).label: what for what, letters in names.items()}
    alone = [of[labels[0]] for _, _, labels in view.phases(1) if len(labels) == 1]
    assert alone == ["births", "slowing", "poisoning", "deaths"]
    assert through(view, "c", "b").polarity == "changing"  # births turn negative beyond an alcohol of 11
    assert {through(view, *names[one]).polarity for one in ("deaths", "slowing", "poisoning")} == {
        "balancing"
    }


def test_yeast_has_the_scores_of_plain_arithmetic() -> None:
    """The same in NumPy, link by link, by the definition of 2023."""
    c, a, rows = 1.0, 0.0, []
    for _ in range(200):
        rows.append((c, a, c * (1.1 - 0.1 * a) / 16, c * np.exp(a - 11) / 30))
        c, a = c + 0.5 * (rows[-1][2] - rows[-1][3]), a + 0.5 * 0.01 * c
    C, A, B, D = np.array(rows).T
    net, alcohol = np.diff(B - D), np.diff(0.01 * C)
    by_cells = np.diff(C) * (1.1 - 0.1 * A[:-1]) / 16
    by_alcohol = -C[:-1] * 0.1 * np.diff(A) / 16
    scores = {
        "cb": np.abs(by_cells / net) * np.sign(1.1 - 0.1 * A[:-1]),
        "cd": -np.abs(np.diff(C) * np.exp(A[:-1] - 11) / 30 / net),
        "cab": -np.abs(by_alcohol / net) * np.abs(0.01 * np.diff(C) / alcohol),
        "cad": -np.abs(C[:-1] * np.diff(np.exp(A - 11)) / 30 / net) * np.abs(0.01 * np.diff(C) / alcohol),
    }
    total = sum(np.abs(one) for one in scores.values())
    view = loops(model(YEAST, final=99.5, step=0.5))
    for names, expected in scores.items():
        assert through(view, *names).influence[:, 0] == pytest.approx(expected / total, rel=1e-6, abs=1e-9)


# ---------------------------------------------------------------- the arms race of three


def test_the_long_loops_of_an_arms_race_of_three_take_over() -> None:
    """2020: eight loops; stocks adjust at first, and in the end the two loops through all three decide.

    Closed form: along the slowest mode, of rate r, a loop through k stocks scores its gain / |r| ** k.
    """
    wanted = np.array([[0, 0.5, 0.45], [0.5, 0, 0.55], [0.55, 0.45, 0]])
    text = "\n".join(
        f"{one} = INTEG((target {one} - {one}) / 10, {start})\n"
        f"target {one} = {' + '.join(f'{w} * {o}' for w, o in zip(row, 'abc', strict=True) if w)}"
        for one, start, row in zip("abc", (50, 100, 150), wanted, strict=True)
    )
    view = loops(model(text, final=160, step=1))
    assert sorted(one.label for one in view.loops) == ["B1", "B2", "B3", "R1", "R2", "R3", "R4", "R5"]
    adjusting = {one.label for one in view.loops if len(one.variables) == 1}
    around = {one.label for one in view.loops if len(one.variables) == 6}
    assert set(view.phases(1)[0][2]) <= adjusting
    assert set(view.phases(1)[-1][2]) <= around
    slowest = abs(max(np.linalg.eigvals(wanted).real) - 1) / 10
    for one in view.loops:
        stocks = [name for name in one.variables if not name.startswith("target")]
        ends = [*stocks[1:], stocks[0]]
        pairs = [
            ("abc".index(effect), "abc".index(cause)) for cause, effect in zip(stocks, ends, strict=True)
        ]
        gain = -0.1 if len(stocks) == 1 else np.prod([wanted[pair] / 10 for pair in pairs])
        assert score(view, one)[-1] == pytest.approx(gain / slowest ** len(stocks), rel=1e-4)


# ---------------------------------------------------------------- loops that take turns

TURNS = """Stock 1 = INTEG(Flow 1, 1)
    Stock 2 = INTEG(Flow 2, 1)
    Flow 1 = IF THEN ELSE(Stock 2 > 50, Stock 2 / TIME STEP, Stock 1 / TIME STEP)
    Flow 2 = IF THEN ELSE(Stock 1 > 10 :AND: Stock 1 < 20, Stock 1 / TIME STEP, Stock 2 / TIME STEP)"""


def test_loops_that_never_act_at_once_are_no_loop_together() -> None:
    """Eberlein and Schoenberg (2020), figure 6: each cross link has its own moment."""
    view = loops(model(TURNS, final=10, step=1))
    scores = {(one.cause, one.effect): one.scores[:, 0] for one in view.links}
    assert np.flatnonzero(scores["stock 1", "flow 2"]).tolist() == [3]
    assert not scores["stock 2", "flow 1"][:5].any()
    assert (scores["stock 2", "flow 1"][5:] == 1).all()
    assert {one.variables for one in view.loops} == {("stock 1", "flow 1"), ("stock 2", "flow 2")}
    assert view.structural == 3


# ---------------------------------------------------------------- what else must hold


def test_a_loop_alone_scores_one_and_groups_do_not_touch() -> None:
    view = loops(model("a = INTEG(a / 5, 1)\nb = INTEG(a - b / 3, 1)\nc = INTEG(2, 0)", final=3))
    found = {one.variables: one for one in view.loops}
    assert set(found) == {("a",), ("b",)}
    assert found["a",].group != found["b",].group
    assert (found["a",].influence == 1).all()
    assert found["b",].influence == pytest.approx(-1)
    assert [found[one,].polarity for one in "ab"] == ["reinforcing", "balancing"]


def test_at_rest_nothing_is_said_to_act() -> None:
    view = loops(model("x = INTEG(0.1 * x - 0.1 * x, 100)\ny = INTEG((x - y) / 7, 100)", final=3))
    assert view.loops == ()
    assert view.structural == 2


def test_a_model_in_which_nothing_moves_has_no_loops() -> None:
    view = loops(model("a = 3\nb = 4", final=3))
    assert view.loops == view.links == ()
    assert view.structural == 0


def test_a_macro_is_a_link_and_elements_are_variables() -> None:
    text = """{UTF-8}
        :MACRO: LAGGED(input, time)
        LAGGED = INTEG((input - LAGGED) / time, input) ~ ~|
        :END OF MACRO:
        place: north, south ~ ~|
        people[place] = INTEG(rate[place], 10) ~ ~|
        rate[place] = 0.1 * people[place] - 0.02 * felt[place] ~ ~|
        felt[place] = LAGGED(people[place], 3) ~ ~|
        INITIAL TIME = 0 ~ ~| FINAL TIME = 5 ~ ~| TIME STEP = 0.5 ~ ~| SAVEPER = 1 ~ ~|"""
    view = loops(parse_mdl(text, "macro.mdl"))
    assert {one.variables for one in view.loops} == {
        (f"people[{one}]", *rest, f"rate[{one}]")
        for one in ("north", "south")
        for rest in ((), (f"felt[{one}]",))
    }
    assert {one.group for one in view.loops} == {1, 2}


@pytest.mark.parametrize(
    ("delay", "stages"),
    [("SMOOTH(x, 3)", 1), ("SMOOTH3(x, 3)", 3), ("DELAY3(x, 3)", 3), ("DELAY FIXED(x, 2, 0.5)", 1)],
)
def test_a_delay_is_a_link_from_what_goes_in_to_what_comes_out(delay: str, stages: int) -> None:
    view = loops(model(f"x = INTEG(growth, 1)\ngrowth = 0.1 * x - 0.01 * felt\nfelt = {delay}", final=9))
    assert {one.variables for one in view.loops} == {("x", "growth"), ("x", "felt", "growth")}
    slow = next(one for one in view.loops if "felt" in one.variables)
    assert slow.signs == ("+", "-", "+")
    assert sum("#" in one.cause for one in view.links) >= stages


def test_a_delay_written_out_gives_the_same_scores_as_its_name() -> None:
    text = "x = INTEG(growth, 1)\ngrowth = 0.1 * x - 0.05 * felt\n"
    named = loops(model(text + "felt = SMOOTH(x, 3)", final=9))
    written = loops(model(text + "felt = INTEG((x - felt) / 3, x)", final=9))
    inside = through(written, "felt")
    for one in named.loops:
        (other,) = (two for two in written.loops if two.variables == one.variables)
        rest = other.influence / (1 - np.abs(inside.influence))
        assert one.influence == pytest.approx(rest, rel=1e-9)


def test_splitting_an_equation_changes_no_loop() -> None:
    """The chain rule: a product of links is the link that it stands for."""
    text = "x = INTEG(0.5 * x - drain, 1)\n"
    whole = loops(model(text + "drain = 0.1 * EXP(x / 9)", final=9))
    split = loops(model(text + "drain = 0.1 * y\ny = EXP(w)\nw = x / 9", final=9))
    longer = score(split, through(split, "x", "w", "y", "drain"))
    assert longer == pytest.approx(score(whole, through(whole, "x", "drain")), rel=1e-9)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_shares_add_up_to_one(method) -> None:
    view = loops(model(YEAST, final=60, step=0.5), method=method)
    total = sum(np.abs(one.influence) for one in view.loops)
    assert total == pytest.approx(np.ones_like(total))
    assert sum(one.share for one in view.loops) == pytest.approx(1)
    heavy = sum(np.abs(one.influence[:, 0]) * one.dominant for one in view.loops)
    assert (heavy > 0.5).all()


def test_constants_can_be_set_and_a_window_chosen() -> None:
    view = loops(model(LOGISTIC, final=100, step=1), {"carrying capacity": 10}, start=20, end=40)
    assert view.times.tolist() == list(range(20, 41))
    assert view.phases(1) == ((20, 40, ("B1",)),)


@pytest.mark.parametrize(
    ("of", "window"),
    [
        (model(LOGISTIC, final=10, step=1), (20.0, 30.0)),
        (model(LOGISTIC, final=1000, step=0.0001), (0.0, 10.0)),
        (model("x = INTEG(0.1 * felt / (3 - Time), 1)\nfelt = DELAY3(x, 1)", step=1), (0.0, 10.0)),
    ],
    ids=["outside", "too long", "not finite"],
)
def test_refused(of: Model, window: tuple[float, float], snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        loops(of, start=window[0], end=window[1])
    assert str(caught.value) == snapshot


# ---------------------------------------------------------------- too many loops for all


def coupled(size: int) -> Model:
    """Stocks that all feed on one another: more loops than anyone can list."""
    names = [f"s{i}" for i in range(size)]
    rates = [
        " + ".join(f"{0.001 * (1 + (i * 7 + j * 3) % 5)} * {b}" for j, b in enumerate(names) if b != a)
        for i, a in enumerate(names)
    ]
    lines = [
        f"{a} = INTEG({rate} - 0.1 * {a}, {i + 1})"
        for i, (a, rate) in enumerate(zip(names, rates, strict=True))
    ]
    return model("\n".join(lines), final=5, step=1)


def test_the_strongest_paths_find_the_loops_that_weigh() -> None:
    every = loops(coupled(5), most=1000)
    partial = loops(coupled(5), most=10)
    assert every.complete
    assert every.structural == len(every.loops) == 89
    assert not partial.complete
    assert partial.structural is None
    found = {one.variables for one in partial.loops}
    assert found < {one.variables for one in every.loops}
    assert {one.variables for one in every.loops[:5]} <= found


def test_a_model_with_millions_of_loops_is_no_wait() -> None:
    view = loops(coupled(12))
    assert not view.complete
    assert view.loops
