"""Continue two thousand random runs and count the verdicts that the future contradicts.

    python benchmarks/words.py [--seed 0] [--runs 2000]

A run of T steps gets its verdict; then the same run goes on, a schedule held at its last value,
batches from the same stream, and each kind of verdict is a claim about what comes (the table in
`optiviz.runs.verdict`). Every contradiction is printed with the command that shows its run.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optiviz import UserError, descend, words
from optiviz.optim import OPTIMIZERS, Optimizer, on_planes, parse_schedule
from optiviz.optim.schedules import SCHEDULES, Schedule
from optiviz.problems import PROBLEMS, SURFACES, as_problem
from optiviz.problems.base import Array, Plane
from optiviz.runs import steps as steps_of
from optiviz.runs.bottom import NEAR
from optiviz.runs.record import Run
from optiviz.runs.verdict import Verdict, verdict

FORMULAS = [
    "x**2+10*y**2",
    "sqrt(x**2+y**2)",
    "abs(x)+2*abs(y)",
    "x**3+y**2",
    "x**4+y**4",
    "log(1+x**2+5*y**2)",
    "sin(3*x)+y**2",
    "exp(x)+y**2",
    "sqrt(x)+y**2",
    "1/x+x+y**2",
    "1e-8*(x**2+10*y**2)",
    "x**2*y**2",
]
STEPS = (20, 40, 60, 120, 200, 400)
LONGER = 10  # times the steps: how far the longest claim looks


@dataclass(frozen=True)
class Held(Schedule):
    """A schedule over n values, and its last for ever after."""

    inner: Schedule = None  # type: ignore[assignment]  # always given
    n: int = 1

    def __call__(self, k: int, n: int) -> Any:
        return self.inner(min(k, self.n - 1), self.n)


@dataclass
class Draw:
    """A run to be judged, in words that anybody can repeat."""

    problem: str
    optimizer: str
    schedule: str
    steps: int
    start: tuple[float, float]
    batch_size: int | None
    seed: int

    @property
    def command(self) -> str:
        start = ",".join(map(str, self.start))
        option = "--surface" if self.batch_size is None else "--problem"
        batch = f" --schedule {self.schedule}" if self.schedule else ""
        if self.batch_size:
            batch += f" --batch-size {self.batch_size} --seed {self.seed}"
        rule, problem = shlex.quote(self.optimizer), shlex.quote(self.problem)
        return (
            f"optiviz plot {option} {problem} --optim {rule} --steps {self.steps} "
            f"--start={start}{batch}"
        )


def drawn(rng: np.random.Generator) -> tuple[Draw, Plane, Optimizer]:
    """A random problem, rule, rate, setting, schedule and start."""
    data = rng.random() < 0.12
    names = list(PROBLEMS) if data else [*SURFACES] * 2 + FORMULAS
    name = str(rng.choice(names))
    problem = as_problem(name)
    kind = str(rng.choice(on_planes()))
    rule = OPTIMIZERS[kind]
    settings: dict[str, Any] = {}
    rate = problem.rates.get(rule.rate, problem.rates["unit"])
    settings["lr"] = float(f"{rate * 10 ** rng.uniform(-1.5, 1):.3g}")
    for field in dataclasses.fields(rule):
        if field.name in ("beta", "beta1", "rho", "alpha") and rng.random() < 0.5:
            settings[field.name] = float(rng.choice([0.0, 0.5, 0.8, 0.9, 0.95, 0.99]))
        if field.name == "weight_decay" and rng.random() < 0.5:
            settings[field.name] = float(rng.choice([0.01, 0.1, 0.5]))
    steps = int(rng.choice(STEPS))
    schedule = ""
    if rng.random() < 0.2:
        schedule = str(rng.choice([name for name in SCHEDULES if name != "constant"]))
        if schedule in ("warmup", "step"):
            length = "steps" if schedule == "warmup" else "step_size"
            schedule += f":{length}={max(steps // 5, 1)}"
    told = words.join(kind, settings)
    if schedule:
        settings["lr"] = parse_schedule(schedule, settings["lr"])
    optimizer = rule(**settings)
    (left, right), (bottom, top) = problem.bounds
    start = (float(round(rng.uniform(left, right), 2)), float(round(rng.uniform(bottom, top), 2)))
    batch = int(rng.choice([1, 4, 8])) if data and rng.random() < 0.8 else None
    return (
        Draw(name, told, schedule, steps, start, batch, int(rng.integers(100))),
        problem,
        optimizer,
    )


def goes_on(draw: Draw, problem: Plane, optimizer: Optimizer) -> Run:
    """The run with `LONGER` times the steps, every schedule held at its last value."""
    held = {}
    for name, schedule in optimizer.schedules().items():
        epoch = 1
        if draw.batch_size:
            epoch = -(-(problem.n_samples or 1) // draw.batch_size)
        held[name] = Held(schedule.base, schedule, -(-draw.steps // epoch))
    rule = dataclasses.replace(optimizer, **held)
    return descend(problem, rule, draw.start, LONGER * draw.steps, draw.batch_size, draw.seed)


def led(draw: Draw, problem: Plane, optimizer: Optimizer, step: int) -> tuple[Array, float, Array]:
    """Where a step led: the place, the loss and the slope there, which no record of a run keeps."""
    run = steps_of(problem, optimizer, draw.start, draw.steps, draw.batch_size, draw.seed)
    with np.errstate(all="ignore"):
        point = next(point for point in run if point.t == step)
        loss, slope = problem.value_and_grad(point.w)
    return point.w, float(loss), slope


class Future:
    """A run and what became of it, as the claims read them; lengths in diagonals.

    `led` is where the step that ended it led, if one did.
    """

    def __init__(
        self,
        found: Verdict,
        run: Run,
        more: Run,
        problem: Plane,
        led: tuple[Array, float, Array] | None = None,
    ) -> None:
        self.found, self.run, self.more, self.problem, self.led = found, run, more, problem, led
        self.T = run.steps
        corners = np.array(problem.bounds).T
        self.unit = float(np.linalg.norm(corners[1] - corners[0]))
        self.corners = corners
        self.lost = more.diverged_at >= 0

    @cached_property
    def moved(self) -> Array:
        """How far the run is from where it ended, at each step after."""
        return np.linalg.norm(self.more.w[self.T :] - self.more.w[self.T], axis=1) / self.unit

    def last(self, end: int, n: int) -> float:
        """The size of the scatter over the n steps before `end`."""
        part = self.more.w[end - n : end + 1] / self.unit
        return float(np.linalg.norm(np.ptp(part, axis=0)))

    # The claims: whether what came bears the verdict out.

    def early(self) -> bool:
        return True

    wanders = early

    def left(self) -> bool:
        w, loss, _ = self.led or ()
        return bool(np.isfinite(w).all() and np.isnan(loss))

    def slopeless(self) -> bool:
        _, loss, slope = self.led or ()
        return bool(np.isfinite(loss) and not np.isfinite(slope).all())

    def diverged(self) -> bool:
        return not (self.left() or self.slopeless())

    def converged(self) -> bool:
        return not self.lost and bool(self.moved.max() <= 2 * NEAR)

    def arrived(self) -> bool:
        """Most of the steps to come are near."""
        return not self.lost and bool(np.median(self.moved) <= 2 * NEAR)

    def near(self) -> bool:
        """The same of as many steps again."""
        return not self.lost and bool(np.median(self.moved[: self.T + 1]) <= 2 * NEAR)

    def slides(self) -> bool:
        return not self.lost and bool(self.moved[self.T] > NEAR)

    def falls(self) -> bool:
        last, now = self.led[1] if self.led else self.more.loss[-1], self.run.loss[-1]
        return bool(last < now or np.isnan(last) or (self.lost and last == now))

    def descending(self) -> bool:
        after = self.more.loss[self.T + 1 : 2 * self.T + 1]
        return len(after) > 0 and bool(after.min() < self.run.loss[-1])

    def rising(self) -> bool:
        after = self.more.loss[self.T + 1 : 2 * self.T + 1]
        return bool(self.lost or after.max() > self.run.loss[-1])

    def diverging(self) -> bool:
        end = self.more.w[-1]
        out = bool(((end < self.corners[0]) | (end > self.corners[1])).any())
        return bool(self.lost or out or self.more.loss[-1] > self.run.loss[0])

    def crawls(self) -> bool:
        later = descend_prefix(self.more, 5 * self.T)
        return verdict(later, self.problem).kind not in ("converged", "arrived")

    def keeps(self) -> bool:
        """The amplitude at twice the steps is that of the end, within a factor of two."""
        n = max(self.T // 3, 1)
        if len(self.more.w) <= 2 * self.T:
            return False
        size, after = self.last(self.T, n), self.last(2 * self.T, n)
        return 0.5 * size <= after <= 2 * size

    def cycle(self) -> bool:
        """Every step until twice as many is where the last round was, within a tenth of it."""
        period = int(self.found.text.split()[-1])
        if len(self.more.w) <= 2 * self.T:
            return False
        last = self.more.w[self.T - period + 1 : self.T + 1]
        again = np.concatenate([last] * (self.T // period + 1))[: self.T]
        off = np.abs(self.more.w[self.T + 1 : 2 * self.T + 1] - again).max()
        return bool(off <= 0.1 * np.ptp(last, axis=0).max())

    oscillates = hovers = keeps

    def settles(self) -> bool:
        n = max(self.T // 3, 1)
        if self.lost and len(self.more.w) <= 2 * self.T:
            return False
        return self.last(2 * self.T, n) < self.last(self.T, n)

    def stuck(self) -> bool:
        return not self.lost and bool(self.moved[: self.T + 1].max() <= NEAR)

    stalled = stuck


def descend_prefix(run: Run, steps: int) -> Run:
    """The first steps of a run, as if it had ended there."""
    if steps >= run.steps:
        return run
    short = slice(None, steps + 1)
    return dataclasses.replace(
        run,
        w=run.w[short],
        loss=run.loss[short],
        grad=run.grad[short],
        slots={name: slot[short] for name, slot in run.slots.items()},
        hyper={name: array[:steps] for name, array in run.hyper.items()},
        batch=None if run.batch is None else run.batch[short],
        batch_loss=None if run.batch_loss is None else run.batch_loss[short],
        diverged_at=np.array(-1),
    )


WEAKER = ("wanders", "early")


def judged(rng: np.random.Generator) -> tuple[Draw, Verdict, bool, float]:
    """A random run, its verdict, whether the future bears it out, and what the verdict cost."""
    draw, problem, optimizer = drawn(rng)
    try:
        run = descend(problem, optimizer, draw.start, draw.steps, draw.batch_size, draw.seed)
    except UserError:  # no finite loss at the start
        return judged(rng)
    began = time.process_time()
    found = verdict(run, problem)
    cost = time.process_time() - began
    at = int(run.diverged_at)
    end = led(draw, problem, optimizer, at) if at >= 0 else None
    future = Future(found, run, goes_on(draw, problem, optimizer), problem, end)
    return draw, found, getattr(future, found.kind)(), cost


def main() -> None:
    """Draw, judge, and print what was contradicted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=2000)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    told: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    costs, began = [], time.process_time()
    for _ in range(asked.runs):
        draw, found, holds, cost = judged(rng)
        told[found.kind] += 1
        if draw.steps == 120:
            costs.append(cost)
        if not holds:
            wrong[found.kind] += 1
            print(f"{found.text}\n    {draw.command}")
    print()
    for kind, count in told.most_common():
        print(f"{kind:12} {count:5} {wrong[kind]:4} {wrong[kind] / count:7.1%}")
    weak = sum(told[kind] for kind in WEAKER)
    print(f"contradicted: {wrong.total()} of {asked.runs}, {wrong.total() / asked.runs:.2%}")
    print(f"weaker words: {weak / asked.runs:.1%}")
    mean, most = 1e3 * np.mean(costs), 1e3 * max(costs)
    print(f"a verdict of 120 steps: {mean:.2f} ms in the mean, {most:.1f} at most")
    print(f"all of it: {time.process_time() - began:.0f} s of one processor")


if __name__ == "__main__":
    main()
