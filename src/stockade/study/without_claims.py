"""The claims of a study without each part of its data.

What is left out is unknown to a claim as it is to the fit: a claim on observed counts meets the prediction
in its place, one on what was reported no longer hears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from stockade.claims.check import check
from stockade.claims.evaluate import Outcome, evaluate
from stockade.claims.grammar import parse
from stockade.claims.nodes import Explanations, Expression, MonthWindow
from stockade.claims.reweigh import Voice, reweighed
from stockade.claims.walk import observed, reported, variables, window_terms
from stockade.claims.weights import softmax
from stockade.claims.worlds import Silence, Statements, World
from stockade.compiler.compile import Simulator
from stockade.errors import StockadeError
from stockade.forecasts.predict import with_seen
from stockade.study.fits import Fits
from stockade.study.folder import StudyFolder
from stockade.study.judging import claim_names, judge_statements, needs
from stockade.study.parts import Part
from stockade.study.without import Account
from stockade.study.worlds import Account as Told
from stockade.study.worlds import WorldMaker, mechanism_account, null_account, posterior_account

LEAST_WEIGHT = 1e-4
"""Weight, among mechanisms or of a null among all, below which a world is not made anew for a part: its
claims could change no probability by more than this."""


@dataclass(frozen=True, eq=False)
class Hearing:
    """What every explanation says to every claim, as of one date.

    Attributes:
        folder: The study.
        maker: Makes worlds.
        fits: Of all data.
        told: Explanation -> what it says happened, with all data.
        claims: Claim -> its expression, of those that can be judged.
        statements: What sources stated.
        outcomes: (claim, explanation) -> what it says draw by draw, with all data.
    """

    folder: StudyFolder
    maker: WorldMaker
    fits: Fits
    told: Mapping[str, Told]
    claims: Mapping[str, Expression]
    statements: Statements
    outcomes: dict[tuple[str, str], Outcome | Silence] = field(default_factory=dict)

    def everything(self) -> dict[str, float | None]:
        """Returns the probability of each claim with all data."""
        evidence = {name: one.world.log_evidence for name, one in self.told.items()}
        return {
            claim: reweighed(said, {name: Voice(self._outcome(claim, name)) for name in self.told}, evidence)
            for claim, said in self.claims.items()
        }

    def without(self, part: Part, accounts: Mapping[str, Account]) -> dict[str, float | None]:
        """Returns the probability of each claim without a part.

        Args:
            part: What is left out.
            accounts: Explanation -> what it is without it.
        """
        evidence = {
            name: one.world.log_evidence - accounts[name].log_predictive for name, one in self.told.items()
        }
        anew = {name: self._anew(name, accounts[name]) for name in _weighty(self.told, evidence)}
        worlds = {name: self._hidden(anew.get(name) or one, part) for name, one in self.told.items()}
        statements, found = self._statements(part), {}
        for claim, said in self.claims.items():
            touched = self._touched(said, part)
            # What only sources stated does not hang on any fit, nor on its draws' weights.
            fitted = bool(variables(said) or observed(said))
            voices = {}
            for name in self.told:
                mine = anew.get(name) is not None
                outcome = self._outcome(claim, name)
                if ((mine and fitted) or touched) and not isinstance(said, Explanations):
                    outcome = evaluate(said, worlds[name], statements, self.maker.seed)
                voices[name] = Voice(outcome, None if mine or not fitted else accounts[name].weights)
            found[claim] = reweighed(said, voices, evidence)
        return found

    def _outcome(self, claim: str, name: str) -> Outcome | Silence:
        key = (claim, name)
        if key not in self.outcomes:
            said, world = self.claims[claim], self.told[name].world
            self.outcomes[key] = (
                Silence("a claim on explanations")
                if isinstance(said, Explanations)
                else evaluate(said, world, self.statements, self.maker.seed)
            )
        return self.outcomes[key]

    def _anew(self, name: str, account: Account) -> Told | None:
        """Returns what a fit that was made anew says happened; None where the draws were only weighed."""
        when = self.maker.when
        if account.posterior is not None:
            return posterior_account(self.maker, account.posterior)
        if account.null is not None:
            draws = self.told[name].world.draws
            return null_account(self.maker, name, account.null, self.fits.problems[when, name], draws)
        return None

    def _hidden(self, told: Told, part: Part) -> World:
        """Returns a world in which the months of a part were never seen."""
        study, counts = self.folder.study, dict(told.world.counts)
        columns = {column for column, _ in part.months} & set(told.predicted)
        for column in columns:
            seen = self.maker.seen.over(column, study.period).copy()
            hidden = [month for name, month in part.months if name == column]
            seen[slice(None) if part.column == column else hidden] = np.nan
            counts[column] = with_seen(told.predicted[column], seen)
        return replace(told.world, counts=counts) if columns else told.world

    def _statements(self, part: Part) -> Statements:
        if not part.lines:
            return self.statements
        kept = tuple(one for one in self.folder.reports if one.line not in part.lines)
        return judge_statements(replace(self.folder, reports=kept), self.maker.when)

    def _touched(self, said: Expression, part: Part) -> bool:
        """Says whether a claim itself looks at what is left out, beside what the fit made of it."""
        first = self.folder.study.period.first
        lines = {one.line: one for one in self.folder.reports if one.line in part.lines}
        for term in window_terms(said):
            for column in observed(term.quantity):
                months = [first + month for name, month in part.months if name == column]
                if part.column == column or any(_inside(month, term.window) for month in months):
                    return True
        series = {one.series for one in lines.values()}
        speaks = {one.name for one in self.folder.study.definitions if one.series in series} | series
        return bool(speaks & set(reported(said)))


def hearing(folder: StudyFolder, fits: Fits, simulator: Simulator, when: date, seed: int) -> Hearing:
    """Returns what every explanation says as of a date, with all data."""
    maker = WorldMaker(folder, simulator, when, needs(folder), seed)
    draws = max(len(one.draws) for one in fits.posteriors.values())
    told: dict[str, Told] = {}
    for one in folder.study.explanations:
        key = (when, one.id)
        told[one.id] = (
            mechanism_account(maker, fits.posteriors[key])
            if one.mechanism
            else null_account(maker, one.id, fits.nulls[key], fits.problems[key], draws)
        )
    return Hearing(folder, maker, fits, told, _claims(folder), judge_statements(folder, when))


def _claims(folder: StudyFolder) -> dict[str, Expression]:
    """Returns the claims that can be judged."""
    names, found = claim_names(folder), {}
    for claim in folder.study.claims:
        if claim.says is None or claim.not_testable:
            continue
        try:
            parsed = parse(claim.says, claim.place)
        except StockadeError:
            continue
        if not any(one.severity == "error" for one in check(parsed, names)):
            found[claim.id] = parsed.expression
    return found


def _inside(month: int, window: MonthWindow) -> bool:
    return window.first <= month <= window.last


def _weighty(told: Mapping[str, Told], evidence: Mapping[str, float]) -> list[str]:
    """Returns the explanations whose world matters: a null among all, a mechanism among mechanisms."""
    mechanisms = [name for name, one in told.items() if one.world.mechanism]
    found = []
    for names in (mechanisms, list(told)):
        shares = softmax(np.array([evidence[one] for one in names])) if names else np.empty(0)
        found += [name for name, share in zip(names, shares, strict=True) if share >= LEAST_WEIGHT]
    return list(dict.fromkeys(found))
