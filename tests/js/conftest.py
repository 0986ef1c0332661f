"""Node, which runs the scripts that need no page."""

from __future__ import annotations

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is; tests that need it are skipped where there is none.

    With OPTIVIZ_NODE=required in the environment they fail instead.
    """
    program = shutil.which("node")
    if program is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_NODE") == "required" else pytest.skip
        miss("needs Node: apt-get install nodejs")
    return program
