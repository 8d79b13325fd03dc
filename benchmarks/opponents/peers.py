"""One model by one other tool, timed: run by benchmarks/engine.py in the environment that holds the tool.

    python benchmarks/opponents/peers.py TOOL MODEL.mdl MODEL.stmx '["output", ...]' FOLDER

Prints JSON: seconds to parse, of the first run, of a warm run (least of some), of a run in an ensemble where
a constant changes from run to run, and the file of the outputs, shape (time, outputs). What goes wrong is
printed as {"error": ...}: a tool that does not read a model has a row that says so.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Answer = dict[str, Any]
SLOW = 5.0  # seconds; a run that takes longer is timed once


def clock(function: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    value = function()
    return time.perf_counter() - begin, value


def least(function: Callable[[], Any], seconds: float = 3.0) -> float:
    """Returns the least time of some calls: at least two, and no more than the time allows."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < 2 or (time.perf_counter() < end and len(times) < 200):
        times.append(clock(function)[0])
    return min(times)


def by_pysd(mdl: Path, _: Path, outputs: list[str], folder: Path, constant: str) -> Answer:
    import pysd

    copy = folder / "by_pysd.mdl"
    # PySD's reader takes no comment in braces before the first variable.
    text = mdl.read_text(encoding="utf-8")
    copy.write_text(re.sub(r"\{(?!UTF-8)[^}]*\}", "", text), encoding="utf-8")
    parse, model = clock(lambda: pysd.read_vensim(str(copy)))
    real = {name.lower(): name for name in model.doc["Real Name"]}
    columns = [real[name] for name in outputs]
    first, table = clock(lambda: model.run(return_columns=columns))
    value = float(model[real[constant]])
    if first > SLOW:
        return {
            "parse": parse,
            "first": first,
            "warm": first,
            "many": first,
            "values": table[columns].to_numpy(),
        }
    warm = least(lambda: model.run(return_columns=columns))
    many = least(lambda: model.run(params={real[constant]: 1.0001 * value}, return_columns=columns))
    return {"parse": parse, "first": first, "warm": warm, "many": many, "values": table[columns].to_numpy()}


def by_pysimlin(mdl: Path, stmx: Path, outputs: list[str], folder: Path, constant: str) -> Answer:
    import simlin

    try:
        parse, model = clock(lambda: simlin.load(str(mdl)))
    except simlin.SimlinError:
        parse, model = clock(lambda: simlin.load(str(stmx)))  # as `stockade convert` writes it
    names = [re.sub(r"\W+", "_", name) for name in outputs]

    def run(overrides: dict[str, float] | None = None) -> np.ndarray:
        simulation = model.simulate(overrides)
        simulation.run_to_end()
        return np.stack([np.asarray(simulation.get_series(name)) for name in names], axis=1)

    first, values = clock(run)
    value = float(np.asarray(model.run(analyze_loops=False).results[constant.replace(" ", "_")])[0])
    again = {constant.replace(" ", "_"): 1.0001 * value}
    return {
        "parse": parse,
        "first": first,
        "warm": least(run),
        "many": least(lambda: run(again)),
        "values": values,
    }


def by_bptk(_: Path, stmx: Path, outputs: list[str], folder: Path, constant: str) -> Answer:
    from BPTK_Py.sdcompiler import compile_xmile

    target = folder / "by_bptk.py"

    def read() -> Any:
        compile_xmile(str(stmx), str(target), "py")
        found = importlib.util.spec_from_file_location("by_bptk", target)
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return module.simulation_model()

    parse, model = clock(read)
    words = [name.split() for name in outputs]
    names = [one[0] + "".join(word.capitalize() for word in one[1:]) for one in words]
    steps = round((model.stoptime - model.starttime) / model.dt)
    every = max(1, round(1.0 / model.dt))

    def run() -> np.ndarray:
        for memory in model.memo.values():
            memory.clear()
        rows = [
            [model.memoize(name, model.starttime + k * model.dt) for name in names] for k in range(steps + 1)
        ]
        return np.array(rows)[::every]

    first, values = clock(run)
    warm = least(run)
    return {"parse": parse, "first": first, "warm": warm, "many": warm, "values": values}


TOOLS = {"pysd": by_pysd, "pysimlin": by_pysimlin, "bptk-py": by_bptk}


def main() -> None:
    tool, mdl, stmx, outputs, folder, constant = sys.argv[1:]
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100_000)
    try:
        found = TOOLS[tool](Path(mdl), Path(stmx), json.loads(outputs), Path(folder), constant)
        path = Path(folder) / f"{tool}.npy"
        np.save(path, found.pop("values"))
        print(json.dumps(found | {"values": str(path)}))
    except Exception as wrong:  # noqa: BLE001  whatever a tool raises is its row
        print(json.dumps({"error": f"{type(wrong).__name__}: {str(wrong)[:120]}"}))


if __name__ == "__main__":
    main()
