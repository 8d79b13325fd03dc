"""The structure tests of a study's model, its inputs as they were last known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stockade.model.expressions import Call, Reference, Table
from stockade.model.model import Model, Variable
from stockade.progress import Progress, silent
from stockade.structure.examine import examine
from stockade.structure.reality import judge_reality
from stockade.structure.reality_results import Reality
from stockade.structure.trials import Structure
from stockade.study.folder import StudyFolder
from stockade.study.inputs import input_paths
from stockade.study.read import open_study


def examine_study(folder: str | Path, *, progress: Progress = silent) -> Structure:
    """Returns what the structure tests find in the model of a study; see `structure.examine`.

    Raises:
        StockadeError: With everything that is wrong in the folder.
    """
    return examine(with_paths(open_study(folder)), progress=progress)


def judge_reality_of_study(folder: str | Path, *, progress: Progress = silent) -> Reality:
    """Tries the Reality Checks of a study's model, its inputs as last known; see `structure.reality`.

    Raises:
        StockadeError: With everything that is wrong in the folder.
    """
    return judge_reality(with_paths(open_study(folder)), progress=progress)


def with_paths(folder: StudyFolder) -> Model:
    """Returns a study's model with each input as a table of time, as known at the last of its dates.

    An input of which nothing was known keeps its equation.
    """
    study = folder.study
    paths = input_paths(study, folder.reports, max(study.as_of))

    def change(one: Variable) -> Variable:
        times, values = paths.get(one.canonical, ((), ()))
        if not len(times) or one.subscripts:
            return one
        table = Table(tuple(zip(map(float, times), map(float, values), strict=True)), place=one.place)
        look = Call("with lookup", (Reference("time", (), "Time"), table), place=one.place)
        return replace(one, kind="auxiliary", equation=look)

    return replace(folder.model, variables=tuple(change(one) for one in folder.model.variables))
