"""A picture of runs: its panels, and the figure that holds them."""
