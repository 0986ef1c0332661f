"""Many trainings: compared, swept, and set beside published tables."""
