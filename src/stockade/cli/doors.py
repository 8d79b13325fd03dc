"""The door of every command: a user's mistake leaves as a sentence with advice, and with exit status 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from stockade.errors import StockadeError

EXIT_MISTAKE = 2
EXIT_STOPPED = 130


@contextmanager
def door(json_file: Path | None, *other_outputs: Path | None) -> Iterator[None]:
    """Runs a command's body and turns what a user can mend into messages on standard error.

    Files that the command is to write are looked at first: no work may be lost at its end for a wrong path.

    Args:
        json_file: Where ``--json`` points; gets the diagnostics where there are any.
        other_outputs: The other files that the command is to write.

    Raises:
        typer.Exit: With status 2 after a mistake, 130 after an interrupt. The unexpected passes through.
    """
    try:
        _look_at_outputs(json_file, *other_outputs)
        yield
    except StockadeError as error:
        _tell(error, json_file)
        raise typer.Exit(EXIT_MISTAKE) from None
    except KeyboardInterrupt:
        typer.echo(
            "Stopped. What was finished is kept: give the same command again and it goes on from there.",
            err=True,
        )
        raise typer.Exit(EXIT_STOPPED) from None


def _look_at_outputs(*paths: Path | None) -> None:
    given = [path for path in paths if path is not None]
    if not given:
        return
    from stockade.cli.outputs import must_be_writable

    for path in given:
        must_be_writable(path)


def _tell(error: StockadeError, json_file: Path | None) -> None:
    from stockade.cli.complaints import error_console, print_diagnostics
    from stockade.cli.outputs import write_json

    print_diagnostics(error.diagnostics, error_console())
    if json_file is not None:
        try:
            write_json({"diagnostics": [one.as_dict() for one in error.diagnostics]}, json_file)
        except StockadeError as second:
            if second.diagnostics != error.diagnostics:
                print_diagnostics(second.diagnostics, error_console())
