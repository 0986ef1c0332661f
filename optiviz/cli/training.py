"""`optiviz train`: from words to a trained network and the directory of its run."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from tqdm import tqdm

from optiviz.errors import UserError
from optiviz.runs.record import plain
from optiviz.training.directory import Kept
from optiviz.training.interrupt import interruptible
from optiviz.training.outcome import End
from optiviz.training.recipe import Recipe
from optiviz.training.train import Row, Training
from optiviz.views.charts.curves import plot_training

INTERRUPTED = 130  # what shells call a program that Ctrl-C ended
OPTIONS = {field.name for field in dataclasses.fields(Recipe)} - {"compiled"}


def given(context: typer.Context) -> list[str]:
    """The options that decide a run and were typed, not left to their defaults."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    typed = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    return [f"--{name.replace('_', '-')}" for name in typed if name not in ("resume", "as_json")]


def start(recipe: Recipe, out: Path | None, overwrite: bool, as_json: bool) -> None:
    """Train from the beginning."""
    with interruptible() as interrupted:
        _go(Kept.begin(recipe, out or recipe.name(), overwrite), interrupted, as_json)


def resume(path: Path, others: list[str], as_json: bool) -> None:
    """Go on with a run that was stopped or killed, with the options that it was started with."""
    if others:
        raise UserError(f"--resume goes on as the run began: leave out {', '.join(others)}.")
    with interruptible() as interrupted:
        _go(Kept.resume(path), interrupted, as_json)


def _go(work: Kept, interrupted: list[int], as_json: bool) -> None:
    path = work.directory.path
    with _bar(work.total, work.begun, quiet=as_json) as show:
        done, facts = work.train(show, stop=lambda: bool(interrupted))
    if len(done.history["step"]):
        plot_training(done, path / "curves.png")
    _report(done, path, facts, as_json)


@contextmanager
def _bar(total: int, begun: int, quiet: bool) -> Iterator[Callable[[int, Row], None]]:
    """What shows a progress bar with loss and accuracy."""
    with tqdm(total=total, initial=begun, disable=quiet, unit=" updates", file=sys.stderr) as bar:

        def show(step: int, figures: Row) -> None:
            words = {"loss": f"{figures['train_loss']:.4f}"} if "train_loss" in figures else {}
            if "test_accuracy" in figures:
                words["accuracy"] = f"{figures['test_accuracy']:.4f}"
            bar.set_postfix(words, refresh=False)
            bar.update(step - bar.n)

        yield show


def _report(done: Training, path: Path, facts: dict[str, Any], as_json: bool) -> None:
    """Say what became of the run; 130 if Ctrl-C ended it."""
    if as_json:
        summary = {"path": str(path.resolve())} | facts
        print(json.dumps(summary, ensure_ascii=False, default=plain))
    else:
        last = {name: values[-1] for name, values in done.history.items() if len(values)}
        if last:
            print(
                f"epoch {last['epoch']:g}: training loss {last['train_loss']:.4g}, "
                f"test loss {last['test_loss']:.4g}, test accuracy {last['test_accuracy']:.4f}"
            )
        print(done.outcome.text)
        if done.outcome.stopped is End.PATIENCE:
            print("Stopped early; the weights are those with the smallest validation loss.")
        print(f"Wrote {path} ({done.steps} updates, {done.updates_per_second:.0f} a second)")
    if done.outcome.stopped is End.INTERRUPTED:
        print(
            f"Stopped at update {done.steps}. To go on: optiviz train --resume {path}",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED)
