"""What the surface lab offers: problems, rules and schedules with their sliders, situations.

A slider is a list of values, so that it stops at round numbers.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from optiviz.labs.knobs import Knob, decades
from optiviz.optim import OPTIMIZERS, SCHEDULES
from optiviz.problems import PROBLEMS, SURFACES
from optiviz.problems.registry import FAMILIES
from optiviz.views.style import THEMES, mark

LANES = 4  # optimisers in a race
MANTISSAS = "1 1.1 1.2 1.3 1.5 1.7 2 2.2 2.5 2.7 3 3.3 3.6 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5"
RATES = decades(-5, 1, MANTISSAS)
MEMORY = (
    *(round(0.05 * i, 2) for i in range(18)),
    *(0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999),
)
SQUARES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
SEEDS = tuple(range(100))

# The settings that have a slider, where a rule has them; the defaults are the rule's own.
SETTINGS = {
    "beta": ("decay of squares β", SQUARES),
    "rho": ("decay ρ", MEMORY),
    "beta1": ("momentum β₁", MEMORY),
    "beta2": ("decay of squares β₂", SQUARES),
}
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
    "cosine": {"end": Knob("final value η_N", (0.0, *decades(-6, 0, "1 2 5")), 0.0)},
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
}
STEPS = Knob("steps", (5, 10, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 300, 400, 500), 120)
SEED = Knob("seed", SEEDS, 0)


def knobs(problem: str, rule: str) -> dict[str, Knob]:
    """The sliders of an update rule: η, and those of its settings that have one."""
    kind = OPTIMIZERS[rule]
    defaults: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(kind)}
    rate = PROBLEMS[problem].rates.get(kind.rate, defaults["lr"])
    found = {"lr": Knob("learning rate η", RATES, rate)}
    for name, (label, values) in SETTINGS.items():
        if name in defaults:
            fast = kind.slots == ("velocity",)
            known = ("momentum β", MEMORY) if fast else (label, values)
            found[name] = Knob(*known, defaults[name])
    return found


def shapes(problem: str) -> dict[str, Knob]:
    """The sliders of a problem, with its own defaults."""
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
        "problem=valley&optim=adagrad:lr=0.05&optim=rmsprop:lr=0.02,beta=0.9&steps=300",
    ),
    Situation(
        "Adam's first steps",
        "Bias correction makes Adam's first step η in every coordinate, however steep the "
        "surface is there; gradient descent's is as long as the gradient.",
        "problem=valley:condition=100&optim=sgd:lr=0.0024&optim=adam:lr=0.1,beta1=0.9,beta2=0.999"
        "&steps=20",
    ),
)


def offers() -> dict[str, Any]:
    """All that the page needs to draw its controls."""
    return {
        "problems": [
            {
                "name": name,
                "title": problem.title,
                "data": name not in SURFACES,
                "samples": problem.n_samples,
                "shapes": {key: knob.facts() for key, knob in shapes(name).items()},
                "bounds": problem.bounds,
                "axes": problem.axes,
            }
            for name, problem in PROBLEMS.items()
        ],
        "rules": {
            name: {key: knob.facts() for key, knob in knobs("valley", name).items()}
            for name in OPTIMIZERS
        },
        "schedules": {
            name: {key: knob.facts() for key, knob in DECAYS[name].items()} for name in SCHEDULES
        },
        "steps": STEPS.facts(),
        "seed": SEED.facts(),
        "lanes": LANES,
        "situations": [dataclasses.asdict(situation) for situation in SITUATIONS],
        "themes": {
            theme: {name: mark(name, THEMES[theme]).color for name in OPTIMIZERS}
            for theme in ("light", "dark")
        },
    }
