"""`optiviz list`: what can be named."""

from __future__ import annotations

import json
from typing import Any

from optiviz.optim import OPTIMIZERS, SCHEDULES
from optiviz.problems import PROBLEMS, SURFACES
from optiviz.views.scene.figure import PANELS
from optiviz.views.style import THEMES
from optiviz.words import look_up

UNLISTED = {
    "optimizers": "a framework's, such as torch:AdamW, optax:adabelief, keras:RMSprop; "
    "or your own, mypackage.mymodule:MyRule",
    "surfaces": 'an expression such as "x**2 + 10*y**2"',
}


def registries() -> dict[str, dict[str, str]]:
    """Every registry as name: one line about it."""
    return {
        "optimizers": {name: _first_line(rule) for name, rule in OPTIMIZERS.items()},
        "surfaces": {name: surface.title for name, surface in SURFACES.items()},
        "problems": {name: p.title for name, p in PROBLEMS.items() if name not in SURFACES},
        "schedules": {name: _first_line(rule) for name, rule in SCHEDULES.items()},
        "panels": {name: _first_line(panel) for name, panel in PANELS.items()},
        "themes": {name: theme.about for name, theme in THEMES.items()},
    }


def show(what: str | None, as_json: bool) -> None:
    """Print one registry, or all of them."""
    every = registries()
    chosen = every if what is None else {what: look_up("list", what, every)}
    if as_json:
        print(json.dumps(chosen, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for entries in chosen.values() for name in entries)
    for title, entries in chosen.items():
        print(f"{title}:")
        for name, about in entries.items():
            print(f"  {name:<{width}}  {about}")
        if title in UNLISTED:
            print(f"  or {UNLISTED[title]}")


def _first_line(thing: Any) -> str:
    return str(thing.__doc__).partition("\n")[0].rstrip(".")
