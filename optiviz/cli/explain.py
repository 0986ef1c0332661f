"""`optiviz explain`: what a rule does, line by line."""

from __future__ import annotations

from typing import Annotated

import typer

from optiviz.cli.completion import one
from optiviz.cli.options import Json


def explain(
    rule: Annotated[
        str,
        typer.Argument(
            help="An optimiser, with settings if you like: momentum:form=outside.",
            autocompletion=one("optimizers"),
        ),
    ],
    as_json: Json = False,
) -> None:
    """Explain an optimiser: its formula, in numbers too, its settings and its paper.

    \b
    optiviz explain momentum
    optiviz explain rmsprop:centered=true
    """
    from dataclasses import asdict

    from optiviz.cli.output import print_json
    from optiviz.optim.explain import explain as explained

    told = explained(rule)
    if as_json:
        print_json(asdict(told))
    else:
        print(told)
