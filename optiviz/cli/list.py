"""`optiviz list`: what can be named."""

from __future__ import annotations

from typing import Annotated

import typer

from optiviz.cli.names import REGISTRIES
from optiviz.cli.options import Json
from optiviz.cli.output import print_json

UNLISTED = {
    "optimizers": "a framework's, such as torch:AdamW, optax:adabelief, keras:RMSprop; "
    "or your own, mypackage.mymodule:MyRule",
    "surfaces": 'an expression such as "x**2 + 10*y**2"',
}


def list_(
    what: Annotated[
        str | None,
        typer.Argument(
            help="optimizers, surfaces, schedules, panels or themes; all if left out.",
            autocompletion=lambda: list(REGISTRIES),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be named, with a line about each.

    \b
    optiviz list
    optiviz list surfaces --json
    """
    from optiviz.words import look_up

    chosen = REGISTRIES if what is None else {what: look_up("list", what, REGISTRIES)}
    known = {kind: read() for kind, read in chosen.items()}
    if as_json:
        print_json(known, indent=2)
        return
    width = max(len(name) for entries in known.values() for name in entries)
    for title, entries in known.items():
        print(f"{title}:")
        for name, about in entries.items():
            print(f"  {name:<{width}}  {about}")
        if title in UNLISTED:
            print(f"  or {UNLISTED[title]}")
