"""`optiviz explore DIRECTORY`: from a sweep or a comparison to a page with sliders."""

from __future__ import annotations

import shlex
from pathlib import Path

from optiviz.cli.options import look_of
from optiviz.cli.output import print_json

NAME = "explore.html"


def explore_trained(directory: Path, theme: str, out: Path | None, as_json: bool) -> None:
    """Write the page of a directory's networks, and say what was written."""
    from optiviz.explorer.trained.page import write_page
    from optiviz.studies.trained import trained
    from optiviz.views.files.animate import check_ending

    look_of(theme, "960x540")  # a theme that there is not is told before anything is read
    named = check_ending(out, (".html",)) if out else None
    found = trained(directory)  # which says first that there is no such directory
    target = named or check_ending(directory / NAME, (".html",))
    command = shlex.join(["optiviz", "explore", str(directory)])
    write_page(found, target, theme, command)
    nets = sum(len(node.nets) for lane in found.lanes for node in lane.nodes)
    size = target.stat().st_size
    if as_json:
        print_json({"path": str(target.resolve()), "bytes": size, "networks": nets})
        return
    print(f"Wrote {target}: {nets} networks ({size / 1e6:.2f} MB)")
