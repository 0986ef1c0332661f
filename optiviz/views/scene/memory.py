"""Panels that tell what a rule remembers: velocity, past gradients, noise, corrections, rates."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from matplotlib.transforms import Bbox, TransformedBbox

from optiviz.errors import UserError
from optiviz.problems.base import Array
from optiviz.runs.drawn import divisor
from optiviz.runs.record import Run
from optiviz.runs.symbols import met
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import Panel
from optiviz.views.scene.series import Series
from optiviz.views.style import DASHED, DOTTED, Mark, blend

# The rules that correct both of their averages for their start.
ADAMS = ("adam", "amsgrad", "adamw", "nadam")


def setting(run: Run, name: str, default: Any = None) -> Any:
    """A setting at every step `(T,)`, or the default if the rule has no such setting."""
    if name in run.hyper:
        return run.hyper[name]
    value = run.settings.get(name)
    return default if value is None else np.full(run.steps, float(value))


class Build(Series):
    """What the gradient adds to the velocity, and what the decay takes from it, along the path.

    From v to v', push = u·(v' - βv), which is u·(-ηg) for momentum, and drag = (1-β)u·v, with u
    the direction of v + v'. Then |v'| > |v| just where push > drag: the speed peaks where they
    cross, in whatever direction the gradient points.
    """

    title: ClassVar[str] = "Push −ηg, drag (1−β)v (dashed)"
    needs: ClassVar[str] = "momentum or nesterov"
    fades: ClassVar[bool] = True

    def __init__(self, ax: Any, picture: Contents) -> None:
        self.fills: list[Any] = []
        super().__init__(ax, picture)
        for push, drag in zip(self.lines[::2], self.lines[1::2], strict=True):
            self._fill(push[2], push[3], drag[3], push[0].get_color())
        self.word = None
        if self.peak:
            style: Any = {"fontsize": 8.5 * self.look.scale, "va": "top", "color": self.look.text}
            style |= {"xytext": (4, 0), "textcoords": "offset points", "zorder": 5}
            at = (self.peak[0], ax.get_ylim()[1])
            self.word = self.add(ax.annotate("peak", at, **style))

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        beta = setting(run, "beta")
        if beta is None or "velocity" not in run.slots:
            return []
        before, after = run.velocity[:-1], run.velocity[1:]
        along = before + after
        along = along / np.maximum(np.hypot(*along.T), 1e-300)[:, None]
        push = (along * (after - beta[:, None] * before)).sum(axis=1)
        drag = ((1 - beta)[:, None] * along * before).sum(axis=1)
        return [(push, mark), (drag, Mark(blend(mark.color, self.look.text, 0.3), DASHED))]

    def _fill(self, steps: Array, push: Array, drag: Array, color: str) -> None:
        """Between the two, in the run's colour while the speed grows, and in grey after."""
        for where, fill in ((push > drag, color), (push <= drag, self.look.muted)):
            style: Any = {"color": fill, "alpha": 0.28, "linewidth": 0, "zorder": 0.5}
            area = self.ax.fill_between(steps, push, drag, where=where, interpolate=True, **style)
            self.fills.append(self.add(area))

    def show(self, t: float) -> None:
        super().show(t)
        if self.word and self.peak:
            self.word.set_visible(t > self.peak[0])
        low, high = self.ax.get_ylim()
        for area in self.fills:  # up to now: of what comes later nothing is told
            box = Bbox([[0, low], [t, high]])
            area.set_clip_box(TransformedBbox(box, self.ax.transData))


class Bias(Series):
    """Adam's corrections 1/(1-β₁ᵗ) and 1/(1-β₂ᵗ): how far the averages are scaled up at first."""

    title: ClassVar[str] = "1/(1−β₁ᵗ), 1/(1−β₂ᵗ) (dashed)"
    needs: ClassVar[str] = "adam or one of its kin"
    log: ClassVar[bool] = True

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        if run.optimizer not in ADAMS:
            return []
        t = np.arange(1, run.steps + 1)
        first, second = (1 / (1 - setting(run, name) ** t) for name in ("beta1", "beta2"))
        return [(first, mark), (second, Mark(mark.color, DASHED))]


class Effective(Series):
    """The rate that each coordinate really has: η over the root of its squared gradients."""

    title: ClassVar[str] = "Effective rate of w₁, w₂ (dashed)"
    needs: ClassVar[str] = "adagrad, rmsprop or adam"
    log: ClassVar[bool] = True

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        sides = divisor(run)
        if sides is None or sides.ndim > 2:  # a matrix has no rate for each coordinate
            return []
        first, second = (run.lr[:, None] / sides).T
        return [(first, mark), (second, Mark(blend(mark.color, self.look.text, 0.3), DASHED))]


class Noise(Series):
    """How noisy a batch's gradient is, and how noisy the velocity that averages it.

    The noise of the gradient is |g - ḡ|/|ḡ| with ḡ the full gradient at the same point; that of
    the velocity |v - u|/|u| with u the velocity that the full gradients along the same path would
    have built. Both are root mean squares over the last ten steps, so that they can be read.
    """

    title: ClassVar[str] = "Noise of g (dotted) and of v"
    needs: ClassVar[str] = "a --batch-size below the number of samples, and sgd or momentum"
    log: ClassVar[bool] = True
    WINDOW: ClassVar[int] = 10

    def curves(self, run: Run, mark: Mark) -> list[tuple[Array, Mark]]:
        beta = setting(run, "beta", np.zeros(run.steps))
        if run.batch is None or run.optimizer not in ("sgd", "momentum"):
            return []
        full = self.picture.problem.value_and_grad(run.w)[1]
        share = 1 - beta if run.settings.get("form") == "average" else np.ones(run.steps)
        clean, noisy = np.zeros((2, run.steps, 2))
        u = v = np.zeros(2)
        for t in range(run.steps):
            u = beta[t] * u + share[t] * full[t]
            v = beta[t] * v + share[t] * run.grad[t]
            clean[t], noisy[t] = u, v
        gradient = self._ratio(run.grad[:-1] - full[:-1], full[:-1])
        velocity = self._ratio(noisy - clean, clean)
        return [(gradient, Mark(mark.color, DOTTED)), (velocity, mark)]

    def _ratio(self, noise: Array, signal: Array) -> Array:
        window = np.ones(min(self.WINDOW, len(noise)))
        sums = [np.convolve((x * x).sum(axis=1), window)[: len(x)] for x in (noise, signal)]
        return np.sqrt(sums[0] / np.maximum(sums[1], 1e-300))


class Memory(Panel):
    """What each past gradient still contributes to the velocity: β^k of it after k steps."""

    AGES: ClassVar[int] = 30

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        look = picture.look
        pairs = zip(picture.runs, picture.marks, strict=True)
        found = [(run, mark) for run, mark in pairs if self._beta(run) is not None]
        if not found:
            raise UserError("The panel 'memory' needs a rule with β among the optimizers.")
        run, mark = found[0]
        self.beta = np.asarray(self._beta(run))
        self.sizes = np.hypot(*met(run).T)
        ages = np.arange(self.AGES)
        whose = f" ({run.optimizer})" if len(picture.runs) > 1 else ""
        self.entitle(f"βᵏ|g| and βᵏ (dots) by age{whose}")
        ax.set(xlim=(-0.7, self.AGES - 0.3), ylim=(0, 1.08))
        ax.grid(color=look.grid, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.plot(ages, self.beta[0] ** ages, "o", ms=3.2 * look.scale, color=look.muted)
        self.bars = [self.add(bar) for bar in ax.bar(ages, 0 * ages, 0.72, color=mark.color)]

    @staticmethod
    def _beta(run: Run) -> Array | None:
        beta: Array | None = setting(run, "beta", setting(run, "beta1"))
        return beta

    def show(self, t: float) -> None:
        """Bars of the gradients that the velocity at step t is made of, the newest first."""
        now = min(int(t), len(self.beta))
        sizes = self.sizes[:now][::-1][: self.AGES]
        # The gradient of k steps ago has been multiplied by every β since.
        decay = np.cumprod(np.append(1.0, self.beta[:now][::-1]))[: len(sizes)]
        heights = decay * sizes
        top = heights.max(initial=0) or 1.0
        for age, bar in enumerate(self.bars):
            bar.set_height(heights[age] / top if age < len(heights) else 0.0)
