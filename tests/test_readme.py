"""The README cannot drift: its names, its commands and its Python are tried."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from optiviz.optim import OPTIMIZERS, SCHEDULES
from optiviz.problems import PROBLEMS, SURFACES
from optiviz.views.scene.figure import PANELS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = [line for line in README.splitlines() if re.match(r"optiviz \w", line)]
LONG = tuple(f"optiviz {name}" for name in ("compare", "gradcheck", "landscape", "train", "twin"))
TOLD = ("list", "explain")  # these write no file
each_command = pytest.mark.parametrize(
    "command",
    [
        pytest.param(line, marks=pytest.mark.slow) if line.startswith(LONG) else line
        for line in COMMANDS
        if not line.startswith("optiviz app")  # which serves until it is stopped
    ],
)


@each_command
def test_every_command_runs(command: str, tmp_path: Path, optiviz: Callable) -> None:
    words = command.removeprefix("optiviz ")
    done = optiviz(words)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == (0 if words.startswith(TOLD) else 1)


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    panels = dict(PANELS)
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    PANELS.clear()
    PANELS.update(panels)
    assert tried > 20
    assert not failed
    names = {"run.npz", "race.svg", "race.gif", "race.html", "slope.png"}
    assert names == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("row", "registry"),
    [
        ("rules", OPTIMIZERS),
        ("surfaces", SURFACES),
        ("problems with data", [name for name in PROBLEMS if name not in SURFACES]),
        ("schedules", SCHEDULES),
    ],
)
def test_every_name_is_there(row: str, registry: Iterable[str]) -> None:
    (names,) = re.findall(rf"^\| {row} \| `(.*)` \|$", README, re.M)
    assert names.split() == list(registry)


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_is_there(panel: str) -> None:
    assert re.search(rf"^\| [^|]*`{panel}`[^|]* \|", README, re.M)


def test_every_picture_exists() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)
