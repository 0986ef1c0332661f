"""One training of a sweep, under a claim; and one whose settings a search proposes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.optim import Optimizer
from optiviz.problems import MLP
from optiviz.studies.sweep.claims import BEAT, Claims
from optiviz.studies.sweep.findings import in_words
from optiviz.studies.sweep.kept import keep, name_of
from optiviz.studies.sweep.plan import Cell, Plan, Settings
from optiviz.studies.table import seen
from optiviz.training.outcome import End
from optiviz.training.recipe import Networks, Recipe
from optiviz.training.train import Checkpoint, Training
from optiviz.words import split

PER_EPOCH = 4  # evaluations: a curve, and where a poor trial of a search may be pruned
MEMORY = ("beta", "beta1", "rho")  # what is tuned beside η, where the rule has it
RANGE = 100.0  # η is tuned from a hundredth to a hundred times the usual one
WORST = {"val_loss": float("inf"), "val_accuracy": 0.0}  # what a diverged trial is worth


class Trial:
    """One training under a claim.

    Args:
        cell: the training.
        claims: where it is claimed; own: the number of its trial there.
    """

    def __init__(self, cell: Cell, claims: Claims, own: int) -> None:
        self.cell, self.claims, self.own = cell, claims, own
        self.lost = self.pruned = False
        self.signed = time.monotonic()
        self.on_sign: Callable[[], object] = lambda: None
        self.on_seen: Callable[[str], object] = lambda words: None
        self.runs: Path | None = None  # where its curve is kept

    def run(self, stop: Callable[[], bool]) -> None:
        """Train, and record what came of it unless it was stopped."""
        networks = _networks(self.cell.recipe)
        done = _watched(self.cell.recipe, networks[0]).train(
            networks,
            on_progress=self._alive,
            on_checkpoint=self.evaluated,
            stop=lambda: self.lost or self.pruned or stop(),
        )
        if done.outcome.stopped is End.INTERRUPTED and not self.pruned:
            self.claims.release(self.own)
            return
        if self.runs is not None:
            cell = self.cell
            name = name_of(cell.optim, cell.settings, cell.recipe.seed)
            keep(self.runs / name, done, networks[1])
        value = self.value(done.history, done.outcome.lost)
        self.claims.finish(self.own, value, _result(done, self.cell), self.pruned)

    def value(self, history: dict[str, Any], lost: bool) -> float:
        """What Optuna keeps as the trial's value."""
        losses = history["test_loss"]
        return float("inf") if lost or not len(losses) else float(losses[-1])

    def evaluated(self, at: Checkpoint) -> None:
        """Called after every evaluation, and when it is stopped."""
        if at.rows:
            self.on_seen(
                seen(f"{self.cell.optim} {in_words(self.cell.settings)}".rstrip(), at.rows[-1])
            )

    def _alive(self, _step: int, _figures: Any) -> None:
        """Give a sign of life now and then, and see whether the claim still stands."""
        if time.monotonic() - self.signed > BEAT:
            self.signed = time.monotonic()
            self.lost = not self.claims.sign(self.own)
            self.on_sign()


class Searched(Trial):
    """A training whose settings a search proposes: TPE, with Hyperband for the poor ones.

    Args:
        cell, claims, own: see `Trial`.
        trial: Optuna's own, which proposed the settings.
        objective: what is to get better.
    """

    def __init__(self, cell: Cell, claims: Claims, own: int, trial: Any, objective: str) -> None:
        super().__init__(cell, claims, own)
        self.trial, self.objective = trial, objective

    @classmethod
    def proposed(cls, plan: Plan, text: str, claims: Claims, own: int) -> Searched:
        """The next training of a rule's search."""
        optuna, study = claims.optuna, claims.study
        number = claims.storage.get_trial_number_from_id(own)
        study.sampler = optuna.samplers.TPESampler(
            seed=1000 * plan.recipe.seed + number, constant_liar=True
        )
        evaluations = PER_EPOCH * plan.recipe.epochs
        study.pruner = optuna.pruners.HyperbandPruner(1, evaluations, reduction_factor=3)
        trial = optuna.trial.Trial(study, own)
        network = _networks(plan.recipe)[0]
        usual = dataclasses.replace(plan.recipe, optim=text, schedule=None).rule(network)
        common = _watched(plan.recipe, network)
        cell = Cell.of(common, text, _settings(trial, text, usual), plan.recipe.seed)
        return cls(cell, claims, own, trial, plan.objective)

    def evaluated(self, at: Checkpoint) -> None:
        super().evaluated(at)
        value = at.rows[-1][self.objective] if at.rows else np.nan
        if (
            np.isfinite(value)
            and len(at.rows) not in self.claims.storage.get_trial(self.own).intermediate_values
        ):
            self.trial.report(value, len(at.rows))
            self.pruned = bool(self.trial.should_prune())

    def value(self, history: dict[str, Any], lost: bool) -> float:
        values = history[self.objective]
        if lost or not len(values) or not np.isfinite(values[-1]):
            return WORST[self.objective]
        return float(values[-1])


def _settings(trial: Any, text: str, usual: Optimizer) -> Settings:
    """η, and the rule's memory, where the words leave them free; four digits are enough."""
    given = split(text)[1]
    found: Settings = {}
    if "lr" not in given:
        lr = trial.suggest_float("lr", usual.lr / RANGE, usual.lr * RANGE, log=True)
        found["lr"] = float(f"{lr:.4g}")
    for name in MEMORY:
        if name in usual.settings() and name not in given:
            rest = trial.suggest_float(f"1-{name}", 0.001, 1.0, log=True)
            found[name] = float(f"{1 - rest:.4g}")
    return found


def _watched(recipe: Recipe, network: MLP) -> Recipe:
    """The recipe with as many evaluations as make a curve, unless it says how many."""
    every = recipe.eval_every or max(1, recipe.per_epoch(network) // PER_EPOCH)
    return dataclasses.replace(recipe, eval_every=every)


def _networks(recipe: Recipe) -> Networks:
    """The networks of a recipe, kept for others that differ in their rule alone."""
    alike = dataclasses.replace(recipe, optim="", lr=None, seed=0, schedule=None, eval_every=None)
    return _kept(alike)


@lru_cache(4)
def _kept(recipe: Recipe) -> Networks:
    return recipe.networks()


def _result(done: Training, cell: Cell) -> dict[str, Any]:
    """What is kept of a training: all that its tables and pictures need."""
    lost = done.outcome.lost
    names = ("train_loss", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "seconds")
    last = {n: float(done.history[n][-1]) if len(done.history[n]) else np.nan for n in names}
    figures = {n: v if np.isfinite(v) and not lost else None for n, v in last.items()}
    settings = {"optimizer": cell.optim, "settings": cell.settings, "seed": cell.recipe.seed}
    facts = {"verdict": done.outcome.text, "diverged": lost, "steps": done.steps}
    return settings | figures | facts
