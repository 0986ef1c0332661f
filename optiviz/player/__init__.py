"""The interactive picture: for a notebook, a lab, and one page that works from a disk."""
