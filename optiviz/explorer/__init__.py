"""Pages with sliders that need no server: one stacked run holds every setting that they choose."""
