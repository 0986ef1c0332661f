"""What can be named, read only when a command or the shell that completes a word asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _optimizers() -> dict[str, str]:
    from optiviz.optim import OPTIMIZERS

    return {name: _first_line(rule) for name, rule in OPTIMIZERS.items()}


def _surfaces() -> dict[str, str]:
    from optiviz.problems import SURFACES

    return {name: surface.title for name, surface in SURFACES.items()}


def _problems() -> dict[str, str]:
    from optiviz.problems import PROBLEMS, SURFACES

    return {name: p.title for name, p in PROBLEMS.items() if name not in SURFACES}


def _schedules() -> dict[str, str]:
    from optiviz.optim import SCHEDULES

    return {name: _first_line(rule) for name, rule in SCHEDULES.items()}


def _panels() -> dict[str, str]:
    from optiviz.views.about import PANELS

    return PANELS


def _themes() -> dict[str, str]:
    from optiviz.views.about import THEMES

    return THEMES


# Every registry by what reads it as name: one line about it.
REGISTRIES: dict[str, Callable[[], dict[str, str]]] = {
    "optimizers": _optimizers,
    "surfaces": _surfaces,
    "problems": _problems,
    "schedules": _schedules,
    "panels": _panels,
    "themes": _themes,
}


def _first_line(thing: Any) -> str:
    return str(thing.__doc__).partition("\n")[0].rstrip(".")


def data_sets() -> list[str]:
    """The data sets' names."""
    from optiviz.problems import DATASETS

    return list(DATASETS)


def activations() -> list[str]:
    """The activations' names."""
    from optiviz.problems.network.activations import ACTIVATIONS

    return list(ACTIVATIONS)


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
