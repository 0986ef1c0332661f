"""Break the code in over a hundred small ways, one at a time, and see if the nearest tests notice.

    python benchmarks/mutants.py [NAME ...] [--jobs 2] [--list]

Each breakage of mutants.toml is applied to a copy of the checkout and its tests are run there. One
that they pass is a survivor: something could be wrong that nobody would see.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 900  # seconds: a breakage that makes the tests hang is noticed, too
Mutant = dict[str, str]


def mutants(chosen: list[str]) -> list[Mutant]:
    """The breakages by name, each sure to fit the code in one place."""
    every = tomllib.loads((ROOT / "benchmarks/mutants.toml").read_text(encoding="utf-8"))["mutant"]
    for mutant in every:
        count = (ROOT / mutant["file"]).read_text(encoding="utf-8").count(mutant["old"])
        assert count == 1, f"{mutant['name']}: its old text stands {count} times in the file"
    names = [mutant["name"] for mutant in every]
    assert len(set(names)) == len(names), "two breakages share a name"
    assert set(chosen) <= set(names), f"unknown: {set(chosen) - set(names)}"
    return [mutant for mutant in every if not chosen or mutant["name"] in chosen]


def copied(folder: str) -> Path:
    """A copy of what git tracks, and of what it does not yet."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        target = Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, target)
    return Path(folder)


@contextmanager
def broken(copy: Path, mutant: Mutant) -> Iterator[None]:
    """The copy with the breakage in it, and whole again afterwards."""
    path = copy / mutant["file"]
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(mutant["old"], mutant["new"]), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def passes(copy: Path, tests: str) -> bool:
    """Whether the tests pass in the copy."""
    words = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            [*words, *tests.split()],
            cwd=copy,
            env=environment,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if run.returncode in (0, 1, 2, 5):  # 2: a test file cannot be imported; 5: there is none to run
        return run.returncode in (0, 5)
    raise SystemExit(f"pytest could not run {tests}:\n{run.stdout.decode()[-2000:]}")


def main() -> None:
    """Run what was asked for and print what survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    chosen = mutants(asked.names)
    if asked.list:
        print("\n".join(f"{m['name']:<28}{m['file']}: {m['wrong']}" for m in chosen))
        return
    with tempfile.TemporaryDirectory(prefix="optiviz_") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(asked.jobs):
            copies.put(copied(f"{folder}/{number}"))

        def survives(mutant: Mutant) -> bool:
            copy, began = copies.get(), time.perf_counter()
            quick, slow = mutant["tests"], f"-m slow {mutant['tests']}"
            try:
                with broken(copy, mutant):
                    at_once = not passes(copy, quick)
                    lives = not at_once and passes(copy, slow)
                assert at_once or lives or passes(copy, slow), f"{slow}: fails without it, too"
            finally:
                copies.put(copy)
            verdict = "SURVIVES" if lives else "dies"
            print(
                f"{verdict:<9}{mutant['name']:<28}{time.perf_counter() - began:4.0f} s", flush=True
            )
            return lives

        def whole(tests: str) -> bool:
            copy = copies.get()
            try:
                return passes(copy, tests)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(asked.jobs) as pool:
            every = sorted({mutant["tests"] for mutant in chosen})
            for tests, good in zip(every, pool.map(whole, every), strict=True):
                assert good, f"{tests} fails before anything is broken"
            lives = list(pool.map(survives, chosen))
    survivors = [m for m, alive in zip(chosen, lives, strict=True) if alive]
    for mutant in survivors:
        print(f"{mutant['name']}: {mutant['file']}: {mutant['wrong']}")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} die")


if __name__ == "__main__":
    main()
