"""`python -m optiviz` is the command `optiviz`."""

from optiviz.cli import main

main()
