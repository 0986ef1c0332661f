"""A course in a folder: the lessons as pages that need no server, and nothing but each other."""
