"""The priors of a study.toml as data, with what their families ask for."""

from __future__ import annotations

from scipy.special import betaincinv

from stockade.data.months import parse_day
from stockade.model.names import canonical
from stockade.study.builder import Builder
from stockade.study.schema_parts import FAMILIES, PriorTable
from stockade.study.study import Family, StudyPrior


def build_prior(builder: Builder, name: str, table: PriorTable, *key: str | int) -> StudyPrior:
    """Makes a prior from its table, and notes values at which its family could not hold it."""
    family, a, b = _family(table)
    fixed = _median(family, a, b) if table.fixed == "median" else table.fixed
    for word, value in (("fixed", fixed), ("before", table.before)):
        if value is not None and not _possible(family, a, b, value):
            message = f"{value:g} is impossible under the prior, which is {family}."
            hint = "Give a value that the prior allows, or take another family."
            builder.note("held-outside-prior", message, (*key, word), hint)
    known_from = None
    if table.known_from is not None:
        known_from = builder.read(parse_day, table.known_from, *key, "known_from", otherwise=None)
    return StudyPrior(
        name, canonical(name), family, a, b, table.because, fixed,
        "" if table.fixed is None else str(table.fixed), known_from, table.before, builder.source.place(*key),
    )  # fmt: skip


def _family(table: PriorTable) -> tuple[Family, float, float]:
    if table.lognormal is not None:
        return "lognormal", table.lognormal.median, table.lognormal.sigma
    if table.normal is not None:
        return "normal", table.normal.mean, table.normal.sd
    if table.beta is not None:
        return "beta", table.beta.a, table.beta.b
    if table.uniform is not None:
        return "uniform", table.uniform.low, table.uniform.high
    raise AssertionError(f"the schema lets no prior through without one of {FAMILIES}")


def _median(family: Family, a: float, b: float) -> float:
    if family == "beta":
        return float(betaincinv(a, b, 0.5))
    return (a + b) / 2 if family == "uniform" else a


def _possible(family: Family, a: float, b: float, value: float) -> bool:
    """Says whether a value lies in the closed support of a prior: 0 and 1 are the ends of a beta's."""
    if family == "uniform":
        return a <= value <= b
    return {"lognormal": value >= 0, "beta": 0 <= value <= 1}.get(family, True)
