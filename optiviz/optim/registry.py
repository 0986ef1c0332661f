"""The update rules by name, and how a word becomes one."""

from __future__ import annotations

from typing import Any

from optiviz.optim.adam import Adam, AdamW, AMSGrad, Nadam
from optiviz.optim.adaptive import Adadelta, AdaGrad, RMSProp
from optiviz.optim.adopt import ADOPT
from optiviz.optim.base import Optimizer
from optiviz.optim.foreign.rule import Foreign, parse_foreign
from optiviz.optim.free import ScheduleFreeAdamW, ScheduleFreeSGD
from optiviz.optim.looking import LBFGS, SAM
from optiviz.optim.matrix import FullAdaGrad, Shampoo
from optiviz.optim.muon import Muon
from optiviz.optim.prodigy import Prodigy
from optiviz.optim.radam import RAdam
from optiviz.optim.schedules import SCHEDULES, Schedule, WarmUp
from optiviz.optim.sgd import SGD, Momentum, Nesterov
from optiviz.optim.signed import Lion, SignSGD
from optiviz.words import Registry, build, split

OPTIMIZERS: Registry[type[Optimizer]] = Registry(
    "optimizer",
    {
        "sgd": SGD,
        "momentum": Momentum,
        "nesterov": Nesterov,
        "adagrad": AdaGrad,
        "rmsprop": RMSProp,
        "adadelta": Adadelta,
        "adam": Adam,
        "amsgrad": AMSGrad,
        "adamw": AdamW,
        "nadam": Nadam,
        "lion": Lion,
        "signsgd": SignSGD,
        "radam": RAdam,
        "adopt": ADOPT,
        "schedule-free-sgd": ScheduleFreeSGD,
        "schedule-free-adamw": ScheduleFreeAdamW,
        "prodigy": Prodigy,
        "sam": SAM,
        "lbfgs": LBFGS,
        "full-adagrad": FullAdaGrad,
        "shampoo": Shampoo,
        "muon": Muon,
    },
)


def on_planes() -> list[str]:
    """The rules that can step a point of two parameters."""
    return [name for name, rule in OPTIMIZERS.items() if not rule.matrices]


def on_networks() -> list[str]:
    """The rules that can step the weights of a network of any size."""
    return [name for name, rule in OPTIMIZERS.items() if rule.most is None]


def parse(text: str, **defaults: Any) -> Optimizer:
    """The update rule that `name:key=value,…` describes.

    Args:
        text: such as "adam" or "momentum:lr=0.1,beta=0.95"; a framework's rule, "torch:AdamW"; or
            a class in a module that can be imported, "mypackage.mymodule:MyRule".
        defaults: settings that hold where the text is silent.

    Raises:
        UserError: an unknown name or setting, or a value outside its bound.

    >>> parse("adam:lr=0.1").lr
    0.1
    """
    name, words = split(text)
    if ":" in name:
        return parse_foreign(name, words, **defaults)
    return build(name, OPTIMIZERS[name], words, **defaults)


def plainer(rule: Optimizer) -> tuple[Optimizer, str] | None:
    """The rule that this one adds something to, with the settings that both have, and what it is.

    >>> plainer(Momentum(lr=0.1, beta=0.5))
    (SGD(lr=0.1), 'without momentum')
    """
    if rule.plain is None:
        return None
    name, words = rule.plain
    kind = OPTIMIZERS[name]
    shared = {
        key: value for key, value in rule.settings().items() if key in kind.__dataclass_fields__
    }
    return kind(**shared), words


def parse_schedule(text: str, base: Any) -> Schedule:
    """The schedule that `name:key=value,…` describes, decaying from `base`.

    Raises:
        UserError: an unknown name or setting, or a value outside its bound.

    >>> parse_schedule("warmup:steps=5,then=cosine", base=0.1).then
    Cosine(base=0.1, end=0.0)
    """
    name, words = split(text)
    rule = SCHEDULES[name]
    if issubclass(rule, WarmUp):
        then = parse_schedule(words.pop("then", "constant"), base)
        return build(name, rule, words, then=then)
    return build(name, rule, words, base=base)


def name_of(optimizer: Optimizer) -> str:
    """The name that a rule goes by: its registered one, or its class's own as it is spelt."""
    if isinstance(optimizer, Foreign):
        return optimizer.name
    for name, rule in OPTIMIZERS.items():
        if type(optimizer) is rule:
            return name
    return type(optimizer).__name__
