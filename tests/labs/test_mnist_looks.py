"""What the MNIST lab shows more closely: confusion, digits, layers, a formula, a surface."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from optiviz import UserError
from optiviz.labs.mnist import closer, valley
from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.looks import Looks
from optiviz.labs.mnist.race import Lane
from optiviz.labs.mnist.trail import FEW, MOST, Trail
from optiviz.optim import OPTIMIZERS
from optiviz.problems import MLP, load
from optiviz.training.layers import Seen

SIZES = (784, 8, 10)
# They keep more than a weight's own numbers, or look elsewhere, or at the whole matrix.
UNSEEN = ("nadam", "schedule-free-sgd", "schedule-free-adamw", "prodigy", "sam", "lbfgs")
UNSEEN += ("shampoo", "muon")
NET = MLP(np.zeros((2, 784)), [0, 1], SIZES, compiled=False)  # for its first weights


def lane(key: int = 1, rule: str = "momentum", **sent: Any) -> Lane:
    state = mnist_form.clean({"lanes": [{"rule": rule}], "hidden": "8", "epochs": 2} | sent)[0]
    return Lane(mnist_form.recipes(state)[0], key)


def trained(key: int, toward: int, points: int = 5) -> Lane:
    """A lane that is done, and whose way goes from the start into a direction of its own."""
    found = lane(key)
    start = NET.start(0)
    rng = np.random.default_rng(toward)
    away = rng.normal(size=start.size).astype(start.dtype) * 0.01
    for k in range(1, points + 1):
        found.trail.add(600 * k, start + k * away)
    found.w, found.phase = found.trail.points[-1], "finished"
    return found


@pytest.fixture(scope="module")
def weights() -> closer.Held:
    return closer.Held(NET.start(0), SIZES)


# --- the confusion ---


def test_the_matrix_counts_every_test_image_once(weights: closer.Held) -> None:
    data = load("mnist")
    found = closer.confusion(weights)
    counts = np.array(found["counts"])
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(data.y_test))
    guesses = MLP(data.x_test, data.y_test, SIZES, compiled=False).predict(weights.w)
    assert counts[3, 5] == np.count_nonzero((data.y_test == 3) & (guesses == 5))
    assert found["wrong"] == np.count_nonzero(guesses != data.y_test)
    assert found["of"] == 10_000


def test_the_digits_of_a_cell_are_those_that_it_counts(weights: closer.Held) -> None:
    data, counts = load("mnist"), np.array(closer.confusion(weights)["counts"])
    np.fill_diagonal(counts, 0)
    truth, guess = (int(k) for k in np.unravel_index(counts.argmax(), counts.shape))
    found = closer.cell(weights, truth, guess)
    told = np.array(found["told"])
    assert found["count"] == counts.max()
    assert found["labels"] == [truth] * min(closer.SHOWN, found["count"])
    assert set(told.argmax(axis=1)) == {guess}
    assert (np.diff(told[:, guess]) <= 0).all()  # the surest mistakes first
    images = np.frombuffer(found["images"], np.uint8).reshape(-1, 784)
    known = np.rint(data.x_test * 255).astype(np.uint8)
    (place, *_) = np.flatnonzero((known == images[0]).all(axis=1))
    assert data.y_test[place] == truth
    right = np.array(closer.cell(weights, guess, guess)["told"])[:, guess]
    assert (np.diff(right) >= 0).all()  # and of those that it knows, the least sure


@pytest.mark.parametrize("at", [(None, 1), (1, 10), (-1, 0), (True, 1), ("3", 3), ([], {})])
def test_a_cell_that_there_is_not_is_none(weights: closer.Held, at: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match="no cell"):
        closer.cell(weights, *at)


# --- layers and formulas ---


def test_layers_are_told_by_epochs() -> None:
    one = lane()
    assert closer.layers(one) == {"rows": [], "sizes": [784, 8, 10]}
    one.layers.seen.append(Seen(300, (0.1, 0.2), (3.0, 4.0), {}))
    assert closer.layers(one)["rows"] == [[0.5, (0.1, 0.2), (3.0, 4.0)]]


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_every_rule_has_its_lines_and_their_numbers(rule: str) -> None:
    """A step that was seen gives every symbol of the lines a number, and the lines the step."""
    from optiviz.optim.formula import follow  # noqa: PLC0415
    from optiviz.training import train  # noqa: PLC0415

    one, kept = lane(rule=rule), []
    net = MLP([[0.0, 1.0], [1.0, 0.5]], [0, 1], sizes=(2, 4, 2), dtype="float64", compiled=False)
    how: Any = {"epochs": 3, "batch_size": 2, "on_checkpoint": lambda at: kept.append(at.w.copy())}
    train(net, net, one.recipe.rule(net), **how, layers=one.layers)
    found = closer.formula(one)
    if rule in UNSEEN:
        assert found["lines"]
        assert "known" not in found
        return
    known = dict(found["known"])
    assert known["t"] == found["step"] == 3
    assert known["w"] == kept[1][found["weight"]]
    for line in found["lines"]:
        follow(line, known)
    assert known["w"] == pytest.approx(kept[2][found["weight"]], rel=1e-9)


# --- the way and the surface ---


def test_a_way_is_even_has_its_end_and_no_more_points_than_there_is_room_for() -> None:
    trail, weights = Trail(), [np.full(3, k) for k in range(101)]
    for k in range(1, 101):
        trail.add(5 * k, weights[k])
        assert trail.steps[-1] == 5 * k
        assert len(trail.steps) <= MOST
        assert [w[0] * 5 for w in trail.points] == trail.steps
        gaps = np.diff(trail.steps[:-1])
        assert (gaps == 5 * trail.every).all()
    trail.add(500, weights[0])  # a training that goes on evaluates nothing twice
    assert trail.points[-1][0] == 100
    large = Trail()
    for k in range(40):
        large.add(k, np.broadcast_to(np.float64(k), (4_000_000,)))
    assert len(large.steps) <= FEW


def test_the_surface_is_the_loss_of_the_network_on_the_plane() -> None:
    lanes = [trained(1, 3), trained(2, 4)]
    said: list[float] = []
    found = valley.surface(lanes, threading.Event(), said.append)
    assert said[0] == 0
    assert said == sorted(said)
    low, high = np.log(found["losses"])
    heights = np.frombuffer(found["heights"], np.uint16).reshape(valley.SIDE, valley.SIDE)
    loss = np.exp(low + (high - low) * heights / valley.FULL)
    data = load("mnist")
    network = MLP(
        data.x_train[: valley.IMAGES], data.y_train[: valley.IMAGES], SIZES, compiled=False
    )
    way = found["runs"][1]
    assert (way["run"], way["epochs"]) == (2, [0, 1, 2, 3, 4, 5])
    # Two straight ways from one start lie in one plane, so the loss drawn there is their own.
    assert way["loss"][-1] == pytest.approx(network.value(lanes[1].w), rel=1e-5)
    (left, right), (bottom, top) = found["extent"]
    column = round((way["x"][-1] - left) / (right - left) * (valley.SIDE - 1))
    row = round((way["y"][-1] - bottom) / (top - bottom) * (valley.SIDE - 1))
    assert loss[row, column] == pytest.approx(way["loss"][-1], rel=0.05)


def test_only_ways_from_the_same_weights_share_a_surface() -> None:
    one, other, lost = trained(1, 3), trained(2, 4), trained(3, 5)
    seed = Lane(mnist_form.recipes(mnist_form.clean({"hidden": "8", "seed": 1})[0])[0], 4)
    seed.trail, seed.phase = trained(4, 3).trail, "finished"
    lost.trouble = "it failed"
    assert valley.together([one, seed, lost, other]) == [one, other]
    with pytest.raises(UserError, match="Nothing is kept of this run's way"):
        valley.together([lane(5), one])
    with pytest.raises(UserError, match="not done, or it went astray"):
        valley.together([lost, one])


# --- answers beside the page's own thread ---


def answered(act: Callable[[Looks], None], lanes: list[Lane], until: str = "") -> list[Any]:
    """The messages that a page gets, until one of a type has come."""
    heard: list[Any] = []

    async def page() -> None:
        looks = Looks(lambda message, parts: heard.append((message, parts)), _finder(lanes))
        act(looks)
        for _ in range(1000):
            done = [message for message, _ in heard if message["type"] == until]
            if any("share" not in message for message in done) or not until:
                return
            await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as pool:  # a browser's tests leave a loop that runs in this one
        pool.submit(asyncio.run, page()).result()
    return heard


def _finder(lanes: list[Lane]) -> Callable[[Any], Lane | None]:
    return lambda key: next((one for one in lanes if one.key == key), None)


def test_a_page_is_answered_by_messages_of_the_same_name() -> None:
    one = trained(1, 3)
    ((message, parts),) = answered(
        lambda looks: looks.answers()["confusion"](1), [one], "confusion"
    )
    assert (message["run"], message["of"], parts) == (1, 10_000, [])
    about = {"run": 1, "truth": 3, "guess": 3}
    ((message, parts),) = answered(lambda looks: looks.answers()["cell"](about), [one], "cell")
    assert len(parts[0]) == 784 * len(message["labels"])
    ((message, _),) = answered(lambda looks: looks.answers()["layers"](1), [one])
    assert message["type"] == "layers"
    other = [trained(3, 1)]
    for odd in (None, 7, [1], {"run": []}, "x"):
        for kind in ("confusion", "cell", "layers", "formula", "surface"):
            assert answered(lambda looks, k=kind, o=odd: looks.answers()[k](o), other) == []


def test_a_surface_says_how_far_it_is_and_can_be_cancelled() -> None:
    lanes = [trained(1, 3), trained(2, 4)]

    def act(looks: Looks) -> None:
        looks.answers()["surface"]([2, 1])
        with pytest.raises(UserError, match="A surface is being made"):
            looks.answers()["surface"]([2, 1])
        looks.answers()["halt"](None)

    heard = [message for message, _ in answered(act, lanes, "surface")]
    assert heard[-1] == {"type": "surface", "run": 2, "stopped": True}
