"""Diagnostics on a terminal: code, place, message, excerpt, hint."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from stockade.errors import NOWHERE, Diagnostic

MOST_SHOWN = 40
STYLES = {"error": "bold red", "warning": "bold yellow"}


def error_console() -> Console:
    """Returns a console on standard error that breaks no line: a message must be searchable as it is."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def print_diagnostics(diagnostics: Sequence[Diagnostic], console: Console) -> None:
    """Prints diagnostics one below the other, errors and warnings in the order given."""
    for one in diagnostics[:MOST_SHOWN]:
        console.print(_as_text(one))
    left = len(diagnostics) - MOST_SHOWN
    if left > 0:
        console.print(Text(f"... and {left} more; --json FILE writes all of them", style="dim"))


def _as_text(one: Diagnostic) -> Text:
    """Assembled piece by piece, never from markup: a user's file may hold brackets."""
    text = Text(f"{one.severity}[{one.code}]", style=STYLES[one.severity])
    if one.place != NOWHERE:
        text.append(f" {visible(str(one.place))}", style="bold")
    text.append(f": {visible(one.message)}", style="default not bold")
    for line in one.excerpt.splitlines():
        text.append(f"\n  | {visible(line)}", style="cyan not bold")
    if one.hint:
        text.append("\n  hint: ", style="green")
        text.append(visible(one.hint), style="default not bold")
    return text


def visible(text: str) -> str:
    """Shows control characters instead of sending them: a file must not steer the reader's terminal."""
    return "".join(char if char in "\t\n" or char.isprintable() else repr(char)[1:-1] for char in text)
