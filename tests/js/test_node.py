"""The scripts' own tests, and what the scripts compute against what Python does."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import optiviz
from optiviz.optim import SGD, on_planes
from optiviz.player import pack
from optiviz.problems import parse_problem
from optiviz.runs import race
from optiviz.runs.symbols import in_symbols
from optiviz.views import Picture


class Own(SGD):
    """A rule of somebody's own, which brings no formula."""

    def formula(self) -> tuple[str, ...]:
        return ()


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


# What stands in for a browser's globals needs a process of its own; the others share one.
TOGETHER = ["--input-type=module", "-e", "for (const a of process.argv.slice(1)) await import(a);"]


@pytest.mark.parametrize(("alone", "how"), [(False, TOGETHER), (True, ["--test"])])
def test_the_scripts_own_tests_pass(node: str, alone: bool, how: list[str]) -> None:
    files = sorted(HERE.glob("*.test.js"))
    mine = [str(one) for one in files if ("globalThis" in one.read_text("utf-8")) is alone]
    done = subprocess.run([node, *how, *mine], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search("^# pass [1-9]", done.stdout, re.MULTILINE)


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


@pytest.mark.parametrize("name", ["regression", "logistic", "valleys", "river", "rare"])
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


FORMULAS = f"""
import {{ readFileSync }} from "node:fs";
import {{ told }} from "{SCRIPTS.as_uri()}/formulas.js";
import {{ unpack }} from "{SCRIPTS.as_uri()}/numbers.js";
const {{ paths, steps }} = JSON.parse(readFileSync(0));
const text = (words) => words.map(([word]) => word).join("");
console.log(JSON.stringify(unpack(Buffer.from(paths, "hex")).runs.map((run) =>
  steps.map((t) => [0, 1].map((axis) => told(run, t, axis).map(({{ words, numbers }}) =>
    [text(words), text(numbers)]))))));
"""


def test_a_formula_is_told_in_the_numbers_of_the_step(node: str) -> None:
    """What the page says of the coming step ends where the rule itself went, whatever the rule."""
    problem = parse_problem("valley")
    runs = race(problem, on_planes(), steps=9, schedule="cosine")
    packed = pack.paths(Picture(problem, runs, ["path", "formula"]))
    sent = {"paths": packed.hex(), "steps": [0, 1, 7]}
    for record, steps in zip(runs, run(node, FORMULAS, sent), strict=True):
        for t, axes in zip(sent["steps"], steps, strict=True):
            for axis, rows in enumerate(axes):
                assert [words for words, _ in rows] == list(in_symbols(record)[0])
                last = next(numbers for words, numbers in rows[::-1] if words.startswith("w"))
                end = float(last.rpartition(" = ")[2].replace("−", "-"))
                assert end == pytest.approx(record.w[t + 1][axis], rel=6e-4), record.optimizer


def test_a_rule_without_a_formula_has_none_to_tell() -> None:
    assert pack.formula(race("bowl", [Own(lr=0.1)], steps=3)[0]) == ({"formula": None}, [])


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
