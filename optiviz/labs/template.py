"""A lecturer's own app: a notebook to copy out and to change."""

from __future__ import annotations

from pathlib import Path

from optiviz.errors import UserError
from optiviz.files import whole
from optiviz.labs.server.serve import lies
from optiviz.words import look_up

TEMPLATES = {"own": "sliders of ipywidgets beside the player"}


def copy_out(name: str, folder: str | Path = ".") -> Path:
    """Write a template into a folder, and tell where.

    Raises:
        UserError: an unknown name, a file of that name, or a place that cannot be written to.
    """
    look_up("notebook", name, TEMPLATES)
    path = Path(folder) / f"{name}.ipynb"
    if path.exists():
        raise UserError(f"{path} is there already: move it, or work in another folder.")
    with whole(path) as unfinished:
        unfinished.write_bytes(lies(name).read_bytes())
    return path
