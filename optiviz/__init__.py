"""See how optimisers work: one core for toy loss surfaces and a real network.

A run on a surface

    descend   run one update rule on a surface and record every step
    race      run several from one start
    steps     the loop itself, a step at a time
    Run       the record
    surfaces  the surfaces by name; surface makes one of a function of x and y
    optim     the update rules; schedules, how their rates change
    explain   a rule's formula, in numbers too, its settings and its paper

Many runs, and a network

    maps      how a rule fares over its settings and its starts
    train     train a network on MNIST or the like
    compare   train several rules with several seeds
    problems  what is minimised: surfaces, problems with data, networks

To look at

    Picture   what a picture is to show; views.plot and views.animate write it to a file
    views     pictures, charts and their files
    play      the interactive picture of runs, in a notebook
    sliders   controls for a rule's settings, beside it
    explore   a page whose sliders choose among runs made beforehand

UserError is what a mistake raises: its sentence says what to do. Every name is imported when it is
first used, so that `import optiviz` is quick.
"""

from typing import TYPE_CHECKING

from optiviz.named import lazily
from optiviz.version import __version__

if TYPE_CHECKING:
    from optiviz import maps, optim, problems, views
    from optiviz.errors import UserError
    from optiviz.explorer.explore import explore
    from optiviz.labs.sliders import sliders
    from optiviz.optim import schedules
    from optiviz.optim.explain import explain
    from optiviz.player.play import play
    from optiviz.problems import SURFACES as surfaces  # noqa: N811
    from optiviz.problems import surface
    from optiviz.runs import Run, descend, race, steps
    from optiviz.studies.compare import compare
    from optiviz.training import train
    from optiviz.views import Picture

# Public name: where it lives, as module or module:attribute.
_HOMES = {
    "Picture": "optiviz.views:Picture",
    "Run": "optiviz.runs:Run",
    "UserError": "optiviz.errors:UserError",
    "compare": "optiviz.studies.compare:compare",
    "descend": "optiviz.runs:descend",
    "explain": "optiviz.optim.explain:explain",
    "explore": "optiviz.explorer.explore:explore",
    "maps": "optiviz.maps",
    "optim": "optiviz.optim",
    "play": "optiviz.player.play:play",
    "problems": "optiviz.problems",
    "race": "optiviz.runs:race",
    "schedules": "optiviz.optim.schedules",
    "sliders": "optiviz.labs.sliders:sliders",
    "steps": "optiviz.runs:steps",
    "surface": "optiviz.problems:surface",
    "surfaces": "optiviz.problems:SURFACES",
    "train": "optiviz.training:train",
    "views": "optiviz.views",
}

__all__ = [
    "Picture",
    "Run",
    "UserError",
    "__version__",
    "compare",
    "descend",
    "explain",
    "explore",
    "maps",
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
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
