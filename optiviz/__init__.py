"""See how optimisers work: one core for toy loss surfaces and a real network.

The names below are imported when they are first used, so that `import optiviz` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiviz import optim, problems
    from optiviz.errors import UserError
    from optiviz.optim import OPTIMIZERS, SCHEDULES, schedules
    from optiviz.problems import SURFACES, surface
    from optiviz.runs import Run, descend, steps
    from optiviz.widgets.play import play

    surfaces = SURFACES

__version__ = "0.1.0"

# Public name: where it lives, as module or module:attribute.
_HOMES = {
    "OPTIMIZERS": "optiviz.optim:OPTIMIZERS",
    "Run": "optiviz.runs:Run",
    "SCHEDULES": "optiviz.optim:SCHEDULES",
    "SURFACES": "optiviz.problems:SURFACES",
    "UserError": "optiviz.errors:UserError",
    "descend": "optiviz.runs:descend",
    "optim": "optiviz.optim",
    "play": "optiviz.widgets.play:play",
    "problems": "optiviz.problems",
    "schedules": "optiviz.optim.schedules",
    "steps": "optiviz.runs:steps",
    "surface": "optiviz.problems:surface",
    "surfaces": "optiviz.problems:SURFACES",
}

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SURFACES",
    "Run",
    "UserError",
    "descend",
    "optim",
    "play",
    "problems",
    "schedules",
    "steps",
    "surface",
    "surfaces",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'optiviz' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    home = import_module(module)
    return getattr(home, attribute) if attribute else home


def __dir__() -> list[str]:
    return sorted(__all__)
