"""
η and β in your own hands
=========================

As a page (`--formats html`) this picture has sliders: 861 runs, one for every place of them.
Before you move one: which way does β bend the path, and which η is the first to diverge?
The map tells how every run ended; a click on it shows that run. It needs no server and no network.
"""

from optiviz import explore, surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.runs import race
from optiviz.runs.verdict import verdict
from optiviz.views import Picture

runs = race("valley", [f"momentum:lr={lr},beta=0.8" for lr in (0.002, 0.02, 0.16)])
there = [verdict(run, surfaces["valley"]).step for run in runs]
title = f"η = 0.02 arrives at step {there[1]}, eight times as much at {there[2]}"
picture = Picture("valley", runs, title=title, **SLIDE)
page = explore("valley", "momentum", {"lr": (0.001, 0.2), "beta": (0, 0.99)})
export(picture, page=page.save)
