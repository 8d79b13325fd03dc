"""`judge_reality`: Reality Checks, each tried with its condition made true, and in the model as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockade.arrays import Floats
from stockade.errors import Diagnostic, StockadeError
from stockade.model.checks import check
from stockade.model.elaborate import elaborate
from stockade.model.model import Model, RealityCheck
from stockade.model.printing import print_expression
from stockade.progress import Progress, silent
from stockade.structure.extremes import saved_each_step
from stockade.structure.reality_forms import Form, form_of
from stockade.structure.reality_judging import missed, truth_of_conditions
from stockade.structure.reality_results import Judged, Miss, Passive, Reality
from stockade.structure.reality_runs import Element, Values, elements, forced, hidden, run


def judge_reality(model: Model, *, progress: Progress = silent) -> Reality:
    """Tries every Reality Check of a model, as Vensim's *Test All* does.

    The condition is forced to be true, in a run of its own for each way to make it true, and the consequence
    is looked at in every step. The model as it stands is run too: where the condition happens to hold
    there, the consequence must.

    Args:
        model: The model; data variables must have their data.
        progress: Told how far the work is.

    Raises:
        StockadeError: With everything that keeps the model itself from running.
    """
    wrong = [one for one in check(model) if one.severity == "error"]
    if wrong:
        raise StockadeError(wrong)
    asked = [one for one in model.reality_checks if one.kind == "condition"]
    if not asked:
        return Reality(())
    readable, refused = _read(model, asked)
    trial = _Trial(model, readable, len(asked), progress)
    judged = {**refused, **trial.judge()} if readable else refused
    return Reality(tuple(one for at in range(len(asked)) for one in judged[at]))


def _read(
    model: Model, asked: Sequence[RealityCheck]
) -> tuple[dict[int, Form], dict[int, tuple[Judged, ...]]]:
    """Returns the checks that can be run, by number, and what keeps the others from it."""
    test_inputs = {one.canonical: one for one in model.reality_checks if one.kind == "test input"}
    forms: dict[int, Form] = {}
    refused: dict[int, tuple[Judged, ...]] = {}
    for number, one in enumerate(asked):
        try:
            form = form_of(one, test_inputs)
            hidden(form, number, model)
        except StockadeError as error:
            refused[number] = (_refused(one, "", error.diagnostics),)
        else:
            forms[number] = form
    if forms and _errors(_with_sides(model, forms)):
        # Some name or subscript is wrong: each check is asked alone.
        for number, form in list(forms.items()):
            if found := _errors(_with_sides(model, {number: form})):
                refused[number] = (_refused(form.check, "", found),)
                del forms[number]
    return forms, refused


def _errors(model: Model) -> tuple[Diagnostic, ...]:
    return tuple(one for one in check(model) if one.severity == "error")


def _with_sides(model: Model, forms: dict[int, Form]) -> Model:
    sides = [one for number, form in forms.items() for one in hidden(form, number, model)]
    return replace(model, variables=(*model.variables, *sides))


def _refused(one: RealityCheck, suffix: str, why: Sequence[Diagnostic]) -> Judged:
    reason = tuple(replace(found, severity="warning") for found in why)
    return Judged(one.name + suffix, "not judged", *_texts(one), place=one.place, reason=reason)


def _texts(one: RealityCheck) -> tuple[str, str]:
    assert one.conclusion is not None
    return print_expression(one.premise), print_expression(one.conclusion)


@dataclass
class _Trial:
    """Runs the checks of one model; lives for one call of `judge_reality`."""

    model: Model
    forms: dict[int, Form]
    count: int
    progress: Progress

    def judge(self) -> dict[int, tuple[Judged, ...]]:
        plain, _ = saved_each_step(elaborate(_with_sides(self.model, self.forms)))
        asked = [one for number, form in self.forms.items() for one in elements(form, number, plain)]
        names = [name for one in asked for name in one.outputs(plain, conditions=True)]
        usual = run(plain, names)
        found: dict[int, tuple[Judged, ...]] = dict.fromkeys(self.forms, ())
        for at, one in enumerate(asked):
            self.progress("Reality Checks", at, len(asked))
            found[one.number] = (*found[one.number], self._one(plain, one, *usual))
        self.progress("Reality Checks", len(asked), len(asked))
        return found

    def _one(self, plain: Model, one: Element, times: Floats, usual: Values) -> Judged:
        # Only the sides of this check stay in the model: another one's may not be computable here.
        prefix = f"#reality {one.number} "
        kept = [
            variable
            for variable in plain.variables
            if not variable.canonical.startswith("#reality ") or variable.canonical.startswith(prefix)
        ]
        alone = replace(plain, variables=tuple(kept))
        said: list[str] = []
        misses: list[Miss] = []
        try:
            for miss, what in self._forced(alone, one):
                said.append(what)
                misses += [miss] if miss is not None else []
        except StockadeError as error:
            return _refused(one.form.check, one.written, error.diagnostics)
        miss = max(misses, key=lambda found: found.largest, default=None)
        passive, passive_miss = _passive(one, times, usual)
        verdict = "failed" if miss is not None or passive_miss is not None else "held"
        check = one.form.check
        return Judged(
            check.name + one.written,
            verdict,
            *_texts(check),
            forced=tuple(said),
            miss=miss,
            passive=passive,
            passive_miss=passive_miss,
            place=replace(check.place, name=check.name + one.written),
        )

    def _forced(self, plain: Model, one: Element) -> Iterator[tuple[Miss | None, str]]:
        for alternative in one.form.alternatives:
            changed, what = forced(plain, one, alternative)
            clocked = [at for at in alternative if _is_time(one, at)]
            times, values = run(changed, one.outputs(changed, conditions=bool(clocked)))
            due = np.ones(len(times), dtype=bool)
            for at in clocked:
                due &= truth_of_conditions(one, values, at)
            yield missed(one, times, values, due), ", ".join(what) or "nothing"


def _is_time(one: Element, at: int) -> bool:
    return getattr(one.form.conditions[at].left, "name", "") == "time"


def _passive(one: Element, times: Floats, values: Values) -> tuple[Passive, Miss | None]:
    """Returns what comes of a check in the model as it stands."""
    natural = [
        alternative
        for alternative in one.form.alternatives
        if not any(one.form.conditions[at].test_input for at in alternative)
    ]
    if not natural:
        return "not tried", None
    due = np.zeros(len(times), dtype=bool)
    for alternative in natural:
        met = np.ones(len(times), dtype=bool)
        for at in alternative:
            met &= truth_of_conditions(one, values, at)
        due |= met
    if not due.any():
        return "never met", None
    miss = missed(one, times, values, due)
    return ("held" if miss is None else "failed"), miss
