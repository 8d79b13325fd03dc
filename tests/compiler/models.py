"""Small models by hand, for the tests of the compiler and of simulation."""

from __future__ import annotations

from stockade.formats.vensim.read import parse_mdl
from stockade.model.model import Model


def model(
    equations: str, *, final: float = 10, step: float = 0.125, saveper: str = "1", start: float = 0
) -> Model:
    """Returns a model from lines ``name = right-hand side``."""
    control = f"INITIAL TIME={start}\nFINAL TIME={final}\nTIME STEP={step}\nSAVEPER={saveper}"
    lines = [line.strip() for line in f"{equations}\n{control}".splitlines() if line.strip()]
    return parse_mdl("{UTF-8}\n" + "\n".join(f"{line}\n~\n~|" for line in lines), "test.mdl")
