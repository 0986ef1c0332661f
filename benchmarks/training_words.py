"""Continue sixty short trainings and count the verdicts that the future contradicts.

    python benchmarks/training_words.py [--seed 0] [--runs 60] [--only 17]

A training of T updates gets its verdict; then the same training goes on, a schedule held at its
last value, batches from the same stream, and each kind of verdict is a claim about what comes (the
table in `optiviz.training.outcome`). Every contradiction is printed with the command that shows it.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from words import Held

from optiviz import words
from optiviz.optim import OPTIMIZERS, Optimizer, on_networks, parse, parse_schedule
from optiviz.problems import MLP, load
from optiviz.problems.base import Array
from optiviz.training.course import Course, losses
from optiviz.training.outcome import FITTED, NEAR_CHANCE, Kind
from optiviz.training.train import Checkpoint, Training, train

LONGER = 10  # times the updates: how far the longest claim looks
CHANCE, CHANCE_RIGHT = math.log(10), 0.1
MOST = 2000  # updates
TESTS = 1000  # images
IMAGES = (300, 500, 1000, 1001, 2000, 5000)
EPOCHS = (1, 2, 3, 4, 5, 8, 10, 12, 20, 30, 40, 60, 100, 200)
HIDDEN = ((), (8,), (16,), (32,), (16, 16), (32, 16))
SETTINGS = {
    ("beta", "beta1", "rho", "alpha"): (0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
    ("weight_decay",): (0.001, 0.01, 0.1, 0.5),
}
RATES = {"gradient": 0.02, "unit": 0.001, "own": 1.0}
data = cache(load)


@dataclass
class Draw:
    """A training to be judged.

    Attributes:
        rule: in words; schedule: of η, in words; per_step: whether it counts steps.
        images: how many of MNIST's are trained on.
        hidden, biases, batch_size, epochs, eval_every, seed: see `train` and `MLP`.
    """

    rule: str
    schedule: str
    per_step: bool
    images: int
    hidden: tuple[int, ...]
    biases: bool
    batch_size: int
    epochs: int
    eval_every: int | None
    seed: int

    @cached_property
    def networks(self) -> tuple[MLP, MLP]:
        all_, sizes = data("mnist"), (784, *self.hidden, 10)
        x, y = all_.x_train[: self.images], all_.y_train[: self.images]
        network = MLP(x, y, sizes, biases=self.biases, compiled=False)
        return network, network.on(all_.x_test[:TESTS], all_.y_test[:TESTS])

    @property
    def optimizer(self) -> Optimizer:
        rule = parse(self.rule)
        if not self.schedule:
            return rule
        return dataclasses.replace(rule, lr=parse_schedule(self.schedule, rule.lr))

    def train(self, rule: Optimizer, epochs: int, since: Checkpoint | None = None) -> Any:
        """The training, and its last checkpoint."""
        kept: list[Checkpoint] = []

        def keep(at: Checkpoint) -> None:
            kept[:] = [copy.deepcopy(at)]  # which the training itself goes on with

        how: Any = {"batch_size": self.batch_size, "seed": self.seed, "per_step": self.per_step}
        how |= {"eval_every": self.eval_every, "resume": since}
        done = train(*self.networks, rule, epochs=epochs, on_checkpoint=keep, **how)
        return done, kept[0] if kept else None


def drawn(rng: np.random.Generator) -> Draw:
    """A random rule, rate, setting, schedule, network, batch size and length."""
    kind = str(rng.choice(on_networks()))
    rule = OPTIMIZERS[kind]
    settings = {"lr": float(f"{RATES[rule.rate] * 10 ** rng.uniform(-1.5, 1.5):.3g}")}
    for field in dataclasses.fields(rule):
        for names, values in SETTINGS.items():
            if field.name in names and rng.random() < 0.5:
                settings[field.name] = float(rng.choice(values))
    images = int(rng.choice(IMAGES))
    batch_size = min(int(rng.choice([5, 10, 20, 50, 100, 250, images])), images)
    per_epoch = -(-images // batch_size)
    epochs = int(rng.choice([e for e in EPOCHS if e * per_epoch <= max(MOST, per_epoch)]))
    every: int | None = None
    if (frequent := rng.random()) < 0.4:
        every = max(1, per_epoch // 4 if frequent < 0.25 else int(rng.integers(2 * per_epoch)))
    return Draw(
        rule=words.join(kind, settings),
        schedule=_schedule(rng, epochs) if rng.random() < 0.35 else "",
        per_step=bool(rng.random() < 0.2),
        images=images,
        hidden=HIDDEN[int(rng.integers(len(HIDDEN)))],
        biases=bool(rng.random() < 0.3),
        batch_size=batch_size,
        epochs=epochs,
        eval_every=every if every and every <= epochs * per_epoch else None,
        seed=int(rng.integers(100)),
    )


def _schedule(rng: np.random.Generator, epochs: int) -> str:
    part = max(epochs // int(rng.choice([2, 3, 5])), 1)
    return str(
        rng.choice(
            [
                "linear",
                "cosine",
                "one-cycle",
                f"warmup:steps={part}",
                f"step:step_size={part},gamma={rng.choice([0.1, 0.3, 0.5])}",
                f"exponential:gamma={rng.choice([0.98, 0.9, 0.7, 0.3])}",
                f"inverse-time:decay={rng.choice([0.05, 0.5, 2.0])}",
            ]
        )
    )


class Future:
    """A training and what became of it, as the claims read them."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.rule = draw.optimizer
        done, self.at = draw.train(self.rule, draw.epochs)
        self.done: Training = done
        self.kind = done.outcome.kind
        self.T = done.steps
        n, m = draw.images, draw.batch_size
        self.ragged = n / m - (-(-n // m) - 1)
        if len(done.history["step"]):
            self.course = Course.of(done.history, self.ragged)

    @cached_property
    def more(self) -> Training:
        """The same training, twice as long or, where the claim looks further, ten times."""
        times, held = LONGER if self.kind in (Kind.CONVERGED, Kind.FITS) else 2, {}
        n = self.T if self.draw.per_step else self.draw.epochs
        for name, schedule in self.rule.schedules().items():
            held[name] = Held(schedule.base, schedule, n)
        rule = dataclasses.replace(self.rule, **held)
        return self._on(rule, times, copy.deepcopy(self.at))

    @cached_property
    def fresh(self) -> Training:
        """Twice as long, with the undecayed rate or, if it was that, with an empty accumulator."""
        at = copy.deepcopy(self.at)
        if "accumulator" in self.done.outcome.text:
            at.slots = {}
        return self._on(dataclasses.replace(self.rule, lr=parse(self.draw.rule).lr), 2, at)

    def _on(self, rule: Optimizer, times: int, at: Checkpoint) -> Training:
        done: Training = self.draw.train(rule, times * self.draw.epochs, at)[0]
        return done

    def loss(self, training: Training) -> Array:
        """L in the windows after T, as far as the training went."""
        last = training.history["step"][-1]
        edges = np.arange(self.T, last + 1e-6, min(self.course.size, last - self.T))
        return losses(training.history, edges, self.ragged)

    def held(self) -> Array:
        """H at every evaluation after T."""
        history = self.more.history
        losses: Array = history["test_loss"][history["step"] > self.T]
        return losses

    def third(self, values: Array) -> float:
        """The mean of as many windows as the verdict's last third has, at the end."""
        return float(values[-max(len(self.course.loss) // 3, 1) :].mean())

    def holds(self) -> bool:
        """Whether what came bears the verdict out."""
        if self.kind in (Kind.DIVERGED, *WEAKER):
            return True
        lost = self.more.outcome.lost
        if self.kind is Kind.WORSE:
            return lost or self.worse()
        if lost and (self.kind is Kind.CONVERGED or self.more.steps <= 2 * self.T):
            return False
        claim = getattr(self, self.kind.name.lower())
        return bool(claim())

    # The claims.

    def collapsed(self) -> bool:
        return bool(self.more.history["test_accuracy"][-1] < 2 * CHANCE_RIGHT)

    def overfits(self) -> bool:
        return bool(self.held().min() >= self.course.held.min())

    def fitted(self) -> Array:
        """In which windows to come L is below twice what counts as fitted."""
        below: Array = self.loss(self.more) < 2 * FITTED * CHANCE
        return below

    def converged(self) -> bool:
        if self.course.loss[-1] < FITTED * CHANCE:
            return bool(self.fitted().all())
        return self.held_moved() < 0.1

    def fits(self) -> bool:
        return bool(self.fitted().mean() > 0.5)

    def held_moved(self) -> float:
        return float(np.abs(self.held() / self.course.held[-1] - 1).max())

    def died(self) -> bool:
        falls = self.third(self.loss(self.fresh)) < self.third(self.course.loss)
        return falls and self.held_moved() < 0.05

    def worse(self) -> bool:
        higher = self.loss(self.more).max() > self.course.loss[-1]
        return bool(higher or self.held().max() > self.course.held[-1])

    def oscillating(self) -> bool:
        before, after = self.course.loss, self.loss(self.more)
        moves = [np.abs(np.diff(part)).mean() for part in (before[len(before) // 2 :], after)]
        return bool(0.5 < moves[1] / moves[0] < 2)

    def improving(self) -> bool:
        return bool(self.loss(self.more).min() < self.course.loss.min())

    def slow(self) -> bool:
        return self.improving() and self.third(self.loss(self.more)) > NEAR_CHANCE * CHANCE

    def stalled(self) -> bool:
        return abs(self.third(self.loss(self.more)) / self.third(self.course.loss) - 1) < 0.02

    def level(self) -> bool:
        return self.held_moved() < 0.1


WEAKER = (Kind.EARLY, Kind.WANDERS, Kind.ONE_ANSWER)  # nothing is said of what comes


def main() -> None:
    """Draw, judge, and print what was contradicted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--only", type=int, help="Show one of the trainings.")
    asked = parser.parse_args()
    told: Counter[Kind] = Counter()
    wrong: Counter[Kind] = Counter()
    for index in range(asked.runs) if asked.only is None else [asked.only]:
        future = Future(drawn(np.random.default_rng([asked.seed, index])))
        told[future.kind] += 1
        if not (holds := future.holds()) or asked.only is not None:
            wrong[future.kind] += not holds
            print(f"{future.done.outcome.text}\n    {future.draw}")
            print(f"    python benchmarks/training_words.py --seed {asked.seed} --only {index}")
        if asked.only is not None:
            for name in ("train_loss", "test_loss"):
                print(f"    {name}", *(f"{loss:.4g}" for loss in future.more.history[name]))
    print()
    for kind, count in told.most_common():
        print(f"{kind:24} {count:3} {wrong[kind]:3}")
    print(f"contradicted: {wrong.total()} of {told.total()}")
    print(f"weaker words: {sum(told[kind] for kind in WEAKER)}")


if __name__ == "__main__":
    main()
