"""The command line: each command reads its words and delegates.

The modules that do the work are imported by the command that needs them, so that `--help` is quick.
"""

from optiviz.cli import drawing, gallery, networks, published, serve, sweeps
from optiviz.cli.app import app, main

__all__ = ["app", "drawing", "gallery", "main", "networks", "published", "serve", "sweeps"]
