"""
Where you start decides where you end
=====================================

Himmelblau's function has four minima, all equally deep.
Each point is a start, in the colour of the minimum that it leads to, paler the longer it took.
The borders are not straight: momentum may carry a start across a ridge into the next basin.
"""

from functools import partial

from optiviz import surfaces
from optiviz.gallery.export import SLIDE, export
from optiviz.maps import basin_map
from optiviz.views.charts.maps import plot_map

found = basin_map(surfaces["himmelblau"], "momentum:lr=0.008,beta=0.9", points=300, steps=300)
export(partial(plot_map, found, **SLIDE))
