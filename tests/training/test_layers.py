"""What is seen of a training's layers, beside what its checkpoints tell."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz import optim
from optiviz.problems import MLP
from optiviz.training import train
from optiviz.training.layers import Layers
from optiviz.training.train import Checkpoint

RNG = np.random.default_rng(0)
X, Y = RNG.random((50, 6)), RNG.integers(0, 3, 50)
NET = MLP(X, Y, sizes=(6, 5, 3), biases=True, dtype="float64")
HOW: dict[str, Any] = {"epochs": 4, "batch_size": 20, "seed": 1}  # twelve updates


def lengths(w: np.ndarray) -> np.ndarray:
    first = 6 * 5 + 5
    return np.array([np.linalg.norm(w[:first]), np.linalg.norm(w[first:])])


def test_steps_and_gradients_are_those_of_every_layer() -> None:
    layers, kept = Layers(), []
    rule = optim.Momentum(lr=0.3)
    train(NET, NET, rule, **HOW, eval_every=1, on_checkpoint=lambda at: kept.append(at.w.copy()))
    train(NET, NET, rule, **HOW, eval_every=5, layers=layers)
    assert [one.step for one in layers.seen] == [5, 10, 12]
    for one in layers.seen:
        before, after = kept[one.step - 2], kept[one.step - 1]
        np.testing.assert_allclose(one.ratio, lengths(after - before) / lengths(before))
        # The step of the single weight is the rule's own, in the numbers that were seen.
        numbers = one.one
        assert {"w", "g", "velocity"} == numbers.keys()
        step = 0.9 * numbers["velocity"] - 0.3 * numbers["g"]
        assert before[layers.weight] == numbers["w"]
        assert after[layers.weight] == pytest.approx(numbers["w"] + step)
    first, sgd = Layers(), optim.SGD(lr=0.3)
    train(NET, NET, sgd, **HOW | {"epochs": 1}, eval_every=1, layers=first)
    # Without a memory the step is η times the gradient.
    moved = np.array(first.seen[0].ratio) * lengths(NET.start(1))
    np.testing.assert_allclose(first.seen[0].gradient, moved / 0.3)


def test_watching_changes_nothing_and_goes_on_where_it_was_broken_off() -> None:
    plain = train(NET, NET, optim.Adam(lr=0.1), **HOW, eval_every=5)
    whole, parts, kept = Layers(), Layers(), list[Checkpoint]()
    done = train(NET, NET, optim.Adam(lr=0.1), **HOW, eval_every=5, layers=whole)
    np.testing.assert_array_equal(done.w, plain.w)
    for stops in ([4], [5, 6], []):
        asked = iter(range(kept[-1].step if kept else 0, 99))
        train(
            NET,
            NET,
            optim.Adam(lr=0.1),
            **HOW,
            eval_every=5,
            layers=parts,
            on_checkpoint=kept.append,
            stop=lambda asked=asked, stops=stops: next(asked) in stops,
            resume=kept[-1] if kept else None,
        )
    assert parts.seen == whole.seen


def test_a_table_of_the_layers_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    layers = Layers()
    train(NET, NET, optim.SGD(lr=0.3), **HOW, eval_every=5, layers=layers)
    back = Layers.read(layers.table)
    assert back.seen == [replace(one, one={}) for one in layers.seen]
    layers.write(tmp_path / "layers.csv")
    with (tmp_path / "layers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["5", "10", "12"]
    for row, one in zip(rows, layers.seen, strict=True):
        assert [float(row[f"ratio_{i}"]) for i in (1, 2)] == list(one.ratio)
        assert [float(row[f"gradient_{i}"]) for i in (1, 2)] == list(one.gradient)
    Layers().write(tmp_path / "none.csv")
    assert not (tmp_path / "none.csv").exists()
