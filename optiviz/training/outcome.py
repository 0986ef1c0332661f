"""What became of a training, in one line that its numbers bear out and its future too.

Each kind is a claim about the same training continued: the same settings, a schedule held at its
last value, batches from the same stream. T is the number of updates made; L is the mean training
loss of a window (an epoch, see `Course`), H the held-out loss at its end, of the validation set or
else of the test set; "chance" is ln K, the loss of a network that holds K classes for equally
likely. `benchmarks/training_words.py` continues random trainings and counts what was contradicted.
The first rule that applies speaks.

| kind            | what is claimed                                                             |
| --------------- | --------------------------------------------------------------------------- |
| diverged        | a batch loss after t updates was infinite, no number, or beyond all measure |
| collapsed       | hardly any training image passes a gradient (`FEW_IMAGES`): after T updates |
|                 | more the held-out accuracy is below twice chance                            |
| overfits        | H was lowest at epoch k; it gets no lower within T updates more             |
| converged       | for ten times as long L stays below twice `FITTED` of chance; or, where the |
|                 | rate has gone, H moves by less than a tenth                                 |
| fits            | the same for most of the time; a rule whose steps do not get smaller with   |
|                 | the gradient may be shaken loose                                            |
| one answer      | the network says one and the same of all training images but a few          |
|                 | (`SOME_IMAGES`) after T updates; of what comes, nothing                     |
| the rate died   | within T updates more H moves by less than a twentieth, while with the      |
|                 | highest rate again, or an empty accumulator, L would fall                   |
| growing worse   | L or H has risen, and within T updates more is higher still                 |
| oscillating     | L goes up and down from window to window, for T updates more by more than   |
|                 | half of as much and less than twice as much                                 |
| slow            | the same as the next, and it stays above half of chance                     |
| still improving | within T updates more L gets lower than ever                                |
| stalled         | within T updates more L moves by less than a fiftieth; it is near chance    |
| levels off      | within T updates more H moves by less than a tenth                          |
| goes up and down, too early to say | nothing                                                  |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optiviz.problems.base import Array
from optiviz.training.alive import FEW_IMAGES, SOME_IMAGES
from optiviz.training.course import Course, Trend, early

FITTED = 0.005  # of chance: a training loss of 0.0115 with ten classes
NEAR_CHANCE = 0.5  # of chance
SOME = 1000  # held-out images, whose loss at the start and at the end shows a short training's way
FEW = 3  # windows: fewer show no trend
TURNING = 5  # moves from window to window: fewer show no habit
GAIN, SEEN = 0.003, 0.0005  # of the third before; of the held-out loss of the first weights
STILL = 0.012  # of the mean, in as many windows again at the pace of the last two thirds
ROSE = 0.05  # of the lowest held-out loss
AHEAD = 0.05  # of the way so far: all that the last rate gives in as many updates
SWING = 0.1  # of the mean
DROPPED, HIGH, GONE = 0.5, 0.9, 1e-3  # of the highest rate
ANNEALED = 0.8  # of the held-out loss at high rates: more was noise, which a low rate takes away
FADED = 0.01  # of what the accumulator would be with the gradients of today


class Kind(StrEnum):
    """What a training did, in the word that begins its line."""

    DIVERGED = "diverged"
    COLLAPSED = "collapsed"
    OVERFITS = "overfits"
    CONVERGED = "converged"
    FITS = "fits the training data"
    ONE_ANSWER = "one answer"
    DIED = "the rate has died"
    WORSE = "growing worse"
    OSCILLATING = "oscillating"
    SLOW = "slow, still improving"
    IMPROVING = "still improving"
    STALLED = "stalled"
    LEVEL = "levels off"
    WANDERS = "goes up and down"
    EARLY = "too early to say"
    UNKNOWN = "stopped before the first evaluation"


class End(StrEnum):
    """Why a training ended before its time, if it did."""

    AS_ASKED = ""
    INTERRUPTED = "interrupted"
    PATIENCE = "patience"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Outcome:
    """What became of a training.

    Attributes:
        kind: which of the rules above spoke.
        text: the same in one line, with its numbers.
        stopped: why it ended before its time.
    """

    kind: Kind
    text: str
    stopped: End = End.AS_ASKED

    @property
    def lost(self) -> bool:
        """Whether it left the finite numbers."""
        return self.stopped is End.DIVERGED


@dataclass(frozen=True)
class Signs:
    """What the history of a training does not tell.

    Attributes:
        told: the share of the training images that the network tells from most; see `alive`.
        alive: the share of those that teach it something.
        gain: the share by which the held-out loss of the first weights has fallen.
        top: the highest rate of the schedule.
        faded: the square of the gradient of today as a share of the mean one that an accumulator
            has met; 1 where there is none.
        restless: whether the rule's steps do not get smaller with the gradient.
        trails: whether the weights that are judged are a mean, which moves on without a rate.
        decays: whether weights decay, so that L is not what the rule descends.
        ragged: the samples in an epoch's last batch, as a share of a full one.
    """

    told: float = 1.0
    alive: float = 1.0
    gain: float = 0.0
    top: float = 0.0
    faded: float = 1.0
    restless: bool = False
    trails: bool = False
    decays: bool = False
    ragged: float = 1.0


def outcome_of(
    history: Mapping[str, Array],
    classes: int,
    *,
    step: int = 0,
    stopped: End = End.AS_ASKED,
    signs: Signs | None = None,
) -> Outcome:
    """Say what became of a training.

    Args:
        history: the columns of a `Training`.
        classes: K, the number of classes.
        step: the last one, which left the finite numbers if it was stopped for that.
        stopped: why it ended before its time.
        signs: what the history does not tell.

    >>> names = ("train_loss", "test_loss", "val_loss", "lr")
    >>> history = dict.fromkeys(names, np.array([0.4, 0.2, 0.12, 0.08, 0.06]))
    >>> history |= {"step": np.arange(10, 51, 10), "epoch": np.arange(1, 6)}
    >>> outcome_of(history, classes=10).text
    'still improving'
    """
    signs = signs or Signs()
    if stopped is End.DIVERGED:
        return Outcome(Kind.DIVERGED, f"{Kind.DIVERGED} at update {step}", stopped)
    if signs.alive <= FEW_IMAGES:
        return Outcome(Kind.COLLAPSED, _collapsed(history, classes, signs.alive), stopped)
    if not len(history["step"]):
        return Outcome(Kind.UNKNOWN, Kind.UNKNOWN.value, stopped)
    trend = _Trend(Course.of(history, signs.ragged), math.log(classes), signs)
    kind, more = next(found for rule in RULES if (found := rule(trend)))
    more += early(history) if stopped is End.PATIENCE else ""
    return Outcome(kind, f"{kind}{more}", stopped)


def _collapsed(history: Mapping[str, Array], classes: int, alive: float) -> str:
    words = f"{Kind.COLLAPSED}: the network's output is {'nearly ' if alive else ''}constant"
    if not len(history["test_loss"]):
        return words
    loss, accuracy = history["test_loss"][-1], history["test_accuracy"][-1]
    chance = math.log(classes)
    at_chance = abs(loss - chance) < 1e-3
    equal = f"ln {classes} = {chance:.3f}" if at_chance else f"{loss:.3f}"
    return f"{words}, loss {equal}, accuracy {accuracy:.3f}"


Finding = tuple[Kind, str] | None  # the kind, and what its line says after it


class _Trend(Trend):
    """What the rules ask of a course, and what its history does not tell."""

    def __init__(self, course: Course, chance: float, signs: Signs) -> None:
        super().__init__(course)
        self.chance, self.signs = chance, signs
        self.top = max(signs.top, course.rate.max())


def _overfits(t: _Trend) -> Finding:
    k = int(np.argmin(t.held))
    since = t.n - 1 - k
    if t.n <= FEW or since < max(FEW, t.n / 6) or t.held_drop > 0:
        return None
    rose = min(*t.held[-2:], t.held[-t.third :].mean()) / t.held[k] - 1
    learnt = t.loss[-1] < max((1 - ROSE) * t.loss[k], FITTED * t.chance)
    if learnt and rose > max(ROSE, 3 * t.held_noise):
        return Kind.OVERFITS, f" since epoch {t.epoch[k]:g}"
    return None


def _fitted(t: _Trend) -> Finding:
    goal = FITTED * t.chance
    if t.loss[-1] >= goal:
        return None
    spikes = t.loss[np.argmax(t.loss < goal) :].max() > 2 * goal
    return (Kind.FITS if spikes or t.signs.restless else Kind.CONVERGED), ""


def _one_answer(t: _Trend) -> Finding:
    if t.signs.told > SOME_IMAGES:
        return None
    return Kind.ONE_ANSWER, f" for {100 * (1 - t.signs.told):.3g} % of the training images"


def _died(t: _Trend) -> Finding:
    top, last, way = t.top, t.rate[-1], t.rate.sum()
    still = max(abs(t.drop), abs(t.held_drop)) < 2 * GAIN
    if t.n >= FEW and t.signs.faded < FADED and still:
        return Kind.DIED, ": the accumulator has outgrown the gradient"
    moves = t.n * abs(t.held[-1] / t.held[-2] - 1) > AHEAD if t.n > 1 else True
    gone = last <= GONE * top and not t.signs.trails
    if last > DROPPED * top or (not gone and (last * t.n > AHEAD * way or moves)):
        return None
    words = f": η is down from {top:.3g} to {last:.3g}"
    died = Kind.LEVEL if t.signs.decays else Kind.DIED  # with a high rate L might well rise
    if t.rate.max() < DROPPED * top:  # it was high within the first window alone, or never
        return (died if abs(t.signs.gain) < GAIN else Kind.LEVEL), words
    high = np.flatnonzero(t.rate >= HIGH * t.rate.max())[-1]
    if t.held[-1] > ANNEALED * t.held[high]:  # of a rate at which nothing was learnt, no loss
        return (died if t.loss[-1] <= t.loss[high] < t.chance else Kind.LEVEL), words
    return (Kind.CONVERGED if 10 * last * t.n <= AHEAD * way else Kind.LEVEL), words


def _short(t: _Trend) -> Finding:
    """Too few windows: one is compared with the loss that it led to."""
    if t.n >= FEW:
        return None
    first, last = t.loss[[0, -1]]
    moved = 1 - last / first if t.n > 1 else 0.0
    if abs(t.signs.gain) < SEEN and abs(moved) < SEEN:
        return Kind.STALLED, ""
    up = t.held[-1] > (1 + ROSE) * (last if t.n == 1 else t.held[0])
    up = up or t.held[-1] > (1 + ROSE) * t.course.best or 1 < t.course.size == t.course.updates < 5
    noisy = t.n > 1 and t.held[0] > t.loss[0]  # what the first window gained was lost at its end
    unlike = t.n > 1 and moved < max(SEEN, (1 - t.held[-1] / t.held[0]) / 2)
    least = SEEN if t.course.updates > 1 else GAIN  # one update may have leapt across
    if up or noisy or unlike or t.signs.gain < least:
        return Kind.EARLY, ""
    slow = min(last, t.held[-1]) > 0.9 * t.chance  # L is the mean of a way, and H of its end
    return (Kind.SLOW if slow else Kind.IMPROVING), ""


def _worse(t: _Trend) -> Finding:
    rises = -t.drop > max(0.02, 3 * t.noise) and t.held_drop < 0 and t.held[-1] >= t.held[-2]
    trails = t.signs.trails and t.rate[-1] <= GONE * t.top
    spoils = trails and t.held[-1] > (1 + ROSE) * t.held[-2]
    return (Kind.WORSE, "") if rises or spoils else None


def _oscillates(t: _Trend) -> Finding:
    part = t.loss[t.n // 2 :]
    moves = np.diff(part)
    turns = int((moves[1:] * moves[:-1] < 0).sum())
    if len(moves) < TURNING or 2 * turns < len(moves) - 1 or t.rate[-1] < t.rate[t.n // 2]:
        return None
    sizes = np.abs(moves)
    early, late = (float(half.mean()) for half in np.array_split(sizes, 2))
    spikes = sizes.max() > 4 * np.median(sizes)  # on which the mean hangs
    steady = early < 1.5 * late and late < 1.5 * early and not spikes
    return (Kind.OSCILLATING, "") if steady and early > SWING * part.mean() else None


def _falls(t: _Trend) -> Finding:
    last = -max(2 * t.third + 1, 4)
    down, held_down = ((np.diff(values[last:]) < 0).all() for values in (t.loss, t.held))
    clear = t.drop > 2.5 * t.noise or (t.loss[-1] <= t.now and t.drop > 2 * t.noise)
    shown = t.drop > GAIN and (clear or down)
    held = t.held_drop > GAIN and held_down and t.drop > -max(GAIN, t.noise)
    ahead = GAIN if t.course.size == 1 else 0.5  # of one update H tells where it led, L does not
    leaps = t.held[-1] > (1 + ahead) * t.held[-2]
    reach = (1 - max(t.drop, GAIN, t.noise)) * t.loss[-t.third :].min()
    if down and t.fell[1] > 2 * t.fell[0] and not leaps:
        return Kind.IMPROVING, ""
    if leaps or t.loss.min() < reach or not (shown or held):
        return None
    if t.signs.decays and 3 * t.fell[1] < min(t.fell[0], 2 * ROSE * t.now):
        return (Kind.LEVEL if max(t.noise, t.held_noise) < STILL else Kind.WANDERS), ""
    slow = t.now * (1 - 3 * t.drop) > NEAR_CHANCE * t.chance and t.drop < ROSE
    return (Kind.SLOW if slow else Kind.IMPROVING), ""


def _flat(t: _Trend) -> Finding:
    drifts = abs(t.drop) * t.n / t.third > STILL
    if drifts or abs(t.drop) > 2 * GAIN or t.noise > 2 * GAIN or abs(t.held_drop) > 2 * GAIN:
        return Kind.WANDERS, ""
    return (Kind.STALLED if t.now > NEAR_CHANCE * t.chance else Kind.LEVEL), ""


RULES: tuple[Callable[[_Trend], Finding], ...] = (
    *(_overfits, _fitted, _one_answer, _died, _short, _worse, _oscillates, _falls, _flat),
)
