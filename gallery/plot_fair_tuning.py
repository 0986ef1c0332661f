"""
Fair tuning shrinks the gains
=============================

Five rules train one network on MNIST: with the rate that each has by default, they lie far apart.
Here each also tried six rates, with linear decay, and was judged by new seeds at the decay's end.
Muon stays ahead, by less; momentum's best rate was the largest it tried (see `fair_tuning.csv`).
"""

import csv
from pathlib import Path

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.gallery.scripts import home
from optiviz.optim.describe import word
from optiviz.views.frame import Frame
from optiviz.views.numbers import number
from optiviz.views.style import WORDS, legible, mark

with Path(home(), "fair_tuning.csv").open(newline="", encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["why"] != "tried"]
found = {}  # by rule: its accuracies, (2, seeds), and its best rate
for name in {row["rule"] for row in rows}:
    own = [row for row in rows if row["rule"] == name]
    both = [[r["test_accuracy"] for r in own if r["why"] == why] for why in ("usual", "tuned")]
    rate = next(row["rate"] for row in own if row["why"] == "tuned")
    found[name] = 100 * np.array(both, float), rate
usual, tuned = np.ptp([values.mean(axis=1) for values, _ in found.values()], axis=0)
frame = Frame(**SLIDE)
with frame.style():
    title = f"Rules lie {usual:.0f} points apart by default, and {tuned:.2g} once all are tuned"
    note = "MNIST, 784-30-10, 400 updates; dots are seeds; the η that was best stands beside each"
    frame.title(title, note)
    room = {"left": 0.08, "right": 0.74, "top": 0.8, "bottom": 0.1}
    ax = frame.figure.subplots(gridspec_kw=room)
    frame.dress(ax, "Test accuracy, %", "")
    order = sorted(found.items(), key=lambda item: -item[1][0][1].mean())
    for place, (name, (values, rate)) in enumerate(order):
        look, end = mark(name, frame.look), values[1].mean()
        ax.plot([0, 1], values.mean(axis=1), color=look.color, ls=look.dash, lw=3)
        ax.plot([0, 1], values, look.head, color=look.color, ms=7)
        ink, height = legible(look.color, frame.look, WORDS), 96 - 2.2 * place
        ax.plot([1.02, 1.07], [end, height + 0.1], color=ink, lw=1, clip_on=False)
        told = f"{word(name)} {number(end)}, η = {number(float(rate), 2)}"
        ax.text(1.08, height, told, color=ink, va="center")
    ax.set(xlim=(-0.08, 1.04), xticks=[0, 1], xticklabels=["default η", "best of six η"])
export(frame.save)
