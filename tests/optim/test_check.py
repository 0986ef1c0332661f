"""A rule of one's own is tried before it runs: each mistake is told, and nothing else changes."""

from __future__ import annotations

import dataclasses
import random
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from optiviz import descend, optim, race, surfaces
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS, Momentum, Optimizer, check, schedules


class Rebinds(Momentum):
    def step(self, w, g, state, t):
        state["velocity"] = 0.9 * state["velocity"] - self.lr * g
        w += state["velocity"]


class RebindsLater(Momentum):
    def step(self, w, g, state, t):
        if t < 2:
            return super().step(w, g, state, t)
        state["velocity"] = state["velocity"] - self.lr * g
        w += state["velocity"]


class RebindsItsCount(Optimizer):
    def init(self, w):
        return {"_count": np.zeros(1)}

    def step(self, w, g, state, t):
        state["_count"] = state["_count"] + 1
        w -= self.lr * g


class Adds(Optimizer):
    def step(self, w, g, state, t):
        state["last"] = g.copy()
        w -= self.lr * g


class Drops(Momentum):
    def step(self, w, g, state, t):
        w -= self.lr * g
        del state["velocity"]


class RenamesW(Optimizer):
    def step(self, w, g, state, t):
        w = w - self.lr * g  # the mistake itself


class Returns(Optimizer):
    def step(self, w, g, state, t):
        return w - self.lr * g


class SetsItsRate(Optimizer):
    def step(self, w, g, state, t):
        w -= self.lr * g
        self.lr = 0.9 * self.lr


class ForcesItsRate(Optimizer):
    def step(self, w, g, state, t):
        w -= self.lr * g
        object.__setattr__(self, "lr", 0.9 * self.lr)


class WrongSlot(Optimizer):
    def init(self, w):
        return {"velocity": np.zeros(3)}

    def step(self, w, g, state, t):
        w -= self.lr * g


class SlotIsANumber(Optimizer):
    def init(self, w):
        return {"_count": 0}

    def step(self, w, g, state, t):
        w -= self.lr * g


class NoState(Optimizer):
    def init(self, w):
        return None

    def step(self, w, g, state, t):
        w -= self.lr * g


class WrongShape(Optimizer):
    def step(self, w, g, state, t):
        w -= self.lr * np.ones(3)


class UnknownSlot(Optimizer):
    def step(self, w, g, state, t):
        w += state["velocity"]


class FewArguments(Optimizer):
    def step(self, w, g):
        w -= self.lr * g


class NoStep(Optimizer):
    pass


class NoRule:
    def step(self, w, g, state, t):
        w -= 0.1 * g


MISTAKES = [
    (Rebinds, "Rebinds.step rebinds state['velocity'], which the record does not see: write into"),
    (RebindsLater, "RebindsLater.step rebinds state['velocity']"),
    (RebindsItsCount, "RebindsItsCount.step rebinds state['_count']"),
    (Adds, "Adds.step adds state['last']: make it in init."),
    (Drops, "Drops.step rebinds state['velocity']"),
    (RenamesW, "RenamesW.step leaves w as it is: write w -= … or w[...] = …"),
    (Returns, "what step returns is not looked at."),
    (SetsItsRate, "SetsItsRate changes its own settings: they stay as they are"),
    (ForcesItsRate, "ForcesItsRate changes its own settings: they stay as they are"),
    (WrongSlot, "WrongSlot.init must make state['velocity'] of the shape of w, (2,), got (3,)"),
    (SlotIsANumber, "SlotIsANumber.init must make state['_count'] an array, got 0."),
    (NoState, "NoState.init must return a dictionary of arrays, got None."),
    (WrongShape, "WrongShape cannot step an array of shape (2,): ValueError: "),
    (UnknownSlot, "UnknownSlot cannot step an array of shape (2,): KeyError: 'velocity'."),
    (FewArguments, "FewArguments.step must take w, g, state and t, in this order."),
    (NoStep, "NoStep has no step: write step(self, w, g, state, t)."),
    (NoRule, "NoRule is no update rule: make it a subclass of optiviz.optim.Optimizer."),
]


@pytest.mark.parametrize(("kind", "sentence"), MISTAKES)
def test_a_mistake_is_told(kind: Any, sentence: str) -> None:
    for tried in (check, lambda rule: descend("bowl", rule), lambda rule: race("bowl", [rule])):
        with pytest.raises(UserError, match=re.escape(sentence)):
            tried(kind)


def test_settings_that_do_not_fit_are_told() -> None:
    rule = optim.SGD(lr=np.ones(3))
    with pytest.raises(UserError, match=r"Settings of shape \(3,\) do not fit an array"):
        check(rule)
    check(rule, np.ones(3))


def test_a_mistake_on_a_stack_is_told() -> None:
    with pytest.raises(UserError, match=re.escape("state['velocity']")):
        descend("bowl", Rebinds(lr=np.array([[0.1], [0.2]])))


class RebindsMuchLater(Rebinds):
    def step(self, w, g, state, t):
        if t < 9:
            w -= self.lr * g
        else:
            super().step(w, g, state, t)


def test_a_mistake_after_many_steps_is_told() -> None:
    assert descend("bowl", RebindsMuchLater(lr=0.1), steps=9).steps == 9
    with pytest.raises(UserError, match=re.escape("rebinds state['velocity'], which the record")):
        descend("bowl", RebindsMuchLater(lr=0.1), steps=10)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_rule_of_ours_passes(name: str, dtype: str) -> None:
    kind = OPTIMIZERS[name]
    check(kind)
    check(kind(), np.ones((3, 2), dtype))
    check(kind(lr=schedules.Cosine(0.1)), np.ones(5, dtype))
    check(kind(lr=np.full((4, 1), 0.1)))
    check(kind(lr=0.0))


@dataclass(frozen=True)
class Counts(Optimizer):
    """Right, and with everything that a trial could disturb."""

    rng: Any = dataclasses.field(default_factory=lambda: np.random.default_rng(5))
    seen: list[int] = dataclasses.field(default_factory=list)

    def step(self, w, g, state, t):
        self.seen.append(t)
        noise = self.rng.normal() + np.random.normal() + random.random()
        w -= self.lr * (g + noise)


def test_a_trial_leaves_no_trace() -> None:
    rule, twin = Counts(), Counts()
    np.random.seed(3)
    random.seed(3)
    expected = (twin.rng.normal(), np.random.normal(), random.random())
    np.random.seed(3)
    random.seed(3)
    check(rule)
    assert (rule.rng.normal(), np.random.normal(), random.random()) == expected
    assert rule.seen == []
    descend("bowl", rule, steps=3)
    assert rule.seen == [0, 1, 2]


class Gathers(Optimizer):
    """Moves at every fourth gradient only."""

    slots = ("accumulator",)

    def step(self, w, g, state, t):
        state["accumulator"] += g
        if t % 4 == 3:
            w -= self.lr * state["accumulator"]
            state["accumulator"][...] = 0


class Borrows(Optimizer):
    """Makes no array of its own, and writes into the one that the loop lays out for everybody."""

    def init(self, w):
        return {}

    def step(self, w, g, state, t):
        w -= np.multiply(g, self.lr, out=state["_scratch"])


class Picky(Optimizer):
    """Whether it can step depends on the numbers, which a trial cannot know."""

    def step(self, w, g, state, t):
        if g[0] > 0:
            raise np.linalg.LinAlgError("singular")
        w -= self.lr * g


class Locked(Optimizer):
    """Holds what cannot be copied, so it cannot be tried without leaving traces."""

    def __post_init__(self):
        super().__post_init__()
        vars(self)["names"] = (name for name in "ab")

    def step(self, weights, gradient, slots, count):
        weights -= self.lr * gradient


@pytest.mark.parametrize("kind", [Gathers, Borrows, Picky, Locked])
def test_what_is_unusual_is_no_mistake(kind: type[Optimizer]) -> None:
    check(kind)
    run = descend("bowl", kind(lr=0.1), start=(-1.0, -1.0), steps=8)
    assert run.loss[-1] < run.loss[0]


def test_our_own_rules_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr("optiviz.runs.loop.check", lambda rule, w: tried.append(type(rule)))
    race(surfaces["bowl"], ["sgd", optim.Adam, Gathers(lr=0.1)], steps=2)
    assert tried == [Gathers]
