"""Bad settings are refused where a rule or a schedule is made, and the message says why."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Callable

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.optim import (
    LBFGS,
    OPTIMIZERS,
    SCHEDULES,
    SGD,
    Adadelta,
    AdaGrad,
    Adam,
    AdamW,
    Lion,
    Momentum,
    Nadam,
    Nesterov,
    RMSProp,
    Schedule,
    parse,
    parse_schedule,
)
from optiviz.optim.base import Array
from optiviz.optim.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Linear,
    OneCycle,
    Step,
    WarmUp,
)

RATE = "must be at least 0 and finite, got"
SHARE = "must be in [0, 1), got"

REFUSED = [
    (lambda: SGD(lr=-0.1), f"SGD: lr {RATE} -0.1."),
    (lambda: SGD(lr=float("nan")), f"SGD: lr {RATE} nan."),
    (lambda: SGD(lr=float("inf")), f"SGD: lr {RATE} inf."),
    (lambda: SGD(lr=None), "SGD: lr must be a number at least 0 and finite, got None."),
    (lambda: SGD(lr="fast"), "SGD: lr must be a number at least 0 and finite, got 'fast'."),
    (lambda: SGD(lr="0.1"), "SGD: lr must be a number at least 0 and finite, got '0.1'."),
    (lambda: SGD(lr=10**400), "SGD: lr must be"),
    (lambda: SGD(lr=1j), "SGD: lr must be a number"),
    (lambda: LBFGS(history=2.0), "LBFGS: history must be a whole number from 1 to 100, got 2.0."),
    (
        lambda: LBFGS(history=10**6),
        "LBFGS: history must be a whole number from 1 to 100, got 1e+06.",
    ),
    (lambda: SGD(lr=np.array([[0.1], [-0.2], [0.3]])), f"SGD: lr {RATE} -0.2."),
    (lambda: SGD(lr=np.array([[0.1], [np.nan]])), f"SGD: lr {RATE} nan."),
    (lambda: Momentum(beta=1.0), f"Momentum: beta {SHARE} 1."),
    (lambda: Momentum(beta=-0.5), f"Momentum: beta {SHARE} -0.5."),
    (lambda: Momentum(beta=np.array([[0.5], [1.5]])), f"Momentum: beta {SHARE} 1.5."),
    (
        lambda: Momentum(form="wrong"),
        "Momentum: form must be one of inside, outside, average, got 'wrong'.",
    ),
    (lambda: Nesterov(form=""), "Nesterov: form must be one of inside, outside, average, got ''."),
    (lambda: AdaGrad(eps=0.0), "AdaGrad: eps must be above 0 and finite, got 0."),
    (lambda: RMSProp(beta=1), f"RMSProp: beta {SHARE} 1."),
    (lambda: RMSProp(eps=-1e-8), "RMSProp: eps must be above 0 and finite, got -1e-08."),
    (
        lambda: RMSProp(centered="no"),
        "RMSProp: centered must be one of True, False, got 'no'.",
    ),
    (
        lambda: Adam(eps_inside_root=None),
        "Adam: eps_inside_root must be one of True, False, got None.",
    ),
    (lambda: Adadelta(rho=1.0), f"Adadelta: rho {SHARE} 1."),
    (lambda: Adadelta(eps=0), "Adadelta: eps must be above 0 and finite, got 0."),
    (lambda: Adam(beta1=1.0), f"Adam: beta1 {SHARE} 1."),
    (lambda: Adam(beta2=2), f"Adam: beta2 {SHARE} 2."),
    (lambda: Adam(eps=float("nan")), "Adam: eps must be above 0 and finite, got nan."),
    (lambda: AdamW(weight_decay=-1), f"AdamW: weight_decay {RATE} -1."),
    (lambda: Nadam(momentum_decay=-0.1), f"Nadam: momentum_decay {RATE} -0.1."),
    (lambda: Lion(beta2=float("inf")), f"Lion: beta2 {SHARE} inf."),
    # A schedule is held to the bound of the setting it stands for.
    (lambda: Momentum(beta=Linear(0.5, end=1.5)), f"Momentum: beta {SHARE} 1"),
    (lambda: Momentum(beta=Constant(1.0)), f"Momentum: beta {SHARE} 1."),
    (lambda: Momentum(beta=Constant(np.array([[0.5], [3.0]]))), f"Momentum: beta {SHARE} 3."),
    (lambda: Adam(beta1=WarmUp(then=Constant(2.0))), f"Adam: beta1 {SHARE} 1"),
    (lambda: SGD(lr=Exponential(0.1, gamma=1e10)), "outgrows all numbers within 100 steps."),
    # And schedules have bounds of their own.
    (lambda: Constant(-1.0), f"Constant: base {RATE} -1."),
    (lambda: Linear(0.1, end=-0.1), f"Linear: end {RATE} -0.1."),
    (lambda: Step(0.1, step_size=0), "Step: step_size must be at least 1 and finite, got 0."),
    (lambda: Step(0.1, gamma=0.0), "Step: gamma must be above 0 and finite, got 0."),
    (lambda: Exponential(0.1, gamma=-1), "Exponential: gamma must be above 0 and finite, got -1."),
    (lambda: InverseTime(0.1, decay=-1), f"InverseTime: decay {RATE} -1."),
    (lambda: Cosine(float("nan")), f"Cosine: base {RATE} nan."),
    (lambda: WarmUp(steps=0), "WarmUp: steps must be at least 1 and finite, got 0."),
    (lambda: WarmUp(then=0.1), "WarmUp: then must be a schedule, got 0.1."),
    (lambda: OneCycle(0.1, rise=1.0), f"OneCycle: rise {SHARE} 1."),
    (lambda: OneCycle(0.1, div=0.5), "OneCycle: div must be at least 1 and finite, got 0.5."),
    (lambda: OneCycle(0.1, final_div=0), "OneCycle: final_div must be at least 1 and finite"),
    # The same through words.
    (lambda: parse("adam:beta1=1"), f"Adam: beta1 {SHARE} 1."),
    (lambda: parse("momentum:form=sideways"), "Momentum: form must be one of"),
    (lambda: parse("adam:beta=0.9"), "Unknown setting of adam 'beta'. Did you mean 'beta"),
    (lambda: parse("adm"), "Unknown optimizer 'adm'. Did you mean 'adam'?"),
    (lambda: parse("rmsprop:centered=maybe"), "rmsprop: centered must be true or false"),
    (lambda: parse_schedule("cosin", 0.1), "Unknown schedule 'cosin'. Did you mean 'cosine'?"),
    (lambda: parse_schedule("step:step_size=2.5", 0.1), "step: step_size must be a whole number"),
    (lambda: parse_schedule("step:step_size=" + "9" * 400, 0.1), "step_size must be"),
    (lambda: parse_schedule("cosine:then=linear", 0.1), "Unknown setting of cosine 'then'"),
    (lambda: parse_schedule("warmup:then=warm", 0.1), "Unknown schedule 'warm'"),
]


@pytest.mark.parametrize(("make", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_a_bad_setting_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(UserError, match=re.escape(text)):
        make()


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")], ids=str)
def test_no_number_setting_takes_a_bad_number(name: str, bad: float) -> None:
    rule = OPTIMIZERS[name]
    for key, value in rule().settings().items():
        if type(value) is float:
            with pytest.raises(UserError, match=f"{rule.__name__}: {key} must be "):
                rule(**{key: bad})


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_the_ends_of_the_bounds(name: str) -> None:
    """0 is a rate and a memory; the largest number below 1 is a memory."""
    rule = OPTIMIZERS[name]
    betas = [key for key in rule().settings() if key.startswith(("beta", "rho"))]
    for end in (0.0, np.nextafter(1, 0)):
        rule(lr=0.0, **dict.fromkeys(betas, end))


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_words_make_the_rule(name: str) -> None:
    rule = parse(f" {name.upper()} : lr=0.25 ")
    assert type(rule) is OPTIMIZERS[name]
    assert rule.lr == 0.25
    assert parse(name) == OPTIMIZERS[name]()
    assert parse(name, lr=0.5) == OPTIMIZERS[name](lr=0.5)
    assert parse(f"{name}:lr=0.25", lr=0.5).lr == 0.25


def test_words_of_every_kind() -> None:
    assert parse("momentum:form=outside,beta=0.5") == Momentum(beta=0.5, form="outside")
    assert parse("rmsprop:centered=True") == RMSProp(centered=True)
    assert parse("adam:eps_inside_root=false") == Adam()


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_words_make_the_schedule(name: str) -> None:
    schedule = parse_schedule(name, base=0.3)
    assert type(schedule) is SCHEDULES[name]
    assert schedule.base == 0.3


def test_words_nest_a_schedule_in_a_warm_up() -> None:
    assert parse_schedule("warmup:steps=5,then=linear", 0.1) == WarmUp(then=Linear(0.1), steps=5)
    assert parse_schedule("step:step_size=7,gamma=0.1", 1.0) == Step(1.0, step_size=7, gamma=0.1)


def test_settings_are_given_back_as_they_were_given() -> None:
    rates, decay = np.array([[0.1], [0.2]]), Cosine(0.9)
    rule = Momentum(lr=rates, beta=decay)
    assert rule.settings()["lr"] is rates
    assert rule.settings()["beta"] is decay
    assert rule.schedules() == {"beta": decay}


def test_settings_never_change() -> None:
    with pytest.raises(AttributeError):
        SGD().lr = 1.0


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_an_editor_shows_what_a_setting_may_be(name: str) -> None:
    hints = typing.get_type_hints(OPTIMIZERS[name])
    numbers = [field for field in dataclasses.fields(OPTIMIZERS[name]) if "bound" in field.metadata]
    assert hints["lr"] == float | Array | Schedule
    assert {hints[field.name] for field in numbers} <= {hints["lr"], float, int}
