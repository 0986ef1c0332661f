"""Sweeps: a training for every setting and seed, or for those that a search proposes."""
