"""
The edge of stability in two weights
====================================

L = ¼(x²y² − 1)² is a tiny network, whose lowest points xy = 1 are the sharper the further out.
From where λ < 2/η descent runs onto sharper ground, is thrown to and fro, and drifts to flatter.
It settles where λ is just what η stands (Cohen et al. 2021 saw large networks do the same).
"""

from dataclasses import replace

from optiviz import descend, surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.problems import Surface
from optiviz.runs import Run
from optiviz.views import Note, Picture
from optiviz.views.numbers import number
from optiviz.views.scene.sharpness import sharpness


class Second(Surface):
    """Of which every second step is shown, since each leads to the other side."""

    at = tuple(range(0, 600, 2))


def second(run: Run, first: int) -> Run:
    w, loss, grad = (array[first::2] for array in (run.w, run.loss, run.grad))
    return replace(run, w=w, loss=loss, grad=grad, hyper={"lr": run.lr[first + 1 :: 2]}, slots={})


surface = Second(**vars(surfaces["edge"]))
run = descend(surface, "sgd:lr=0.1", (3.4, 0.25), 599)
found = sharpness(run, surface)
first, most, last = (
    number(float(value), 2) for value in (found[0], found.max(), found[-2:].mean())
)
title = f"Curvature λ leaps from {first} to {most} and comes to rest at {last}; 2/η is {2 / 0.1:g}"
notes = [Note(3, "thrown to and fro", run=1), Note(150, "ever flatter ground")]
look = {"bounds": ((3.1, 3.45), (0.2, 0.37)), "labels": ["odd steps", "even steps"], "notes": notes}
runs = [second(run, 1), second(run, 0)]
export(Picture(surface, runs, ["path", "sharpness"], title=title, **look, **SLIDE), frames=150)
