"""The range test: quadratics whose limit is known, noise, and where there is nothing to say."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from optiviz import optim, surfaces
from optiviz.errors import UserError
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.training.lr_range import lr_range
from optiviz.views.charts.lr_range import plot_lr_range

START = np.array([1.0, 0.5])


class Noisy(MLP):
    """A network's place, a quadratic's loss, with factors of its own for every batch."""

    def __init__(self, sharp: float, noise: float, seed: int) -> None:
        super().__init__(np.ones((8, 1)), [0, 1] * 4, (1, 2), dtype="float64", compiled=False)
        self.sharp, self.noise, self.rng = (
            np.array([sharp, sharp / 30 if noise else sharp]),
            noise,
            np.random.default_rng(seed),
        )

    def value_and_grad(self, w: Array, batch: object = None, out: Array | None = None):
        out = np.empty_like(w) if out is None else out
        factor = np.exp(self.noise * self.rng.standard_normal())
        pull = self.sharp * (w - 0.3 * self.noise * self.rng.standard_normal(2))
        out[:] = pull
        return float(factor * (0.5 * w @ (self.sharp * w) + 1e-3 * self.noise)), out


@pytest.mark.parametrize("sharp", [0.02, 1.0, 40.0])
@pytest.mark.parametrize(("rule", "factor"), [("sgd", 2.0), ("momentum", 3.8)])
def test_the_turn_is_the_limit_of_a_quadratic(sharp: float, rule: str, factor: float) -> None:
    problem = Noisy(sharp, 0.0, 0)
    limit = factor / sharp
    found = lr_range(problem, optim.parse(rule), START, limit / 1e3, limit * 10)
    if rule == "sgd":
        assert found.turns == pytest.approx(limit, rel=0.06)
    assert limit / 15 < found.suggested < limit / 2
    assert f"Suggested: η = {found.suggested:g}" in found.text
    assert "is least at" in found.text


@pytest.mark.parametrize("seed", range(6))
def test_noise_moves_it_little(seed: int) -> None:
    found = lr_range(Noisy(1.0, 0.3, seed), optim.SGD(), START, 1e-4, 10)
    assert 0.15 < found.suggested < 1.0


def test_what_there_is_nothing_to_say_of() -> None:
    bowl = surfaces["bowl"]
    low = lr_range(bowl, optim.SGD(), START, 1e-9, 1e-7)
    assert (low.begins, low.suggested) == (None, None)
    assert "does not move up to η = 1e-07: let --lr-range go higher" in low.text
    short = lr_range(bowl, optim.SGD(), START, 1e-3, 0.5)
    assert (short.turns, short.suggested) == (None, None)
    assert "does not rise up to 0.5: let --lr-range go higher to see the limit" in short.text
    high = lr_range(bowl, optim.SGD(), START, 5, 50)
    assert high.suggested is None
    assert "only rises from η = 5 on: begin --lr-range lower" in high.text
    assert len(high.loss) < 20, "it ends where nothing more is learnt"
    steep = lr_range(surfaces["valley"], optim.SGD(), START, 1e-4, 1)
    assert steep.suggested is not None


@dataclass(frozen=True)
class Deaf(optim.Optimizer):
    """A rule that does not listen to η."""

    def step(self, w: Array, g: Array, state: dict, t: int) -> None:
        w -= 0.01 * g


def test_mistakes() -> None:
    with pytest.raises(UserError, match="The steps of Deaf do not depend on lr"):
        lr_range(surfaces["bowl"], Deaf(), START, 1e-3, 1)
    for low, high in (
        (1.0, 0.1),
        (0.0, 1.0),
        (-1.0, 1.0),
        (float("nan"), 1.0),
        (1.0, float("inf")),
    ):
        with pytest.raises(UserError, match="--lr-range must go up from"):
            lr_range(surfaces["bowl"], optim.SGD(), START, low, high)
    with pytest.raises(UserError, match="must span a factor from"):
        lr_range(surfaces["bowl"], optim.SGD(), START, 1.0, 1.2)


@pytest.mark.parametrize("words", ["sam", "lbfgs", "shampoo", "muon", "full-adagrad"])
def test_rules_that_ask_for_more_have_a_range(words: str) -> None:
    rng = np.random.default_rng(0)
    net = MLP(rng.normal(size=(60, 4)), rng.integers(0, 2, 60), (4, 5, 2), dtype=np.float64)
    found = lr_range(net, optim.parse(words), net.start(0), 1e-3, 1.0, batch_size=20)
    assert len(found.loss) > 50


def test_the_command_writes_a_curve_and_a_picture(tmp_path: Path, optiviz: Callable) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((150, 4))
    np.savez(tmp_path / "mine.npz", x=x, y=np.argmax(x[:, :3], axis=1))
    words = "train --dataset mine.npz --sizes 4,8,3 --batch-size 20 --lr-range 1e-3:30"
    done = optiviz(f"{words} --json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    path = Path(facts["path"])
    assert path.name == "lr-range-sgd-mine-0"
    assert {one.name for one in path.iterdir()} == {"lr-range.csv", "lr-range.png"}
    with (path / "lr-range.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["lr"]) == 1e-3
    assert 1 < float(rows[-1]["lr"]) < 31
    again = optiviz(words)
    assert again.returncode == 2
    assert "is not empty: choose another --out, or --overwrite a test." in again.stderr
    assert optiviz(f"{words} --overwrite").returncode == 0
    for more, says in {
        "--epochs 3 --lr 1": "is a test of its own: leave out --epochs, --lr.",
        "--optim sgd:lr=1": "--lr-range finds η: leave out the one in 'sgd:lr=1'.",
        "--batch-size 999": "batch_size must be from 1 to 120",
    }.items():
        refused = optiviz(f"{words} {more} --out b")
        assert refused.returncode == 2
        assert says in refused.stderr
        assert not (tmp_path / "b").exists()
    refused = optiviz("train --lr-range 1")
    assert "--lr-range must be two numbers with a ':' between, got '1'." in refused.stderr


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_of_every_outcome(tmp_path: Path, theme: str) -> None:
    for low, high in ((1e-3, 10), (1e-9, 1e-7), (5, 50)):
        found = lr_range(surfaces["bowl"], optim.SGD(), START, low, high)
        plot_lr_range(
            found, tmp_path / "a.png", rule="sgd", title="a", theme=theme, size=(320, 480)
        )
