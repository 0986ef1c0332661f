"""Every update rule: its defaults, its formula in plain numbers, and itself in other ways."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from record import ROWS
from rows_torch import TORCH
from walks import rosenbrock

from optiviz.optim import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    Nadam,
    Nesterov,
    Optimizer,
    RMSProp,
    name_of,
    schedules,
    stepper,
)
from optiviz.optim.stepper import BLOCK, EVERY
from optiviz.optim.trial import begun, extras

each_rule = pytest.mark.parametrize("name", list(OPTIMIZERS))


def scheduled(rule: type[Optimizer]) -> list[str]:
    """The settings of a rule that may change from step to step."""
    return [field.name for field in dataclasses.fields(rule) if field.type == "Setting"]


# --- against PyTorch ---


def test_every_rule_has_a_row() -> None:
    assert {name_of(row.rule) for row in ROWS.values()} == set(OPTIMIZERS)


# Too small a difference for a path to show, so the defaults are compared as numbers too.
DEFAULTS = {
    "adagrad": {"lr": 0.01, "eps": 1e-10},
    "rmsprop": {"lr": 0.01, "beta": 0.99, "eps": 1e-8},
    "adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-6},
    "adam": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamw": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "nadam": {"lr": 0.002, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "momentum_decay": 0.004},
}


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_the_defaults_are_torchs(name: str) -> None:
    ours = OPTIMIZERS[name]().settings()
    assert {key: ours[key] for key in DEFAULTS[name]} == DEFAULTS[name]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(DEFAULTS))
def test_torchs_defaults_are_still_these(name: str) -> None:
    torch = pytest.importorskip("torch")
    rule = getattr(torch.optim, TORCH[f"{name}-defaults"][1])
    theirs = dict(rule([torch.nn.Parameter(torch.zeros(1))]).defaults)
    theirs |= dict(zip(("beta1", "beta2"), theirs.pop("betas", ()), strict=False))
    theirs["beta"] = theirs.pop("alpha", None)
    assert {key: theirs[key] for key in DEFAULTS[name]} == DEFAULTS[name]


# --- against formulas in plain numbers ---


def test_lion_rests_where_the_gradient_is_zero() -> None:
    w, rule = np.array([2.0, -1.0]), Lion(lr=0.1)
    rule.step(w, np.zeros(2), rule.init(w), 0)
    assert w.tolist() == [2.0, -1.0]


# The lectures' table: L(w) = w²/2 from 2 with η = 0.1.
LECTURE = [
    pytest.param(SGD(lr=0.1), ["1.800", "1.620", "1.458"], None, id="sgd"),
    pytest.param(
        Momentum(lr=0.1, beta=0.9),
        ["1.800", "1.440", "0.972"],
        ["0.200", "0.360", "0.468"],
        id="momentum",
    ),
]


@pytest.mark.parametrize(("rule", "weights", "speeds"), LECTURE)
def test_prints_the_lecture_table(rule: Optimizer, weights: list, speeds: list | None) -> None:
    w = np.array([2.0])
    state = rule.init(w)
    printed, moved = [], []
    for t in range(3):
        rule.step(w, w.copy(), state, t)
        printed.append(f"{w[0]:.3f}")
        moved.append(f"{abs(state['velocity'][0]):.3f}" if speeds else "")
    assert printed == weights
    assert speeds is None or moved == speeds


# Two steps from 0 under the gradient 1, with η = 0.1 and then 0.2, and β = 0.9.
CHANGING_RATE = [
    pytest.param(Momentum, "inside", -0.39, id="momentum-inside"),
    pytest.param(Momentum, "outside", -0.48, id="momentum-outside"),
    pytest.param(Momentum, "average", -0.048, id="momentum-average"),
    pytest.param(Nesterov, "inside", -0.651, id="nesterov-inside"),
    pytest.param(Nesterov, "outside", -0.732, id="nesterov-outside"),
    pytest.param(Nesterov, "average", -0.0732, id="nesterov-average"),
]


@pytest.mark.parametrize(("rule", "form", "end"), CHANGING_RATE)
def test_the_forms_differ_when_the_rate_changes(
    rule: type[Momentum], form: str, end: float
) -> None:
    w = np.zeros(1)
    state = rule().init(w)
    for t, lr in enumerate((0.1, 0.2)):
        rule(lr=lr, beta=0.9, form=form).step(w, np.ones(1), state, t)
    assert w[0] == pytest.approx(end, rel=1e-12)


# The first step under the gradient 2, with η = 0.1 and ε = 0.25 under the root.
INSIDE_ROOT = [
    pytest.param(AdaGrad, {}, 4 + 0.25, id="adagrad"),
    pytest.param(RMSProp, {"beta": 0.75}, 0.25 * 4 + 0.25, id="rmsprop"),
    pytest.param(
        RMSProp, {"beta": 0.75, "centered": True}, 0.25 * 4 - 0.5**2 + 0.25, id="rmsprop-centered"
    ),
    pytest.param(Adam, {}, 4 + 0.25, id="adam"),
    pytest.param(AMSGrad, {}, 4 + 0.25, id="amsgrad"),
    pytest.param(AdamW, {"weight_decay": 0.0}, 4 + 0.25, id="adamw"),
]


@pytest.mark.parametrize(("rule", "others", "square"), INSIDE_ROOT)
def test_epsilon_inside_the_root(rule: type[Optimizer], others: dict, square: float) -> None:
    w = np.zeros(1)
    made = rule(lr=0.1, eps=0.25, eps_inside_root=True, **others)
    made.step(w, np.array([2.0]), made.init(w), 0)
    assert w[0] == pytest.approx(-0.1 * 2 / math.sqrt(square), rel=1e-12)


# --- against itself ---

SWEEPS = [
    SGD(lr=0.1),
    *(Momentum(lr=0.1, beta=0.8, form=form) for form in ("inside", "outside", "average")),
    *(AdaGrad(lr=0.1, eps=1e-3, eps_inside_root=inside) for inside in (False, True)),
    RMSProp(lr=0.1, beta=0.8),
    *(Adam(lr=0.1, beta1=0.8, eps=1e-3, eps_inside_root=inside) for inside in (False, True)),
    Adam(lr=0.1, beta2=0.0),  # whose second moment needs no correction
    AdamW(lr=0.1, weight_decay=0.3),
    Nadam(lr=0.1),
]


@pytest.mark.parametrize("rule", SWEEPS, ids=repr)
def test_the_compiler_takes_the_same_steps(rule: Optimizer) -> None:
    pytest.importorskip("numba")
    from optiviz.optim.compiled import Runs, step_of  # noqa: PLC0415  # needs the compiler

    sweep = step_of(rule)
    assert sweep is not None
    w, twin = np.array([1.0, -2.0, 0.5]), np.array([1.0, -2.0, 0.5])
    state, own = begun(rule, w), begun(rule, twin)
    for t in range(3):
        rule.step(w, w + 0.5, state, t)
        sweep(rule, twin, twin + 0.5, own, t, Runs.of(3))
    assert w.tobytes() == twin.tobytes()


@pytest.mark.parametrize("rule", SWEEPS, ids=repr)
def test_the_compiler_takes_the_same_steps_where_much_of_a_gradient_is_zero(
    rule: Optimizer,
) -> None:
    pytest.importorskip("numba")
    random = np.random.default_rng(5)
    w, g = random.normal(size=(2, BLOCK + 100)).astype(np.float32)
    g[1000:] *= np.repeat(random.random(g.size // 100 + 1) < 0.1, 100)[: g.size - 1000]
    g[5000], g[-1] = 1e-30, -2.0  # one in a run of zeros, one in the rest of a run
    twin, state = w.copy(), rule.init(w)
    step, own = stepper(rule, w, g, state, compiled=True), rule.init(twin)
    for t in range(3):
        step(t)
        rule.step(twin, g, own, t)
    assert w.tobytes() == twin.tobytes()


@pytest.mark.parametrize("rule", SWEEPS, ids=repr)
def test_rows_without_a_gradient_are_passed_over_to_the_same_bits(rule: Optimizer) -> None:
    """Rows that had one lately, or long ago, or never, or have one again."""
    pytest.importorskip("numba")
    random = np.random.default_rng(6)
    w, g = random.normal(size=(2, 400, 90)).astype(np.float32)
    chance, g = random.random(400) ** 6, g.ravel()
    w, twin = w.ravel(), w.ravel().copy()
    filled, ends = np.ones(400, np.bool_), np.arange(90, 36_001, 90)
    state, own, drawn = rule.init(w), rule.init(twin), g.copy()
    step = stepper(rule, w, g, state, compiled=True, rows=(filled, ends))
    plain = stepper(rule, twin, g, own, compiled=False)
    for t in range(5 * EVERY):
        filled[:] = random.random(400) < (chance if t < 3 * EVERY else 0.5 * (t % 50 == 0))
        g[:] = drawn * np.repeat(filled, 90)
        step(t)
        plain(t)
        assert w.tobytes() == twin.tobytes()
    for name in rule.slots:
        np.testing.assert_array_equal(state[name], own[name])


@pytest.mark.parametrize("rule", [SGD(lr=0.1), Momentum(lr=0.1), AdaGrad(lr=0.1), Adam(lr=0.1)])
def test_rows_that_are_known_to_be_zeros_are_not_read(rule: Optimizer) -> None:
    pytest.importorskip("numba")
    w, g = np.ones((2, 40_000), np.float32)
    state, filled = rule.init(w), np.zeros(40, np.bool_)
    step = stepper(rule, w, g, state, compiled=True, rows=(filled, np.arange(1000, 40_001, 1000)))
    g[:] = 0
    for t in range(EVERY):  # until it is seen that the slots hold nothing
        step(t)
    g[:] = np.nan
    step(EVERY)
    assert (w == 1).all()


@each_rule
@pytest.mark.parametrize("clip", [0.0, 1e-4])
def test_an_array_of_several_blocks_is_stepped_as_any_other(name: str, clip: float) -> None:
    """Also where gradients are small, whose squares are not to be taken for what has faded."""
    rule = OPTIMIZERS[name](lr=0.1, weight_decay=0.2, clip=clip)
    random = np.random.default_rng(3)
    if rule.most or "blocks" in rule.extras:
        pytest.skip("it keeps a matrix of all pairs, or is given its blocks")
    w, g = random.normal(size=(2, BLOCK + 100)).astype(np.float32)
    g *= 1e-6
    twin, state = w.copy(), begun(rule, w)
    step, own = stepper(rule, w, g, state, False, extras(rule)), begun(rule, twin)
    for t in range(EVERY + 2):
        step(t)
        rule.step(twin, g, own, t, **extras(rule))
    assert w.tobytes() == twin.tobytes()


@each_rule
def test_a_stack_is_its_single_runs(name: str) -> None:
    random = np.random.default_rng(11)
    starts = random.uniform(-1.5, 1.5, (5, 2))
    drawn = {key: random.uniform(0.3, 0.7, (5, 1)) for key in scheduled(OPTIMIZERS[name])}
    drawn["lr"] = drawn["lr"] * 1e-3
    together = _walk(OPTIMIZERS[name](**drawn), starts)
    for k, start in enumerate(starts):
        rule = OPTIMIZERS[name](**{key: float(value[k, 0]) for key, value in drawn.items()})
        np.testing.assert_allclose(together[k], _walk(rule, start), rtol=1e-12)


def _walk(rule: Optimizer, start: np.ndarray) -> np.ndarray:
    w = start.copy()
    state, given = begun(rule, w), extras(rule)
    for t in range(40):
        rule.step(w, np.moveaxis(rosenbrock(np.moveaxis(w, -1, 0)), 0, -1), state, t, **given)
    return w


EVERY_SETTING = [(name, key) for name, rule in OPTIMIZERS.items() for key in scheduled(rule)]


@pytest.mark.parametrize(("name", "key"), EVERY_SETTING)
def test_settings_may_change_from_step_to_step(name: str, key: str) -> None:
    """The state belongs to the run, so a step knows only the settings of its own moment."""
    numbers = schedules.Linear(0.5, end=0.1).values(20)
    changing, fixed = np.array([1.0, -2.0]), np.array([1.0, -2.0])
    one = OPTIMIZERS[name]()
    state, twin, given = begun(one, changing), begun(one, fixed), extras(one)
    for t, number in enumerate(numbers):
        object.__setattr__(one, key, number)
        one.step(changing, changing.copy(), state, t, **given)
        alike = dataclasses.replace(OPTIMIZERS[name](), **{key: number})
        alike.step(fixed, fixed.copy(), twin, t, **given)
    assert changing.tobytes() == fixed.tobytes()


@each_rule
def test_a_network_sees_the_step_through_its_views(name: str) -> None:
    flat = np.linspace(-1, 1, 10)
    layers = flat[:6].reshape(2, 3), flat[6:].reshape(4, 1)
    before = [layer.copy() for layer in layers]
    rule = OPTIMIZERS[name]()
    state = begun(rule, flat)
    slots = {key: array for key, array in state.items() if key in rule.slots}
    for t in range(3):
        rule.step(flat, flat + 0.5, state, t, **extras(rule))
    assert all(np.shares_memory(flat, layer) for layer in layers)
    assert all((layer != old).all() for layer, old in zip(layers, before, strict=True))
    assert all(state[key] is array and array.any() for key, array in slots.items())


@each_rule
def test_the_gradient_is_left_alone(name: str) -> None:
    w, g, rule = np.ones(2), np.array([0.5, -3.0]), OPTIMIZERS[name]()
    rule.step(w, g, begun(rule, w), 0, **extras(rule))
    assert g.tolist() == [0.5, -3.0]


@each_rule
@pytest.mark.parametrize("kind", [float, np.float64, np.array], ids=["float", "scalar", "array"])
def test_float32_stays_float32(name: str, kind: type) -> None:
    w = np.ones((3, 2), np.float32)
    rule = OPTIMIZERS[name](**{key: kind(0.5) for key in scheduled(OPTIMIZERS[name])})
    state = begun(rule, w)
    for t in range(3):
        rule.step(w, 2 * w, state, t, **extras(rule))
    assert {array.dtype for array in (w, *state.values())} == {np.dtype(np.float32)}


@each_rule
def test_one_rate_for_each_coordinate(name: str) -> None:
    """Settings broadcast against w, so a setting of shape (2,) is one for each coordinate."""
    rule = OPTIMIZERS[name]
    if rule.meets:
        pytest.skip("a step in one coordinate depends on the other")
    drawn = {key: np.array([0.3, 0.6]) for key in scheduled(rule) if key != "clip"}
    both = np.array([1.0, 1.0])
    made = rule(**drawn)
    made.step(both, both.copy(), made.init(both), 0)
    for i in range(2):
        w = np.array([1.0])
        single = rule(**{key: float(value[i]) for key, value in drawn.items()})
        single.step(w, w.copy(), single.init(w), 0)
        assert both[i] == pytest.approx(w[0], rel=1e-12)


PLACES = {"average", "iterate", "start", "probe"}  # slots that are points, and begin at w


@each_rule
def test_state_is_zero_at_first_and_shaped_like_the_weights(name: str) -> None:
    w = np.ones((3, 2))
    state = begun(OPTIMIZERS[name](), w)
    for slot in OPTIMIZERS[name].slots:
        assert not np.shares_memory(state[slot], w)
        np.testing.assert_array_equal(state[slot], w if slot in PLACES else np.zeros((3, 2)))


def test_the_name_of_a_rule_of_ones_own() -> None:
    class Mine(SGD):
        pass

    assert name_of(Mine()) == "Mine"
    assert [name_of(rule()) for rule in OPTIMIZERS.values()] == list(OPTIMIZERS)


def test_adadelta_needs_no_rate() -> None:
    assert Adadelta().lr == 1.0
