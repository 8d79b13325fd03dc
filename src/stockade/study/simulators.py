"""The two simulators of a study: one for fitting, one for everything that is looked at afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from stockade.compiler.compile import Simulator, compile
from stockade.model.names import canonical
from stockade.study.folder import StudyFolder


def fitting_simulator(folder: StudyFolder, *, noisy: bool = False) -> Simulator:
    """Returns the simulator whose outputs the data are compared with: monthly means, no scenarios.

    Args:
        folder: The study.
        noisy: Whether its stepper lets the study's noisy flows change.
    """
    study = folder.study
    observed = [one.canonical for one in study.observes]
    reported = [one.canonical for one in study.definitions if one.canonical is not None]
    return compile(
        folder.model,
        outputs=tuple(dict.fromkeys((*observed, *reported))),
        inputs=tuple(one.canonical for one in study.inputs),
        overridable=_noisy(folder) if noisy else (),
        average=True,
        together=False if noisy else None,
    )


def judging_simulator(folder: StudyFolder, wanted: Iterable[str], *, noisy: bool = False) -> Simulator:
    """Returns the simulator that answers claims: monthly means of what is wanted, under any scenario.

    Args:
        folder: The study.
        wanted: Names of the variables to look at; those that scenarios hold are added.
        noisy: Whether its stepper lets the study's noisy flows change.
    """
    held = tuple(dict.fromkeys(one.canonical for two in folder.study.scenarios for one in two.interventions))
    names = tuple(dict.fromkeys((*(canonical(one) for one in wanted), *held)))
    return compile(
        folder.model,
        outputs=names,
        inputs=tuple(one.canonical for one in folder.study.inputs),
        overridable=held if not noisy else tuple(dict.fromkeys((*held, *_noisy(folder)))),
        average=True,
        together=False if noisy else None,
    )


def _noisy(folder: StudyFolder) -> tuple[str, ...]:
    return tuple(one.canonical for one in folder.study.noises)
