"""What can be named, read only when a command or the shell that completes a word asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def registries() -> dict[str, dict[str, str]]:
    """Every registry as name: one line about it."""
    from optiviz.optim import OPTIMIZERS, SCHEDULES
    from optiviz.problems import PROBLEMS, SURFACES
    from optiviz.views.scene.figure import PANELS
    from optiviz.views.style import THEMES

    return {
        "optimizers": {name: _first_line(rule) for name, rule in OPTIMIZERS.items()},
        "surfaces": {name: surface.title for name, surface in SURFACES.items()},
        "problems": {name: p.title for name, p in PROBLEMS.items() if name not in SURFACES},
        "schedules": {name: _first_line(rule) for name, rule in SCHEDULES.items()},
        "panels": {name: _first_line(panel) for name, panel in PANELS.items()},
        "themes": {name: theme.about for name, theme in THEMES.items()},
    }


def _first_line(thing: Any) -> str:
    return str(thing.__doc__).partition("\n")[0].rstrip(".")


def names(*chosen: str) -> Callable[[], list[str]]:
    """What gives the names in some registries."""
    return lambda: [name for every in [registries()] for kind in chosen for name in every[kind]]


def data_sets() -> list[str]:
    """The data sets' names."""
    from optiviz.problems import DATASETS

    return list(DATASETS)


def labs() -> list[str]:
    """The labs' names."""
    from optiviz.labs.server.serve import APPS

    return list(APPS)


def gallery_scripts() -> list[str]:
    """The names of the gallery's scripts."""
    from optiviz.gallery.scripts import scripts

    return list(scripts())


def published_tables() -> list[str]:
    """The published tables' names."""
    from optiviz.studies.published.tables import tables

    return list(tables())
