"""The command line's frame: its commands in the order of `--help`, one sentence for a mistake.

The modules that do the work are imported by the command that needs them, so that `--help` is quick,
even those of the standard library that take their time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from optiviz.cli.animate import animate
from optiviz.cli.app import app
from optiviz.cli.compare import compare
from optiviz.cli.gallery import gallery
from optiviz.cli.gradcheck import gradcheck
from optiviz.cli.landscape import landscape
from optiviz.cli.list import list_
from optiviz.cli.map import map_
from optiviz.cli.plot import plot
from optiviz.cli.reproduce import reproduce
from optiviz.cli.streams import patient
from optiviz.cli.sweep import sweep
from optiviz.cli.train import train
from optiviz.errors import UserError

COMMANDS: dict[str, Callable[..., None]] = {
    "animate": animate,
    "plot": plot,
    "map": map_,
    "list": list_,
    "gallery": gallery,
    "gradcheck": gradcheck,
    "train": train,
    "compare": compare,
    "landscape": landscape,
    "reproduce": reproduce,
    "app": app,
    "sweep": sweep,
}

program = typer.Typer(
    name="optiviz",
    help="See how optimisers work: paths on loss surfaces, as pictures that move.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts three times as fast
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command in COMMANDS.items():
    program.command(name)(command)


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 2."""
    with patient():
        try:
            program()
        except UserError as error:
            print(f"optiviz: {error}", file=sys.stderr)
            sys.exit(2)
        except MemoryError:
            print("optiviz: There is not enough memory for so much: ask for less.", file=sys.stderr)
            sys.exit(2)
