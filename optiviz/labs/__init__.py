"""Pages that answer: the player in a notebook, the labs, and what serves them.

They need the extra `apps`, and nothing is imported before it is used.
"""
