"""Conveyors of XMILE, against a row of slats that is moved by hand."""

from __future__ import annotations

from collections import deque

import pytest

from stockade.errors import StockadeError
from stockade.formats.xmile.read import parse_xmile
from stockade.simulation.single import simulate
from tests.formats.xmile_helpers import SPECS, xmile_of

BELT = """
<stock name="work"><eqn>{start}</eqn><inflow>starts</inflow><inflow>more</inflow><outflow>ends</outflow>
  <conveyor>{belt}</conveyor></stock>
<flow name="starts"><eqn>5 + TIME</eqn></flow>
<flow name="more"><eqn>IF TIME = 2 THEN 8 ELSE 0</eqn></flow>
<flow name="ends"/>
<aux name="transit"><eqn>{transit}</eqn></aux>
"""

SOUND = BELT.format(start=1, belt="<len>2</len>", transit=1)


def run(text: str, **pieces: str) -> dict[str, list[float]]:
    table = simulate(parse_xmile(xmile_of(text, **pieces), "belt.xmile"))
    return {name: table.values[:, at].tolist() for at, name in enumerate(table.names)}


def slats(start: float, length: int, dt: float, steps: int) -> tuple[list[float], list[float]]:
    """Moves a belt of `length` slats; returns what lies on it and what leaves it, step by step."""
    belt = deque([start / length] * length)
    content, leaving = [], []
    for step in range(steps + 1):
        time = step * dt
        content.append(sum(belt))
        leaving.append(belt[0] / dt)
        belt.popleft()
        belt.append((5 + time + (8 if time == 2 else 0)) * dt)
    return content, leaving


@pytest.mark.parametrize(("dt", "transit"), [(1, 3), (0.25, 2), (0.5, 0.5)])
def test_a_belt_moves_as_a_row_of_slats(dt: float, transit: float) -> None:
    specs = SPECS.replace("<dt>1</dt>", f"<dt>{dt}</dt>")
    text = BELT.format(start=60, belt="<len>transit</len><capacity>INF</capacity>", transit=transit)
    found = run(text, specs=specs)
    content, leaving = slats(60, round(transit / dt), dt, round(4 / dt))
    assert found["work"] == pytest.approx(content, rel=1e-12)
    assert found["ends"] == pytest.approx(leaving, rel=1e-12)


def test_belts_may_stand_in_arrays() -> None:
    found = run(
        '<stock name="s"><dimensions><dim name="d"/></dimensions><eqn>start</eqn><inflow>i</inflow>'
        "<outflow>o</outflow><conveyor><len>time_on_it</len></conveyor></stock>"
        '<flow name="i"><dimensions><dim name="d"/></dimensions><eqn>TIME</eqn></flow>'
        '<flow name="o"><dimensions><dim name="d"/></dimensions></flow>'
        '<aux name="time on it"><eqn>2</eqn></aux>'
        '<aux name="start"><dimensions><dim name="d"/></dimensions>'
        '<element subscript="x"><eqn>4</eqn></element><element subscript="y"><eqn>6</eqn></element></aux>',
        before='<dimensions><dim name="d"><elem name="x"/><elem name="y"/></dim></dimensions>',
    )
    assert found["o[x]"] == [2, 2, 0, 1, 2]
    assert found["o[y]"] == [3, 3, 0, 1, 2]
    assert found["s[y]"] == [6, 3, 1, 3, 5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BELT.format(start=1, belt="<len>2</len><capacity>9</capacity>", transit=1), "<capacity>"),
        (BELT.format(start=1, belt="<len>2.5</len>", transit=1), "whole number of steps"),
        (BELT.format(start=1, belt="<len>0.5</len>", transit=1), "whole number of steps"),
        (BELT.format(start=1, belt="<len>TIME + 1</len>", transit=1), "not arithmetic of constants"),
        (BELT.format(start=1, belt="", transit=1), "no transit time"),
        (SOUND.replace('"ends"/>', '"ends"><eqn>1</eqn></flow>'),
         "an equation of its own"),
        (SOUND.replace("<conveyor>", '<conveyor discrete="true">'),
         "discrete"),
        (SOUND.replace("<outflow>ends</outflow>", ""), "0 outflows"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_refused_by_line(text: str, said: str) -> None:
    with pytest.raises(StockadeError) as caught:
        run(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "unsupported-conveyor"
    assert said in diagnostic.message
    assert diagnostic.place.line


def test_belts_need_euler() -> None:
    text = SOUND
    with pytest.raises(StockadeError, match="Runge-Kutta"):
        run(text, specs=SPECS.replace("Euler", "RK4"))


def test_self_is_the_variable_that_is_defined() -> None:
    found = run(
        '<aux name="twice"><eqn>PREVIOUS(SELF, 1) * 2</eqn></aux>'
        '<aux name="sums"><dimensions><dim name="d"/></dimensions><eqn>PREVIOUS(SELF, 0) + d</eqn></aux>',
        before='<dimensions><dim name="d" size="2"/></dimensions>',
    )
    assert found["twice"] == [2, 4, 8, 16, 32]
    assert found["sums[2]"] == [2, 4, 6, 8, 10]
