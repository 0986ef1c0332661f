"""
Adam walks to the wrong end
===========================

Along w₁ and w₂ the mean slope is the same, but along w₁ one sample in five pulls hard, four back.
Adam divides that one pull by its own size, which a short memory then forgets: the four others win.
AMSGrad never forgets the largest; ADOPT divides by what it knew before (β₁ = 0, β₂ = 0.5 for all).
"""

from optiviz import race
from optiviz.gallery.export import SLIDE, export
from optiviz.problems import rare
from optiviz.views import Note, Picture
from optiviz.views.numbers import number

problem, short = rare(), "lr=0.02,beta1=0,beta2=0.5"
names = ["Adam", "AMSGrad", "ADOPT"]
runs = race(problem, [f"{name.lower()}:{short}" for name in names], batch_size=1)
adam, *others = (float(run.w[-100:, 0].mean()) for run in runs)
there = " and ".join(name for name, end in zip(names[1:], others, strict=True) if end < -0.9)
least = number(problem.minima[0][0], 2)
title = f"Adam ends at w₁ = +{number(adam, 2)}; {there} go to the minimum, {least}"
notes = [Note(80, "downhill, as all do"), Note(250, "the wrong way")]
look = {"labels": names, "notes": notes, "hero": 0}
export(Picture(problem, runs, ["path", "loss"], title=title, **look, **SLIDE), frames=150)
