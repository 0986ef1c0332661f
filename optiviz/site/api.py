"""The pages of the API, which pdoc makes of the docstrings."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

from optiviz.errors import needs_extra
from optiviz.files import folder, write_text

# With the modules that they give to users, by their `__all__`; one that is another's is named.
MODULES = ("optiviz", "optiviz.optim.schedules")
LAZY = ("optiviz", "optiviz.problems", "optiviz.views")  # their names are found when asked for
LOOK = Path(__file__).parent / "pdoc"
PLACE = re.compile(r'id="([^"]*)"')
LINK = re.compile(r'<a href="#([^"]+)">([^<]*)</a>')
FIRST = "optiviz.html"


def check() -> None:
    """Say what is missing before there is work that would be for nothing.

    Raises:
        UserError: pdoc is not installed.
    """
    if find_spec("pdoc") is None:
        raise needs_extra("The API page", "docs")


def write(out: Path) -> None:
    """Write the pages, each whole.

    Raises:
        UserError: pdoc is not installed, or a place that cannot be written to.
    """
    check()
    import pdoc  # noqa: PLC0415, an extra
    import pdoc.render  # noqa: PLC0415

    pdoc.render.configure(
        docformat="google",
        show_source=False,
        footer_text="optiviz",
        favicon="data:,",  # or a server is asked for one
        template_directory=LOOK,
    )
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings(), _found():
        warnings.simplefilter("ignore")  # of what a docstring of an extra links to
        pdoc.pdoc(*MODULES, output_directory=Path(name))
        for made in sorted(path for path in Path(name).rglob("*") if path.is_file()):
            target = out / made.relative_to(name)
            folder(target.parent)
            write_text(target, linked(made.read_text(encoding="utf-8")))


@contextmanager
def _found() -> Iterator[None]:
    """Every public name in its module: of one that is not there yet pdoc has no words."""
    with ExitStack() as stack:
        for module in map(import_module, LAZY):
            names = {name: getattr(module, name) for name in module.__all__}
            stack.enter_context(patch.dict(vars(module), names))
        yield


def linked(page: str) -> str:
    """A page without links to places that it has not: of an inherited field without words of its
    own pdoc makes a link, and nothing that it would lead to.

    >>> linked('<a href="#x">x</a> <a href="#y">y</a> <p id="y">')
    'x <a href="#y">y</a> <p id="y">'
    """
    places = set(PLACE.findall(page))
    return LINK.sub(lambda found: found[0] if found[1] in places else found[2], page)
