"""The only loop: it joins a problem and an update rule, and everything else consumes it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optiviz.errors import UserError, at_least
from optiviz.lines import zeros
from optiviz.optim import OPTIMIZERS, Foreign, check, stepper
from optiviz.optim.base import Array, Optimizer, State
from optiviz.optim.blame import blamed, blaming
from optiviz.optim.check import check_owned
from optiviz.problems import as_problem
from optiviz.problems.base import Problem
from optiviz.runs.batches import feed_of
from optiviz.runs.inputs import Entry, as_rule

OURS = tuple(OPTIMIZERS.values())
LARGE = 16_384  # bytes, from which on a sweep over them is worth more than a copy in one piece
LONGEST = 10_000_000  # steps of a schedule, whose numbers are all known beforehand


@dataclass(slots=True)
class Point:
    """Where a run stands. The arrays are the run's own: they change with the next step.

    Attributes:
        t: how many steps have been taken.
        batch: the indices of the samples that the coming step is taken on, None for all.
        loss, w, g: the parameters, and the loss and the gradient there, on the batch.
        state: the rule's arrays by name.
        schedules: every scheduled setting, as one number for each step.
        frame: w, g and the recorded slots as the rows of one array, to be copied all at once.
        rows: which row of the frame each slot is.
    """

    t: int
    batch: Array | None
    loss: Any
    w: Array
    g: Array
    state: State
    schedules: dict[str, list[Any]]
    frame: Array
    rows: dict[str, int]


def steps(
    problem: Problem | str,
    optimizer: Entry,
    start: ArrayLike,
    n: int,
    batch_size: int | None = None,
    seed: int = 0,
    *,
    per_step: bool = False,
    shuffle: bool = True,
    since: int = 0,
    state: State | None = None,
) -> Iterator[Point]:
    """Take n steps, yielding one and the same `Point` at the start and after every step.

    Progress bars, recorders and early stopping are consumers: they read the point and may break.
    A loss may overflow on the way; `np.errstate` around the consumer keeps NumPy quiet.

    Args:
        problem: gives loss and gradient; or its words.
        optimizer: the update rule, its class or its words; settings of shape (K, 1) make K
            trajectories of one start.
        start: `(2,)`, `(K, 2)` or `(P,)`.
        n: the number of steps, at least 1.
        batch_size: m samples a step, in an order that is shuffled anew every epoch; all the data by
            default. A schedule counts epochs on data, and steps where there is none.
        seed: what the order of the samples comes from.
        per_step: let a schedule count steps on data, too.
        shuffle: False takes the samples in their own order, every epoch.
        since, state: how many of the n steps led to `start`, and the rule's arrays there by name.

    Raises:
        UserError: a start, a number of steps, a batch size or a schedule that is out of bounds, or
            a rule of one's own that fails.

    >>> from optiviz import optim, surfaces
    >>> for point in steps(surfaces["bowl"], optim.SGD(lr=0.5), (1.0, 0.0), 2):
    ...     print(point.t, point.loss)
    0 0.5
    1 0.125
    2 0.03125
    """
    out = _set_out(problem, optimizer, start, n, batch_size, seed, per_step, shuffle, since, state)
    problem, optimizer, point, feed = out.problem, out.rule, out.point, out.feed
    w, g, schedules = point.w, point.g, point.schedules
    numbers = vars(optimizer)
    gradient = problem.into(g) if type(optimizer) in OURS else Problem.into(problem, g)
    point.g = _read_only(g)
    extras = _extras(optimizer, problem, point)
    rows = getattr(gradient, "rows", None)
    step = stepper(optimizer, w, g, point.state, problem.compiled, extras, rows)
    owned = {} if _trusted(optimizer) else dict(point.state)
    for t, batch in zip(range(since, n), feed, strict=False):
        point.batch = batch
        point.loss = gradient(w, batch)
        yield point
        if schedules:
            for name, values in schedules.items():
                numbers[name] = values[t]  # the copy is ours alone
        try:
            step(t)
            if owned:
                check_owned(optimizer, point.state, owned)
        except (Exception, SystemExit) as error:
            if type(optimizer) in OURS or isinstance(error, UserError):
                raise
            raise blamed(error, f"{type(optimizer).__name__} fails at step {t + 1}") from error
        point.t = t + 1
    point.batch = next(feed)
    point.loss = gradient(w, point.batch)
    yield point


def _trusted(rule: Optimizer) -> bool:
    """Whether its step is known to write into its arrays, and not to put others in their place."""
    return isinstance(rule, Foreign) or type(rule) in OURS


def _read_only(array: Array) -> Array:
    """A view that refuses to be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def rehearse(
    problem: Problem,
    optimizer: Optimizer,
    start: ArrayLike,
    n: int,
    batch_size: int | None = None,
    seed: int = 0,
    per_step: bool = False,
) -> None:
    """Refuse what `steps` would refuse, before a directory is made for it.

    Raises:
        UserError: as `steps`, or a rule of one's own that is wrong.
    """
    _set_out(problem, optimizer, start, n, batch_size, seed, per_step)


@dataclass
class _Start:
    """All that a run needs before its first step; the rule is a copy of the run's own."""

    problem: Problem
    rule: Optimizer
    point: Point
    feed: Iterator[Array | None]


def _set_out(
    problem: Problem | str,
    optimizer: Entry,
    start: ArrayLike,
    n: int,
    batch_size: int | None,
    seed: int,
    per_step: bool,
    shuffle: bool = True,
    since: int = 0,
    state: State | None = None,
) -> _Start:
    """Look at everything, and lay the arrays out; see `steps`."""
    if not isinstance(n, int | np.integer):
        raise UserError(f"steps must be a whole number, got {n!r}.")
    at_least(1, steps=n)
    problem = as_problem(problem)
    w = start_of(problem, start)
    optimizer = as_rule(problem, optimizer, start=w)
    w0 = _begin(optimizer, w)
    if not _trusted(optimizer):
        check(optimizer, w0)
    feed, per_epoch = feed_of(problem, batch_size, seed, shuffle)
    schedules = _resolve(optimizer, n, 1 if per_step else per_epoch)
    rule = _copy(optimizer, w0)
    with nullcontext() if type(rule) in OURS else blaming(f"{type(rule).__name__} cannot start"):
        own = {"blocks": problem.blocks} if "blocks" in rule.extras else {}
        point = _lay_out(rule.init(w0, **own), w0, schedules, since, state or {})
    return _Start(problem, rule, point, islice(feed, since, None))


def _extras(rule: Optimizer, problem: Problem, point: Point) -> dict[str, Any]:
    """What the rule asks for beyond the gradient."""

    def look(w: Array, out: Array) -> Any:
        return problem.value_and_grad(w, point.batch, out)[0]

    given: dict[str, Any] = {"look": look, "blocks": problem.blocks}
    return {name: given[name] for name in rule.extras}


def _begin(optimizer: Optimizer, w: Array) -> Array:
    """The start, repeated where the settings ask for a stack."""
    stacks = optimizer.shapes()
    try:
        return np.broadcast_to(w, np.broadcast_shapes(w.shape, *stacks)) if stacks else w
    except ValueError:
        shapes = ", ".join(map(str, stacks))
        message = f"Settings of shape {shapes} do not fit a start of shape {w.shape}."
        raise UserError(message) from None


def start_of(problem: Problem, start: ArrayLike) -> Array:
    """The start as an array of its own.

    Raises:
        UserError: what is no array of finite numbers, or of too many or too few parameters.
    """
    try:
        w = np.array(start, dtype=problem.dtype)
    except (TypeError, ValueError):
        raise UserError(f"The start must be numbers, got {start!r}.") from None
    if w.shape[-1:] != (problem.size,):
        raise UserError(
            f"The start must have {problem.size} parameters along its last axis, got {start!r}."
        )
    if not np.isfinite(w).all():
        raise UserError(f"The start must be finite, got {start!r}.")
    return w


def _resolve(optimizer: Optimizer, n: int, per_epoch: int) -> dict[str, list[Any]]:
    """The numbers that the scheduled settings take at every step."""
    resolved = {}
    schedules = optimizer.schedules()
    if schedules and n > LONGEST:
        raise UserError(f"A schedule is good for {LONGEST} steps at most, got {n}.")
    for name, schedule in schedules.items():
        values = schedule.values(-(-n // per_epoch))
        if bound := optimizer.bound(name):
            bound.check(type(optimizer).__name__, name, np.array(values))
        resolved[name] = [values[t // per_epoch] for t in range(n)]
    return resolved


def _copy(optimizer: Optimizer, w: Array) -> Optimizer:
    """A copy for the loop to set numbers on.

    In float64 its numbers become arrays of no dimension: on a single point, NumPy spends more on
    converting a Python number than on the arithmetic.
    """
    rule = copy.copy(optimizer)
    for name, value in optimizer.settings().items():
        if isinstance(value, float) and w.dtype == np.float64:
            vars(rule)[name] = np.array(value)
    return rule


def _lay_out(
    state: State, start: Array, schedules: dict[str, list[Any]], since: int, before: State
) -> Point:
    """The point at the start, with w, g and the slots as the rows of one frame.

    The coordinates of a stack are kept apart in memory, each as one run of numbers, since a
    formula reads them one at a time.
    """
    recorded = [name for name in state if not name.startswith("_")]
    rows = {name: row for row, name in enumerate(recorded, start=2)}
    shape = 2 + len(rows), *start.shape[::-1]
    frame = (zeros if start.nbytes > LARGE else np.zeros)(shape, start.dtype)
    frame = frame.transpose(0, *range(start.ndim, 0, -1))
    frame[0] = start
    for name, row in rows.items():
        frame[row] = state[name]
        state[name] = frame[row]
    state["_scratch"] = np.empty_like(frame[0])
    for name, kept in before.items():
        state[name][...] = kept
    return Point(since, None, None, frame[0], frame[1], state, schedules, frame, rows)
