"""A rule of one's own that is wrong: one sentence with its file and line, whatever it does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HEAD = "import sys, numpy as np\nfrom optiviz.optim import Optimizer\nclass Mine(Optimizer):\n"
STEP = "    def step(self, w, g, state, t):\n        w -= self.lr * g\n"
INIT = "    def init(self, w):\n        "
NO_STEP = "Mine has no step: write step(self, w, g, state, t)."
# What stands in mine.py after the head, and the sentence.
WRONG = {
    "init of another shape": (
        f"{INIT}return {{'v': np.zeros(3)}}\n{STEP}",
        "line 4: Mine.init must make state['v'] of the shape of w,",
    ),
    "init that raises": (f"{INIT}raise OSError('no')\n{STEP}", "line 5: Mine cannot step"),
    "init that leaves": (f"{INIT}sys.exit(3)\n{STEP}", "line 5: Mine cannot step"),
    "init that divides": (f"{INIT}1 / 0\n{STEP}", "line 5: Mine cannot start: ZeroDivisionError"),
    "a step that raises": (f"{STEP}        raise RuntimeError('no')\n", "line 6: Mine cannot step"),
    "a step that leaves": (f"{STEP}        sys.exit(0)\n", "SystemExit: 0."),
    "a step that fails late": (f"{STEP}        [0] * 9 if t < 5 else 1 / 0\n", "fails at step 6: "),
    "a step that leaves late": (
        f"{STEP}        t < 70 or sys.exit()\n",
        "fails at step 71: ",
    ),
    "a step that is not there": ("    pass\n", f"line 3: {NO_STEP}"),
    "a step of few arguments": ("    def step(self, w): ...\n", "line 4: Mine.step must take w, g"),
    "a step that rebinds w": (
        "    def step(self, w, g, state, t):\n        w = w - g\n",
        "line 4: Mine.step leaves w as it is",
    ),
    "a class that cannot be made": (
        f"    def __init__(self, lr=0.1):\n        sys.exit(1)\n{STEP}",
        "line 5: mine:Mine cannot be made: SystemExit: 1.",
    ),
    "a module that raises": (
        "    pass\n1 / 0\n",
        "line 5: Cannot import mine: ZeroDivisionError: ",
    ),
    "a module that leaves": ("    pass\nsys.exit(0)\n", "line 5: Cannot import mine: SystemExit"),
    "a syntax error": ("    def step(\n", "line 4: Cannot import mine: SyntaxError: '(' was"),
    "a module that lacks one": ("    import nowhere\n", "line 4: Cannot import mine: No module"),
}
DOORS = {
    "plot": "plot --optim mine:Mine --steps 99 --size 240x180 --out a.png",
    "train": "train --optim mine:Mine --sizes 784,2,10 --batch-size 999 --epochs 2 --out a",
}


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "mine.py"
    sys.modules.pop("mine", None)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("mistake", WRONG)
def test_a_rule_that_is_wrong_is_told_in_one_sentence(
    tmp_path: Path, optiviz: Callable, module: Path, mistake: str, door: str
) -> None:
    body, sentence = WRONG[mistake]
    module.write_text(HEAD + body)
    done = optiviz(DOORS[door])
    told = done.stderr.rpartition("\r")[2].strip().splitlines()[-1]
    assert (done.returncode, done.stdout) == (2, "")
    assert told.startswith("optiviz: mine.py, line ")
    assert sentence in told
    assert "Traceback" not in done.stderr
    if "late" not in mistake:
        assert done.stderr.count("\n") == 1
        assert {path.name for path in tmp_path.iterdir()} <= {"mine.py", "__pycache__"}
