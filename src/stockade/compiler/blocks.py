"""A batch in blocks of some draws, each block run from beginning to end as one piece of machine code.

XLA's CPU back end starts every operation of a step by itself and sends whole batches through it. In blocks
that fit the first caches, within one compiled function, the same arithmetic took some half to two thirds of
the time (benchmarks/ensemble.py), and gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.apart import together
from stockade.compiler.functions import Value
from stockade.compiler.plan import instructions, is_elementwise
from stockade.compiler.prepare import Run, Values
from stockade.compiler.steps import Method

# Draws in a block. On the Iraq model 64 to 128 were alike, 32 took a third longer, 160 and 250 a tenth.
WIDTH = 128
# Values of one variable in a block at most. XLA gives what is larger than 32,768 values to several threads,
# which it cannot do within one function.
MOST_VALUES = 16_384
# How long a function may be: the instructions of a step and, four each, the results that it writes. The Iraq
# model with all its variables has 560. The time to compile grows faster than the length: World3's 1,000 took
# twice the processor time of the other way with 8 results, and minutes on a busy machine with 60.
LONGEST = 1_000

Write = Callable[[Run, Array, Value], Array]


def opened(run: Run) -> tuple[list[Array], Callable[[list[Array]], Run]]:
    """Returns the arrays that a run knows, and a function that puts others of their shapes in their place.

    What is traced is among them, and so is every array: a loop that is compiled as one function takes them
    as arguments, as XLA stops the process where it meets a long constant within one.
    """
    parts = (run.fixed, run.tables, run.active, run.overrides, run.delays, run.beginnings)
    leaves, tree = jax.tree.flatten(parts)
    arrays = [i for i, leaf in enumerate(leaves) if isinstance(leaf, jax.Array) or np.ndim(leaf) > 0]

    def filled(given: list[Array]) -> Run:
        every = list(leaves)
        for i, value in zip(arrays, given, strict=True):
            every[i] = value
        names = ("fixed", "tables", "active", "overrides", "delays", "beginnings")
        return replace(run, **dict(zip(names, jax.tree.unflatten(tree, every), strict=True)))

    return [jnp.asarray(leaves[i]) for i in arrays], filled


def width(run: Run, method: Method) -> int | None:
    """Returns how many draws make a block of this run; None where it is not to be cut into blocks."""
    if jax.default_backend() != "cpu" or len(run.batch) != 1 or not is_elementwise(run.plan):
        return None
    stages = 4 if method == "rk4" else 1
    length = stages * instructions(run.plan) + 4 * len(run.plan.program.recorded)
    if length > LONGEST or run.plan.program.control.lengths is not None:
        return None
    largest = max(run.plan.program.vectors.values(), default=1)
    fitting = min(WIDTH, MOST_VALUES // largest)
    return min(fitting, run.batch[0]) if fitting >= 8 and run.batch[0] else None


def in_blocks(run: Run, compute: Write, into: Array, size: int) -> Array:
    """Returns `into` with every draw's results written, block by block.

    The last block reaches back over draws of the one before it, so that all are of one size.

    Args:
        run: The run of the whole batch, of shape (draw,).
        compute: ``compute(run, into, first)`` returns `into` with the results of the run's draws written from
            draw `first` on.
        into: Shape (time, outputs, draw).
        size: Draws in a block, at most as many as there are.
    """
    arrays, filled = opened(run)
    draws = run.batch[0]

    def loop(given: list[Array], into: Array) -> Array:
        def block(number: Value, into: Array) -> Array:
            first = jnp.minimum(number * size, draws - size)
            return compute(_cut(filled(given), first, size), into, first)

        return jax.lax.fori_loop(0, -(-draws // size), block, into)

    return together(loop)(jax.lax.optimization_barrier(arrays), into)


def _cut(run: Run, first: Value, size: int) -> Run:
    """Returns the run of `size` of the draws, from `first` on."""
    draws = run.batch[0]

    def cut(value: Value) -> Value:
        # The draws are the last axis wherever there are any; what is alike for all has an axis of length 1.
        if np.ndim(value) == 0 or value.shape[-1] != draws:
            return value
        return jax.lax.dynamic_slice_in_dim(value, first, size, axis=-1)

    def cut_all(values: Mapping[str, Value]) -> Values:
        return {name: cut(value) for name, value in values.items()}

    # Paths that are alike for all draws have no such axis, but may be as long as the batch is wide.
    batched = any(table["#step time"].ndim > 1 for table in run.tables)
    return replace(
        run,
        batch=(size,),
        fixed=cut_all(run.fixed),
        tables=tuple(cut_all(table) for table in run.tables) if batched else run.tables,
        overrides={
            name: (i, cut(value), None if factor is None else cut(factor), path)
            for name, (i, value, factor, path) in run.overrides.items()
        },
        delays=cut_all(run.delays),
        beginnings=cut_all(run.beginnings),
    )
