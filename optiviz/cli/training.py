"""`optiviz train`: from words to a trained network and the directory of its run."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import typer
from tqdm import tqdm

from optiviz.errors import UserError
from optiviz.fast import wanted
from optiviz.optim import Optimizer
from optiviz.optim.registry import OPTIMIZERS
from optiviz.problems import MLP, Dataset, load
from optiviz.runs.batches import feed_of
from optiviz.runs.races import contestant
from optiviz.runs.record import plain
from optiviz.runs.rundir import RunDirectory
from optiviz.runs.train import Row, Training, train
from optiviz.views.curves import plot_training
from optiviz.words import look_up, split

HIDDEN = (300, 100, 100)
INTERRUPTED = 130  # what shells call a program that Ctrl-C ended


@dataclass(frozen=True)
class Job:
    """The options that decide a run, as they were typed; `run.json` keeps them."""

    optim: str
    lr: float | None
    batch_size: int
    epochs: int
    seed: int
    schedule: str | None
    schedule_per: str
    sizes: str | None
    biases: bool
    init: str
    dtype: str
    dataset: str
    data_dir: str | None
    validation: int
    eval_every: int | None
    patience: int | None
    compiled: bool | None = None

    def name(self) -> Path:
        """The directory's name when none was given: the rule, the data and the seed."""
        return Path("runs") / f"{split(self.optim)[0]}-{self.dataset}-{self.seed}"

    def networks(self, data: Dataset) -> tuple[MLP, MLP, MLP | None]:
        """The network on the training set, on the test set, and on what is split off."""
        n = len(data.x_train) - self.validation
        if not (self.validation >= 0 and n >= 1):
            most = len(data.x_train) - 1
            raise UserError(f"validation must be from 0 to {most}, got {self.validation}.")
        if self.dtype not in ("float32", "float64"):
            raise UserError(f"dtype must be float32 or float64, got {self.dtype!r}.")
        sizes = (data.x_train.shape[1], *HIDDEN, len(data.classes))
        network = MLP(
            data.x_train[:n],
            data.y_train[:n],
            sizes if self.sizes is None else _widths(self.sizes, sizes),
            biases=self.biases,
            init=self.init,
            dtype=self.dtype,
            compiled=self.compiled,
            name=data.name,
            title=data.name,
        )
        split_off = network.on(data.x_train[n:], data.y_train[n:]) if self.validation else None
        return network, network.on(data.x_test, data.y_test), split_off

    def rule(self, network: MLP) -> Optimizer:
        """The update rule; its rate is the network's usual one if no one gave any."""
        if self.schedule_per not in ("epoch", "step"):
            raise UserError(f"schedule_per must be epoch or step, got {self.schedule_per!r}.")
        text = self.optim
        if self.lr is not None:
            if "lr" in split(text)[1]:
                raise UserError(f"The learning rate is given twice: in --lr and in {text!r}.")
            text += f"{',' if ':' in text else ':'}lr={self.lr}"
        return contestant(network, text, self.schedule)


OPTIONS = {field.name for field in dataclasses.fields(Job)} - {"compiled"}


def given(context: typer.Context) -> list[str]:
    """The options that decide a run and were typed, not left to their defaults."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    typed = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    return [f"--{name.replace('_', '-')}" for name in typed if name not in ("resume", "as_json")]


def start(job: Job, out: Path | None, overwrite: bool, as_json: bool) -> None:
    """Train from the beginning."""
    look_up("optimizer", split(job.optim)[0], OPTIMIZERS)
    job = dataclasses.replace(job, compiled=wanted())
    directory = RunDirectory(out or job.name())
    _go(job, directory, as_json, fresh=True, overwrite=overwrite)


def resume(path: Path, others: list[str], as_json: bool) -> None:
    """Go on with a run that was stopped or killed, with the options that it was started with."""
    if others:
        raise UserError(f"--resume goes on as the run began: leave out {', '.join(others)}.")
    directory = RunDirectory(path)
    facts = directory.facts()
    if facts.get("status") == "finished":
        raise UserError(f"{path} holds a finished run ({facts['verdict']}): nothing to resume.")
    try:
        job = Job(**facts["options"])
        for name, kind in get_type_hints(Job).items():
            if not isinstance(value := getattr(job, name), kind):
                raise TypeError(f"{name} is {value!r}")
    except (TypeError, KeyError) as error:
        raise UserError(f"{path / 'run.json'} is not what optiviz wrote: {error}.") from None
    _go(job, directory, as_json, fresh=False)


def _go(
    job: Job, directory: RunDirectory, as_json: bool, *, fresh: bool, overwrite: bool = False
) -> None:
    with _interruptible() as interrupted:
        data = load(job.dataset, job.data_dir)
        networks = job.networks(data)
        rule = job.rule(networks[0])
        facts: dict[str, Any] = {"options": dataclasses.asdict(job), "settings": rule.settings()}
        facts["data"] = {"name": data.name, "checksum": data.checksum}
        checkpoint = None
        if fresh:
            _check(job, networks[0])
            directory.create(facts, overwrite)
        else:
            if directory.facts().get("data") != facts["data"]:
                raise UserError(f"{directory.path} was trained on other data than {data.name}.")
            checkpoint = directory.load(networks[0])
        begun = 0 if checkpoint is None else checkpoint.step
        total = job.epochs * feed_of(networks[0], job.batch_size, job.seed)[1]
        with _bar(total, begun, quiet=as_json) as show:
            done = train(
                *networks[:2],
                rule,
                epochs=job.epochs,
                batch_size=job.batch_size,
                seed=job.seed,
                validation=networks[2],
                eval_every=job.eval_every,
                patience=job.patience,
                per_step=job.schedule_per == "step",
                on_progress=show,
                on_checkpoint=directory.save,
                stop=lambda: bool(interrupted),
                resume=checkpoint,
            )
        facts = directory.finish(done, networks[0])
        if len(done.history["step"]):
            plot_training(done, directory.path / "curves.png")
    _report(done, directory.path, facts, as_json)


def _check(job: Job, network: MLP) -> None:
    """Refuse numbers that `train` would refuse, before a directory is made or replaced."""
    if job.seed < 0:
        raise UserError(f"seed must be at least 0, got {job.seed}.")
    for name in ("epochs", "batch_size", "eval_every", "patience"):
        value = getattr(job, name)
        if value is not None and value < 1:
            raise UserError(f"{name} must be at least 1, got {value}.")
    feed_of(network, job.batch_size, job.seed)
    if job.patience is not None and not job.validation:
        raise UserError("--patience watches the validation loss: split off --validation samples.")


def _widths(text: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    """The widths of all layers, whose ends the data decide."""
    try:
        sizes = tuple(int(word) for word in text.split(","))
    except ValueError:
        raise UserError(f"sizes must be whole numbers with commas between, got {text!r}.") from None
    if len(sizes) < 2 or (sizes[0], sizes[-1]) != (usual[0], usual[-1]):
        raise UserError(f"sizes must begin with {usual[0]} and end with {usual[-1]}, got {text!r}.")
    return sizes


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """A list that is empty until Ctrl-C is pressed; pressing it again ends the program at once."""
    pressed: list[int] = []

    def handle(number: int, _frame: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


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
        print(done.verdict)
        if done.stopped == "patience":
            print("Stopped early; the weights are those with the smallest validation loss.")
        print(f"Wrote {path} ({done.steps} updates, {done.updates_per_second:.0f} a second)")
    if done.stopped == "interrupted":
        print(
            f"Stopped at update {done.steps}. To go on: optiviz train --resume {path}",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED)
