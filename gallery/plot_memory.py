"""
What β remembers
================

A gradient that is k steps old still has the weight βᵏ in the velocity.
With β = 0.9 half of it is left after 7 steps, an eighth after 20.
All the weights together come to 1/(1 − β): as many gradients as β remembers.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.views.charts.ends import Ends, room
from optiviz.views.frame import Frame
from optiviz.views.style import LINES, legible

BETAS = {0.5: "#56B4E9", 0.9: "#D55E00", 0.95: "#009E73", 0.99: "#0072B2"}
frame = Frame(**SLIDE)
k, ends = np.arange(61), {}
with frame.style():
    frame.title("β = 0.9 remembers ten gradients, β = 0.99 a hundred", "v ← βv − ηg")
    for beta in BETAS:
        half = np.log(0.5) / np.log(beta)
        ends[beta] = f"β = {beta:g}: {1 / (1 - beta):.0f} steps,\nhalf gone after {half:.0f}"
    (ax,) = frame.row(1, right=room(frame, ends.values(), 10))
    frame.dress(
        ax, "Weight βᵏ of a gradient in the velocity", "k, the age of the gradient in steps"
    )
    colors = [legible(color, frame.look, LINES) for color in BETAS.values()]
    for beta, color in zip(BETAS, colors, strict=True):
        ax.plot(k, beta**k, "o-", color=color, ms=5, lw=2.5)
        half = np.log(0.5) / np.log(beta)
        if half <= k[-1]:
            ax.plot([half, half], [0, 0.5], color=color, lw=1, ls=":")
    ax.axhline(0.5, color=frame.look.muted, lw=1, ls=":")
    ax.set(xlim=(0, 61), ylim=(0, 1.03))
    heads = [(60, beta ** k[-1]) for beta in BETAS]
    Ends(frame, ax, colors, 10).show([*ends.values()], heads, 61)
export(frame.save)
