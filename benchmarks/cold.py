"""Whole commands from a cold start, each beside what one would run without optiviz.

    python benchmarks/cold.py [COMMAND ...] [--rounds 5]

Imports and compilation are included, and each pair takes turns. Beside seconds stand those of the
processor, which hold on a machine that does other things, too. `animate` and `plot` are beside a
script that draws the same by Matplotlib, `train` beside PyTorch and JAX (where these are
installed): MNIST read, three epochs of batches of 100 by SGD, evaluated after each, the weights
written, on every core, and optiviz also on one, as it does unless told otherwise. The scripts are
those in `rivals/`. `--help` and `list` are beside the import of NumPy.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from timing import median

RIVALS = Path(__file__).parent / "rivals"
OPTIVIZ = [sys.executable, "-m", "optiviz"]
TRAIN = "train --optim sgd --lr 0.1 --epochs 3 --batch-size 100 --out run --overwrite"
NUMPY = [sys.executable, "-c", "import numpy"]


def script(name: str, *words: str) -> list[str]:
    return [sys.executable, str(RIVALS / name), *words]


def optiviz(words: str) -> list[str]:
    return [*OPTIVIZ, *words.split()]


# A command: what is run for it, ours first, and what each is called.
COMMANDS: dict[str, dict[str, list[str]]] = {
    "animate": {
        "optiviz": optiviz("animate --optim momentum --out a.gif"),
        "FuncAnimation": script("by_hand.py", "b.gif"),
    },
    "plot": {
        "optiviz": optiviz("plot --optim momentum --out a.png"),
        "pyplot": script("by_hand.py", "b.png"),
    },
    "train": {
        "optiviz": [*optiviz(TRAIN), "--threads", str(os.cpu_count())],
        "one core": optiviz(TRAIN),
        "PyTorch": script("torch_train.py"),
        "JAX": script("jax_train.py"),
    },
    "--help": {"optiviz": optiviz("--help"), "import numpy": NUMPY},
    "list": {"optiviz": optiviz("list"), "import numpy": NUMPY},
}
NEEDS = {"PyTorch": "torch", "JAX": "jax"}


def timed(command: list[str], folder: str) -> tuple[float, float]:
    """The seconds that a command takes, and those of the processor."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, spent


def compare(name: str, rounds: int, folder: str) -> None:
    """Print the medians of a command and of what stands beside it, and of their ratios."""
    sides = {who: words for who, words in COMMANDS[name].items() if find_spec(NEEDS.get(who, "os"))}
    taken = [[timed(words, folder) for words in sides.values()] for _ in range(rounds + 1)][1:]
    print(f"{name:10} {'seconds':>12} {'of a core':>12}")
    for nth, who in enumerate(sides):
        text = f"  {who:14}"
        for kind in range(2):
            mine = median([one[nth][kind] for one in taken])
            ratio = median([one[nth][kind] / one[0][kind] for one in taken])
            text += f" {mine:6.2f} {ratio:5.2f}×"
        print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    parser.add_argument("--rounds", type=int, default=5)
    known, rest = parser.parse_known_args()  # --help is a command, too
    with tempfile.TemporaryDirectory() as folder:
        for name in [*known.commands, *rest] or COMMANDS:
            compare(name, known.rounds, folder)


if __name__ == "__main__":
    main()
