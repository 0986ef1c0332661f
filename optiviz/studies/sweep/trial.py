"""One training of a sweep, under a claim; and one whose settings a search proposes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from optiviz.optim import Optimizer
from optiviz.problems import MLP
from optiviz.studies.sweep.claims import BEAT, Claims
from optiviz.studies.sweep.plan import OBJECTIVES, Cell, Plan, Settings
from optiviz.training.outcome import End
from optiviz.training.recipe import Networks, Recipe
from optiviz.training.train import Checkpoint, Training
from optiviz.words import split

PER_EPOCH = 4  # evaluations while tuning, at which a poor trial may be pruned
MEMORY = ("beta", "beta1", "rho")  # what is tuned beside η, where the rule has it
RANGE = 100.0  # η is tuned from a hundredth to a hundred times the usual one


class Trial:
    """One training under a claim."""

    def __init__(self, plan: Plan, cell: Cell, claims: Claims, own: int) -> None:
        self.plan, self.cell, self.claims, self.own = plan, cell, claims, own
        self.lost = self.pruned = False
        self.common, self.signed = plan.recipe, time.monotonic()

    def run(self, stop: Callable[[], bool]) -> None:
        """Train, and record what came of it unless it was stopped."""
        done = self._train(lambda: self.lost or self.pruned or stop())
        if done.outcome.stopped is End.INTERRUPTED and not self.pruned:
            self.claims.release(self.own)
            return
        result = _result(done, self.cell)
        value = self.value(done.history, done.outcome.lost)
        self.claims.finish(self.own, value, result, self.pruned)

    def value(self, history: dict[str, Any], diverged: bool) -> float:
        """What Optuna keeps as the trial's value."""
        losses = history["test_loss"]
        return float("inf") if diverged or not len(losses) else float(losses[-1])

    def evaluated(self, at: Checkpoint) -> None:
        """Called after every evaluation."""

    def _alive(self, _step: int, _figures: Any) -> None:
        """Give a sign of life now and then, and see whether the claim still stands."""
        if time.monotonic() - self.signed > BEAT:
            self.signed = time.monotonic()
            self.lost = not self.claims.sign(self.own)

    def _train(self, stop: Callable[[], bool]) -> Training:
        recipe = self.cell.recipe(self.common)
        return recipe.train(
            _networks(recipe),
            on_progress=self._alive,
            on_checkpoint=self.evaluated,
            stop=stop,
        )


class Searched(Trial):
    """A training whose settings a search proposes: TPE, with Hyperband for the poor ones."""

    def __init__(self, plan: Plan, text: str, claims: Claims, own: int) -> None:
        optuna = claims.optuna
        frozen = claims.storage.get_trial(own)
        study, self.plan = claims.study, plan
        study.sampler = optuna.samplers.TPESampler(
            seed=1000 * plan.recipe.seed + frozen.number, constant_liar=True
        )
        network = plan.recipe.networks()[0]
        evaluations = PER_EPOCH * plan.recipe.epochs
        study.pruner = optuna.pruners.HyperbandPruner(1, evaluations, reduction_factor=3)
        self.trial = optuna.trial.Trial(study, own)
        cell = Cell(text, self._proposed(text, network), plan.recipe.seed)
        super().__init__(plan, cell, claims, own)
        every = max(1, plan.recipe.per_epoch(network) // PER_EPOCH)
        self.common = dataclasses.replace(plan.recipe, eval_every=every)

    def _proposed(self, text: str, network: MLP) -> Settings:
        """η, and the rule's memory, where the words leave them free; four digits are enough."""
        given, rule = split(text)[1], self._usual(text, network)
        found: Settings = {}
        if "lr" not in given:
            lr = self.trial.suggest_float("lr", rule.lr / RANGE, rule.lr * RANGE, log=True)
            found["lr"] = float(f"{lr:.4g}")
        for name in MEMORY:
            if name in rule.settings() and name not in given:
                rest = self.trial.suggest_float(f"1-{name}", 0.001, 1.0, log=True)
                found[name] = float(f"{1 - rest:.4g}")
        return found

    def _usual(self, text: str, network: MLP) -> Optimizer:
        return dataclasses.replace(self.plan.recipe, optim=text, schedule=None).rule(network)

    def evaluated(self, at: Checkpoint) -> None:
        value = at.rows[-1][self.plan.objective] if at.rows else np.nan
        if (
            np.isfinite(value)
            and len(at.rows) not in self.claims.storage.get_trial(self.own).intermediate_values
        ):
            self.trial.report(value, len(at.rows))
            self.pruned = bool(self.trial.should_prune())

    def value(self, history: dict[str, Any], diverged: bool) -> float:
        values = history[self.plan.objective]
        worst = float("inf") if OBJECTIVES[self.plan.objective] == "minimize" else 0.0
        lost = diverged or not len(values) or not np.isfinite(values[-1])
        return worst if lost else float(values[-1])


def _networks(recipe: Recipe) -> Networks:
    """The networks of a recipe, kept for others that differ in their rule alone."""
    return _kept(dataclasses.replace(recipe, optim="", lr=None, seed=0, schedule=None))


@lru_cache(4)
def _kept(recipe: Recipe) -> Networks:
    return recipe.networks()


def _result(done: Training, cell: Cell) -> dict[str, Any]:
    """What is kept of a training: all that its tables and pictures need."""
    lost = done.outcome.lost
    names = ("train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "seconds")
    last = {n: float(done.history[n][-1]) if len(done.history[n]) else np.nan for n in names}
    figures = {n: v if np.isfinite(v) and not lost else None for n, v in last.items()}
    settings = {"optim": cell.optim, "settings": cell.settings, "seed": cell.seed}
    return (
        settings | figures | {"verdict": done.outcome.text, "diverged": lost, "steps": done.steps}
    )
