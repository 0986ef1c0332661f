"""What the page tells and draws of the axes of curvature is what Python does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.optim import on_planes
from optiviz.player import pack
from optiviz.problems import parse_problem
from optiviz.runs import race
from optiviz.runs.modes import modes
from optiviz.views import Picture
from optiviz.views.scene.eigen import told

from .test_node import SCRIPTS, run

PROGRAM = f"""
import {{ readFileSync }} from "node:fs";
import {{ axesCurves, axisTold }} from "{SCRIPTS.as_uri()}/axes.js";
import {{ unpack }} from "{SCRIPTS.as_uri()}/numbers.js";
const {{ paths, steps }} = JSON.parse(readFileSync(0));
const {{ eigen, runs }} = unpack(Buffer.from(paths, "hex"));
console.log(JSON.stringify(runs.map((run) => ({{
  told: steps.map((t) => [0, 1].map((axis) => axisTold(run, axis, t, eigen))),
  curves: axesCurves(run, {{ loss: false }}).map(([values]) => [...values]),
  losses: axesCurves(run, {{ loss: true }}).map(([values]) => [...values]),
}}))));
"""

RULES = [*on_planes(), "sgd:lr=0.1", "sgd:lr=1e-5", "momentum:lr=0.3", "nesterov:lr=0.03,beta=0"]


@pytest.mark.parametrize(
    ("problem", "schedule"), [("valley", None), ("valley", "cosine"), ("rosenbrock", None)]
)
def test_the_page_says_and_draws_the_same(node: str, problem: str, schedule: str | None) -> None:
    plane = parse_problem(problem)
    runs = race(plane, RULES, steps=9, schedule=schedule)
    packed = pack.paths(Picture(plane, runs, ["path", "eigen"]))
    sent: dict[str, Any] = {"paths": packed.hex(), "steps": [0, 5, 9]}
    for record, page in zip(runs, run(node, PROGRAM, sent), strict=True):
        found = modes(record, plane)
        for t, rows in zip(sent["steps"], page["told"], strict=True):
            assert rows == [told(found, axis, t) for axis in range(2)]
        np.testing.assert_allclose(np.transpose(page["curves"]), found.along, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(np.transpose(page["losses"]), found.losses, rtol=1e-4, atol=1e-9)


def test_a_page_of_a_surface_without_axes_is_refused() -> None:
    runs = race("saddle", ["sgd"], steps=3)
    with pytest.raises(UserError, match="Saddle has no axes of curvature"):
        pack.paths(Picture("saddle", runs, ["path", "eigen-loss"]))
