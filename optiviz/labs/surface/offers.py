"""What the surface lab offers: problems, rules and schedules with their sliders, situations."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from optiviz.errors import UserError
from optiviz.labs.controls import LANES, Knob, decades, facts, knobs
from optiviz.labs.surface.own import EDGES, FAR, SMALL, is_own
from optiviz.maps.axes import second
from optiviz.optim import OPTIMIZERS, SCHEDULES, on_planes
from optiviz.problems import PROBLEMS, SURFACES, Plane
from optiviz.problems.registry import FAMILIES

MANTISSAS = "1 1.1 1.2 1.3 1.5 1.7 2 2.2 2.5 2.7 3 3.3 3.6 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5"
RATES = decades(-5, 1, MANTISSAS)
BATCHES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80)

# The settings of problems, by the parameters of the functions that make them.
SHAPES = {
    "condition": Knob("condition number", decades(0, 3, "1 1.5 2 3 5 7"), 20.0),
    "rotation": Knob("angle of the floor", tuple(float(a) for a in range(-90, 91, 5)), 25.0),
    "noise": Knob("noise of the samples", tuple(round(0.05 * i, 2) for i in range(41)), 0.7),
}
# What a schedule can be told: its own setting, in words.
DECAYS = {
    "constant": {},
    "linear": {"end": Knob("final value η_N", (0.0, *decades(-6, 0, "1 2 5")), 0.0)},
    "polynomial": {"power": Knob("power p", (0.5, 1.0, 1.5, 2.0, 3.0, 4.0), 2.0)},
    "cosine": {"end": Knob("final value η_N", (0.0, *decades(-6, 0, "1 2 5")), 0.0)},
    "restarts": {
        "period": Knob("cycle T", (5, 10, 20, 30, 40, 60, 100), 30),
        "factor": Knob("times longer", (1, 2, 3), 1),
    },
    "exponential": {
        "gamma": Knob("factor γ", (0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999), 0.98)
    },
    "step": {
        "gamma": Knob("factor γ", tuple(round(0.1 * i, 1) for i in range(1, 10)), 0.5),
        "step_size": Knob("every s", (1, 2, 5, 10, 20, 30, 50, 100), 30),
    },
    "inverse-time": {"decay": Knob("decay d", (0.0, *decades(-3, 1, "1 2 5")), 0.05)},
    "warmup": {"steps": Knob("warm-up s", (1, 2, 5, 10, 20, 30, 50, 100), 10)},
    "one-cycle": {},
    "wsd": {
        "warmup": Knob("warm-up s", (0, 1, 2, 5, 10, 20, 30), 0),
        "cooldown": Knob("cool-down, share", tuple(round(0.1 * i, 1) for i in range(1, 10)), 0.2),
    },
}
COUNTS = (5, 10, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 300, 400, 500, 600, 800)
STEPS = Knob("steps", COUNTS, 120)
SEED = Knob("seed of the batches", tuple(range(100)), 0)
TYPED = {"steps": (1, 2000), "seed": (0, 2**31)}  # what may be typed beyond a slider's ends
FORMULA = "x**2 + 10*y**2"  # the one to begin with
# The files to take away, with their types.
FILES = {
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".html": "text/html",
}


def shapes(problem: str) -> dict[str, Knob]:
    """The sliders of a problem, with its own defaults; of a formula, its bounds."""
    if is_own(problem):
        return EDGES
    if problem not in FAMILIES:
        return {}
    given = inspect.signature(FAMILIES[problem]).parameters
    return {
        name: dataclasses.replace(knob, default=given[name].default)
        for name, knob in SHAPES.items()
        if name in given
    }


@dataclasses.dataclass(frozen=True)
class Situation:
    """One of the lecture's situations: what to look at, and the link that sets it up."""

    title: str
    look: str
    link: str


SITUATIONS = (
    Situation(
        "Too large a step",
        "On a quadratic, gradient descent is stable up to η = 2/λ = 0.1: below it the path swings "
        "across the valley and settles, above it every swing is larger than the last.",
        "problem=valley&optim=sgd:lr=0.03&optim=sgd:lr=0.097&optim=sgd:lr=0.103&steps=60",
    ),
    Situation(
        "Velocity builds, then fades",
        "Along the floor the gradients agree and the velocity adds them up; across it they "
        "alternate and cancel. Near the minimum no push is left, and β wears the velocity away.",
        "problem=valley&optim=sgd:lr=0.012&optim=momentum:lr=0.012,beta=0.9&steps=100",
    ),
    Situation(
        "Batch noise cancelled",
        "Every batch has a surface of its own, so plain steps tremble. Momentum at a tenth of the "
        "rate goes as far in a step, but averages some ten batches: its path is smooth.",
        "problem=regression&optim=sgd:lr=0.05&optim=momentum:lr=0.005,beta=0.9&batch=4&steps=150",
    ),
    Situation(
        "AdaGrad stalls",
        "AdaGrad divides by the root of all squared gradients so far, so its rate only shrinks and "
        "the path crawls. RMSProp forgets old gradients, and arrives.",
        "problem=valley&optim=adagrad:lr=0.04&optim=rmsprop:lr=0.02,beta=0.9&steps=300",
    ),
    Situation(
        "Adam's first steps",
        "Bias correction makes Adam's first step η in every coordinate, however steep the "
        "surface is there; gradient descent's is as long as the gradient.",
        "problem=valley:condition=100&optim=sgd:lr=0.0024&optim=adam:lr=0.1,beta1=0.9,beta2=0.999"
        "&steps=20",
    ),
)


def _second(rule: str) -> str | None:
    """The setting that the map shows beside η, if the rule has one."""
    try:
        return second(OPTIMIZERS[rule]())
    except UserError:
        return None


SECONDS = {name: _second(name) for name in on_planes()}


def offers() -> dict[str, Any]:
    """All that the page needs to draw its controls."""
    rates = PROBLEMS["valley"].rates
    return {
        "problems": [facts_of(name, problem) for name, problem in PROBLEMS.items()],
        "rules": {name: facts(knobs(name, RATES, rates)) for name in on_planes()},
        "seconds": SECONDS,
        "schedules": {name: facts(DECAYS[name]) for name in SCHEDULES},
        **facts({"steps": STEPS, "seed": SEED}),
        "typed": TYPED,
        "formula": {"usual": FORMULA, "far": FAR, "small": SMALL},
        "lanes": LANES,
        "situations": [dataclasses.asdict(situation) for situation in SITUATIONS],
        "files": list(FILES),
    }


def facts_of(name: str, problem: Plane) -> dict[str, Any]:
    """What there is to set of a problem."""
    n = problem.n_samples
    batch = Knob(f"batch size m of {n}", (*BATCHES, n), n) if n else None
    return {
        "name": name,
        "title": problem.title.partition(", condition")[0],
        "data": name not in SURFACES,
        "batch": batch and facts({"batch": batch})["batch"],
        "shapes": facts(shapes(name)),
        "bounds": problem.bounds,
        "axes": problem.axes,
    }
