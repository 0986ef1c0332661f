"""The scripts' own tests, and what the scripts compute against what Python does."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import optiviz
from optiviz.player import pack
from optiviz.problems import parse_problem
from optiviz.runs import race

HERE = Path(__file__).parent
SCRIPTS = Path(optiviz.__file__).parent / "player" / "js"


def run(node: str, program: str, sent: Any) -> Any:
    """What a program prints, as JSON, of what is sent to it."""
    done = subprocess.run(
        [node, "--input-type=module", "-e", program],
        input=json.dumps(sent),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_scripts_own_tests_pass(node: str) -> None:
    tests = sorted(map(str, HERE.glob("*.test.js")))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


BATCHES = f"""
import {{ readFileSync }} from "node:fs";
import {{ batchSurface }} from "{SCRIPTS.as_uri()}/batch.js";
import {{ unpack }} from "{SCRIPTS.as_uri()}/numbers.js";
const {{ ground, batches, points }} = JSON.parse(readFileSync(0));
const {{ samples, xy, groups }} = unpack(Buffer.from(ground, "hex"));
const surfaces = batches.map((batch) => batchSurface({{ ...samples, xy, groups }}, batch));
console.log(JSON.stringify(surfaces.map(({{ value, least }}) =>
  ({{ values: points.map((w) => value(...w)), least }}))));
"""


@pytest.mark.parametrize("name", ["regression", "logistic", "valleys"])
def test_the_loss_of_a_batch_is_ours(node: str, name: str) -> None:
    problem = parse_problem(name)
    record = race(problem, ["sgd"], steps=20, batch_size=8)[0]
    batches = [batch[batch >= 0] for batch in record.batch]  # the last of an epoch is smaller
    sent = {
        "ground": pack.ground(problem).hex(),
        "batches": [batch.tolist() for batch in batches],
        "points": record.w.tolist(),
    }
    for batch, found in zip(batches, run(node, BATCHES, sent), strict=True):
        expected = [problem.value(w, batch) for w in record.w]
        assert found["values"] == pytest.approx(expected, rel=1e-5)
        least = problem.minimizer(batch)
        assert found["least"] == (least and pytest.approx(least, rel=1e-4))


SENT = pack.DRAWING | pack.NOWHERE


@pytest.mark.parametrize("name", SENT)
def test_a_number_is_told_once(name: str) -> None:
    """A script reads it from the pack, and holds no second copy; how, its own tests see."""
    named = re.compile(rf"(?<!look\.)\b{name}\b")
    readers = [code for code in map(_code, SCRIPTS.glob("*.js")) if named.search(code)]
    assert readers
    for code in readers:
        assert SENT[name] not in {float(found) for found in NUMBER.findall(code)}


NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")


def _code(path: Path) -> str:
    """A script without its comments and its words."""
    return re.sub(r"//.*|\"[^\"]*\"", "", path.read_text(encoding="utf-8"))
