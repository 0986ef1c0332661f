"""A formula that is shown is what is computed: every line of every rule, form and setting."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest

from optiviz.optim import OPTIMIZERS, Optimizer
from optiviz.optim.describe import SYMBOLS
from optiviz.optim.formula import evaluate, filled, follow, outcomes_of, symbols_of
from optiviz.optim.trial import begun, extras

STATES = 200


def forms(rule: type[Optimizer]) -> list[dict[str, Any]]:
    """Every way to choose among a rule's words and switches."""
    fields = rule.__dataclass_fields__.values()
    choices = {
        field.name: field.metadata.get("choices", (False, True))
        for field in fields
        if "choices" in field.metadata or field.type == "bool"
    }
    return [dict(zip(choices, chosen, strict=True)) for chosen in product(*choices.values())]


CASES = [(name, form) for name, rule in OPTIMIZERS.items() for form in forms(rule)]


def drawn(name: str, form: dict[str, Any], rng: np.random.Generator) -> Optimizer:
    """The rule with random settings within their bounds."""
    kind, settings = OPTIMIZERS[name], {}
    for field in kind.__dataclass_fields__:
        if bound := kind.bound(field):
            high = 0.999 if bound.high == 1 else 0.5
            whole = kind.__dataclass_fields__[field].type == "int"
            settings[field] = (
                int(rng.integers(1, 9)) if whole else float(rng.uniform(bound.low + 1e-6, high))
            )
    return kind(**settings, **form)


@pytest.mark.parametrize(("name", "form"), CASES)
def test_the_lines_are_the_step(name: str, form: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(STATES):
        rule, t = drawn(name, form, rng), int(rng.integers(0, 50))
        w, g = rng.normal(size=2), rng.normal(size=2) * 10.0 ** rng.integers(-3, 3)
        state = begun(rule, w)
        for slot in set(rule.symbols.values()) & set(state):
            positive = slot not in ("velocity", "moment1")
            state[slot][...] = rng.uniform(0 if positive else -1, 0.9, state[slot].shape)
        if rule.__class__.__name__ == "RMSProp" and form["centered"]:
            state["moment1"] *= 0.1  # so that a variance is one
        before = {slot: array.copy() for slot, array in state.items()}
        said = symbols_of(rule, w.copy(), g, before, t)
        given = extras(rule)
        if rule.matrices:  # the lines are about a matrix, and vectors have Adam's
            given = {"blocks": lambda x: [x[None]]}
        rule.step(w, g.copy(), state, t, **given)
        said |= outcomes_of(rule, state)
        for line in rule.formula():
            follow(line, said)
        np.testing.assert_allclose(said["w"], w, rtol=1e-9, atol=1e-12)
        for symbol, slot in rule.symbols.items():
            if slot in state and slot != "_gram":  # which has tests of its own
                np.testing.assert_allclose(said[symbol], state[slot], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "form"), CASES)
@pytest.mark.parametrize("still", ["lr", "slope"])
def test_the_lines_are_the_step_that_does_not_move(
    name: str, form: dict[str, Any], still: str
) -> None:
    rule = OPTIMIZERS[name](**form, **({"lr": 0.0} if still == "lr" else {}))
    w, g = np.array([0.7, -2.0]), np.zeros(2) if still == "slope" else np.array([3.0, 1.0])
    state = begun(rule, w)
    said = symbols_of(rule, w.copy(), g, {k: v.copy() for k, v in state.items()}, 0)
    rule.step(
        w,
        g.copy(),
        state,
        0,
        **({"blocks": lambda x: [x[None]]} if rule.matrices else extras(rule)),
    )
    said |= outcomes_of(rule, state)
    for line in rule.formula():
        follow(line, said)
    np.testing.assert_allclose(said["w"], w, rtol=1e-12)


@pytest.mark.parametrize(("name", "form"), CASES)
def test_every_setting_and_slot_stands_in_the_lines(name: str, form: dict[str, Any]) -> None:
    rule = OPTIMIZERS[name](**form)
    text = " ".join(rule.formula())
    state = begun(rule, np.zeros(2))
    # What a search or a matrix keeps stands in no line, nor what Muon keeps of vectors.
    apart = {slot for slot in state if slot[0] == "_" and rule.extras} | {"_scratch"}
    apart |= {"moment2"} if rule.matrices else set()
    told = {slot for symbol, slot in rule.symbols.items() if symbol in text}
    assert told == set(state) - apart
    for setting in rule.settings():
        assert setting not in SYMBOLS or SYMBOLS[setting] in text
    assert rule.purpose.endswith(".")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2·3/4", 1.5),
        ("ab/cd", 2 * 3 / 5 * 7),
        ("a − b − c", 2 - 3 - 5),
        ("−a + b", 1),
        ("√(a + d)b²", 27),
        ("a^(b + 1)", 16),
        ("aᵗ", 2**4),
        ("max(a, b)sign(a − d)", -3),
        ("1 − 0.5·0.96^(tc)", 1 - 0.5 * 0.96**20),
    ],
)
def test_lines_are_read_as_on_paper(text: str, value: float) -> None:
    known = {"a": 2.0, "b": 3.0, "c": 5.0, "d": 7.0, "t": 4.0}
    assert evaluate(text, known) == pytest.approx(value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("v ← βv − ηg", "v ← 0.9·(−1) − 0.1·2 = −1.1"),
        ("s ← βs + (1 − β)g²", "s ← 0.9·4 + (1 − 0.9)·2² = 4"),
        ("m ← v/(1 − βᵗ)", "m ← −1/(1 − 0.9^3) = −3.69"),
        ("w ← w − ηg/(√s + ε)", "w ← (1, −2) − 0.1·2/(√4 + 1e−08) = (0.9, −2.1)"),
        ("s ← max(s, g²)β", "s ← max(4, 2²)·0.9 = 3.6"),
        ("u ← 0.5·0.96^(tη)", "u ← 0.5·0.96^(3·0.1) = 0.4939"),
    ],
)
def test_lines_are_told_in_numbers(line: str, told: str) -> None:
    known = {"v": -1.0, "β": 0.9, "η": 0.1, "g": 2.0, "s": 4.0, "t": 3, "ε": 1e-8}
    assert filled(line, known | {"w": np.array([1.0, -2.0])}) == told


@pytest.mark.parametrize(
    ("line", "known", "told"),
    [
        ("w ← w − ηg", {"w": np.inf, "g": 1.0}, "w ← too large to be shown"),
        ("w ← w − ηg", {"w": 1.0, "g": 1e308, "η": 1e9}, "w ← too large to be shown"),
        ("w ← w + v", {"w": 1.0, "v": np.nan, "g": np.inf}, "w ← too large to be shown"),
        ("w ← w + v", {"w": 1.0, "v": np.nan, "g": 3.0}, "w ← not known here"),
        ("p ← −Hg", {"p ← −Hg": np.inf}, "p ← too large to be shown"),
        ("p ← −Hg", {"p ← −Hg": np.nan}, "p ← −Hg"),
        ("p ← −Hg", {"p ← −Hg": 2.0, "g": np.nan}, "p ← −Hg = 2"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_number_that_is_none_is_told_in_words(
    line: str, known: dict[str, float], told: str
) -> None:
    """The page's script has the same; see tests/js/formula.test.js."""
    assert filled(line, {"η": np.float64(0.1), "t": 1} | known) == told


@pytest.mark.parametrize("text", ["", "a +", "(a", "a)", "x", "max(a", "a b)", "+a", "__import__"])
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        evaluate(text, {"a": 1.0})
