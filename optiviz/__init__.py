"""See how optimisers work: one core for toy loss surfaces and a real network.

The names below are imported when they are first used, so that `import optiviz` is quick.
"""

from typing import TYPE_CHECKING, Any

from optiviz.named import named
from optiviz.version import __version__

if TYPE_CHECKING:
    from optiviz import optim, problems
    from optiviz.errors import UserError
    from optiviz.optim import OPTIMIZERS, SCHEDULES, schedules
    from optiviz.player.play import play
    from optiviz.problems import SURFACES, surface
    from optiviz.runs import Run, descend, steps

    surfaces = SURFACES

# Public name: where it lives, as module or module:attribute.
_HOMES = {
    "OPTIMIZERS": "optiviz.optim:OPTIMIZERS",
    "Run": "optiviz.runs:Run",
    "SCHEDULES": "optiviz.optim:SCHEDULES",
    "SURFACES": "optiviz.problems:SURFACES",
    "UserError": "optiviz.errors:UserError",
    "descend": "optiviz.runs:descend",
    "optim": "optiviz.optim",
    "play": "optiviz.player.play:play",
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
    "__version__",
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
    return named(_HOMES[name])


def __dir__() -> list[str]:
    return sorted(__all__)
