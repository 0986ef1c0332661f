"""The face of the package: one name for a thing, the same ones wherever they are told."""

from __future__ import annotations

import pydoc
import re
import subprocess
import sys
from pathlib import Path

import optiviz

FACE = [
    *("Picture", "Run", "UserError", "__version__", "compare", "descend", "explain", "explore"),
    "maps",
    *(
        "optim",
        "play",
        "problems",
        "race",
        "schedules",
        "sliders",
        "steps",
        "surface",
        "surfaces",
        "train",
        "views",
    ),
]
HOME = Path(__file__).parents[1]
PAGES = "".join((HOME / page).read_text() for page in ("README.md", "docs/python.md"))


def test_dir_has_every_name() -> None:
    assert dir(optiviz) == sorted(optiviz.__all__) == FACE
    assert all(getattr(optiviz, name) is not None for name in FACE)
    for part in (optiviz.problems, optiviz.views):
        assert dir(part) == sorted(part.__all__)
        assert all(getattr(part, name) is not None for name in dir(part))


def test_help_speaks_of_every_name() -> None:
    summary = pydoc.render_doc(optiviz, renderer=pydoc.plaintext).partition("PACKAGE CONTENTS")[0]
    assert [n for n in FACE if n != "__version__" and not re.search(rf"\b{n}\b", summary)] == []


def test_the_readme_uses_no_other_name() -> None:
    lines = re.findall(r"from optiviz import (.+)", PAGES)
    used = {name.split(" as ")[0].strip() for line in lines for name in line.split(",")}
    assert used
    assert used <= set(FACE)


def test_what_stands_behind_a_name() -> None:
    assert optiviz.surfaces is optiviz.problems.SURFACES
    assert optiviz.Picture is optiviz.views.Picture
    assert optiviz.maps.rate_map.__module__ == "optiviz.maps.rates"
    assert {optiviz.train.__name__, optiviz.compare.__name__} == {"train", "compare"}


def test_a_wrong_name_is_an_attribute_error() -> None:
    assert not hasattr(optiviz, "SURFACES")
    assert not hasattr(optiviz, "descent")


def test_nothing_is_imported_before_it_is_used() -> None:
    code = "import sys, optiviz; print(len([m for m in sys.modules if m.startswith('optiviz')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 3  # the package, named and version
