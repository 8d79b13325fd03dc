"""Stockade puts what is said about an armed group to the test.

The public verbs, each an arrow of the route: `load` a model, `compile` it, `simulate` it, look at its
feedback `loops`, `examine` its structure, `judge_reality` of its Reality Checks, `save` it; `read_events`
and count a `Selection` of them by month (`monthly`); `check`, `fit`, `judge`, `forecast`, `follow`,
`influence`, `contrast`, `calibrate`, `watch` and `assess` a study's folder, `score` several, assess a
`batch` of them; make a `new` study of a group from a file of events, and `draft` claims from an article.
Each is imported when it is first asked for: ``import stockade`` costs nothing.

`stockade.build` makes models in Python.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stockade.errors import Diagnostic, Place, StockadeError

if TYPE_CHECKING:
    from stockade.claims.drafting.draft import draft_register as draft
    from stockade.compiler.compile import compile
    from stockade.data.event_choice import Selection
    from stockade.data.event_reading import read_events
    from stockade.data.event_series import monthly
    from stockade.formats.convert import save
    from stockade.formats.load import load
    from stockade.simulation.feedback import loops
    from stockade.simulation.single import simulate
    from stockade.starter.new import new_study as new
    from stockade.structure.examine import examine
    from stockade.structure.reality import judge_reality
    from stockade.study.batch import batch_studies as batch
    from stockade.study.calibrating import calibrate_study as calibrate
    from stockade.study.contests import score_studies as score
    from stockade.study.following import follow_study as follow
    from stockade.study.influence import influence_study as influence
    from stockade.study.route import assess_study as assess
    from stockade.study.route import check_study as check
    from stockade.study.route import fit_study as fit
    from stockade.study.route import forecast_study as forecast
    from stockade.study.route import judge_study as judge
    from stockade.study.watching import watch_study as watch
    from stockade.study.whatif import whatif_study as contrast

__version__ = "0.1.0"

__all__ = [
    "Diagnostic", "Place", "Selection", "StockadeError", "assess", "batch", "calibrate", "check",
    "compile", "contrast", "draft", "examine", "fit", "follow", "forecast", "influence", "judge",
    "judge_reality", "load", "loops", "monthly", "new", "read_events", "save", "score", "simulate", "watch",
]  # fmt: skip

_VERBS = {
    "Selection": ("stockade.data.event_choice", "Selection"),
    "assess": ("stockade.study.route", "assess_study"),
    "batch": ("stockade.study.batch", "batch_studies"),
    "calibrate": ("stockade.study.calibrating", "calibrate_study"),
    "check": ("stockade.study.route", "check_study"),
    "compile": ("stockade.compiler.compile", "compile"),
    "contrast": ("stockade.study.whatif", "whatif_study"),
    "draft": ("stockade.claims.drafting.draft", "draft_register"),
    "examine": ("stockade.structure.examine", "examine"),
    "fit": ("stockade.study.route", "fit_study"),
    "follow": ("stockade.study.following", "follow_study"),
    "forecast": ("stockade.study.route", "forecast_study"),
    "influence": ("stockade.study.influence", "influence_study"),
    "judge": ("stockade.study.route", "judge_study"),
    "load": ("stockade.formats.load", "load"),
    "judge_reality": ("stockade.structure.reality", "judge_reality"),
    "loops": ("stockade.simulation.feedback", "loops"),
    "monthly": ("stockade.data.event_series", "monthly"),
    "read_events": ("stockade.data.event_reading", "read_events"),
    "save": ("stockade.formats.convert", "save"),
    "new": ("stockade.starter.new", "new_study"),
    "score": ("stockade.study.contests", "score_studies"),
    "simulate": ("stockade.simulation.single", "simulate"),
    "watch": ("stockade.study.watching", "watch_study"),
}


def __getattr__(name: str) -> Any:
    """Imports a verb when it is first asked for."""
    if name not in _VERBS:
        raise AttributeError(f"module 'stockade' has no attribute {name!r}")
    module, attribute = _VERBS[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *_VERBS])
