"""Lessons: small text files that ask before they show, and what reads and checks them."""
