"""
The learning rate: too low, right, high, too high
=================================================

A low η crawls, and the right one goes to the floor in a few steps.
A high η still arrives, but swings from wall to wall on its way.
Beyond η = 2/λ, with λ the greatest curvature, every swing is wider than the last: it diverges.
"""

from dataclasses import replace

from optiviz.gallery.export import SLIDE, export
from optiviz.problems import valley
from optiviz.runs import race
from optiviz.views import Note, Picture
from optiviz.views.charts.tiles import Tiles

room = ((-3.4, 1.4), (-1.15, 1.15))
problem = replace(valley(condition=8, rotation=10), bounds=room, start=(-3.0, 0.1))
tiles = []
for words, lr in (("too low", 0.01), ("right", 0.2), ("high", 0.24), ("too high", 0.265)):
    runs = race(problem, [f"sgd:lr={lr}"], steps=30)
    notes = [Note(1, "every swing wider")] if lr > 0.25 else []
    words = f"η = {lr:g}: {words}"
    tiles.append(Picture(problem, runs, ["path"], labels=[words], notes=notes, **SLIDE))
note = "A valley with curvature 8 across: the limit is η = 2/8"
export(Tiles("η decides: descent crawls, arrives, swings or explodes", note, tiles))
