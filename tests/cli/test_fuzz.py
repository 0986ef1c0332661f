"""No command line, however odd, gets a traceback, a wrong status, or leaves something behind.

OPTIVIZ_FUZZ_SEED tries other lines, and OPTIVIZ_FUZZ_LINES more or fewer.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from fuzz import lines
from fuzzed import SECONDS, Worker

pytestmark = pytest.mark.slow

MEGABYTES = 1000
SMALL, NET = "--steps 4 --size 240x180", "--sizes 784,3,10 --batch-size 200"
# Lines that this has found.
FOUND = [
    f"plot {SMALL} --surface exp(exp(exp(x)))",
    f"plot {SMALL} --surface valley:condition=1e300",
    f"plot {SMALL} --optim sgd:lr=1e300 --json",
    f"plot {SMALL} --problem regression --batch-size 8 --seed -1",
    "map --points 5 --steps 5 --x lr=1e-320:1e308",
    "map --points 5 --steps 5 --rates --x lr=1e-300:1e300",
    "gradcheck --sizes 784,3,10 --eps 1e-320",
    "gradcheck --sizes 784,3,10 --seed -1",
    "gradcheck --sizes 784,3,10 --size 241x181",  # a network that is off, so curves of nothing
    "list --json -h",
    "explain --json",
    f"landscape {NET} --updates 4 --images 9 --seed -1",
    f"sweep {NET} --optim ,",
    f"animate {SMALL} --optim sgd:lr=1e9 --panels path,lr --out a.webp",
    f"compare {NET} --epochs 1 --optim sgd:lr=1e300 --seeds 1 --size 240x180 --json",
    f"train --data-dir {'x' * 300}",
    f"reproduce --table lecture-sgd --out {'x' * 300}",
    "explore --points 3x2 --steps 3 -1.99e+90",
    "gallery --out slides --formats 35043 plot_momentum",
    f"train {NET} --epochs 1 --dataset {'7,' * 150}",
    "landscape --weights w.npz v.npz --images 9 --size 240x180 --out a.png",
    f"train {NET} --lr-range 1e-3:1 --out new",
    "train --dataset mine.csv --sizes 1,3 --batch-size 50 --epochs 1",
    "gradcheck --dataset wrong.csv --sizes 784,3,10",
]
SEED = int(os.environ.get("OPTIVIZ_FUZZ_SEED", "0"))


def faults(line: Sequence[str], came: dict[str, Any]) -> list[str]:
    """What is wrong with what a line came to."""
    status, out, err = came["status"], came["out"], came["err"]
    said = [line for line in err.splitlines(keepends=True) if not re.search(r"\d%\|", line)]
    left = "".join(said).replace("\r", "")  # but for progress bars
    left = re.sub(r"^(From|In|The) .*\bη.*\.\n", "", left)  # what is told of a schedule first
    refusal = re.fullmatch(r"optiviz: [^\n]+[.?]\n", left) or left.startswith("Usage: ")
    helped = {"--help", "-h"} & set(line)
    wanted = "--out" in line and not helped and "--list" not in line
    missing = " needs an extra package: " in err  # and the command that installs it
    wrong = {
        "it took too long": came["seconds"] > SECONDS,
        "it took too much memory": came["megabytes"] > MEGABYTES,
        "a traceback": bool(came["raised"]) or "Traceback" in out + err,
        "a warning": "Warning" in err,
        "a wrong status": status not in (0, 2),
        "a refusal is one sentence": status == 2 and not refusal and not missing,
        "a refusal leaves nothing": status == 2 and bool(came["changed"]),
        "no file": status == 0 and wanted and not came["out_is_there"],
        "no JSON": status == 0 and "--json" in line and not helped and not _is_json(out),
    }
    return [fault for fault, holds in wrong.items() if holds]


def _is_json(text: str) -> bool:
    def refuse(word: str) -> None:
        raise ValueError(word)

    with suppress(ValueError):
        json.loads(text, parse_constant=refuse)
        return True
    return False


def judged(every: list[list[str]], processes: int) -> list[str]:
    """What is wrong with these lines."""

    def run(share: list[list[str]]) -> list[str]:
        worker, found = Worker(), []
        for line in share:
            came = worker.run(line)
            if wrong := faults(line, came):
                last = (came["raised"] or came["err"]).strip()[-700:]
                found.append(f"{shlex.join(line)}\n    {', '.join(wrong)}: {last!a}")
        worker.close()
        return found

    parts = [every[first::processes] for first in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        return [one for found in pool.map(run, parts) for one in found]


def report(found: list[str]) -> str:
    return f"seed {SEED}: {len(found)} lines\n" + "\n".join(found)


def test_lines_that_once_failed() -> None:
    found = judged([line.split() for line in FOUND], 1)
    assert not found, report(found)


def test_three_thousand_lines() -> None:
    found = judged(lines(SEED, int(os.environ.get("OPTIVIZ_FUZZ_LINES", "3000"))), 2)
    assert not found, report(found)
