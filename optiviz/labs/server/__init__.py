"""What serves the labs."""
