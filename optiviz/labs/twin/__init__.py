"""The twin lab."""
