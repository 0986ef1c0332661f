"""How to step: the update rules, their schedules, and the words that name them.

>>> from optiviz import optim
>>> optim.parse("momentum:beta=0.95", lr=0.1)
Momentum(lr=0.1, beta=0.95, form='inside', cautious=False)
"""

from optiviz.optim.adam import Adam, AdamW, AMSGrad, Nadam
from optiviz.optim.adaptive import Adadelta, AdaGrad, RMSProp
from optiviz.optim.adopt import ADOPT
from optiviz.optim.base import Optimizer
from optiviz.optim.check import check
from optiviz.optim.describe import SYMBOLS, describe
from optiviz.optim.foreign.rule import Foreign, from_keras, from_optax, from_torch
from optiviz.optim.free import ScheduleFreeAdamW, ScheduleFreeSGD
from optiviz.optim.looking import LBFGS, SAM
from optiviz.optim.matrix import FullAdaGrad, Shampoo
from optiviz.optim.muon import Muon
from optiviz.optim.prodigy import Prodigy
from optiviz.optim.radam import RAdam
from optiviz.optim.registry import (
    OPTIMIZERS,
    name_of,
    on_networks,
    on_planes,
    parse,
    parse_schedule,
)
from optiviz.optim.schedules import SCHEDULES, Schedule
from optiviz.optim.sgd import SGD, Momentum, Nesterov
from optiviz.optim.signed import Lion, SignSGD
from optiviz.optim.stepper import stepper

__all__ = [
    "ADOPT",
    "LBFGS",
    "OPTIMIZERS",
    "SAM",
    "SCHEDULES",
    "SGD",
    "SYMBOLS",
    "AMSGrad",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Foreign",
    "FullAdaGrad",
    "Lion",
    "Momentum",
    "Muon",
    "Nadam",
    "Nesterov",
    "Optimizer",
    "Prodigy",
    "RAdam",
    "RMSProp",
    "Schedule",
    "ScheduleFreeAdamW",
    "ScheduleFreeSGD",
    "Shampoo",
    "SignSGD",
    "check",
    "describe",
    "from_keras",
    "from_optax",
    "from_torch",
    "name_of",
    "on_networks",
    "on_planes",
    "parse",
    "parse_schedule",
    "stepper",
]
