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
from optiviz.views.style import DASHED, blend, mark, words

t = np.arange(1, 1001)
gradient = 1 + 0.5 * np.random.default_rng(0).standard_normal(1000)
frame = Frame(**SLIDE)
with frame.style():
    frame.title(
        f"Without its correction Adam's mean begins {1 / (1 - 0.999):.0f} times too small",
        "A gradient of 1 with noise, and its square; divided by 1 − βᵗ the mean is right at once",
    )
    left, right = frame.figure.subplots(
        1, 2, gridspec_kw={"left": 0.08, "right": 0.97, "top": 0.76, "bottom": 0.13}
    )
    frame.dress(left, "The factor 1/(1 − βᵗ)", "step t")
    frame.dress(right, "The mean of g², without and with it", "step t")
    style = {"size": 14, "weight": "bold"}
    orange, blue = (
        words(mark(lent, frame.look).color, frame.look) for lent in ("momentum", "adam")
    )
    for beta, color in ((0.9, orange), (0.999, blue)):
        factor = 1 / (1 - beta**t)
        left.plot(t, factor, color=color, lw=3)
        told = f"β = {beta:g}: ×{factor[0]:.0f}"
        left.text(1.6, factor[0] * 0.8, told, color=color, **style)
    left.set(xscale="log", yscale="log", xlim=(1, 1000), ylim=(0.8, 1500))
    pale = words(blend(blue, frame.look.background, 0.2), frame.look)
    plain = np.array([0.001 * 0.999 ** np.arange(n)[::-1] @ gradient[:n] ** 2 for n in t])
    corrected = plain / (1 - 0.999**t)
    right.axhline(1.25, color=frame.look.muted, lw=1.5, ls=DASHED)
    right.plot(t, corrected, color=blue, lw=3)
    right.plot(t, plain, color=pale, lw=3)
    right.set(xlim=(1, 1000), ylim=(0, 2))
    right.text(990, 1.4, "corrected", color=blue, ha="right", **style)
    right.text(990, 1.08, "the true mean, 1.25", color=frame.look.muted, ha="right", **style)
    right.text(990, 0.45, "as it is, from 0", color=pale, ha="right", **style)
export(frame.save)
