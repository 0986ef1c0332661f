"""A point's step in Python's own numbers: NumPy's to the bit, wherever a run goes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from optiviz import optim, schedules, steps
from optiviz.optim import OPTIMIZERS, SGD, Optimizer, stepper
from optiviz.optim.scalar import scalar
from optiviz.optim.shared import SHARED
from optiviz.optim.trial import begun
from optiviz.problems import SURFACES, Surface

N = 12
WRITTEN = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta"]


def variants(kind: type[Optimizer]) -> Iterator[dict[str, Any]]:
    """Every choice of what is no number."""
    choices = {
        field.name: field.metadata.get("choices", (False, True))
        for field in dataclasses.fields(kind)
        if "choices" in field.metadata or field.type == "bool"
    }
    return (dict(zip(choices, chosen, strict=True)) for chosen in product(*choices.values()))


def written(rule: Optimizer) -> bool:
    """Whether its steps are taken in Python's numbers."""
    w = np.array([1.0, 2.0])
    return scalar(rule, w, w.copy(), begun(rule, w), lambda t: None) is not None


PLAIN = [
    pytest.param(kind, chosen, id=f"{name}-{'-'.join(map(str, chosen.values()))}")
    for name, kind in ((name, OPTIMIZERS[name]) for name in WRITTEN)
    for chosen in variants(kind)
    if not (chosen.get("cautious") or chosen.get("centered"))
]


def drawn(random: np.random.Generator, kind: type[Optimizer], chosen: dict[str, Any]) -> Optimizer:
    """Numbers and schedules, the rate from one that hardly moves to one that overflows."""
    rate = float(10.0 ** random.uniform(-4, 4))
    given = {"lr": random.choice([rate, rate, 1, 0.0, schedules.Cosine(rate)])}
    for field in dataclasses.fields(kind):
        if field.name in ("lr", *SHARED) or field.type not in ("Setting", "float"):
            continue
        if random.random() < 0.7:
            given[field.name] = float(random.uniform(1e-3, 0.999))
            if field.type == "Setting" and random.random() < 0.3:
                given[field.name] = schedules.Linear(given[field.name])
    return kind(**given, **chosen)


def by_hand(rule: Optimizer, surface: Surface) -> Iterator[np.ndarray]:
    """Each point, gradient and slot of a run, by the rule's own step."""
    w = np.array(surface.start)
    state, numbers = rule.init(w), {k: s.values(N) for k, s in rule.schedules().items()}
    for t in range(N + 1):
        g = surface.value_and_grad(w)[1]
        yield np.array([w, g, *(state[slot] for slot in rule.slots)])
        if t < N:
            now = dataclasses.replace(rule, **{k: v[t] for k, v in numbers.items()})
            now.step(w, g, state, t)


def bits(frames: list[np.ndarray]) -> bytes:
    """Every number to the bit; of what is none, only that it is none."""
    whole = np.array(frames)
    return np.where(np.isnan(whole), np.nan, whole).tobytes()


@pytest.mark.parametrize(("kind", "chosen"), PLAIN)
def test_every_run_is_the_rule_stepped_by_numpy(
    kind: type[Optimizer], chosen: dict[str, Any]
) -> None:
    random = np.random.default_rng(0)
    for surface in SURFACES.values():
        rule = drawn(random, kind, chosen)
        assert written(rule)
        with np.errstate(all="ignore"):
            ours = [point.frame.copy() for point in steps(surface, rule, surface.start, N)]
            assert bits(ours) == bits(list(by_hand(rule, surface))), (rule, surface)


def test_a_run_goes_on_when_its_numbers_are_finite_no_more() -> None:
    surface, rule = SURFACES["rosenbrock"], optim.Momentum(lr=1e30)
    with np.errstate(all="ignore"):
        ours = [point.frame.copy() for point in steps(surface, rule, surface.start, N)]
        theirs = list(by_hand(rule, surface))
    assert np.isinf(ours).any()
    assert np.isnan(ours).any()
    assert bits(ours) == bits(theirs)


def test_a_whole_number_may_change_between_steps_as_any_other() -> None:
    rule, w, g = optim.SGD(lr=1), np.array([1.0, 2.0]), np.ones(2)
    assert written(rule)
    step = stepper(rule, w, g, rule.init(w))
    step(0)
    vars(rule)["lr"] = 0.5
    step(1)
    assert w.tolist() == [-0.5, 0.5]


def test_what_python_refuses_is_left_to_numpy() -> None:
    before = {"accumulator": np.array([-1e9, 4.0])}  # whose root Python does not give
    with np.errstate(invalid="ignore"):
        *_, last = steps("bowl", optim.AdaGrad(), (1.0, 1.0), 2, since=1, state=before)
    assert last.t == 2
    assert np.isnan(last.w).tolist() == [True, False]


def test_the_rules_that_are_more_than_arithmetic_are_numpys() -> None:
    quick = {name for name, kind in OPTIMIZERS.items() if written(kind())}
    assert quick == set(WRITTEN)
    assert not written(SGD(clip=1.0))
    assert not written(SGD(weight_decay=0.1))
    assert not written(optim.RMSProp(centered=True))
    assert not written(optim.Momentum(cautious=True))
    assert not written(SGD(lr=np.array([0.1, 0.2])))
    assert not written(SGD(lr=np.array([[0.1], [0.2]])))


DECIDING: dict[str, Callable[..., Any]] = {
    "the-step": lambda w, g, t: 2 * g if t else g,
    "equality": lambda w, g, t: 2 * g if g[0] == 1 else g,
    "order": lambda w, g, t: 2 * g if g[0] > 1 else g,
    "power": lambda w, g, t: g**3,
    "infinity": lambda w, g, t: g * np.inf,
}


@pytest.mark.parametrize("name", list(DECIDING))
def test_a_step_that_decides_by_its_numbers_is_not_written_down(name: str) -> None:
    class Decides(SGD):
        def step(self, w: Any, g: Any, state: Any, t: int) -> None:
            w -= self.lr * DECIDING[name](w, g, t)

    assert not written(Decides())


def test_a_step_that_is_more_than_its_two_numbers_is_not_written_down() -> None:
    class Meets(SGD):
        meets = True

        def step(self, w: Any, g: Any, state: Any, t: int) -> None:
            w -= self.lr * g.sum()

    class Looks(SGD):
        extras = ("look",)

        def step(self, w: Any, g: Any, state: Any, t: int, look: Any = None) -> None:
            w -= self.lr * (g if look is None else look(w, g))

    assert not written(Meets())
    assert not written(Looks())


def test_other_arrays_are_numpys() -> None:
    for w in (np.ones(3), np.ones((2, 2)), np.ones(2, np.float32)):
        assert scalar(SGD(), w, w.copy(), {}, lambda t: None) is None


def test_a_setting_may_change_between_steps() -> None:
    w, g, rule = np.zeros(2), np.ones(2), SGD(lr=0.5)
    step = stepper(rule, w, g, rule.init(w))
    step(0)
    vars(rule)["lr"] = np.array(0.25)
    step(1)
    assert w.tolist() == [-0.75, -0.75]
