"""Fuzzes the whole path: hostile models, studies and claims by number, each within 10 s and 1 GiB.

    nice -n 19 python benchmarks/hostile.py [--count 20000] [--run 1000] [--workers 1] [--out build/hostile]
        [--corpus ../shared/corpus]       models to spoil beside our own, where there are any
        [--only NUMBER]                   one input: says what it is and what comes of it
        [--report]                        sums up what is done

Inputs 0 to COUNT-1 are read, checked and written in both formats (a study: all that `stockade check`
does). Of the numbers from 1,000,000 on, RUN inputs are spoilt gently, compiled and run too. Worker
processes take them in turn and say before each one which it is; what they use is watched from outside,
since no limit inside of a process survives XLA. Seconds are those of the processor, so that a busy
machine changes nothing. What is done is kept, a line of JSON each, and a second call goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

SECONDS, BYTES, WALL = 10.0, 2**30, 300.0
FIRST_RUN = 1_000_000
A_WORKER = {"read": 1_000, "run": 60}
TICK = os.sysconf("SC_CLK_TCK")
PAGE = resource.getpagesize()


def work(first: int, last: int, mode: str, corpus: str) -> None:
    """Tries inputs in this process and prints a line before and after each."""
    from tests.hostile.mutations import make_case
    from tests.hostile.seeds import folder_seeds, own_seeds
    from tests.hostile.trial import try_case

    with tempfile.TemporaryDirectory() as name:
        tmp = Path(name)
        (tmp / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        seeds = own_seeds(tmp)
        if corpus:
            seeds += folder_seeds(Path(corpus))
        if mode == "run":
            import jax

            seeds = [one for one in seeds if one.kind == "model"]
        for number in range(first, last):
            case = make_case(number, seeds, gentle=mode == "run")
            print(json.dumps({"begin": number, "seed": case.seed, "cpu": time.process_time()}), flush=True)
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            before = time.process_time()
            result = try_case(case, tmp / "case", run=mode == "run")
            row = {
                "number": number, "seed": case.seed, "outcome": result.outcome, "said": result.said,
                "seconds": round(time.process_time() - before, 3), "bytes": _peak(),
            }  # fmt: skip
            print(json.dumps(row), flush=True)
            if mode == "run":
                jax.clear_caches()


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _used(pid: int) -> tuple[float, int]:
    """Returns processor seconds and resident bytes of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK, int(fields[21]) * PAGE
    except (OSError, IndexError):
        return 0.0, 0


class Watch:
    """One worker process, and what it is at."""

    def __init__(self, command: list[str]) -> None:
        self.rows: list[dict] = []
        self.current: dict | None = None
        self.begun = time.monotonic()
        self.reason = ""
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors: list[str] = []
        self.threads = [threading.Thread(target=one) for one in (self._read, self._read_errors)]
        for one in self.threads:
            one.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            row = json.loads(line)
            if "begin" in row:
                self.current, self.begun = row, time.monotonic()
            else:
                self.rows.append(row)
                self.current = None

    def _read_errors(self) -> None:
        for line in self.process.stderr or ():
            self.errors = [*self.errors[-20:], line]

    def wait(self) -> list[dict]:
        """Waits for the worker to end, or ends it; the last row is then what it was ended for."""
        while self.process.poll() is None:
            time.sleep(0.1)
            now = self.current
            seconds, size = _used(self.process.pid)
            if now is None:
                continue
            if seconds - now["cpu"] > 1.5 * SECONDS or time.monotonic() - self.begun > WALL:
                self.reason = "late"
            elif size > 1.5 * BYTES:
                self.reason = "memory"
            if self.reason and now is self.current:
                self.process.kill()
        for one in self.threads:
            one.join()
        if self.current is not None:
            said = "".join(self.errors[-3:])[-300:]
            seconds = round(time.monotonic() - self.begun, 1)
            row = {"number": self.current["begin"], "seed": self.current["seed"], "seconds": seconds}
            self.rows.append({**row, "outcome": self.reason or "died", "said": said, "bytes": 0})
        elif self.process.returncode:
            raise SystemExit("".join(self.errors))
        return self.rows


def go_through(first: int, last: int, mode: str, corpus: str, out: Path) -> None:
    """Tries the inputs of a range that are not done yet."""
    file = out / f"{mode}-{first}-{last}.jsonl"
    done = len(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else 0
    at = first + done
    while at < last:
        end = min(last, at + A_WORKER[mode])
        command = [sys.executable, __file__, "--work", f"{at}:{end}:{mode}", "--corpus", corpus]
        rows = Watch(command).wait()
        with file.open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in rows)
        at += len(rows)


def report(out: Path) -> None:
    """Prints counts, the slowest, the largest, and everything that must not be."""
    for mode in ("read", "run"):
        texts = [one.read_text("utf-8") for one in sorted(out.glob(f"{mode}-*.jsonl"))]
        rows = [json.loads(line) for text in texts for line in text.splitlines()]
        if not rows:
            continue
        for row in rows:
            if row["outcome"] in ("runs", "ran", "refused") and row["seconds"] > SECONDS:
                row["outcome"] = "late"
            elif row["outcome"] in ("runs", "ran", "refused") and row["bytes"] > BYTES:
                row["outcome"] = "memory"
        counts = Counter(row["outcome"] for row in rows)
        print(f"{mode}: {len(rows)} inputs:", ", ".join(f"{n} {what}" for what, n in counts.most_common()))
        print("  codes:", len({row["said"] for row in rows if row["outcome"] == "refused"}))
        slow, large = max(rows, key=lambda row: row["seconds"]), max(rows, key=lambda row: row["bytes"])
        print(f"  slowest {slow['seconds']:.2f} s ({slow['number']}, {slow['seed']}, {slow['said'][:60]})")
        print(f"  largest {large['bytes'] / 2**20:.0f} MiB (number {large['number']}, {large['seed']})")
        bad = [row for row in rows if row["outcome"] not in ("runs", "ran", "refused")]
        groups: dict[str, list[dict]] = {}
        for row in bad:
            groups.setdefault(f"{row['outcome']} {row['said'][-160:]}", []).append(row)
        for said, those in sorted(groups.items(), key=lambda item: -len(item[1])):
            print(f"  {len(those)} x {said}: {[row['number'] for row in those[:4]]} {those[0]['seed']}")


def show(number: int, corpus: str) -> None:
    """Says what one input is, keeps it below build/hostile, and tries it."""
    from tests.hostile.mutations import make_case
    from tests.hostile.seeds import folder_seeds, own_seeds
    from tests.hostile.trial import try_case

    with tempfile.TemporaryDirectory() as name:
        seeds = [*own_seeds(Path(name)), *(folder_seeds(Path(corpus)) if corpus else ())]
        run = number >= FIRST_RUN
        if run:
            seeds = [one for one in seeds if one.kind == "model"]
        case = make_case(number, seeds, gentle=run)
        kept = REPOSITORY / "benchmarks" / "build" / "hostile" / str(number)
        kept.mkdir(parents=True, exist_ok=True)
        for file, raw in case.files.items():
            (kept / file).write_bytes(raw)
        print(case.seed, "->", kept)
        begun = time.process_time()
        print(try_case(case, Path(name) / "case", run=run), f"{time.process_time() - begun:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--run", type=int, default=1_000)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "benchmarks" / "build" / "hostile")
    parser.add_argument("--corpus", default="")
    parser.add_argument("--only", type=int)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--chunk", type=int, default=1_000)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        first, last, mode = arguments.work.split(":")
        work(int(first), int(last), mode, arguments.corpus)
        return
    if arguments.only is not None:
        show(arguments.only, arguments.corpus)
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.report:
        until = time.monotonic() + 60 * arguments.minutes
        ranges = [(0, arguments.count, "read"), (FIRST_RUN, FIRST_RUN + arguments.run, "run")]
        for begin, end, mode in ranges:
            for first in range(begin, end, arguments.chunk):
                last = min(end, first + arguments.chunk)
                if time.monotonic() < until:
                    go_through(first, last, mode, arguments.corpus, arguments.out)
    report(arguments.out)


if __name__ == "__main__":
    main()
