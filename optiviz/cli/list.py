"""`optiviz list`: what can be named."""

from __future__ import annotations

from typing import Annotated

import typer

from optiviz.cli.names import registries
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
        typer.Argument(help="optimizers, surfaces, schedules, panels or themes; all if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be named, with a line about each.

    \b
    optiviz list
    optiviz list surfaces --json
    """
    from optiviz.words import look_up

    every = registries()
    chosen = every if what is None else {what: look_up("list", what, every)}
    if as_json:
        print_json(chosen, indent=2)
        return
    width = max(len(name) for entries in chosen.values() for name in entries)
    for title, entries in chosen.items():
        print(f"{title}:")
        for name, about in entries.items():
            print(f"  {name:<{width}}  {about}")
        if title in UNLISTED:
            print(f"  or {UNLISTED[title]}")
