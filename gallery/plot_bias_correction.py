"""
Adam's bias correction
======================

Both averages of Adam begin at 0, so at first they are far too small.
Dividing by 1 − βᵗ makes up for it: at step 1 by factors of 10 and of 1000.
β₁ = 0.9 needs no help after 40 steps; β₂ = 0.999 still does after a thousand.
"""

import numpy as np

from optiviz.gallery.export import SLIDE, export
from optiviz.views.frame import Frame
from optiviz.views.numbers import POWERS
from optiviz.views.style import DASHED, LINES, legible

t = np.arange(1, 1001)
rng = np.random.default_rng(0)
gradient = 1 + 0.5 * rng.standard_normal(1000)
frame = Frame(**SLIDE)
with frame.style():
    frame.title(
        "Adam's averages begin at 0; dividing by 1 − βᵗ makes up for it",
        "A gradient of 1 with noise, and its square",
    )
    left, right = frame.figure.subplots(
        1, 2, gridspec_kw={"left": 0.08, "right": 0.97, "top": 0.76, "bottom": 0.13}
    )
    frame.dress(left, "The factor 1/(1 − βᵗ)", "step t")
    frame.dress(right, "The mean of g², without and with it", "step t")
    for beta, color in ((0.9, "#D55E00"), (0.999, "#0072B2")):
        factor = 1 / (1 - beta**t)
        left.plot(t, factor, color=color, lw=3, label=f"β = {beta:g}:  {factor[0]:.0f} at step 1")
    left.set(xscale="log", yscale="log", xlim=(1, 1000), ylim=(0.8, 1500))
    left.xaxis.set_major_formatter(POWERS)
    left.yaxis.set_major_formatter(POWERS)
    mean, plain = 0.0, []
    for g in gradient:
        mean = 0.999 * mean + 0.001 * g * g
        plain.append(mean)
    corrected = np.array(plain) / (1 - 0.999**t)
    right.axhline(1.25, color=frame.look.muted, lw=1.5, ls=DASHED, label="the true mean, 1.25")
    right.plot(t, corrected, color="#0072B2", lw=3, label="corrected")
    sky = legible("#56B4E9", frame.look, LINES)
    right.plot(t, plain, color=sky, lw=3, label="as it is, from 0")
    right.set(xlim=(1, 1000), ylim=(0, 2))
    for ax in (left, right):
        ax.legend(frameon=False, fontsize=13, loc="upper right")
export(frame.save)
