"""Effective draws a second on one posterior: the study's own sampler against others, same priors and data.

    python benchmarks/samplers.py [studies/iraq-2008] [--explanation commentary] [--as-of 2008-03-21]
        [--repeats 16] [--seconds 300] [--draws 1000] [--peers PYTHON] [--only TOOL ...] [--json FILE]

Ours is the tempered SMC, one repeat after the other. Of the others, `numpyro` is NUTS of NumPyro on our
simulator's density, and `emcee` is emcee on PySD with priors and likelihood written in NumPy and SciPy,
which shares no code with ours. They live in an environment of their own, PYTHON, which for `numpyro` needs
JAX, lark and pydantic too. A tool that is not there, or does not converge, has a row that says so. pypomp
and reno-sd have no adapter here yet.

Before it samples, each tool's log density is compared with ours at draws of the posterior. The effective
number of draws is the least over all parameters: for ours from the scatter of the repeats' means, for chains
ArviZ's bulk number. Compilation is left out, warming up is not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import arviz
import jax.numpy as jnp
import numpy as np

from stockade.inference import likelihood
from stockade.inference.priors import to_coordinates
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.smc import SmcSettings, sample_one_repeat, warm
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator

TOOLS = ("numpyro", "emcee")
PEER = Path(__file__).with_name("opponents") / "posteriors.py"
CHECKS = 5
LEAST_STEPS, LEAST_ESS, MOST_RHAT = 4, 100.0, 1.05
"""What chains must reach to count as converged."""


def effective(means: np.ndarray, draws: np.ndarray) -> float:
    """Returns the least effective number of draws of a repeat, from the scatter of the repeats' means.

    Args:
        means: (repeat, D') means of each repeat.
        draws: (draw, D') all draws.
    """
    return float((draws.var(axis=0) / means.var(axis=0, ddof=1)).min())


def log_density(fitted: Problem, z: np.ndarray) -> np.ndarray:
    """Returns the log prior plus log likelihood (draw,) at free coordinates z (draw, D')."""
    full = np.zeros((len(fitted.parameters), len(z)))
    full[np.asarray(fitted.free)] = z.T
    arrays, layout, at = arrays_of(fitted), layout_of(fitted), jnp.asarray(full)
    return np.asarray(likelihood.log_prior(at, arrays) + likelihood.log_likelihood(at, arrays, layout))


def ours(fitted: Problem, repeats: int, settings: SmcSettings) -> tuple[dict[str, Any], np.ndarray]:
    """Runs our sampler; returns its row and its draws (draw, D') in free coordinates."""
    warm(fitted, settings)
    priors, free = arrays_of(fitted).priors, np.asarray(fitted.free)
    began = time.perf_counter()
    runs = [sample_one_repeat(fitted, seed=1, repeat=one, settings=settings) for one in range(repeats)]
    seconds = time.perf_counter() - began
    each = [np.asarray(to_coordinates(jnp.asarray(one.draws.T), priors)).T[:, free] for one in runs]
    draws = np.concatenate(each)
    number = effective(np.array([one.mean(axis=0) for one in each]), draws) * repeats
    return {"tool": "stockade", "ess": number, "seconds": seconds, "rate": number / seconds}, draws


def neutral(study: Path, explanation: str, when: date, fitted: Problem) -> dict[str, Any]:
    """Returns the posterior's ingredients as plain data, for a tool that shares no code with ours."""
    folder = open_study(study)
    simulator = fitting_simulator(folder)
    inputs = np.zeros((0, 1)) if fitted.inputs is None else np.asarray(fitted.inputs)
    priors = {one.name: [one.family, one.a, one.b] for one in fitted.priors if one is not None}
    return {
        "study": str(study.resolve()), "explanation": explanation, "when": when.isoformat(),
        "model": str(folder.study.model.resolve()), "free": list(fitted.free_names), "priors": priors,
        "held": {
            name: float(value)
            for name, value, free in zip(fitted.parameters, fitted.held, fitted.free, strict=True)
            if not free
        },
        "constants": list(simulator.constants), "steps": np.asarray(simulator.steps).tolist(),
        "inputs": dict(zip(simulator.inputs, inputs.tolist(), strict=True)),
        "counts": [
            {
                "output": one.output,
                "dispersion": one.dispersion,
                "values": np.nan_to_num(one.values, nan=-1.0).tolist(),
            }
            for one in fitted.counts
        ],
        "reports": [
            {name: getattr(one, name) for name in _OF_A_REPORT} for one in fitted.reports if one.seen
        ],
    }  # fmt: skip


_OF_A_REPORT = ("output", "first", "last", "statistic", "kind", "low", "best", "high", "sigma", "bias")


def peer(tool: str, python: str, told: dict[str, Any], fitted: Problem, draws: np.ndarray) -> dict[str, Any]:
    """Runs another tool in its own environment; returns its row."""
    checks = draws[np.linspace(0, len(draws) - 1, CHECKS).astype(int)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "posterior.json").write_text(json.dumps(told), encoding="utf-8")
        np.savez(folder / "given.npz", checks=checks, starts=draws[:: max(1, len(draws) // 200)])
        done = subprocess.run(
            [python, str(PEER), tool, str(folder)], capture_output=True, text=True, check=False
        )
        lines = done.stdout.strip().splitlines()
        answer = (
            json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {"error": done.stderr[-300:]}
        )
        if "error" in answer:
            return {"tool": tool, "not run": answer["error"]}
        with np.load(folder / "chains.npz", allow_pickle=False) as found:
            chains, theirs = found["chains"], found["log_density"]
    if chains.shape[1] < LEAST_STEPS:
        return {"tool": tool, "not run": f"only {chains.shape[1]} steps kept in {answer['seconds']:.0f} s"}
    return {"tool": tool, **answer, **compared(chains, theirs - log_density(fitted, checks), draws, answer)}


def compared(
    chains: np.ndarray, difference: np.ndarray, draws: np.ndarray, answer: dict[str, Any]
) -> dict[str, Any]:
    """Returns how well chains (chain, draw, D') mixed, and whether they agree with our draws.

    Args:
        chains: In free coordinates.
        difference: Their log density minus ours at the checks; a constant apart is no disagreement.
        draws: Ours (draw, D').
        answer: The tool's own numbers; `seconds` is used.
    """
    posterior = arviz.convert_to_dataset({"z": chains})
    ess = float(arviz.ess(posterior)["z"].min())
    rhat = float(arviz.rhat(posterior)["z"].max())
    flat = chains.reshape(-1, chains.shape[-1])
    return {
        "density apart": float(np.ptp(difference)),
        "ess": ess,
        "rate": ess / answer["seconds"],
        "rhat": rhat,
        "converged": bool(ess >= LEAST_ESS and rhat <= MOST_RHAT),
        "means apart": float((np.abs(flat.mean(axis=0) - draws.mean(axis=0)) / draws.std(axis=0)).max()),
    }


def shown(row: dict[str, Any], first: dict[str, Any]) -> str:
    """Returns a row as a line of text."""
    if "not run" in row:
        return f"{row['tool']:10} not run: {row['not run']}"
    line = f"{row['tool']:10} {row['ess']:8.0f} effective in {row['seconds']:7.1f} s: {row['rate']:8.2f} /s"
    if row is first:
        return line
    line += f", ours {first['rate'] / row['rate']:.1f} times; log density apart by {row['density apart']:.2g}"
    line += f", means by {row['means apart']:.2f} sd"
    return line if row["converged"] else f"{line}; NOT CONVERGED (R-hat {row['rhat']:.2f})"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("study", type=Path, nargs="?", default=Path("studies/iraq-2008"))
    parser.add_argument("--explanation", default="commentary")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2008, 3, 21))
    parser.add_argument("--repeats", type=int, default=16)
    parser.add_argument("--particles", type=int, default=512)
    parser.add_argument(
        "--seconds", type=float, default=300.0, help="of sampling that a peer may take, about"
    )
    parser.add_argument("--draws", type=int, default=1000, help="of each of NUTS' two chains")
    parser.add_argument("--peers", help="the Python of the environment that holds the other tools")
    parser.add_argument("--only", nargs="*", choices=TOOLS, default=TOOLS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    folder = open_study(given.study)
    (explanation,) = (one for one in folder.study.explanations if one.id == given.explanation)
    fitted = problem(folder, fitting_simulator(folder), explanation, given.as_of)
    row, draws = ours(fitted, given.repeats, SmcSettings(particles=given.particles))
    rows = [row]
    print(shown(row, row), flush=True)
    told = neutral(given.study, given.explanation, given.as_of, fitted)
    told |= {"seconds": given.seconds, "draws": given.draws}
    for tool in given.only if given.peers else ():
        rows.append(peer(tool, given.peers, told, fitted, draws))
        print(shown(rows[-1], row), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
