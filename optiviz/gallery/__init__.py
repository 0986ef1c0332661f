"""The gallery: what its scripts share, which there are, and how all of them are built."""
