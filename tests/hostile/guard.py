"""Watches what Python does while a hostile input is read: no file outside, no program, no network, no code.

An audit hook cannot be taken out again, so there is one for the process, and it is asleep but for `watching`.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_OURS = tuple(REPOSITORY / one for one in ("src", "tests", "benchmarks"))
# Libraries open their own files when they are first needed.
_LIBRARIES = tuple(
    {os.path.realpath(one) for one in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *_OURS)}
)
_HARMLESS = ("/dev/null", "/dev/urandom", "/proc/self/status", "/proc/meminfo", "/sys/devices/system/cpu")
_FORBIDDEN = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.startfile",
    "pty.",
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "webbrowser.",
    "ctypes.dlopen",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "shutil.",
    "tempfile.",
    "pickle.",
    "os.putenv",
    "os.chdir",
    "os.kill",
    "sqlite3.",
    "os.listxattr",
)


class Guard:
    """What happened in the current trial, and where files may be read."""

    def __init__(self) -> None:
        self.folder = ""
        self.seen: list[str] = []

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.folder:
            return
        folder, self.folder = self.folder, ""  # What follows opens and looks up paths itself.
        try:
            said = self.judge(event, arguments, folder)
            if said:
                self.seen.append(said)
        finally:
            self.folder = folder

    def judge(self, event: str, arguments: tuple[object, ...], folder: str) -> str:
        """Returns what is wrong with an event; empty where nothing is."""
        if event == "open":
            return _opened(arguments, folder)
        if event in ("os.listdir", "os.scandir", "glob.glob"):
            return "" if _within(arguments[0], (folder, *_LIBRARIES)) else f"{event} {arguments[0]!r}"
        if event in ("compile", "exec") and not _of_a_library(event, arguments):
            return f"{event} {arguments!r:.200}"
        return f"{event} {arguments!r:.200}" if event.startswith(_FORBIDDEN) else ""


def _opened(arguments: tuple[object, ...], folder: str) -> str:
    path, mode, flags = arguments[0], arguments[1], arguments[2]
    if isinstance(path, int) or str(path).startswith(_HARMLESS):
        return ""
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or not _within(path, (folder, *_LIBRARIES)):
        return f"open {path!r} {mode!r} {flags!r}"
    return ""


def _within(path: object, folders: tuple[str, ...]) -> bool:
    if isinstance(path, int):
        return True
    named = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else "."
    real = os.path.realpath(named)
    return any(real == one or real.startswith(one + os.sep) for one in folders)


def _of_a_library(event: str, arguments: tuple[object, ...]) -> bool:
    """Says whether code comes from a library: a module at its import, or a method of a dataclass."""
    if event == "compile":
        source, name = arguments
        return source is None or (isinstance(name, str) and not name.startswith("<")) or _asked_by_a_library()
    code = arguments[0]
    name = getattr(code, "co_filename", "")
    return _within(name, _LIBRARIES) or name.startswith("<frozen") or _asked_by_a_library()


def _asked_by_a_library() -> bool:
    """Python's own dataclasses, collections and enum make methods from fixed templates."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame is not None and "stockade" not in frame.f_code.co_filename


GUARD = Guard()


def install() -> None:
    """Installs the hook, once for the process."""
    if not getattr(sys, "_stockade_guard", False):
        sys._stockade_guard = True  # type: ignore[attr-defined]
        sys.addaudithook(GUARD.hook)


@contextmanager
def watching(folder: Path) -> Iterator[list[str]]:
    """Yields the list of what happened that must not happen, while files of this folder may be read."""
    install()
    GUARD.seen = []
    GUARD.folder = os.path.realpath(folder)
    try:
        yield GUARD.seen
    finally:
        GUARD.folder = ""
