"""The command line's frame: its commands in the order of `--help`, one sentence for a mistake.

The modules that do the work are imported by the command that needs them, so that `--help` is quick,
even those of the standard library that take their time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any

import typer
from typer.main import get_command

from optiviz.cli.animate import animate
from optiviz.cli.app import app
from optiviz.cli.compare import compare
from optiviz.cli.completion import in_bash
from optiviz.cli.course import course
from optiviz.cli.explain import explain
from optiviz.cli.explore import explore
from optiviz.cli.gallery import gallery
from optiviz.cli.gradcheck import gradcheck
from optiviz.cli.landscape import landscape
from optiviz.cli.list import list_
from optiviz.cli.map import map_
from optiviz.cli.mistakes import MISTYPED, sentence
from optiviz.cli.output import INTERRUPTED
from optiviz.cli.plot import plot
from optiviz.cli.reproduce import reproduce
from optiviz.cli.site import site
from optiviz.cli.streams import patient
from optiviz.cli.sweep import sweep
from optiviz.cli.train import train
from optiviz.cli.twin import twin
from optiviz.errors import UserError
from optiviz.version import __version__

COMMANDS: dict[str, Callable[..., None]] = {
    "animate": animate,
    "plot": plot,
    "explore": explore,
    "map": map_,
    "list": list_,
    "explain": explain,
    "gallery": gallery,
    "gradcheck": gradcheck,
    "train": train,
    "compare": compare,
    "landscape": landscape,
    "twin": twin,
    "reproduce": reproduce,
    "app": app,
    "course": course,
    "site": site,
    "sweep": sweep,
}


def bare(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """See how optimisers work: paths on loss surfaces, as pictures that move."""
    if version:
        print(f"optiviz {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def program_of(*names: str) -> typer.Typer:
    """The command line with these of its commands."""
    made = typer.Typer(
        name="optiviz",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help starts three times as fast
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(bare)
    for name in names:
        made.command(name)(COMMANDS[name])
    return made


program = program_of(*COMMANDS)


@cache
def built(*names: str) -> Callable[..., Any]:
    """What reads the words after `optiviz`; kept for whoever runs several lines in one process."""
    return get_command(program_of(*names))


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 2."""
    # Reading the options of every command takes longer than reading those of the one that is meant.
    names = COMMANDS.keys() & sys.argv[1:2] or COMMANDS
    run = partial(built(*names), prog_name="optiviz", standalone_mode=False)
    with patient():
        try:
            if os.environ.get("_OPTIVIZ_COMPLETE") == "complete_bash":
                in_bash(run)
            sys.exit(run())
        except typer.Abort:  # Ctrl-C, as Typer tells it before 0.23
            sys.exit(INTERRUPTED)
        except UserError as error:
            print(f"optiviz: {error}", file=sys.stderr)
        except MISTYPED as error:
            print(f"optiviz: {sentence(error, sys.argv[1:])}", file=sys.stderr)
        except MemoryError:
            print("optiviz: There is not enough memory for so much: ask for less.", file=sys.stderr)
        sys.exit(2)
