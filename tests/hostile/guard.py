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

_STDLIB = Path(os.__file__).parent.name
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
# Files of Python itself that make methods from fixed templates and the names of fields.
_TEMPLATES = (
    (_STDLIB, "dataclasses.py"),
    ("collections", "__init__.py"),
    (_STDLIB, "typing.py"),
    (_STDLIB, "enum.py"),
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
        if not event.startswith(_FORBIDDEN) or _keeps_what_it_compiled(arguments[:1]):
            return ""
        return f"{event} {arguments!r:.200}"


def _opened(arguments: tuple[object, ...], folder: str) -> str:
    path, mode, flags = arguments[0], arguments[1], arguments[2]
    if isinstance(path, int) or str(path).startswith(_HARMLESS):
        return ""
    if _keeps_what_it_compiled(arguments):
        return ""
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or not _within(path, (folder, *_LIBRARIES)):
        return f"open {path!r} {mode!r} {flags!r}"
    return ""


def _keeps_what_it_compiled(arguments: tuple[object, ...]) -> bool:
    """Says whether it is Python that keeps the compiled form of a library's file that is imported late."""
    return bool(arguments) and "__pycache__" in str(arguments[0]) and _within(arguments[0], _LIBRARIES)


def _within(path: object, folders: tuple[str, ...]) -> bool:
    if isinstance(path, int):
        return True
    named = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else "."
    real = os.path.realpath(named)
    return any(real == one or real.startswith(one + os.sep) for one in folders)


def _of_a_library(event: str, arguments: tuple[object, ...]) -> bool:
    """Says whether code is a module's at its import, or a method that Python makes for a dataclass."""
    if event == "exec":
        name = str(getattr(arguments[0], "co_filename", ""))
        if name.startswith("<frozen") or (not name.startswith("<") and _within(name, _LIBRARIES)):
            return True
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    asked = "" if frame is None else frame.f_code.co_filename
    if event == "compile" and Path(asked).parts[-2:] == (_STDLIB, "ast.py"):
        return True  # `ast.literal_eval`, which makes no code: Lark reads the strings of its grammars so.
    return asked.startswith("<frozen importlib") or Path(asked).parts[-2:] in _TEMPLATES


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
