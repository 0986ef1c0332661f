"""
Rotation ruins Adam
===================

A 2×2 matrix W in ½·tr(WHWᵀ), H with curvatures 1 and 1000: its rows are two points in one valley.
Adam has a rate for each weight: that helps in a valley along the axes, and fails once it is turned.
Shampoo and Muon step the matrix as one: Shampoo takes the same steps, turned, and Muon arrives too.
W starts at (1.6, 1; −0.4, 1.4), turned with the valley; from elsewhere Adam may not be the first.
"""

import numpy as np

from optiviz import descend
from optiviz.gallery.export import SLIDE, export
from optiviz.maps.soonest import soonest
from optiviz.optim import OPTIMIZERS, schedules
from optiviz.optim.describe import word
from optiviz.problems.matrix import MatrixValley
from optiviz.runs.rows import rows
from optiviz.views import Picture
from optiviz.views.frame import Frame
from optiviz.views.style import WORDS, legible, mark

RULES, RATES = ("adam", "shampoo", "momentum", "muon"), np.geomspace(1e-3, 10, 45)
frame, taken, seen = Frame(**SLIDE), [], ((-2, 2), (-2, 2))
room = {"left": 0.08, "right": 0.83, "top": 0.78, "bottom": 0.12, "hspace": 0.37, "wspace": 0.75}
with frame.style():
    grid = frame.figure.subplots(2, 2, gridspec_kw=room)
    for (above, below), angle in zip(grid.T, (0.0, 0.6), strict=True):
        problem = MatrixValley(1000, np.degrees(angle))
        for n, name in enumerate(RULES):
            steps, lr = soonest(problem, name, RATES, steps=400)
            run = descend(problem, OPTIMIZERS[name](lr=schedules.Linear(lr)), steps=400)
            look, said = mark(name, frame.look), f"{word(name)} {steps or 'never'}"
            style = {"ls": look.dash, "lw": 2 if n else 4, "color": look.color}
            below.semilogy(np.linalg.norm(run.w, axis=1), **style)
            ink, height = legible(look.color, frame.look, WORDS), 2 / 6**n
            below.plot([405, 445], [height] * 2, clip_on=False, **style)
            below.text(452, height, said, color=ink, va="center", fontsize="small")
            if name == "adam":
                taken.append(f"after {steps} steps" if steps else "never")
                shown = {"labels": ["row 1", "row 2"], "text": 0.8, "bounds": seen} | SLIDE
                Picture(problem.plane, rows(problem, run), **shown).on(above, "path")
        frame.dress(above, f"Adam, the valley turned by {np.degrees(angle):.0f}°", "")
        frame.dress(below, "Distance from the minimum", "")
        below.set(xlim=(0, 400), ylim=(1e-3, 4), xlabel="step")
    how = f"Best of {len(RATES)} rates, {RATES[0]:g} to {RATES[-1]:g}, falling to 0; steps to 1 %"
    frame.title(f"Adam arrives {taken[0]}; with the valley turned, {taken[1]}", how)
export(frame.save)
