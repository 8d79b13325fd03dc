from __future__ import annotations

from stockade.formats.xmile.read import parse_xmile
from stockade.model.expressions import Expression
from stockade.model.model import Model

HEAD = '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
SPECS = '<sim_specs method="Euler" time_units="Month"><start>0</start><stop>4</stop><dt>1</dt></sim_specs>\n'


def xmile_of(variables: str, *, before: str = "", specs: str = SPECS, after: str = "") -> str:
    """The text of a file with these variables in its model."""
    return f"{HEAD}{specs}{before}<model><variables>\n{variables}\n</variables></model>{after}</xmile>\n"


def model_of(variables: str, *, before: str = "", specs: str = SPECS, after: str = "") -> Model:
    """Reads such a file."""
    return parse_xmile(xmile_of(variables, before=before, specs=specs, after=after), "model.xmile")


def expression_of(equation: str) -> Expression:
    """Reads one equation."""
    text = equation.replace("&", "&amp;").replace("<", "&lt;")
    return model_of(f'<aux name="x"><eqn>{text}</eqn></aux>').variables[0].equation
