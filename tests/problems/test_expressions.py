"""Surfaces from an expression or a function: exact derivatives, and nothing past the whitelist."""

from __future__ import annotations

import json
import math
import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import optiviz
from optiviz import descend, optim, surface
from optiviz.errors import UserError
from optiviz.problems import PROBLEMS, SURFACES, expression, parse_problem
from optiviz.problems.planes.expressions import BINARY, FUNCTIONS, NAMES, looks_like
from optiviz.problems.planes.function import Function2

VALUES = [
    ("x**2 + 10*y**2 + sin(3*x)", lambda x, y: x**2 + 10 * y**2 + math.sin(3 * x)),
    ("-x**2 - -y", lambda x, y: -(x**2) + y),
    ("2**-x/3 + 1e-3*y", lambda x, y: 2**-x / 3 + 0.001 * y),
    ("x - y - 1", lambda x, y: x - y - 1),
    ("2**3**x", lambda x, y: 2 ** (3**x)),
    ("abs(x)*exp(-y**2)", lambda x, y: abs(x) * math.exp(-(y**2))),
    ("log(x**2 + 1) + sqrt(y + 4)", lambda x, y: math.log(x**2 + 1) + math.sqrt(y + 4)),
    (
        "asin(y/4) + acos(x/4)",
        lambda x, y: math.asin(y / 4) + math.acos(x / 4),
    ),
    ("atan(x) + sinh(x)*tanh(y)", lambda x, y: math.atan(x) + math.sinh(x) * math.tanh(y)),
    ("cosh(y) - cos(pi*x)", lambda x, y: math.cosh(y) - math.cos(math.pi * x)),
    ("tan(y/3)*e + x", lambda x, y: math.tan(y / 3) * math.e + x),
    ("(x*y)**3 / (1 + x*x)", lambda x, y: (x * y) ** 3 / (1 + x * x)),
    ("(x**2 + 1)**y", lambda x, y: (x**2 + 1) ** y),
    ("7", lambda x, y: 7.0),
    ("sin(99999999999999999999)*x", lambda x, y: math.sin(1e20) * x),
]


def slope(f: Any, at: np.ndarray, axis: int) -> float:
    """A derivative by differences of a plain function."""
    h = 1e-5 * np.eye(2)[axis]
    return float(f(*(at + h)) - f(*(at - h))) / 2e-5


@pytest.mark.parametrize(("text", "same"), VALUES, ids=[text for text, _ in VALUES])
def test_values_and_derivatives(text: str, same: Any) -> None:
    found = expression(text)
    points = np.random.default_rng(0).uniform(-2.5, 2.5, (7, 2))
    values, gradients = found.value_and_grad(points)
    for at, value, g in zip(points, values, gradients, strict=True):
        assert value == pytest.approx(same(*at.tolist()), rel=1e-12, abs=1e-12)
        assert g == pytest.approx([slope(same, at, 0), slope(same, at, 1)], rel=1e-5, abs=1e-7)
        alone, own = found.value_and_grad(at)
        assert alone == pytest.approx(value, rel=1e-14)
        assert own == pytest.approx(g, rel=1e-14)
    assert found.grid(9)[2].shape == (9, 9)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("(1-x)**2 + 100*(y-x**2)**2", "rosenbrock"),
        ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", "himmelblau"),
        ("x**2*(4-2.1*x**2+x**4/3)+x*y+4*(y**2-1)*y**2", "six-hump-camel"),
    ],
)
def test_the_same_surface_by_hand(text: str, name: str) -> None:
    rule, start = optim.Momentum(lr=1e-3), SURFACES[name].start
    runs = [descend(s, rule, start, steps=40) for s in (expression(text), SURFACES[name])]
    np.testing.assert_allclose(runs[0].w, runs[1].w, rtol=1e-9)
    np.testing.assert_allclose(runs[0].grad, runs[1].grad, rtol=1e-7, atol=1e-9)


def test_a_surface_finds_its_own_facts() -> None:
    found = expression("x**2 + 10*y**2 + sin(3*x)")
    assert found.axes == ("x", "y")
    assert found.rates["gradient"] == pytest.approx(0.02, rel=0.1)
    assert len(found.minima) == 2
    for place in found.minima:
        assert np.abs(found.value_and_grad(np.array(place))[1]).max() < 1e-9
    assert expression("x**3 + y**2").minima == ()  # no minimum at all
    assert expression("3*x + y").rates["gradient"] == 0.1
    run = descend(found, optim.Momentum(lr=found.rates["gradient"]), steps=200)
    assert run.loss[-1] == pytest.approx(found.floor(), abs=1e-6)


def test_no_minimum_is_told_where_the_edge_lies_lower() -> None:
    text = "x**3 - 3*x + y**2"  # a hollow at (1, 0), and below -2 the ground falls without end
    assert expression(text).minima == ()
    inner = surface(lambda x, y: x**3 - 3 * x + y**2, bounds=((-1.5, 3.0), (-2.0, 2.0)))
    assert inner.minima == ((1.0, 0.0),)


def test_the_rate_suits_all_but_the_steepest_tenth() -> None:
    found = expression("x**4 + y**2")
    x, y = np.meshgrid(*(np.linspace(-3, 3, 41) for _ in range(2)))
    below = x**4 + y**2 <= found.value(found.start)
    curvatures = np.maximum(12 * x**2, 2)[below]
    assert found.rates["gradient"] == pytest.approx(0.4 / np.percentile(curvatures, 90), rel=1e-3)
    assert found.rates["gradient"] < 0.5 * 0.4 / np.median(curvatures)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("x**2 + y**2", (-2.1, 1.68)),
        ("(x+2.1)**2 + (y-1.68)**2", (2.1, 1.68)),  # the first place has no slope
        ("sqrt(x) + y**2", (2.1, 1.68)),  # no loss
        ("sqrt(x+2.1) + y**2", (2.1, 1.68)),  # an infinite slope
        ("0*x", (-2.1, 1.68)),  # and nowhere else any
    ],
)
def test_a_start_has_a_slope(text: str, start: tuple[float, float]) -> None:
    assert expression(text).start == start


REFUSED = [
    ("x**2 + foo", 8, "foo is none of x, y, pi, e"),
    ("x + sinus(y)", 5, "sinus is none of the functions sin cos"),
    ("x^2", 2, "'^' has no place in an expression, write ** for powers"),
    ("x**2 +", 7, "something is missing or out of place"),
    ("(x + y", 1, "'(' was never closed"),
    ("x + y)", 6, "unmatched ')'"),
    ("x y", 3, "something is missing"),
    ("y + 1j*x", 5, "1j is no number"),
    ("x + sin", 5, "sin is none of x, y, pi, e"),
    ("sin() + x", 1, "sin takes one number"),
    ("x.real", 1, "only + - * / **"),
    ("x // y", 1, "only + - * / **"),
    ("x if y else 2", 1, "only + - * / **"),
    ("not x", 1, "only + - * / **"),
    ("(x)(y)", 1, "x is none of the functions"),
    ("sin(x)(y)", 1, "this is none of the functions"),
    ("True + x", 1, "True is no number"),
    ("None * x", 1, "None is no number"),
    ("x, y", 2, "',' has no place"),
    ("1,5*x", 2, "',' has no place in an expression, write a point in numbers"),
    ("−x", 1, "'−' has no place in an expression, write - for minus"),
    ("2·x", 2, "'·' has no place in an expression, write * between factors"),
    ("x²", 2, "'²' has no place in an expression, write ** for powers"),
    ("x[0]", 2, "'[' has no place"),
    ("x == y", 3, "'=' has no place"),
    ("lambda x: x", 9, "':' has no place"),
    ("x + '1'", 5, '"\'" has no place'),
    ("x\n+y", 2, "'\\n' has no place"),
    ("x + é", 5, "'é' has no place"),
    ("x # + y", 3, "'#' has no place"),
    ("__import__('os')", 12, '"\'" has no place'),
    ("__import__(os)*x", 1, "__import__ is none of the functions"),
    ("x.__class__.__base__", 1, "only + - * / **"),
    ("-" * 400 + "x", 61, "it is nested more than 60 levels"),
    ("(" * 300 + "x" + ")" * 300, 501, "an expression has at most 500"),
    ("x + " * 200 + "y", 501, "an expression has at most 500"),
]


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refused_at_the_column_that_is_wrong(text: str, column: int, reason: str) -> None:
    with pytest.raises(UserError, match=re.escape(f"at column {column}: {reason}")) as caught:
        expression(text)
    assert len(str(caught.value)) < 300


def test_what_is_a_name_and_what_an_expression() -> None:
    assert not [name for name in PROBLEMS if looks_like(name)]
    assert parse_problem("valley:condition=50").title == "Valley, condition number 50"
    assert parse_problem(" x - y ").name == "x - y"
    assert parse_problem("x").name == "x"
    with pytest.raises(UserError, match=r"Unknown problem 'vally'\. Did you mean"):
        parse_problem("vally")


# --- fuzzing ---

PIECES = [
    *("x", "y", "pi", "e", "9", "0", "1e308", "1e-308", "0x1F", "1_0", "1j", "9**9**9**9", "."),
    *("+", "-", "*", "/", "**", "//", "%", "@", "<<", "~", "^", "&", "==", "<", ":=", "->", ";"),
    *("(", ")", "[", "]", "{", "}", ",", ":", "'", '"', "#", "\\", "\n", "\t", " ", "`", "$", "é"),
    *("sin", "exp", "log", "abs(", "sqrt(", "__import__", "eval", "exec", "open(", "os.system"),
    *(
        "lambda",
        "if",
        "else",
        "for",
        "in",
        "not",
        "and",
        "await",
        "yield",
        "None",
        "True",
        "x.real",
    ),
    *("().__class__", "globals()", "f'{x}'", "\0", "\u202e", "٣", "ｘ"),
]
WORD = re.compile(r"[^\W\d]\w*")
KNOWN = {*NAMES, *FUNCTIONS}
NUMBER = re.compile(r"\b(0[xX][\da-fA-F_]+|0[oObB][\d_]+|[\d_]*\.?[\d_]+\.?([eE][+-]?\d+)?)")


@settings(max_examples=250, deadline=5000)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.text(max_size=80)))
@pytest.mark.slow
def test_nothing_gets_past_the_whitelist(text: str) -> None:
    try:
        found = expression(text)
    except UserError as error:
        if not re.search(r"at column \d+: ", str(error)):
            raise
        return
    assert set(WORD.findall(NUMBER.sub(" ", text))) <= KNOWN
    assert np.shape(found.value(np.zeros((3, 2)))) == (3,)


def trees() -> st.SearchStrategy[str]:
    """Right expressions, all with numbers that may be extreme."""
    leaves = st.one_of(
        st.sampled_from(["x", "y", "pi"]),
        st.floats(-1e3, 1e3, allow_nan=False).map(lambda v: f"({v:.4g})"),
        st.sampled_from(["9**9**9**9", "1e308", "0"]),
    )
    signs = st.sampled_from(["+", "-", "*", "/", "**"])
    assert len(BINARY) == 5

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, signs, inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
            st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(lambda t: f"{t[0]}({t[1]})"),
        )

    return st.recursive(leaves, grown, max_leaves=12)


@settings(max_examples=60)
@given(trees())
@example("(1e308/asin(x))")
def test_every_right_expression_is_computed_in_bounds(text: str) -> None:
    if len(text) > 500:
        return
    tracemalloc.start()
    began = time.process_time()
    try:
        found = expression(text)
        w = np.random.default_rng(1).uniform(-3, 3, (50, 2))
        values, gradients = found.value_and_grad(w)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 50e6
    assert time.process_time() - began < 4
    assert values.shape == (50,)
    assert values.dtype == gradients.dtype == np.float64


@pytest.mark.parametrize("text", ["9**9**9**9", "x*9**9**9**9", "9**(9**(9**(9**9)))", "1e400+x"])
def test_a_tower_of_powers_is_infinite_and_quick(text: str) -> None:
    began = time.process_time()
    with pytest.raises(UserError, match="has no finite loss and gradient at the start"):
        descend(expression(text), optim.SGD(lr=0.1))
    assert time.process_time() - began < 2


# --- functions ---


def test_a_function_has_exact_derivatives() -> None:
    found = surface(lambda x, y: (1 - x) ** 2 + 100 * np.square(y - x * x) + np.exp(x) / (y + 9))
    values, gradients = found.value_and_grad(np.array([[0.5, 2.0], [-1.0, 0.3]]))
    x, y = 0.5, 2.0
    assert values[0] == pytest.approx((1 - x) ** 2 + 100 * (y - x * x) ** 2 + np.exp(x) / (y + 9))
    exact = -2 * (1 - x) - 400 * x * (y - x * x) + np.exp(x) / (y + 9)
    assert gradients[0, 0] == pytest.approx(exact, rel=1e-13)
    assert "differences" not in found.title


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: math.sin(x) + y**2,
        lambda x, y: x * x if x > 0 else y * y + x,
        lambda x, y: np.where(x > 0, x * x, -x) + y * y,
    ],
)
def test_another_function_has_differences_and_says_so(function: Any) -> None:
    found = surface(function, name="mine")
    assert found.title == "mine, gradient by central differences"
    points = np.array([[0.5, 2.0], [-1.0, 0.3]])
    values, gradients = found.value_and_grad(points)
    for at, value, g in zip(points, values, gradients, strict=True):
        assert value == pytest.approx(float(function(*at)))
        assert g == pytest.approx([slope(function, at, 0), slope(function, at, 1)], rel=1e-6)
    assert found.value_and_grad(points[0])[1] == pytest.approx(gradients[0])


def test_bounds_that_hold_nothing_are_refused() -> None:
    with pytest.raises(UserError, match="from a lower number to a higher one"):
        optiviz.surface(lambda x, y: x**2 + y**2, bounds=((3, -3), (-3, 3)))


def test_a_function_descends_within_its_bounds() -> None:
    found = optiviz.surface(lambda x, y: (x - 5) ** 2 + y**2, bounds=((0, 10), (-4, 4)))
    assert isinstance(found, Function2)
    assert found.minima == ((5.0, 0.0),)
    assert 0 < found.start[0] < 10
    run = descend(found, optim.SGD(lr=found.rates["gradient"]), steps=100)
    assert run.w[-1] == pytest.approx([5, 0], abs=1e-6)


@pytest.mark.parametrize("reach", [(300.0, 3.0), (3.0, 300.0)], ids=["long and low", "high"])
def test_steps_of_one_length_suit_the_shorter_side(reach: tuple[float, float]) -> None:
    a, b = reach
    found = surface(lambda x, y: (x / a) ** 2 + (y / b) ** 2, bounds=((-a, a), (-b, b)))
    assert found.rates["unit"] == pytest.approx(0.1)
    assert (np.abs(descend(found, "adam", steps=60).w) <= reach).all()


def test_a_function_that_fails_is_refused() -> None:
    with pytest.raises(UserError, match=r"broken gives no number at \(0.3, 0.2\): 'no such thing'"):
        surface(lambda x, y: (_ for _ in ()).throw(KeyError("no such thing")), name="broken")
    with pytest.raises(UserError, match="gives no number"):
        surface(lambda x, y: "text", name="text")


# --- on the command line ---


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("plot --optim adam", "adam-x-2-10-y-2.png"),
        ("animate --frames 4", "momentum-x-2-10-y-2.gif"),
        ("map --points 12 --steps 50", "momentum-x-2-10-y-2-map.png"),
        ("map --basins --points 12 --steps 50", "momentum-x-2-10-y-2-basins.png"),
    ],
)
def test_a_picture_of_an_expression(
    words: str, name: str, tmp_path: Path, optiviz: Callable[[str], CompletedProcess[str]]
) -> None:
    done = optiviz(f"{words} --surface 'x**2 + 10*y**2' --json")
    assert json.loads(done.stdout)["path"] == str(tmp_path / name)
    assert (tmp_path / name).exists()


def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, optiviz: Callable[[str], CompletedProcess[str]]
) -> None:
    done = optiviz("plot --surface 'x**2 + os.remove(y)'")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "optiviz: Cannot read the surface 'x**2 + os.remove(y)' at column"
    )
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
