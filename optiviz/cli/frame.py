"""The command line's frame: its commands in the order of `--help`, one sentence for a mistake.

The modules that do the work are imported by the command that needs them, so that `--help` is quick,
even those of the standard library that take their time.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any

import typer
from typer.main import get_command

from optiviz.cli.completion import in_bash
from optiviz.cli.mistakes import MISTYPED, sentence
from optiviz.cli.output import INTERRUPTED
from optiviz.cli.reading import Command, Group
from optiviz.cli.streams import patient
from optiviz.errors import UserError
from optiviz.named import named
from optiviz.version import __version__

# The commands in the order of `--help`, and where each is: only those are read that are needed.
COMMANDS = {
    "animate": "optiviz.cli.animate:animate",
    "plot": "optiviz.cli.plot:plot",
    "explore": "optiviz.cli.explore:explore",
    "map": "optiviz.cli.map:map_",
    "list": "optiviz.cli.list:list_",
    "explain": "optiviz.cli.explain:explain",
    "gallery": "optiviz.cli.gallery:gallery",
    "gradcheck": "optiviz.cli.gradcheck:gradcheck",
    "train": "optiviz.cli.train:train",
    "compare": "optiviz.cli.compare:compare",
    "landscape": "optiviz.cli.landscape:landscape",
    "twin": "optiviz.cli.twin:twin",
    "reproduce": "optiviz.cli.reproduce:reproduce",
    "app": "optiviz.cli.app:app",
    "course": "optiviz.cli.course:course",
    "site": "optiviz.cli.site:site",
    "sweep": "optiviz.cli.sweep:sweep",
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


def program(*names: str) -> typer.Typer:
    """The command line with these of its commands, or with all of them."""
    made = typer.Typer(
        name="optiviz",
        cls=Group,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help starts three times as fast
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(bare)
    for name in names or COMMANDS:
        made.command(name, cls=Command)(named(COMMANDS[name]))
    return made


@cache
def built(*names: str) -> Callable[..., Any]:
    """What reads the words after `optiviz`; kept for whoever runs several lines in one process."""
    return get_command(program(*names))


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 2."""
    # What lives at the end is not searched for circles: that takes longer than to import NumPy.
    atexit.register(gc.freeze)
    # Reading the options of every command takes longer than reading those of the one that is meant.
    names = COMMANDS.keys() & sys.argv[1:2]
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
