"""
All β at once
=============

One valley, one η, and seven settings of β, from plain descent (β = 0) on.
A small β crawls along the floor, a great one swings across it and past its end.
Between them is one that does neither: theory puts it at β = (1 − √(ηλ))² = 0.81, λ along the floor.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.views import Note, Picture

problem = replace(valley(condition=30, rotation=40), start=(-1.88, -1.47))
betas = (0.0, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95)
runs = race(problem, [f"momentum:lr=0.01,beta={beta}" for beta in betas], steps=100)
notes = [Note(36, "too much swings past", run=6), Note(60, "too little crawls")]
best = min(range(len(runs)), key=lambda nth: runs[nth].loss[-1])
look = {"hero": best, "notes": notes, "bounds": ((-2.2, 1.8), (-1.8, 1.6))}
title = f"Too little β crawls, too much swings past: {betas[best]} is best here"
export(Picture(problem, runs, ["path", "loss"], title=title, **look, **SLIDE))
