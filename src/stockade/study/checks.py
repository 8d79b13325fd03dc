"""Whether a study fits its model and its data: names, columns, series, and what could be seen when."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stockade.data.ledger import Report
from stockade.data.series import SeriesTable
from stockade.errors import Diagnostic, Place
from stockade.model.model import CONTROL_NAMES, Model
from stockade.model.names import canonical
from stockade.study.build_noise import misfits
from stockade.study.checks_data import check_data
from stockade.study.form import did_you_mean
from stockade.study.lines import Key, Source
from stockade.study.study import Explanation, Study, StudyPrior

_OPERATORS = re.compile(r"[*/+^()]| - |\d\s*$")


def check(
    study: Study, source: Source, model: Model, table: SeriesTable, reports: tuple[Report, ...]
) -> tuple[Diagnostic, ...]:
    """Returns everything that does not fit, in the order of study.toml."""
    names = _Names(study, source, model)
    found = [
        *names.inputs(), *names.observations(), *names.noises(), *names.priors(), *names.explanations(),
        *names.scenarios(), *names.watches(), *names.briefing(), *check_nulls(study, source),
        *check_data(study, source, table, reports),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.place.line or 0))


def check_nulls(study: Study, source: Source) -> Iterable[Diagnostic]:
    """Complains where a study has nothing to compare with: both nulls and a mechanism are asked for."""
    place = source.place("explanation")
    for null, says in (("trend", "go on along their trend"), ("mean", "stay at their mean")):
        if not any(one.null == null for one in study.explanations):
            message = f"No explanation is the null '{null}'."
            hint = f'Add [explanation.null-{null}] with null = "{null}" and says = "All series {says}."'
            yield Diagnostic("missing-null", message, place, hint=hint)
    if not any(one.mechanism for one in study.explanations):
        hint = "Add an explanation without 'null'."
        yield Diagnostic("missing-mechanism", "Every explanation is a null.", place, hint=hint)


class _Names:
    """The names of a model, and complaints about names of a study that do not fit them."""

    def __init__(self, study: Study, source: Source, model: Model) -> None:
        self.study = study
        self.source = source
        self.model = model
        # Parameters that the model lacks: those of the noise, of what is observed and of flows.
        self.dispersions = {canonical(one.dispersion): one.dispersion for one in study.observes}
        self.dispersions |= {canonical(one.scale): one.scale for one in study.noises if one.scale is not None}

    def inputs(self) -> Iterable[Diagnostic]:
        """A path replaces an auxiliary or data variable."""
        for one in self.study.inputs:
            yield from self._variable(
                one.name, ("input", one.name), ("auxiliary", "data"), "an input path replaces"
            )

    def observations(self) -> Iterable[Diagnostic]:
        """Counts and reports speak of variables that move."""
        kinds = ("stock", "auxiliary", "data")
        for one in self.study.observes:
            yield from self._variable(one.is_, ("observe", one.column, "is"), kinds, "what is observed is")
        for one in self.study.definitions:
            if one.is_ is not None:
                yield from self._variable(one.is_, ("report", one.name, "is"), kinds, "what is reported is")

    def priors(self) -> Iterable[Diagnostic]:
        """Every prior is on a parameter, every dispersion has one in every explanation."""
        for one in self.study.priors:
            yield from self._prior(one, ("prior", one.name))
        for explanation in self.study.explanations:
            for one in explanation.priors:
                yield from self._prior(one, ("explanation", explanation.id, "prior", one.name))
        wanted: list[tuple[str, Key]] = [
            (one.dispersion, ("observe", one.column, "noise", "negative_binomial"))
            for one in self.study.observes
        ]
        wanted += [
            (one.scale, ("noise", one.name, "environmental", "lognormal"))
            for one in self.study.noises
            if one.scale is not None
        ]
        for name, key in wanted:
            lacking = [one.id for one in self._mechanisms() if not self._has(one, canonical(name))]
            if lacking:
                names = [one.name for one in self.study.priors]
                message = f"'{name}' has no prior in {', '.join(lacking)}."
                hint = did_you_mean(name, names, f'Add [prior."{name}"].')
                yield self._problem("missing-prior", message, key, hint)

    def noises(self) -> Iterable[Diagnostic]:
        """What is noisy is a flow, and what is left for it can be told."""
        wrong = [
            problem
            for one in self.study.noises
            for problem in self._variable(one.name, ("noise", one.name), ("auxiliary", "data"), "noise is of")
        ]
        yield from wrong
        if not wrong and self.study.noises:
            yield from misfits(self.study, self.source, self.model)

    def explanations(self) -> Iterable[Diagnostic]:
        """An explanation holds parameters."""
        for explanation in self.study.explanations:
            for name in self.source.names("explanation", explanation.id, "hold"):
                key = ("explanation", explanation.id, "hold", name)
                if canonical(name) not in self.dispersions:
                    yield from self._variable(name, key, ("constant",), "an explanation holds")

    def scenarios(self) -> Iterable[Diagnostic]:
        """A scenario changes variables and constants, in months of the study."""
        period = self.study.period
        for scenario in self.study.scenarios:
            key = ("scenario", scenario.id)
            for one in scenario.interventions:
                where = (*key, one.does, one.name)
                kinds = ("auxiliary", "data", "constant", *(("stock",) if one.does == "hold" else ()))
                yield from self._variable(one.name, where, kinds, f"a scenario {one.does}s")
                if one.window is not None and not one.window.within(period):
                    yield self._outside(f"'{one.text}'", where)
            for word, month in (("from", scenario.from_), ("until", scenario.until)):
                if month is not None and month not in period:
                    yield self._outside(f"'{word}'", (*key, word))

    def watches(self) -> Iterable[Diagnostic]:
        """What one could watch is a variable that moves, in months of the study."""
        for one in self.study.watches:
            key = ("watch", one.name)
            kinds = ("stock", "auxiliary", "data")
            yield from self._variable(one.is_, (*key, "is"), kinds, "what is watched is")
            if one.window is not None and not one.window.within(self.study.period):
                yield self._outside("'window'", (*key, "window"))

    def briefing(self) -> Iterable[Diagnostic]:
        """The briefing shows variables that move."""
        kinds = ("stock", "auxiliary", "data")
        for index, name in enumerate(self.study.briefing.latent):
            yield from self._variable(name, ("briefing", "latent", index), kinds, "the briefing shows")
        deaths = self.study.briefing.civilian_deaths
        if deaths is not None:
            yield from self._variable(deaths, ("briefing", "civilian_deaths"), kinds, "civilian deaths are")

    def _mechanisms(self) -> list[Explanation]:
        return [one for one in self.study.explanations if one.mechanism]

    def _has(self, explanation: Explanation, name: str) -> bool:
        return name in explanation.hold or name in self.study.priors_of(explanation)

    def _prior(self, prior: StudyPrior, key: Key) -> Iterable[Diagnostic]:
        variable = self.model.by_name.get(prior.canonical)
        if prior.canonical in self.dispersions:
            return
        if variable is None or prior.canonical in CONTROL_NAMES:
            known = [*self._written("constant"), *self.dispersions.values()]
            message = f"The model has no constant '{prior.name}', and no noise uses it."
            hint = did_you_mean(prior.name, known, "Priors are on constants of the model and on dispersions.")
            yield self._problem("prior-without-parameter", message, key, hint)
        elif variable.kind != "constant":
            message = f"'{prior.name}' is {_a(variable.kind)} of the model; a prior is on a constant."
            hint = f"Its equation stands in line {variable.place.line} of the model."
            yield self._problem("wrong-kind", message, key, hint)

    def _variable(self, name: str, key: Key, kinds: tuple[str, ...], what: str) -> Iterable[Diagnostic]:
        """Complains where a name is not a variable of the model, or not of a kind that makes sense there."""
        variable = self.model.by_name.get(canonical(name))
        if variable is None:
            if _OPERATORS.search(name):
                message = f"'{name}' is an expression, and only single variables are read here."
                hint = "Define it as a variable of the model and name that one."
                yield self._problem("expression-not-read", message, key, hint)
                return
            message = f"The model has no variable '{name}'."
            hint = did_you_mean(name, self._written(*kinds), f"The model is {self.study.model.name}.")
            yield self._problem("unknown-variable", message, key, hint)
        elif variable.kind not in kinds or variable.canonical in CONTROL_NAMES:
            kind = "control variable" if variable.canonical in CONTROL_NAMES else variable.kind
            message = f"'{name}' is {_a(kind)} of the model; {what} {' or '.join(_a(one) for one in kinds)}."
            yield self._problem("wrong-kind", message, key, "Name another variable of the model.")

    def _written(self, *kinds: str) -> list[str]:
        return [
            one.name
            for one in self.model.variables
            if one.kind in kinds and one.canonical not in CONTROL_NAMES
        ]

    def _outside(self, what: str, key: Key) -> Diagnostic:
        message = f"{what} is not inside the study's period, {self.study.period}."
        return self._problem("outside-period", message, key, "Name months of the period, or make it longer.")

    def _problem(self, code: str, message: str, key: Key, hint: str) -> Diagnostic:
        place: Place = self.source.place(*key)
        return Diagnostic(code, message, place, self.source.excerpt(*key), hint)


def _a(kind: str) -> str:
    return {"auxiliary": "an auxiliary", "data": "a data variable"}.get(kind, f"a {kind}")
