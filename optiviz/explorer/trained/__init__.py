"""Pages with sliders that choose among trained networks."""
