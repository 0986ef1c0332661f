"""
Linear decay and its cousins
============================

A large η travels far, a small one settles: a schedule has both, one after the other.
Linear decay is η_k = η₀(1 − α) + α·η_N with α = k/N.
Its cousins differ in how long they keep more than half of their greatest rate: 11 steps to 51.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.optim import parse_schedule
from optiviz.views.frame import Frame
from optiviz.views.style import mark

N = 100
SCHEDULES = {
    "linear:end=0.01": "momentum",
    "cosine": "adam",
    "step:step_size=25,gamma=0.5": "sgd",
    "exponential:gamma=0.96": "adagrad",
    "inverse-time:decay=0.1": "rmsprop",
    "one-cycle": "nesterov",
}
frame = Frame(**SLIDE)
room = {"left": 0.07, "right": 0.97, "top": 0.78, "bottom": 0.12, "hspace": 0.35}
with frame.style():
    rates = [np.array(parse_schedule(words, 1.0).values(N)) for words in SCHEDULES]
    long = [(values >= 0.5).sum() for values in rates]
    title = f"Far first, then fine: half of η₀ or more for {min(long)} to {max(long)} steps"
    frame.title(title, "Each begins or peaks at η₀ = 1 and lasts N = 100 steps")
    grid = frame.figure.subplots(2, 3, sharex=True, sharey=True, gridspec_kw=room)
    for ax, (words, lent), values in zip(grid.flat, SCHEDULES.items(), rates, strict=True):
        color = mark(lent, frame.look).color
        for other in rates:
            ax.plot(other, color=frame.look.grid, lw=1)
        frame.dress(ax, words.partition(":")[0], "")
        ax.plot(values, color=color, lw=4)
        ax.fill_between(range(N), values, color=color, alpha=0.12, lw=0)
        high = np.flatnonzero(values >= 0.5)
        ax.plot(high[[0, -1]], [0.5, 0.5], color=frame.look.text, lw=2.5)
        told = {"ha": "right", "va": "top", "size": 13, "weight": "bold"}
        ax.text(98, 0.98, f"{len(high)} steps", **told)
    grid[0, 0].set(xlim=(0, N), ylim=(0, 1.04))
    for below, beside in zip(grid[1], [*grid[:, 0], grid[0, 0]], strict=True):
        below.set_xlabel("step k")
        beside.set_ylabel("η", rotation=0, labelpad=10)
export(frame.save)
