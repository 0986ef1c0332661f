"""
Momentum, worked by hand
========================

L = ½w², so the gradient is w itself; η = 0.1, β = 0.9, and both begin at w = 2.
Gradient descent takes steps that shrink: 0.200, 0.180, 0.162.
Momentum keeps nine tenths of its last step and adds the new gradient: 0.200, 0.360, 0.468.
"""

import numpy as np

from optiviz import descend, optim, surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.optim.describe import word
from optiviz.views.frame import Frame
from optiviz.views.style import WORDS, legible, mark

STEPS = 5
rules = {"sgd": optim.SGD(lr=0.1), "momentum": optim.Momentum(lr=0.1, beta=0.9)}
frame, w = Frame(**SLIDE), np.linspace(-0.15, 2.15, 200)
with frame.style():
    runs = [descend(surfaces["bowl"], rule, (2.0, 0.0), STEPS) for rule in rules.values()]
    plain, fast = (f"{run.w[-2, 0] - run.w[-1, 0]:.3f}" for run in runs)
    title = f"By hand: plain steps shrink to {plain}, momentum's grow to {fast}"
    frame.title(title, "v ← βv − ηg,  w ← w + v    with g = w,  η = 0.1,  β = 0.9")
    for row, (name, run) in enumerate(zip(rules, runs, strict=True)):
        color, x = mark(name, frame.look).color, run.w[:, 0]
        ax = frame.figure.add_axes((0.06, 0.54 - 0.42 * row, 0.4, 0.27))
        frame.dress(ax, word(name), "w" if row else "")
        ax.plot(w, w**2 / 2, color=frame.look.muted, lw=2)
        ax.plot(x, x**2 / 2, "o-", color=color, ms=10, lw=3)
        ax.set(xlim=(-0.15, 2.15), ylim=(-0.15, 2.3))
        if row:
            line = {"arrowprops": {"arrowstyle": "-", "color": frame.look.muted}, "fontsize": 14}
            ax.annotate("t = 5: past the floor", (x[-1], 0), (-0.1, 1.1), **line)
        table = frame.figure.add_axes((0.52, 0.5 - 0.42 * row, 0.45, 0.35))
        table.axis("off")
        steps = {
            "t": range(STEPS + 1),
            "w": [f"{n:.3f}".replace("-", "−") for n in x],
            "ηg": ["–", *(f"{n:.3f}" for n in 0.1 * x[:-1])],
            "step": ["–", *(f"{n:.3f}" for n in x[:-1] - x[1:])],
        }
        for place, (head, cells) in zip((0.06, 0.34, 0.64, 0.97), steps.items(), strict=True):
            words = "\n".join([head, *map(str, cells)])
            dark = {"color": legible(color, frame.look, WORDS), "weight": "bold"}
            style = dark if head == "step" else {}
            table.text(place, 0, words, ha="right", va="bottom", size=14, linespacing=1.15, **style)
export(frame.save)
