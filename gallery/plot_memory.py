"""
What β remembers
================

A gradient that is k steps old still has the weight βᵏ in the velocity.
With β = 0.9 half of it is left after 7 steps, an eighth after 20.
All the weights together come to 1/(1 − β): as many gradients as β remembers.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.views.frame import Frame

# Each β with its colour and the height of its label.
BETAS = {
    0.5: ("#56B4E9", 0.03),
    0.9: ("#D55E00", 0.16),
    0.95: ("#009E73", 0.29),
    0.99: ("#0072B2", 0.55),
}
frame = Frame(**SLIDE)
k = np.arange(61)
with frame.style():
    frame.title("What β remembers: the weight βᵏ of a gradient k steps old", "v ← βv − ηg")
    ax = frame.figure.add_axes((0.07, 0.12, 0.7, 0.66))
    frame.dress(ax, "Weight βᵏ", "k, the age of the gradient in steps")
    for beta, (color, y) in BETAS.items():
        ax.plot(k, beta**k, "o-", color=color, ms=5, lw=2.5)
        half = np.log(0.5) / np.log(beta)
        if half <= k[-1]:
            ax.plot([half, half], [0, 0.5], color=color, lw=1.5, ls=":")
        words = f"β = {beta:g}: {1 / (1 - beta):.0f} steps,\nhalf gone after {half:.0f}"
        ax.text(61.5, y, words, color=color, fontsize=13, va="center", weight="bold")
    ax.axhline(0.5, color=frame.look.muted, lw=1, ls=":")
    ax.set(xlim=(0, 61), ylim=(0, 1.03))
export(frame.save)
