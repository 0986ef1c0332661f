"""
The zig-zag in a valley, and the condition number
=================================================

κ is the curvature across a valley over the curvature along it.
One η has to serve both: what the walls can bear is little for the floor.
Even with the best η = 2/(1 + κ) the path swings from wall to wall, and takes about κ times as long.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.runs.verdict import verdict
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

tiles, steps = [], []
for condition in (1, 4, 16, 64):
    problem = valley(condition=condition, rotation=10)
    problem = replace(problem, bounds=((-3.4, 1.4), (-1.15, 1.15)), start=(-3.0, 0.0))
    runs = race(problem, [f"sgd:lr={0.98 * 2 / (1 + condition)}"], steps=120)
    steps.append(verdict(runs[0], problem).step)
    notes = [Note(9, "from wall to wall")] if condition == 64 else []
    words = f"κ = {condition}"
    tiles.append(Picture(problem, runs, ["path"], labels=[words], notes=notes, **SLIDE))
note = "Each with the best η for its κ: 2/(1 + κ), less 2 %"
title = f"Narrower valley, longer zig-zag: {steps[0]} step or {steps[-1]}"
export(Tiles(title, note, tiles))
