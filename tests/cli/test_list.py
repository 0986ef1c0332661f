"""`optiviz list`, `--help` and completion: what a user is told before anything is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", ["", "animate", "plot", "list"])
def test_help_has_examples(optiviz: Callable, command: str) -> None:
    done = optiviz(f"{command} --help")
    assert done.returncode == 0
    assert not command or f"optiviz {command}" in done.stdout


def test_list(optiviz: Callable) -> None:
    every = json.loads(optiviz("list --json").stdout)
    assert set(every) == {"optimizers", "surfaces", "problems", "schedules", "panels", "themes"}
    printed = optiviz("list surfaces").stdout
    assert "Rosenbrock" in printed
    expression = printed.rpartition('"')[0].rpartition('"')[2]
    assert optiviz(f"plot --surface '{expression}' --optim sgd").returncode == 0
    assert "torch:AdamW" in optiviz("list optimizers").stdout
    assert optiviz("list surface").stderr.count("Did you mean 'surfaces'?") == 1


def test_completion_knows_the_names(tmp_path: Path, process: Callable) -> None:
    environment = os.environ | {
        "_OPTIVIZ_COMPLETE": "complete_bash",
        "COMP_WORDS": "optiviz animate --optim ada",
        "COMP_CWORD": "3",
    }
    done = process(tmp_path, "", env=environment)
    assert set(done.stdout.split()) == {"adagrad", "adadelta", "adam", "adamw"}


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, optiviz.cli; print({'numpy', 'matplotlib', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
