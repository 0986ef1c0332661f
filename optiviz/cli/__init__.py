"""The command line: each command, in a file of its name, reads its words and delegates."""

from optiviz.cli.frame import main, program

__all__ = ["main", "program"]
