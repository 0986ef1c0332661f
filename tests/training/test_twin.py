"""A network beside the valley of its two sharpest directions."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from optiviz import optim
from optiviz.errors import UserError
from optiviz.maps.theory import limit
from optiviz.problems import MLP
from optiviz.runs import descend
from optiviz.runs.loop import steps
from optiviz.training.curvature import curvature
from optiviz.training.twin import Twins
from optiviz.training.twinning import Growing, twins


@cache
def network() -> MLP:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 60)
    x = rng.standard_normal((60, 4)) + np.eye(3, 4)[y]
    return MLP(x, y, (4, 8, 3), dtype="float64")


@cache
def made(batch_size: int | None = None, lr: float = 0.3) -> Twins:
    return twins(network(), optim.SGD(lr=lr), updates=40, batch_size=batch_size, looks=5)


@pytest.mark.parametrize("batch_size", [None, 7])
def test_the_valley_pulls_as_the_network_does(batch_size: int | None) -> None:
    """Along the two directions, at its start: in the mean, and with every batch."""
    found = made(batch_size)
    points = steps(network(), found.rule, network().start(0), 40, batch_size, 0)
    for point in points:
        if point.t in found.at:
            look = found.at.tolist().index(point.t)
            measured = curvature(network(), point.w)
            valley = found.valley(look)
            start = np.array(valley.start)
            signs = np.sign(
                (measured.vectors @ point.g) * valley.value_and_grad(start, point.batch)[1]
            )
            pull = valley.value_and_grad(start, point.batch)[1] * signs
            assert pull == pytest.approx(measured.vectors @ point.g, rel=1e-4, abs=1e-7)
            assert valley.curvature[::2] == pytest.approx(measured.values, rel=1e-6)
            assert valley.minima[0] == pytest.approx((0, 0), abs=1e-12)


def test_both_see_the_same_batches_and_the_way_is_the_network_s() -> None:
    found = made(7)
    _, run, shadow = found.runs(2)
    points = steps(network(), found.rule, network().start(0), 40, 7, 0)
    kept = [(point.batch.copy(), point.w.copy()) for point in points]
    for t, (batch, _) in enumerate(kept):
        assert sorted(run.batch[t][run.batch[t] >= 0]) == sorted(batch)
    weights = np.array([w for _, w in kept])
    moved = np.linalg.norm(np.diff(shadow.w, axis=0), axis=1)
    assert (moved <= np.linalg.norm(np.diff(weights, axis=0), axis=1) + 1e-12).all()
    assert not moved[:20].any()
    assert moved[20:].all()
    assert shadow.w[20].tolist() == run.w[0].tolist()
    assert shadow.slots["true_loss"] == pytest.approx([network().value(w) for w in weights])


@pytest.mark.parametrize(
    "rule",
    [optim.SGD, optim.Momentum, optim.Nesterov, lambda lr: optim.Momentum(lr, form="average")],
)
def test_the_valley_s_limit_is_theory_s(rule) -> None:
    valley = made().valley(1)
    name = {optim.SGD: "sgd", optim.Nesterov: "nesterov"}.get(rule, "momentum")
    stands = limit(name, rule(0.1).settings(), valley.curvature[0])
    assert stands is not None
    below, above = (
        descend(valley, rule(stands * share), start=(1.0, 0.0), steps=400).loss[-1]
        for share in (0.98, 1.02)
    )
    assert below < 1e-2 * above


def test_a_loss_that_rises_is_told() -> None:
    assert made().rises is None
    found = made(None, 2.5)
    assert found.rises == int(np.flatnonzero(np.diff(found.loss) > 0)[0]) + 1
    assert 0 <= found.at[found.settled] <= 40


def test_a_rate_that_decays_is_the_toy_s_too() -> None:
    rule = optim.SGD(lr=optim.schedules.Cosine(0.3))
    _, run, shadow = twins(network(), rule, updates=40, looks=5).runs(1)
    assert run.lr.tolist() == shadow.lr.tolist()
    assert shadow.lr[0] == pytest.approx(0.3)
    assert shadow.lr[-1] < 0.01


def test_it_grows_to_the_same_and_is_seen_on_the_way() -> None:
    grown = Growing(network(), optim.SGD(lr=0.3), 40, 7, looks=5)
    for t in grown.grow():
        if t == 25:
            half = grown.seen()
            assert half.at.tolist() == [0, 10, 20]
            assert len(half.loss) == len(half.lr) + 1 == 26
            assert half.shadow(2).steps == 25
    whole, other = made(7), grown.seen()
    for name in ("loss", "accuracy", "lr", "at", "curvatures", "slopes"):
        assert getattr(whole, name).tolist() == getattr(other, name).tolist(), name
    for look in range(5):
        assert whole.way(look) == pytest.approx(other.way(look), abs=1e-12)
    assert half.way(1) == pytest.approx(other.way(1)[:26]), "it is of its own time"


def test_one_that_diverges_says_when_and_keeps_what_it_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grown = Growing(network(), optim.SGD(lr=1e30), 40)
    with np.errstate(all="ignore"):
        reached = list(grown.grow())
    assert grown.diverged == reached[-1] + 1
    assert np.isfinite(grown.seen().loss).all()
    monkeypatch.setattr("optiviz.training.twinning.ROOM", 41 * network().size * 8 - 1)
    with pytest.raises(UserError, match="no room for the weights"):
        Growing(network(), optim.SGD(lr=0.1), 40)


def test_where_a_valley_holds() -> None:
    found = dataclasses.replace(
        made(), curvatures=np.array([[2.0, 1], [2.3, 1], [3.0, 1], [3.1, 1], [2.9, 1]])
    )
    assert [found.holds(look) for look in range(5)] == [
        *[(0, 10)] * 2,
        *[(20, 40)] * 3,
    ]


def test_a_look_is_that_before_an_update() -> None:
    found = made()
    assert found.at.tolist() == [0, 10, 20, 30, 40]
    assert [found.look(t) for t in (0, 9, 10, 40)] == [0, 0, 1, 4]
    assert found.look() == found.settled
    saddle = np.array([3.0, -1.0])  # where two looks have no valley, that before them is taken
    curvatures = np.concatenate([found.curvatures[:1], np.tile(saddle, (4, 1))])
    without = dataclasses.replace(found, curvatures=curvatures)
    assert (without.settled, without.look()) == (1, 0)
    with pytest.raises(UserError, match="at must be from 0 to 40, got 41"):
        found.look(41)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"updates": 1}, "updates must be at least 2"),
        ({"looks": 1}, "looks must be from 2 to 100"),
        ({"batch_size": 61}, "batch_size must be from 1 to 60"),
        ({"rule": optim.SGD(lr=1e30)}, "sgd diverged at update"),
    ],
)
def test_bad_input(options: dict, message: str) -> None:
    rule = options.pop("rule", optim.SGD(lr=0.1))
    with pytest.raises(UserError, match=message):
        twins(network(), rule, **options)
