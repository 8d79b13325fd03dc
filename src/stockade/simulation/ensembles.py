"""Ensembles: many draws of a model's constants, in pieces that fit the cache, on all cores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import Empty, SimpleQueue
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator
from stockade.compiler.overrides import Overrides
from stockade.cores import cores
from stockade.progress import Progress, silent

# What bounds the memory of a piece: how many values it holds of all outputs, and of all variables at one
# time where a model is not run in blocks. From 1,000 to 10,000 draws of the Iraq model in a piece the time
# differed by less than a tenth (benchmarks/ensemble.py --chunks ...).
MOST_RESULTS, MOST_VALUES, LEAST_CHUNK = 1_500_000, 4_000_000, 128
PAGE = 4096

Draws = slice | np.ndarray


def ensemble(
    simulator: Simulator,
    constants: ArrayLike,
    inputs: ArrayLike | None = None,
    overrides: Overrides | None = None,
    *,
    chunk: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Returns the outputs of every draw.

    The draws are cut into equal pieces, the last one filled up with a repeated draw so that one
    compilation serves all; threads take pieces as they become free, which JAX allows because it
    releases Python's lock while it computes. The result does not depend on the pieces beyond rounding.

    Args:
        simulator: From `compile`.
        constants: Shape (constants, draw).
        inputs: Shape (inputs, step), or (inputs, step, draw).
        overrides: `value` of shape (overridable,) or (overridable, draw).
        chunk: Draws in a piece; None for what was measured to be quick, fewer where there are more outputs.
        threads: How many pieces to compute at once; None for as many as there are cores.
        progress: Told how many draws are done.

    Returns:
        Shape (time, outputs, draw).
    """
    constants = np.asarray(constants, dtype=np.float64)
    if constants.ndim != 2:
        raise ValueError(f"constants must have shape (constants, draw), not {constants.shape}")
    inputs = None if inputs is None else np.asarray(inputs, dtype=np.float64)
    draws = constants.shape[1]
    result = np.empty((len(simulator.times), len(simulator.outputs), draws))
    tell = progress or silent
    run = jax.jit(simulator.run, compiler_options=_options(), donate_argnames=("into",))
    threads = threads or cores()
    pieces = list(_pieces(draws, chunk or _chunk(simulator), threads))
    # Every thread's results go into the same memory again and again: fresh memory is cleared by the system.
    spare: SimpleQueue[jax.Array] = SimpleQueue()

    def compute(first: int, last: int, size: int) -> int:
        which = slice(first, last)
        if last - first < size:
            which = np.minimum(np.arange(first, first + size), draws - 1)
        try:
            into = spare.get_nowait()
        except Empty:
            into = jnp.zeros((*result.shape[:2], size))
        part = run(
            constants[:, which], _columns(inputs, 2, which), _override_columns(overrides, which), into=into
        )
        result[:, :, first:last] = _view(part)[:, :, : last - first]
        spare.put(part)
        return last - first

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_touch, np.array_split(result.reshape(-1), threads)))
        done = 0
        for future in as_completed([pool.submit(compute, *piece) for piece in pieces]):
            done += future.result()
            tell("simulating", done, draws)
    return result


def _chunk(simulator: Simulator) -> int:
    """Returns how many draws make a piece."""
    results = len(simulator.times) * len(simulator.outputs)
    fitting = min(MOST_VALUES // max(len(simulator.order), 1), MOST_RESULTS // max(results, 1))
    return max(LEAST_CHUNK, fitting)


def _touch(memory: Floats) -> None:
    """Writes to every page once, so that the system clears it now.

    A row of the results spans all pieces: left to the copying, threads would clear the same large page at
    the same time, which took a fifth of the whole run.
    """
    memory[:: PAGE // memory.itemsize] = 0.0


def _view(part: jax.Array) -> np.ndarray:
    """Returns an array of JAX for NumPy, on the CPU without a copy and without JAX's keeping the view."""
    if jax.default_backend() != "cpu":
        return np.asarray(part)
    # JAX's __dlpack__ has the signature of the protocol, but no annotations that say so.
    return np.from_dlpack(cast(Any, part))


def _options() -> dict[str, int] | None:
    """Returns how to compile: with the widest vectors that the processor has, where XLA would take half."""
    return {"xla_cpu_prefer_vector_width": 512} if jax.default_backend() == "cpu" else None


def _pieces(draws: int, chunk: int, threads: int) -> Iterator[tuple[int, int, int]]:
    """Yields (first, last, size): equal pieces of at most `chunk` draws, as many for each thread."""
    if draws == 0:
        return
    rounds = math.ceil(draws / (chunk * threads))
    size = math.ceil(draws / (rounds * threads))
    for first in range(0, draws, size):
        yield first, min(first + size, draws), size


def _columns(array: Floats | None, ndim: int, which: Draws) -> Floats | None:
    """Returns the draws `which` of an array that has them as an axis after the first `ndim`."""
    if array is None or array.ndim <= ndim or array.shape[-1] == 1:
        return array
    return array[..., which]


def _override_columns(overrides: Overrides | None, which: Draws) -> Overrides | None:
    if overrides is None:
        return None
    value = np.asarray(overrides.value, dtype=np.float64)
    factor = None if overrides.factor is None else np.asarray(overrides.factor, dtype=np.float64)
    return Overrides(
        np.asarray(overrides.start),
        np.asarray(overrides.stop),
        value if value.ndim == 1 else value[:, which],
        factor if factor is None or factor.ndim == 1 else factor[:, which],
        None if overrides.path is None else np.asarray(overrides.path),
    )
