"""Whatever is killed, at whatever moment, goes on or begins again, and ends with the same bits.

OPTIVIZ_SEED=7 chooses other moments. OPTIVIZ_KILLS=every kills at every single write and 108 times
at random, which takes an hour; without it there are fewer of both.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz.files import OURS
from optiviz.lessons.reader import HERE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs groups of processes"),
]

SEED = int(os.environ.get("OPTIVIZ_SEED", "0"))
EVERY = os.environ.get("OPTIVIZ_KILLS") == "every"
WRITES = 10_000 if EVERY else 2  # at how many writes each command is killed, if it has as many
TIMES = 9 if EVERY else 1  # at how many random moments, in each of two lanes
OPTIVIZ = str(Path(sys.executable).with_name("optiviz"))
NETWORK = "--sizes 784,4,10 --batch-size 6000 --epochs 1"
COMMANDS = {
    "train": f"train --optim adam {NETWORK} --eval-every 4 --out a",
    "compare": f"compare --optim sgd --optim adam --seeds 1 {NETWORK} --size 320x240 --out a",
    "sweep": f"sweep --optim sgd --grid lr=0.1,0.01 {NETWORK} --size 320x240 --out a",
    "gallery": "gallery plot_momentum --formats png,svg --out a",
    "reproduce": "reproduce --table lecture-sgd --table lecture-momentum --out a",
    "explore": "explore --points 5x3 --steps 20 --out page.html",
    "animate": "animate --steps 8 --size 320x240 --out film.gif",
}
ONE_PICTURE = """
import optiviz.gallery.scripts as gallery
picture = gallery.script("plot_bias_correction")
gallery.scripts = lambda: {picture.name: picture}
from optiviz.cli import main
main()
"""
FOLDERS = {  # of pages, which are made anew
    "course": "course --lessons lessons --out a",
    "gallery": "gallery --all --formats png --out a",
}
# With these in place a command is gone on with by other words.
GO_ON = {"train": "a/run.json", "compare": "a/compare.json"}
NOT_AGAIN = "a holds a finished run"
TIMED = ("seconds", "updates_per_second", "versions", "worker")


def start(folder: Path, words: str, **also: str) -> subprocess.Popen[str]:
    """A command in a group of processes of its own; of the gallery there is one picture."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | also
    program = [sys.executable, "-c", ONE_PICTURE] if "--all" in words else [OPTIVIZ]
    return subprocess.Popen(
        [*program, *words.split()],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def words_of(name: str, folder: Path) -> str:
    """How somebody begins, or goes on."""
    if name in GO_ON and (folder / GO_ON[name]).exists():
        return f"{name} --resume a"
    return COMMANDS[name]


def finish(name: str, folder: Path) -> dict[str, Any]:
    """Go on to the end; what is there then."""
    running = start(folder, words_of(name, folder))
    said = running.communicate(timeout=300)[1]
    assert running.returncode == 0 or NOT_AGAIN in said, said
    return found(folder)


def found(folder: Path) -> dict[str, Any]:
    """All files, without what tells of time and place."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): content(path) for path in paths}


def content(path: Path) -> Any:
    timed = (path.parent / "compare.json").exists()  # its pictures have seconds on an axis
    if path.suffix in (".db", ".md") or (timed and path.suffix in (".png", ".svg", ".gif")):
        return None
    if path.suffix == ".json":
        return timeless(json.loads(path.read_text(encoding="utf-8")))
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return timeless(list(csv.DictReader(file)))
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            kept = set(arrays) - {"numbers", "rows"}
            return {name: arrays[name].tobytes() for name in kept}
    return path.read_bytes()


def timeless(facts: Any) -> Any:
    if isinstance(facts, dict):
        return {k: timeless(v) for k, v in facts.items() if k not in TIMED}
    return [timeless(one) for one in facts] if isinstance(facts, list) else facts


@dataclass
class Whole:
    """What commands leave that nobody disturbs, and how long they take."""

    folder: Path
    results: dict[str, tuple[dict[str, Any], float]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[dict[str, Any], float]:
        if name == "sweep" and find_spec("optuna") is None:
            pytest.skip("needs optuna")
        if name not in self.results:
            (self.folder / name).mkdir()
            began = time.monotonic()
            result = finish(name, self.folder / name)
            self.results[name] = result, time.monotonic() - began
            assert result
        return self.results[name]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


# --- at writes ---


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What counts writes and kills at one of them."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("shim") / "kill.so"
    source = Path(__file__).with_name("kill.c")
    words = [compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"]
    subprocess.run(words, check=True)
    return library


def counted(shim: Path, folder: Path, words: str, at: int) -> int:
    """Run a command that is killed at a write, or at none if that is 0; how many there were."""
    folder.mkdir(exist_ok=True)
    count = folder.with_suffix(".count")
    count.write_bytes(bytes(8))
    preload = {"LD_PRELOAD": str(shim), "KILL_COUNT": str(count), "KILL_AT": str(at)}
    if at == 0:
        preload["KILL_LIST"] = str(folder.with_suffix(".list"))
    running = start(folder, words, **preload)
    running.communicate(timeout=300)
    assert running.returncode in (0, -signal.SIGKILL)
    return int.from_bytes(count.read_bytes(), sys.byteorder)


def half(folder: Path) -> set[str]:
    """The files that were written to under their own names, and so are half for a while.

    Where there are none, whatever kills a program at whatever moment leaves the old file or none.
    """
    lines = folder.with_suffix(".list").read_text(encoding="utf-8").splitlines()
    written = {Path(line) for line in lines if line.startswith(f"{folder.resolve()}/")}
    assert written, "nothing was seen"
    names = {path.name for path in written if not path.name.startswith(OURS)}
    return {name for name in names if not re.search(r"\.db(-journal|-wal)?$", name)}  # SQLite's way


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_a_write_it_ends_alike(
    tmp_path: Path, whole: Whole, shim: Path, name: str
) -> None:
    expected, _ = whole.of(name)
    total = counted(shim, tmp_path / "0", COMMANDS[name], 0)
    assert found(tmp_path / "0") == expected
    assert half(tmp_path / "0") == set()
    stride = -(-total // WRITES)
    first = 1 + random.Random(SEED).randrange(stride)

    def killed(at: int) -> None:
        folder = tmp_path / str(at)
        counted(shim, folder, COMMANDS[name], at)
        assert finish(name, folder) == expected, f"killed at write {at} of {total}"
        shutil.rmtree(folder)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(killed, range(first, total + 1, stride)))


@pytest.mark.parametrize("name", FOLDERS)
def test_pages_of_which_some_were_written_are_made_anew(
    tmp_path: Path, shim: Path, name: str
) -> None:
    def run(place: str, at: int) -> int:
        folder = tmp_path / place
        (folder / "lessons").mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "01-rate.toml", folder / "lessons")
        return counted(shim, folder, FOLDERS[name], at)

    total = run("whole", 0)
    assert half(tmp_path / "whole") == set()
    expected = found(tmp_path / "whole")
    assert "a/index.html" in expected
    run("killed", random.Random(SEED).randint(total // 2, total))
    run("killed", 0)
    assert found(tmp_path / "killed") == expected


# --- at random moments ---


def moments(lane: str, seconds: float) -> Iterator[float]:
    rng = random.Random(f"{lane} {SEED}")
    while True:
        yield rng.uniform(0.1, 1.0) * seconds


def kill_and_go_on(
    name: str, folder: Path, expected: dict[str, Any], after: Iterator[float]
) -> int:
    """Kill a command again and again until it ends nevertheless; how often it was killed."""
    folder.mkdir()
    kills = 0
    for seconds in after:
        running = start(folder, words_of(name, folder))
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            kills += 1
        running.communicate()
        if running.returncode != -signal.SIGKILL:
            break
    assert finish(name, folder) == expected
    return kills


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_random_moments_it_ends_alike(tmp_path: Path, whole: Whole, name: str) -> None:
    expected, seconds = whole.of(name)

    def killed(lane: str) -> None:
        after, kills, folder = moments(name + lane, seconds), 0, 0
        while kills < TIMES:
            folder += 1
            most = (next(after) for _ in range(TIMES - kills))
            kills += kill_and_go_on(name, tmp_path / f"{lane}{folder}", expected, most)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(killed, "ab"))
