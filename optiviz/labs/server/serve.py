"""`optiviz app`: which labs there are, where their notebooks lie, and how one is served."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from optiviz.errors import UserError, needs_extra
from optiviz.labs.server.address import path_of
from optiviz.labs.server.door import Door
from optiviz.words import look_up

APPS = {"surfaces": "Surface lab", "mnist": "MNIST lab", "twin": "Twin lab"}
NEEDED = ("voila", "ipywidgets", "anywidget", "ipykernel")
HERE = Path(__file__).parent
# One thread a kernel: many people share a server, and idle threads of BLAS cost memory, too.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def notebook(name: str) -> Path:
    """The notebook of a lab: inside the installed package, or in the clone's `apps`.

    Raises:
        UserError: an unknown name, or an installation without the notebook.

    >>> notebook("mnist").name
    'mnist.ipynb'
    """
    look_up("app", name, APPS)
    return lies(name)


def lies(name: str) -> Path:
    """Where a notebook of ours lies.

    Raises:
        UserError: an installation without it.
    """
    for folder in (HERE.parent / "apps", HERE.parents[2] / "apps"):
        path = folder / f"{name}.ipynb"
        if path.is_file():
            return path
    raise UserError(f"The notebook {name}.ipynb is not part of this installation: reinstall it.")


def serve(
    name: str,
    port: int = 8866,
    strict_port: bool = False,
    ip: str = "127.0.0.1",
    base_url: str = "/",
    max_users: int = 20,
    browser: bool = True,
    host: list[str] | None = None,
    embed: list[str] | None = None,
    token: str | None = None,
    lessons: str | None = None,
) -> None:
    """Serve a lab until Ctrl-C or a signal to terminate.

    Args:
        name: one of `APPS`.
        port: the first port to try; a busy one is passed over.
        strict_port: refuse to serve where that port is busy.
        ip: the address to listen on.
        base_url: the path that all addresses begin with, for a reverse proxy.
        max_users: how many may have the page open at once.
        browser: open the page in a browser, where there is one.
        host: the names it is served under, such as a proxy's, besides this machine's.
        embed: the sites whose pages may show it in a frame, such as "https://course.org".
        token: what a link to it must have in it.
        lessons: a folder of lessons for the surface lab, in place of its own.

    Raises:
        UserError: an unknown lab, a bad number or address, a missing extra, or a wrong lesson.
    """
    path, base_url = notebook(name), path_of(base_url)
    if not 1 <= port <= 65535:
        raise UserError(f"port must be from 1 to 65535, got {port}.")
    if max_users < 1:
        raise UserError(f"max_users must be at least 1, got {max_users}.")
    door = Door.read(host, embed, token)
    if not all(find_spec(module) for module in NEEDED):
        raise needs_extra("`optiviz app`", "apps")
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    if lessons is not None:
        _teach(name, Path(lessons))
    from optiviz.labs.server.server import run  # noqa: PLC0415  # an extra, and slow to import

    run(
        path,
        APPS[name],
        port,
        strict_port,
        ip,
        base_url,
        max_users,
        browser,
        door,
    )


def _teach(name: str, folder: Path) -> None:
    """Check a lecturer's lessons, and tell the pages' processes where they are."""
    if name != "surfaces":
        raise UserError(f"--lessons are for the surface lab, not for {name}.")
    from optiviz.labs.surface.lessons import FOLDER, lessons  # noqa: PLC0415  # slow to import

    lessons(folder)
    os.environ[FOLDER] = str(folder.resolve())
