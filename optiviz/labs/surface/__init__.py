"""The surface lab."""
