"""What the tests of commands share: the command line as its users meet it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OPTIVIZ = Path(sys.executable).with_name("optiviz")


@pytest.fixture(scope="session")
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`optiviz` in a process of its own, for what a process decides."""

    def run(folder: Path, words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [OPTIVIZ, *shlex.split(words)],
            **{"cwd": folder, "capture_output": True, "text": True, "timeout": 400, **how},
            check=False,
        )

    return run
