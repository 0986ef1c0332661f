"""What comes in becomes floats; every problem travels to another process, and equals its copy."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from optiviz import surface, surfaces
from optiviz.problems import MLP, PROBLEMS, logistic, parse_problem, regression, valley, valleys
from optiviz.problems.network.slice import Slice, filtered

POINTS = [[1, 2], [0, -1], [3, 1]]


def sine(x: Any, y: Any) -> Any:
    return math.sin(x) + y * y


def dish(x: Any, y: Any) -> Any:
    return x**2 + 3 * y**2


def sliced() -> Slice:
    net = MLP([[0.0, 1.0], [1.0, 0.0]], [0, 1], sizes=(2, 4, 2), dtype="float64")
    return Slice(net, filtered(net, net.start(0)), ((-1, 1), (-1, 1)))


# Made when they are asked for: a surface of one's own is measured first.
MADE: dict[str, Callable[[], Any]] = {
    "valley of another condition": lambda: valley(condition=4, rotation=70),
    "expression": lambda: parse_problem("x**2 + 10*y**2 + sin(3*x)"),
    "oval": lambda: parse_problem("x**2+y**2"),
    "function": lambda: surface(dish),
    "differences": lambda: surface(sine),
    "slice": sliced,
}
each = pytest.mark.parametrize("name", [*PROBLEMS, *MADE])


@cache
def named(name: str) -> Any:
    return MADE[name]() if name in MADE else PROBLEMS[name]


def test_whole_numbers_are_not_truncated() -> None:
    _, gradient = surfaces["valley"].value_and_grad(np.array([1, 2]))
    assert gradient.round(2).tolist() == [-10.16, 25.94]


@each
def test_whole_numbers_and_lists_are_taken_as_floats(name: str) -> None:
    plane = named(name)
    for points in (POINTS, POINTS[0]):
        value, gradient = plane.value_and_grad(np.array(points, float))
        for given in (points, np.array(points), np.array(points, np.int8), tuple(points)):
            np.testing.assert_array_equal(plane.value(given), plane.value(np.array(points, float)))
            loss, g = plane.value_and_grad(given)
            np.testing.assert_array_equal(g, gradient)
            np.testing.assert_array_equal(loss, value)
            assert g.dtype == np.float64


@each
def test_single_precision_stays(name: str) -> None:
    w = np.array(POINTS, np.float32)
    assert named(name).value_and_grad(w)[1].dtype == np.float32


@each
def test_a_gradient_is_written_where_it_is_asked_for(name: str) -> None:
    out = np.empty((3, 2))
    assert named(name).value_and_grad(POINTS, None, out)[1] is out
    np.testing.assert_array_equal(out, named(name).value_and_grad(np.array(POINTS, float))[1])


def test_a_network_takes_its_weights_as_a_list() -> None:
    net = sliced().network
    w = net.start(3)
    assert net.value(w.tolist()) == net.value(w)


@each
@pytest.mark.parametrize("how", [lambda p: pickle.loads(pickle.dumps(p)), copy.deepcopy, copy.copy])
def test_a_copy_is_the_same_problem(name: str, how: Any) -> None:
    plane = named(name)
    twin = how(plane)
    w = np.array(POINTS, float)
    for ours, own in zip(plane.value_and_grad(w), twin.value_and_grad(w), strict=True):
        np.testing.assert_array_equal(ours, own)
    facts = ("name", "title", "bounds", "start", "minima", "saddles", "rates", "axes")
    for fact in facts:
        assert getattr(twin, fact) == getattr(plane, fact)
    assert name == "slice" or twin == plane


def test_a_network_travels_without_what_its_passes_left() -> None:
    net = MLP(np.eye(500, 20), np.arange(500) % 3, sizes=(20, 4, 3))
    w = net.start(0)
    fresh = len(pickle.dumps(net))
    expected = net.value_and_grad(w)[1].copy()
    assert len(pickle.dumps(net)) == fresh
    twin = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(twin.value_and_grad(w)[1], expected)


def test_a_lambda_can_be_copied_but_not_pickled() -> None:
    mine = surface(lambda x, y: x**2 + y**2)
    assert copy.deepcopy(mine) == mine
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(mine)


EQUAL: list[tuple[Callable[[], Any], Callable[[], Any], bool]] = [
    (lambda: valley(4), lambda: valley(4), True),
    (lambda: valley(4), lambda: valley(5), False),
    (lambda: named("oval"), lambda: parse_problem(" x**2+y**2 "), True),
    (lambda: named("oval"), lambda: parse_problem("x**2+3*y**2"), False),
    (lambda: named("function"), lambda: surface(dish), True),
    (lambda: named("function"), lambda: named("differences"), False),
    (lambda: named("differences"), lambda: surface(sine), True),
    (regression, regression, True),
    (regression, lambda: regression(seed=3), False),
    (logistic, logistic, True),
    (valleys, lambda: valleys(condition=3), False),
    (regression, lambda: 3, False),
]


@pytest.mark.parametrize(("first", "second", "equal"), EQUAL)
def test_problems_are_equal_if_all_that_they_hold_is(
    first: Callable[[], Any], second: Callable[[], Any], equal: bool
) -> None:
    one, other = first(), second()
    assert (one == other) is equal
    assert (one != other) is not equal
