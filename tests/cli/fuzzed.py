"""A process that runs command lines as they come, and says what became of each.

Run as a script it reads lines as JSON and answers in JSON.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.cli import main
from optiviz.course import course
from optiviz.gallery import build, scripts
from optiviz.problems.data import datasets
from optiviz.site import site
from optiviz.studies import compare
from optiviz.studies.published import reproduce, tables
from optiviz.studies.sweep import sweep
from optiviz.views.charts import comparison

SECONDS = 20  # of one core
MINE = """
import sys
from optiviz.optim import Optimizer, SGD
NUMBER = 3
class Right(SGD): pass
class No(Optimizer): pass
class Wrong(Optimizer):
    def step(self, w, g, state, t): w = w - g
class Leaves(SGD):
    def __post_init__(self): sys.exit(0)
class Raises(Optimizer):
    def init(self, w): raise OSError("no")
    def step(self, w, g, state, t): w -= g
"""


class Worker:
    """A process that runs lines, and another one after each that it does not survive."""

    def __init__(self) -> None:
        self.process: Any = None

    def run(self, line: Sequence[str]) -> dict[str, Any]:
        """What a line came to."""
        if self.process is None:
            how: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.process = subprocess.Popen([sys.executable, __file__], **how)
            self.process.stdout.readline()
        timer = threading.Timer(10 * SECONDS, self.process.kill)
        timer.start()
        began = time.monotonic()
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        timer.cancel()
        if answer:
            return dict(json.loads(answer))
        self.close()
        seconds = time.monotonic() - began
        nothing = {"status": -9, "out": "", "err": "", "changed": [], "megabytes": 0}
        return nothing | {"raised": "the process ended", "seconds": seconds, "out_is_there": False}

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
        self.process = None


def work() -> None:
    """Run the lines that come in, one after the other."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    with suppress(ImportError):
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    make_small()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(tried(json.loads(line))), file=answers, flush=True)


def make_small() -> None:
    """Let data, scripts and tables be few, processes and served labs none: others test these."""
    read = datasets.DATASETS["mnist"].read

    @cache
    def few(directory: Path | None) -> Any:
        return [array[:300] for array in read(directory)]

    datasets.DATASETS["mnist"] = datasets.Source(few, (28, 28), tuple("0123456789"))

    def alone(work: Any, tasks: Any, jobs: int = 1, told: Any = None, *_: Any, **__: Any) -> Any:
        for index, task in enumerate(tasks):
            report = (lambda amount, _="", index=index: told(index, amount)) if told else print
            yield index, work(task, report, lambda: False)

    for module in (compare, reproduce, sweep, build):
        module.share_out = alone  # type: ignore[attr-defined]
    comparison.FRAMES = 4
    script, still = scripts.script("plot_momentum"), scripts.script("plot_bias_correction")
    table = tables.tables()["lecture-sgd"]
    scripts.scripts = lambda: {"plot_momentum": script}
    tables.tables = lambda: {"lecture-sgd": table}
    lessons = course.read
    course.read = lambda folder: lessons(folder)[:1]
    course.page = course.trial_page = lambda *_: "a page"
    site.scripts, site.SLIDERS = lambda: {still.name: still}, {}
    site.api.check, site.api.write = lambda: None, lambda out: None
    with suppress(ImportError):
        server = import_module("optiviz.labs.server.server")

        server.run = lambda *_: None


def tried(line: list[str]) -> dict[str, Any]:
    """Run a line in a folder of its own; see `faults` for what is told."""
    folder = Path(tempfile.mkdtemp())
    (folder / "taken").mkdir()
    for name, text in {"file": "a", "taken/file": "b", "mine.py": MINE}.items():
        (folder / name).write_text(text)
    for name, rows in {"mine": 250, "wrong": 3}.items():
        x = np.arange(3.0 * rows).reshape(rows, 3) % 7
        np.savez(folder / f"{name}.npz", x=x, y=np.arange(rows) % 3)
        lines = "".join(f"{i % 7},{i % 3}\n" for i in range(rows))
        (folder / f"{name}.csv").write_text("a,label\n" + lines)
    for name, seed in {"w": 0, "v": 1}.items():
        drawn = np.random.default_rng(seed).standard_normal(2382)
        np.savez(folder / f"{name}.npz", w=drawn, sizes=(784, 3, 10), biases=False)
    before, raised, status = tree(folder), "", 0
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    os.chdir(folder)
    sys.argv, memory, began = ["optiviz", *line], peak(reset=True), time.process_time()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)  # of Optuna's own
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        except BaseException:
            raised = traceback.format_exc()
    seconds = time.process_time() - began
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    sys.modules.pop("mine", None)
    after = tree(folder)
    target = line[-1 - line[::-1].index("--out") + 1] if "--out" in line[:-1] else "."
    with suppress(OSError, ValueError):
        target = str(folder / target) if os.path.exists(folder / target) else ""
    os.chdir("/")
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "status": status,
        "out": texts[0],
        "err": texts[1],
        "raised": raised,
        "changed": sorted(
            path for path in {*before, *after} if before.get(path) != after.get(path)
        ),
        "out_is_there": bool(target),
        "seconds": seconds,
        "megabytes": max(peak(), memory),
    }


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by its path."""
    every = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {ascii(path): path.read_bytes() if path.is_file() else b"" for path in every}


def peak(reset: bool = False) -> float:
    """The most memory that this process had since the last reset, in megabytes; 0 if unknown."""
    with suppress(OSError):
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
            return 0.0
        return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
    return 0.0


if __name__ == "__main__":
    work()
