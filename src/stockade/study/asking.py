"""Questions that observations could answer: which explanation holds, and whether a claim is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockade.arrays import Floats
from stockade.claims.check import check
from stockade.claims.evaluate import evaluate
from stockade.claims.grammar import parse
from stockade.claims.nodes import Explanations, Expression
from stockade.claims.walk import observed
from stockade.claims.worlds import Silence, Statements, World
from stockade.contrasts.information import Question
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.study.folder import StudyFolder
from stockade.study.form import did_you_mean
from stockade.study.judging import claim_names
from stockade.study.study import Claim


@dataclass(frozen=True, eq=False)
class Asked:
    """A claim as a question: each draw of each explanation says yes or no, or nothing.

    Attributes:
        claim: The claim.
        expression: What it says.
        worlds: What each explanation says happened, thinned to the draws that are used.
        statements: Report id -> statements visible at the date.
        seed: Of the order of draws of reported figures.
        own: For each world (draw, 2): true, not true; zeros where it says nothing.
    """

    claim: Claim
    expression: Expression
    worlds: Sequence[World]
    statements: Statements
    seed: int
    own: Sequence[np.ndarray]

    @property
    def speaking(self) -> np.ndarray:
        """(explanation,) whether any draw of it says anything."""
        return np.array([one.any() for one in self.own])

    def about(self, column: str | None) -> bool:
        """Says whether the claim is about the very counts of a series."""
        return column is not None and column in observed(self.expression)

    def question(self, which: Sequence[int], column: str | None, rows: slice, outcomes: Floats) -> Question:
        """Returns the question for one observation.

        Args:
            which: Explanations that take part.
            column: The series that is observed; None where it is none.
            rows: Rows of its months.
            outcomes: (outcome, month) counts that could be seen.
        """
        own = [self.own[index] for index in which]
        if not self.about(column) or column is None:
            return Question(own, own)
        members = [
            np.array([self._given(self.worlds[index], column, rows, one) for one in outcomes])
            for index in which
        ]
        return Question(members, own)

    def _given(self, world: World, column: str, rows: slice, seen: Floats) -> np.ndarray:
        """Returns the answers (draw, 2) of a world in which these counts were seen."""
        counts = np.array(world.counts[column])
        counts[rows] = seen[:, None]
        return _answers(
            self.expression,
            replace(world, counts={**world.counts, column: counts}),
            self.statements,
            self.seed,
        )


def ask(
    folder: StudyFolder, claim: Claim, worlds: Sequence[World], statements: Statements, seed: int
) -> Asked:
    """Makes a question of a claim.

    Raises:
        StockadeError: ``claim-cannot-be-watched`` where it is an opinion, ill-posed, or nobody speaks to it.
    """
    expression = _expression(folder, claim)
    if isinstance(expression, Explanations):
        own = [_side(expression, one) for one in worlds]
    else:
        own = [_answers(expression, one, statements, seed) for one in worlds]
    if not any(one.any() for one in own):
        raise _refused(claim, "No explanation speaks to it.")
    return Asked(claim, expression, worlds, statements, seed, own)


def claims_named(folder: StudyFolder, wanted: Sequence[str]) -> list[Claim]:
    """Returns claims of a study by their ids.

    Raises:
        StockadeError: ``unknown-claim``; ``claim-cannot-be-watched``.
    """
    known = {one.id: one for one in folder.study.claims}
    for name in wanted:
        if name not in known:
            hint = did_you_mean(name, known, f"Its claims: {', '.join(known) or 'none'}.")
            place = Place(folder.study.file, name="claim")
            raise StockadeError(
                Diagnostic("unknown-claim", f"The study has no claim '{name}'.", place, hint=hint)
            )
        _expression(folder, known[name])
    return [known[name] for name in dict.fromkeys(wanted)]


def thinned(world: World, chosen: np.ndarray) -> World:
    """Returns a world cut to some of its draws."""
    return replace(
        world,
        base={name: one[:, chosen] for name, one in world.base.items()},
        scenarios={
            name: {two: paths[:, chosen] for two, paths in one.items()}
            for name, one in world.scenarios.items()
        },
        counts={name: one[:, chosen] for name, one in world.counts.items()},
        parameters={name: one[chosen] for name, one in world.parameters.items()},
        repeat=world.repeat[chosen],
        prior=None,
    )


def _expression(folder: StudyFolder, claim: Claim) -> Expression:
    if claim.says is None:
        raise _refused(claim, f"It cannot be tested: {claim.not_testable}")
    parsed = parse(claim.says, claim.place)
    wrong = [one for one in check(parsed, claim_names(folder)) if one.severity == "error"]
    if wrong:
        raise StockadeError(wrong)
    return parsed.expression


def _refused(claim: Claim, why: str) -> StockadeError:
    message = f"No observation can tell whether the claim '{claim.id}' is true. {why}"
    hint = "Name another claim; stockade judge says which ones can be tested."
    return StockadeError(Diagnostic("claim-cannot-be-watched", message, claim.place, hint=hint))


def _answers(expression: Expression, world: World, statements: Statements, seed: int) -> np.ndarray:
    """Returns (draw, 2): true, not true; zeros where a draw says nothing."""
    found = evaluate(expression, world, statements, seed)
    if isinstance(found, Silence):
        return np.zeros((world.draws, 2))
    return np.stack([found.truth & found.counted, ~found.truth & found.counted], axis=1).astype(float)


def _side(node: Explanations, world: World) -> np.ndarray:
    sides = [world.explanation in node.favoured, world.explanation in node.against]
    return np.repeat(np.array([sides], dtype=float), world.draws, axis=0)
