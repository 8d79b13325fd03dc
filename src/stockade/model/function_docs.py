"""The table of functions as a page of the documentation."""

from __future__ import annotations

from stockade.model.functions import FUNCTIONS, INSTEAD, Function

_HEAD = """# Functions

What an equation can call, from the table in `stockade.model.functions`. In the column of units, a letter
stands for any units, the same letter for the same units; `time` is the model's unit of time, `1` is
dimensionless, and `?` is not looked at.

| function | arguments | units |
|---|---|---|
"""

_TAIL = """
Read, but refused when a model is run, by name and line:

"""

_INSTEAD = """
Of some of them Vensim's manual leaves open what they give in every step; others change variables while a step
is computed. What can be written instead:

| function | instead |
|---|---|
"""


def functions_page() -> str:
    """Returns the page in Markdown."""
    run = [one for one in FUNCTIONS.values() if one.supported and one.name != "lookup"]
    other = [one for one in FUNCTIONS.values() if not one.supported]
    rows = "".join(_row(one) for one in sorted(run, key=lambda one: one.name))
    names = ", ".join(one.name.upper() for one in sorted(other, key=lambda one: one.name))
    instead = "".join(f"| {name.upper()} | {what} |\n" for name, what in sorted(INSTEAD.items()))
    return f"{_HEAD}{rows}{_TAIL}{names}.\n{_INSTEAD}{instead}"


def _row(one: Function) -> str:
    count = str(one.fewest) if one.fewest == one.most else f"{one.fewest} to {one.most}"
    units = (
        "a^n -> a^n"
        if one.units == "power"
        else "those of the lookup"
        if one.units == "lookup"
        else one.units
    )
    return f"| {one.name.upper()} | {count} | `{units}` |\n"
