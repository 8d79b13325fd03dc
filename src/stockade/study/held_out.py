"""Forecasts of months held out, from fits without noise in the flows and with it, scored side by side."""

from __future__ import annotations

from datetime import date

import jax.numpy as jnp
import numpy as np

from stockade.briefing.noise import HeldOut
from stockade.forecasts.mixture import mix, pick
from stockade.forecasts.predict import predict_counts, seed_for
from stockade.forecasts.scores import Forecast, ScoreRow, score
from stockade.inference.likelihood import simulate
from stockade.inference.posterior import Posterior, parameter_draws
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.study.folder import StudyFolder
from stockade.study.noisy_fits import NoisyFit
from stockade.study.problems import seen_series
from stockade.study.scoring import DRAWS
from stockade.study.worlds import LARGEST_COUNT

_Drawn = dict[str, np.ndarray]


class HeldOutForecasts:
    """Collects forecasts of one date, explanation by explanation; none where the study has none of it."""

    def __init__(self, folder: StudyFolder, when: date, seed: int) -> None:
        table = folder.study.forecast
        self.folder = folder
        self.table = table if table is not None and table.as_of == when else None
        self.seed = seed
        self.drawn: list[tuple[_Drawn, _Drawn]] = []

    def add(self, plain: Posterior, without: Problem, noisy: NoisyFit) -> tuple[HeldOut, ...]:
        """Returns how an explanation's two forecasts did.

        Args:
            plain: Its posterior without noise.
            without: Its problem without noise.
            noisy: Its fit with noise.
        """
        if self.table is None:
            return ()
        name, with_ = plain.explanation, noisy.problem
        theta = parameter_draws(plain, without.parameters)
        smooth = np.asarray(simulate(jnp.asarray(theta), arrays_of(without), layout_of(without)))
        noisy_theta = parameter_draws(noisy.posterior, with_.parameters)
        both = (
            self._counts(without, smooth, theta, name, "without"),
            self._counts(with_, noisy.paths, noisy_theta, name, "with"),
        )
        self.drawn.append(both)
        return self._compared(*both)

    def average(self, before: np.ndarray, after: np.ndarray) -> tuple[HeldOut, ...]:
        """Returns how the averages over the explanations did, each by its own weights."""
        if self.table is None or not self.drawn:
            return ()
        mixed = []
        for which, weights in enumerate((before, after)):
            members = [one[which] for one in self.drawn]
            sizes = [next(iter(one.values())).shape[1] for one in members]
            picks = pick(sizes, list(weights), DRAWS, seed_for(self.seed, "noise", str(which)))
            mixed.append({name: mix([one[name] for one in members], picks) for name in members[0]})
        return self._compared(*mixed)

    def _counts(self, problem: Problem, paths: np.ndarray, theta: np.ndarray, *words: str) -> _Drawn:
        """Returns drawn counts (month, draw) of the window by series."""
        assert self.table is not None
        first = self.folder.study.period.first
        rows = slice(self.table.window.first - first, self.table.window.last + 1 - first)
        found = {}
        for one in problem.counts:
            mean = paths[rows, problem.simulator.outputs.index(one.output)]
            mean = np.clip(np.nan_to_num(mean), 0.0, LARGEST_COUNT)
            dispersion = theta[problem.parameters.index(one.dispersion)]
            seed = seed_for(self.seed, "noise", one.series, *words)
            found[one.series] = predict_counts(mean, dispersion, seed)
        return found

    def _compared(self, without: _Drawn, with_: _Drawn) -> tuple[HeldOut, ...]:
        found = []
        for series in without:
            smooth, rough = (self._scored(series, one[series]) for one in (without, with_))
            if smooth is not None and rough is not None:
                found.append(
                    HeldOut(
                        series, smooth.n, smooth.coverage50, rough.coverage50,
                        smooth.coverage90, rough.coverage90, smooth.crps, rough.crps,
                    )
                )  # fmt: skip
        return tuple(found)

    def _scored(self, series: str, drawn: np.ndarray) -> ScoreRow | None:
        assert self.table is not None
        truth = self.folder.series.over(series, self.table.window)
        visible = seen_series(self.folder, self.table.as_of).over(series, self.table.window)
        if not np.isfinite(truth).any():
            return None
        return score(Forecast(series, "", "explanation", drawn), truth, visible).row
