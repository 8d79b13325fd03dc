"""One posterior by one other sampler: run by benchmarks/samplers.py in the environment that holds the tool.

    python benchmarks/opponents/posteriors.py TOOL FOLDER

FOLDER holds posterior.json and given.npz (checks, starts); chains.npz is written into it: `chains` (chain,
draw, D') in unconstrained coordinates and `log_density` at the checks. Prints JSON: seconds of sampling with
its warming up, seconds of the preparations, and density evaluations; or {"error": ...}.

`emcee` shares no code with Stockade: PySD runs the model, NumPy and SciPy make priors and likelihood.
`numpyro` takes Stockade's density, and its own NUTS.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

LEAST = 1e-12


class Posterior:
    """Log density of free coordinates z, by PySD, NumPy and SciPy."""

    def __init__(self, told: dict[str, Any], folder: Path) -> None:
        import pandas as pd
        import pysd

        copy = folder / "model.mdl"
        text = Path(told["model"]).read_text(encoding="utf-8")
        # PySD's reader takes no comment in braces before the first variable.
        copy.write_text(re.sub(r"\{(?!UTF-8)[^}]*\}", "", text), encoding="utf-8")
        self.told = told
        self.model = pysd.read_vensim(str(copy))
        self.real = {name.lower(): name for name in self.model.doc["Real Name"]}
        self.steps = np.array(told["steps"])
        self.inputs = {
            self.real[name]: pd.Series(values, index=self.steps) for name, values in told["inputs"].items()
        }
        rows = (*told["counts"], *told["reports"])
        self.columns = list(dict.fromkeys(self.real[one["output"]] for one in rows))
        self.calls = 0

    def values(self, z: np.ndarray) -> dict[str, float]:
        found = dict(self.told["held"])
        for name, at in zip(self.told["free"], z, strict=True):
            family, a, b = self.told["priors"][name]
            inside = 1.0 / (1.0 + np.exp(-at))
            found[name] = {
                "lognormal": a * np.exp(b * at), "normal": a + b * at, "beta": inside,
                "uniform": a + (b - a) * inside,
            }[family]  # fmt: skip
        return found

    def paths(self, values: dict[str, float]) -> dict[str, np.ndarray]:
        """Returns monthly means (month,) of what is observed or reported."""
        constants = {self.real[name]: values[name] for name in self.told["constants"] if name in values}
        table = self.model.run(
            params={**constants, **self.inputs}, return_columns=self.columns, return_timestamps=self.steps
        )
        months = np.floor(self.steps + 1e-9).astype(int)
        return {name: table[name].groupby(months).mean().to_numpy() for name in self.columns}

    def __call__(self, z: np.ndarray) -> float:
        from scipy import stats

        self.calls += 1
        total = 0.0
        for name, at in zip(self.told["free"], z, strict=True):
            family, a, b = self.told["priors"][name]
            if family in ("lognormal", "normal"):
                total += stats.norm.logpdf(at)
            else:
                a, b = (a, b) if family == "beta" else (1.0, 1.0)
                inside = 1.0 / (1.0 + np.exp(-at))
                total += stats.beta.logpdf(inside, a, b) + np.log(inside) + np.log1p(-inside)
        values = self.values(z)
        paths = self.paths(values)
        total += sum(self._count(one, values, paths) for one in self.told["counts"])
        total += sum(self._report(one, values, paths) for one in self.told["reports"])
        return float(total) if np.isfinite(total) else -np.inf

    def _count(self, one: dict[str, Any], values: dict[str, float], paths: dict[str, np.ndarray]) -> float:
        from scipy import stats

        seen = np.array(one["values"])
        mean = np.maximum(paths[self.real[one["output"]]][: len(seen)], 1e-8)
        size = values[one["dispersion"]]
        return float(stats.nbinom.logpmf(np.rint(seen), size, size / (size + mean))[seen >= 0].sum())

    def _report(self, one: dict[str, Any], values: dict[str, float], paths: dict[str, np.ndarray]) -> float:
        from scipy import stats

        path = paths[self.real[one["output"]]][one["first"] : one["last"] + 1]
        level = path.max() if one["statistic"] == "peak" else path.mean()
        centre = np.log(max(level, LEAST)) + (values[one["bias"]] if one["bias"] else 0.0)
        law = stats.norm(centre, one["sigma"])
        if one["kind"] == "point":
            return float(law.logpdf(np.log(one["best"])) - np.log(one["best"]))
        if one["kind"] == "upper":
            return float(law.logcdf(np.log(one["high"])))
        if one["kind"] == "lower":
            return float(law.logsf(np.log(one["low"])))
        low, high = np.log(one["low"]), np.log(one["high"])
        if low + high > 2 * centre:  # in the upper tail the difference of the other ends loses nothing
            return float(np.log(max(law.sf(low) - law.sf(high), 1e-300)))
        return float(np.log(max(law.cdf(high) - law.cdf(low), 1e-300)))


def by_emcee(told: dict[str, Any], given: Any, folder: Path) -> dict[str, Any]:
    import emcee

    began = time.perf_counter()
    density = Posterior(told, folder)
    checks = np.array([density(one) for one in given["checks"]])
    prepared = time.perf_counter() - began
    size = len(told["free"])
    walkers = 2 * size + 2
    start = given["starts"][np.arange(walkers) % len(given["starts"])]
    start = start + 1e-3 * np.random.default_rng(0).standard_normal(start.shape)
    sampler = emcee.EnsembleSampler(walkers, size, density)
    began = time.perf_counter()
    for _ in sampler.sample(start, iterations=1_000_000):
        if time.perf_counter() - began > told["seconds"]:
            break
    seconds = time.perf_counter() - began
    chains = np.moveaxis(sampler.get_chain(), 1, 0)
    np.savez(folder / "chains.npz", chains=chains[:, chains.shape[1] // 2 :], log_density=checks)
    return {"seconds": seconds, "prepared": prepared, "evaluations": density.calls}


def by_numpyro(told: dict[str, Any], given: Any, folder: Path) -> dict[str, Any]:
    from datetime import date

    import jax
    import jax.numpy as jnp
    from numpyro.infer import MCMC, NUTS

    sys.path.insert(0, str(Path(__file__).parents[2] / "src"))
    from stockade.inference import likelihood
    from stockade.inference.problem import arrays_of, layout_of
    from stockade.study.problems import problem
    from stockade.study.read import open_study
    from stockade.study.simulators import fitting_simulator

    began = time.perf_counter()
    study = open_study(told["study"])
    (one,) = (one for one in study.study.explanations if one.id == told["explanation"])
    fitted = problem(study, fitting_simulator(study), one, date.fromisoformat(told["when"]))
    arrays, layout, free = arrays_of(fitted), layout_of(fitted), np.flatnonzero(fitted.free)

    def potential(z: jax.Array) -> jax.Array:
        full = jnp.zeros((len(fitted.parameters), 1)).at[free, 0].set(z)
        value = likelihood.log_prior(full, arrays) + likelihood.log_likelihood(full, arrays, layout)
        return -jnp.maximum(value[0], -1e10)

    checks = np.array([-float(potential(jnp.asarray(one))) for one in given["checks"]])
    draws = int(told["draws"])
    chains, seconds = [], 0.0
    prepared = time.perf_counter() - began
    for index in range(2):
        sampler = MCMC(
            NUTS(potential_fn=potential), num_warmup=draws // 2, num_samples=draws, progress_bar=False
        )
        key, start = jax.random.key(index), jnp.asarray(given["starts"][index])
        # Run twice, the first time to compile: the second is timed, warming up and all.
        sampler.run(key, init_params=start)
        began = time.perf_counter()
        sampler.run(jax.random.fold_in(key, 1), init_params=start)
        seconds += time.perf_counter() - began
        chains.append(np.asarray(sampler.get_samples()))
    np.savez(folder / "chains.npz", chains=np.array(chains), log_density=checks)
    return {"seconds": seconds, "prepared": prepared, "evaluations": None}


def main() -> None:
    """Samples, writes, prints."""
    warnings.simplefilter("ignore")
    tool, folder = sys.argv[1], Path(sys.argv[2])
    told = json.loads((folder / "posterior.json").read_text(encoding="utf-8"))
    try:
        with np.load(folder / "given.npz", allow_pickle=False) as given:
            answer = {"emcee": by_emcee, "numpyro": by_numpyro}[tool](told, dict(given), folder)
    except Exception as problem:  # noqa: BLE001 - whatever a tool says is a row of the table
        answer = {"error": f"{type(problem).__name__}: {problem}"[:300]}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
