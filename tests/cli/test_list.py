"""`optiviz list`, `--help` and completion: what a user is told before anything is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from optiviz.cli.frame import program
from optiviz.views import about
from optiviz.views.scene.figure import PANELS
from optiviz.views.style import THEMES


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


@pytest.mark.parametrize("words", ["", "list"])
def test_whoever_asks_waits_for_nothing_heavy(words: str) -> None:
    code = f"""
import atexit, contextlib, gc, io, sys, optiviz.cli
atexit.register(lambda: print(gc.get_freeze_count() > 10_000))  # the first is called last
sys.argv = ["optiviz", *{words.split()}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    optiviz.cli.main()
print({{"matplotlib", "rich", "pydantic"}} & set(sys.modules), "numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"set() {bool(words)}", "True"]


def test_what_is_said_of_panels_is_what_they_say() -> None:
    for name, panel in PANELS.items():
        assert f"{about.PANELS[name]}." == str(panel.__doc__).partition("\n")[0]
    assert list(about.PANELS) == list(PANELS)
    assert list(about.THEMES) == list(THEMES)


def test_every_option_is_read_without_pydantic() -> None:
    group: Any = typer.main.get_command(program())
    for name, command in group.commands.items():
        with typer.Context(command, info_name=name) as context:
            for parameter in command.get_params(context):
                kind = getattr(parameter, "type_descriptor", None)  # not in older Typers
                assert kind is None or "get_runtime_param" in vars(parameter), parameter
