"""How long an assessment of the Iraq study takes: from nothing, and again with nothing changed.

Whole processes are timed, imports and compilation included, on a copy of the study in a temporary folder.
Usage: python benchmarks/assess.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STUDY = Path(__file__).resolve().parents[1] / "studies" / "iraq-2008"
TARGET_FIRST, TARGET_AGAIN = 120.0, 5.0


def timed(study: Path) -> float:
    """Returns the wall seconds of one assessment."""
    command = [sys.executable, "-c", "from stockade.cli.app import main; main()", "assess", str(study)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Times both and prints them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / STUDY.name
        shutil.copytree(STUDY, study, ignore=shutil.ignore_patterns(".stockade", "briefing"))
        before = os.times()
        first = timed(study)
        after = os.times()
        again = timed(study)
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    found = {
        "cores": os.cpu_count(), "from_nothing_s": first, "from_nothing_processor_s": processor,
        "again_s": again, "load_average": os.getloadavg()[0],
    }  # fmt: skip
    print(f"from nothing {first:6.1f} s (target {TARGET_FIRST:.0f}), {processor:.0f} s of processor time")
    print(f"again        {again:6.1f} s (target {TARGET_AGAIN:.0f})")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
