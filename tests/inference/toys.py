"""Simulators that fit on a line, so that answers are known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np

from stockade.arrays import Array
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem, ReportObservation


@dataclass(frozen=True)
class Toy:
    """A stand-in for a compiled simulator."""

    constants: tuple[str, ...]
    defaults: np.ndarray
    outputs: tuple[str, ...]
    run: Callable[..., Array]


def echo(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
    """Every output is a constant, for one month."""
    return constants[None]


def decline(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
    """A stock that arrivals fill and a hazard empties, for 36 months; output: the stock."""
    start, arrivals, hazard = constants

    def month(stock: Array, _: None) -> tuple[Array, Array]:
        return stock + arrivals - hazard * stock, stock[None]

    return jax.lax.scan(month, start, None, length=36)[1]


def point(name: str, value: float, sigma: float, **more: object) -> ReportObservation:
    """A reported point about the only month of `echo`."""
    settings = {"report": f"report of {name}", "output": name, "first": 0, "last": 0, "statistic": "mean"}
    settings |= {"kind": "point", "low": None, "best": value, "high": None, "sigma": sigma}
    return ReportObservation(**{**settings, **more})


def log_normals(values: np.ndarray, sigmas: np.ndarray, scales: np.ndarray) -> Problem:
    """Log-normal parameters of median 1, each seen once with log-normal noise: conjugate in logs."""
    names = tuple(f"x{index}" for index in range(len(values)))
    return Problem(
        simulator=Toy(names, np.ones(len(names)), names, echo),
        parameters=names,
        priors=tuple(Prior(name, "lognormal", 1.0, scale) for name, scale in zip(names, scales, strict=True)),
        free=np.ones(len(names), dtype=bool),
        held=np.ones(len(names)),
        counts=(),
        reports=tuple(point(*one) for one in zip(names, values, sigmas, strict=True)),
    )


def conjugate(
    values: np.ndarray, sigmas: np.ndarray, scales: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Posterior means and sds of the logs, and the log evidence, of `log_normals`."""
    variance = 1.0 / (1.0 / scales**2 + 1.0 / sigmas**2)
    mean = variance * np.log(values) / sigmas**2
    total = scales**2 + sigmas**2
    evidence = -0.5 * np.log(values) ** 2 / total - 0.5 * np.log(2 * np.pi * total) - np.log(values)
    return mean, np.sqrt(variance), float(evidence.sum())


def decline_problem(counts: np.ndarray, free: tuple[bool, bool, bool, bool] = (True,) * 4) -> Problem:
    """Counts around the stock of `decline`."""
    names = ("start", "arrivals", "hazard")
    priors = (
        Prior("start", "lognormal", 40.0, 0.5),
        Prior("arrivals", "lognormal", 3.0, 0.6),
        Prior("hazard", "beta", 2.0, 8.0),
        Prior("dispersion", "lognormal", 8.0, 0.5),
    )
    return Problem(
        simulator=Toy(names, np.array([40.0, 3.0, 0.15]), ("stock",), decline),
        parameters=(*names, "dispersion"),
        priors=priors,
        free=np.array(free),
        held=np.array([40.0, 3.0, 0.15, 8.0]),
        counts=(CountObservation("stock", "stock", "dispersion", counts, np.full(12, 40.0)),),
    )


def decline_counts(seed: int, truth: tuple[float, ...] = (60.0, 2.0, 0.1, 8.0)) -> np.ndarray:
    """Counts drawn at the truth, without JAX."""
    generator = np.random.default_rng(seed)
    start, arrivals, hazard, dispersion = truth
    stock = [start]
    for _ in range(35):
        stock.append(stock[-1] + arrivals - hazard * stock[-1])
    rate = generator.gamma(dispersion, np.array(stock) / dispersion)
    return generator.poisson(rate).astype(float)
