from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

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


def mutations(text: str, pieces: Sequence[str], most: int) -> st.SearchStrategy[str]:
    """Draws the text with up to `most` places replaced by one of the pieces, or by anything."""
    edit = st.tuples(
        st.integers(0, len(text)), st.integers(0, 40), st.sampled_from(pieces) | st.text(max_size=8)
    )

    def edited(edits: list[tuple[int, int, str]]) -> str:
        result = text
        for at, length, piece in edits:
            result = result[:at] + piece + result[at + length :]
        return result

    return st.lists(edit, min_size=1, max_size=most).map(edited)
