"""`optiviz app`: a lab in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from optiviz.cli.names import labs
from optiviz.cli.options import Whole


def app(
    name: Annotated[
        str, typer.Argument(help="The lab: surfaces, mnist or twin.", autocompletion=labs)
    ] = "surfaces",
    port: Annotated[int, Whole(help="Where; a busy port is passed over.")] = 8866,
    strict_port: Annotated[
        bool, typer.Option("--strict-port", help="End where the port is busy.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    ip: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    base_url: Annotated[
        str, typer.Option(help="The path that all addresses begin with, behind a proxy.")
    ] = "/",
    max_users: Annotated[int, Whole(help="How many may have the page open at once.")] = 20,
    host: Annotated[
        list[str], typer.Option(help="A name that a proxy serves it under; repeat it for others.")
    ] = [],
    embed: Annotated[
        list[str],
        typer.Option(help="A site whose pages may show it in a frame; repeat it for others."),
    ] = [],
    token: Annotated[
        str | None, typer.Option(help="What a link to it must have in it; nobody else gets in.")
    ] = None,
    lessons: Annotated[
        str | None,
        typer.Option(help="A folder of lessons of your own, for the surface lab."),
    ] = None,
    copy: Annotated[
        str | None,
        typer.Option(help="Copy a notebook here, to change it and serve it yourself: own."),
    ] = None,
) -> None:
    """Open a lab in the browser: sliders for everything, and pictures that answer at once.

    \b
    optiviz app
    optiviz app mnist --port 8900 --no-browser
    optiviz app --copy own
    """
    if copy is not None:
        from optiviz.labs.template import copy_out

        print(f"{copy_out(copy)}: change it, then serve it with voila {copy}.ipynb")
        return
    from optiviz.labs.server.serve import serve

    serve(
        name,
        port=port,
        strict_port=strict_port,
        ip=ip,
        base_url=base_url,
        max_users=max_users,
        browser=not no_browser,
        host=host,
        embed=embed,
        token=token,
        lessons=lessons,
    )
