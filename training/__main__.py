"""The makers' command line: `python -m training NAME --help`."""

from __future__ import annotations

import sys

import typer

from cocktailman.__main__ import run as run_commands
from training.commands import data, documents, exports, tables, trainings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for subject in (data, trainings, exports, tables, documents):
    app.add_typer(subject.app)


def main() -> int:
    """Runs the command line; returns the exit status: 2 with one line on standard error where the user is wrong."""
    return run_commands(app, "python -m training")


if __name__ == "__main__":
    sys.exit(main())
