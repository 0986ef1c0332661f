"""
Where momentum is stable: a map of η and β
==========================================

Each point is a run of its own, coloured by how soon it converged; hatched ones diverged.
The limit is η = 2(1 + β)/λ: momentum allows up to twice the rate of gradient descent.
The fastest place is where theory puts it: η* and β* from the condition number alone.
"""

from functools import partial

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.maps import rate_map
from optiviz.views.charts.maps import plot_map

found = rate_map(surfaces["valley"], "momentum", "lr", "beta", steps=500)
title = "Momentum is stable up to twice the rate of gradient descent"
export(partial(plot_map, found, title=title, **SLIDE))
