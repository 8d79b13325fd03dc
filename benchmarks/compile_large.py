"""How long a large model takes to be ready: reading, checks, tracing, compiling, a run; and how fast it is.

    python benchmarks/compile_large.py [MODEL | --regions 20 --sectors 50] [--draws 100] [--scalars] [--pysd]

Without a model one is made up: an economy of regions and sectors with sums, a lookup, third-order smooths and
delays, nine elements for each pair. With --scalars the same is done with every element as an operation of its
own, which takes minutes. With --pysd, PySD reads and runs the model too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import jax
import numpy as np

from stockade.compiler.compile import compile
from stockade.formats.load import load
from stockade.model.checks import check

Result = TypeVar("Result")

EQUATIONS = """
initial capital[region,sector] = 100 + 3 * region + sector ~ Dollar ~|
productivity[region] = 0.3 + 0.01 * region ~ 1/Year ~|
depreciation[sector] = 0.05 + 0.001 * sector ~ 1/Year ~|
share table((0,0),(0.2,0.3),(0.5,0.6),(1,0.9),(2,1)) ~ Dmnl ~|
capital[region,sector] = INTEG( investment[region,sector] - decay[region,sector],
    initial capital[region,sector] ) ~ Dollar ~|
decay[region,sector] = capital[region,sector] * depreciation[sector] ~ Dollar/Year ~|
output[region,sector] = productivity[region] * capital[region,sector] ~ Dollar/Year ~|
total[region] = SUM( output[region,sector!] ) ~ Dollar/Year ~|
world = SUM( total[region!] ) ~ Dollar/Year ~|
relative[region,sector] = output[region,sector] / total[region] ~ Dmnl ~|
wanted[region,sector] = total[region] * share table( relative[region,sector] ) * 0.02 ~ Dollar/Year ~|
investment[region,sector] = SMOOTH3( wanted[region,sector], 4 ) ~ Dollar/Year ~|
expected[region,sector] = DELAY1( output[region,sector], 2 ) ~ Dollar/Year ~|
shock[region,sector] = IF THEN ELSE( Time > 20, STEP( 0.1, 30 ), 0 )
    + MAX( 0, relative[region,sector] ) ~ Dmnl ~|
INITIAL TIME = 0 ~ Year ~|
FINAL TIME = 100 ~ Year ~|
TIME STEP = 0.25 ~ Year ~|
SAVEPER = 1 ~ Year ~|
"""


def made_up(regions: int, sectors: int) -> str:
    """Returns the text of a model."""
    ranges = f"region: (r1-r{regions}) ~~|\nsector: (s1-s{sectors}) ~~|"
    return "{UTF-8}\n" + ranges + EQUATIONS


def timed(what: str, function: Callable[[], Result]) -> Result:
    """Does something and prints how long it took, in seconds of the clock and of the processor."""
    begin, busy = time.perf_counter(), time.process_time()
    found = function()
    now, used = time.perf_counter() - begin, time.process_time() - busy
    print(f"{what:34s} {now:9.3f} s  {used:9.3f} s of the processor", flush=True)
    return found


def ours(path: Path, draws: int, *, together: bool | None) -> None:
    """Prints what each stage takes."""
    model = timed("read", lambda: load(path))
    timed("check", lambda: check(model))
    simulator = timed("compile(), which checks again", lambda: compile(model, together=together))
    print(f"{len(simulator.outputs):,} outputs, {len(simulator.constants):,} constants")
    ready = timed("trace", lambda: jax.jit(simulator.run).lower(simulator.defaults))
    run = timed("XLA", ready.compile)
    timed("first run", lambda: np.asarray(run(simulator.defaults)))
    timed("warm run", lambda: np.asarray(run(simulator.defaults)))
    if draws:
        point = np.repeat(simulator.defaults[:, None], draws, axis=1)
        ready = timed(f"trace, {draws} draws", lambda: jax.jit(simulator.run).lower(point))
        run = timed("XLA", ready.compile)
        timed("first run", lambda: np.asarray(run(point)))
        timed("warm run", lambda: np.asarray(run(point)))


def pysd(path: Path) -> None:
    """Prints what PySD takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        model = timed("PySD reads", lambda: pysd.read_vensim(str(path)))
        timed("PySD runs", model.run)


def main() -> None:
    """Measures one model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--regions", type=int, default=20)
    parser.add_argument("--sectors", type=int, default=50)
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--scalars", action="store_true")
    parser.add_argument("--pysd", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.model
        if path is None:
            path = Path(folder) / "economy.mdl"
            path.write_text(made_up(arguments.regions, arguments.sectors), encoding="utf-8")
        ours(path, arguments.draws, together=False if arguments.scalars else None)
        if arguments.pysd:
            pysd(path)


if __name__ == "__main__":
    main()
