"""Small models, each with one defect on purpose, and one without."""

from __future__ import annotations

from functools import cache

from stockade.errors import Diagnostic
from stockade.model.model import Model
from stockade.structure.examine import examine
from stockade.structure.trials import Structure, Trial
from tests.formats.helpers import model_of

CONTROLS = """
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = {end} ~ Month ~ |
TIME STEP = {step} ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""

# A flow from stock to stock that stops as its stock runs out, whatever the constants: nothing to find.
SOUND = """
water = INTEG(-flow, initial water) ~ litre ~ |
initial water = 100 ~ litre [0,?] ~ |
used = INTEG(flow, 0) ~ litre ~ |
flow = MIN(water / TIME STEP, water / MAX(residence, TIME STEP)) ~ litre/Month ~ |
residence = 50 ~ Month [0,?] ~ |
"""


def built(equations: str, *, end: float = 10, step: float = 0.125) -> Model:
    return model_of(equations, CONTROLS.format(end=end, step=step))


@cache
def tried(equations: str, *, end: float = 10, step: float = 0.125) -> Structure:
    return examine(built(equations, end=end, step=step))


def trial(structure: Structure, name: str) -> Trial:
    (found,) = [one for one in structure.trials if one.name == name]
    return found


def only(structure: Structure, code: str) -> Diagnostic:
    (found,) = [one for one in structure.findings if one.code == code]
    return found


def codes(structure: Structure) -> set[str]:
    return {one.code for one in structure.findings}
