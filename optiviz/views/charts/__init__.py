"""Charts of numbers: trainings, comparisons, maps."""
