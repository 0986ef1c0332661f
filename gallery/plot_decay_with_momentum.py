"""
Decay with momentum
===================

On mini-batches a constant η never lets momentum rest: the last few batches always pull it away.
With a decaying η it comes down as fast, and then settles, for the pull shrinks with η.
The curves are means over 50 orders of the same samples; η changes once an epoch.
"""

import numpy as np

from optiviz import descend, optim
from optiviz.gallery.export import SLIDE, export
from optiviz.optim import parse_schedule
from optiviz.problems import valleys
from optiviz.views.frame import Frame
from optiviz.views.style import mark, words

problem = valleys(n=60, noise=1.0, condition=6, seed=1)
SCHEDULES = {
    "constant": "momentum",
    "step:step_size=5,gamma=0.5": "sgd",
    "linear:end=0.0003": "adagrad",
    "cosine:end=0.0003": "adam",
}
with (frame := Frame(**SLIDE)).style():
    grid = {"left": 0.1, "right": 0.97, "top": 0.76, "bottom": 0.13, "wspace": 0.45}
    left, right = frame.figure.subplots(1, 2, sharex=True, width_ratios=(2, 1), gridspec_kw=grid)
    frame.dress(left, "Loss above the minimum, mean of 50 runs", "step")
    frame.dress(right, "Learning rate η", "step")
    ends, last, arrow = {}, [], {"arrowstyle": "-", "color": frame.look.muted}
    for schedule, lent in SCHEDULES.items():
        color = mark(lent, frame.look).color
        rule = optim.Momentum(lr=parse_schedule(schedule, 0.03), beta=0.9)
        runs = [descend(problem, rule, steps=300, batch_size=4, seed=seed) for seed in range(50)]
        mean = np.mean([run.loss for run in runs], axis=0) - problem.floor()
        last.append(mean[-15:].mean())  # of an epoch
        left.semilogy(mean, color=color, lw=3)
        ends[schedule.partition(":")[0]] = words(color, frame.look)
        right.plot(runs[0].lr, color=color, lw=3)
    right.set(xlim=(0, 300), ylim=(0, 0.032), xticks=range(0, 301, 100))
    heights = 0.4, 0.014, 0.05, 0.004  # apart, though the lines are not
    for (name, color), y in zip(ends.items(), heights, strict=True):
        left.text(303, y, name, color=color, size=14, weight="bold", va="center")
    right.annotate("once an epoch", (75, 0.0225), (110, 0.027), fontsize=13, arrowprops=arrow)
    low, *_, high = sorted(last[0] / end for end in last[1:])
    title = f"With a decaying η, momentum ends {low:.0f} to {high:.0f} times lower"
    frame.title(title, "Momentum, β = 0.9, η₀ = 0.03; a mean of shifted valleys in batches of 4")
export(frame.save)
