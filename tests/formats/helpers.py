from __future__ import annotations

from stockade.formats.vensim.read import parse_mdl
from stockade.model.expressions import Expression
from stockade.model.model import Model

CONTROLS = """
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 10 ~ Month ~ |
TIME STEP = 0.5 ~ Month ~ |
SAVEPER = TIME STEP ~ Month ~ |
"""


def model_of(equations: str, controls: str = CONTROLS) -> Model:
    """Reads equations, with the four control variables behind them."""
    return parse_mdl("{UTF-8}\n" + equations + controls, "model.mdl")


def expression_of(text: str) -> Expression:
    """Reads one right-hand side."""
    return parse_mdl(f"x = {text} ~~|", "model.mdl").variables[0].equation
