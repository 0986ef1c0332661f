"""The command line's frame: one app, and one sentence for a mistake.

The modules that do the work are imported by the command that needs them, so that `--help` is quick.
"""

from __future__ import annotations

import sys

import typer

from optiviz.errors import UserError

app = typer.Typer(
    name="optiviz",
    help="See how optimisers work: paths on loss surfaces, as pictures that move.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts three times as fast
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 2."""
    try:
        app()
    except UserError as error:
        print(f"optiviz: {error}", file=sys.stderr)
        sys.exit(2)
