"""Every option decides what it says, and nothing else: read off where the work would begin."""

from __future__ import annotations

import dataclasses
import inspect
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY

import pytest
import typer.main

from optiviz.cli import frame, program
from optiviz.cli.map import Wanted
from optiviz.optim import Adam
from optiviz.problems import MLP, Dataset, load
from optiviz.sketch import Sketch
from optiviz.studies.sweep.plan import Plan
from optiviz.training.recipe import INNER, Recipe

# Where the words of a command arrive, in order, and what it is answered there: a value, what a
# function makes of the same arguments, or nothing at all, since the rest would be work.
REAL, STOP = object(), object()
WORK = SimpleNamespace(
    directory=SimpleNamespace(path=Path("a")),
    recipe=Recipe("sgd", lr=0.1, batch_size=100, epochs=1, seed=0),
    total=1,
    begun=0,
    train=None,
)


@cache
def mnist() -> Dataset:
    """A few images, read once for all that would read the whole set."""
    whole = load("mnist")
    return dataclasses.replace(whole, x_train=whole.x_train[:5000], y_train=whole.y_train[:5000])


MNIST: Callable[..., Any] = lambda which: mnist()  # noqa: E731
PLANE = (SimpleNamespace(on_progress=None), [])
TWINS = SimpleNamespace(
    look=lambda at: 0, valley=lambda look: None, runs=lambda look: (None, None, None)
)
STUDIES, VIEWS = "optiviz.studies", "optiviz.views.charts"
ARRIVE: dict[str, dict[str, Any]] = {
    "animate": {"optiviz.sketch.Sketch.picture": None, "optiviz.views.animate": STOP},
    "plot": {
        "optiviz.sketch.Sketch.picture": None,
        "optiviz.views.plot": None,
        "optiviz.cli.plot.report": STOP,
    },
    "explore": {
        "optiviz.explorer.plan.plan": None,
        "optiviz.explorer.explore.Explorer.__init__": STOP,
    },
    "map": {"optiviz.cli.map.Wanted.run": [None], f"{VIEWS}.maps.plot_map": STOP},
    "gallery": {
        "optiviz.gallery.build.run": STOP,
        "optiviz.gallery.build.Build.__init__": None,
        "optiviz.gallery.build.Build.stale": lambda self: [],
        "optiviz.gallery.build.Build.run": STOP,
    },
    "gradcheck": {
        "optiviz.problems.MLP": REAL,
        "optiviz.problems.load": MNIST,
        "optiviz.problems.network.mlp.MLP.start": None,
        "optiviz.training.gradcheck.check_gradient": None,
        "optiviz.training.gradcheck.error_curve": None,
        f"{VIEWS}.gradients.plot_gradients": STOP,
    },
    "train": {
        "optiviz.training.kept.Kept.begin": WORK,
        "optiviz.training.kept.Kept.resume": WORK,
        "optiviz.cli.train.check_over": REAL,
        "optiviz.cli.train.progress": STOP,
    },
    "compare": {
        "optiviz.cli.compare.check_over": REAL,
        "optiviz.cli.compare.look_of": REAL,
        "optiviz.cli.compare.progress": REAL,
        f"{STUDIES}.compare.compare": STOP,
        f"{STUDIES}.compare.resume": STOP,
    },
    "landscape": {
        "optiviz.training.recipe.Recipe": REAL,
        "optiviz.training.recipe.data_of": MNIST,
        "optiviz.cli.landscape.progress": REAL,
        "optiviz.training.landscape.landscape": PLANE,
        "optiviz.views.Picture": None,
        "optiviz.views.animate": STOP,
    },
    "twin": {
        "optiviz.training.recipe.Recipe": REAL,
        "optiviz.training.recipe.data_of": MNIST,
        "optiviz.cli.twin.progress": REAL,
        "optiviz.training.twinning.twins": TWINS,
        "optiviz.views.twin.picture": STOP,
    },
    "sweep": {
        "optiviz.cli.sweep.look_of": REAL,
        f"{STUDIES}.sweep.claims.require": None,
        f"{STUDIES}.sweep.plan.Plan.check": None,
        "optiviz.cli.sweep.progress": REAL,
        f"{STUDIES}.sweep.sweep.sweep": STOP,
    },
    "reproduce": {
        "optiviz.cli.reproduce.progress": REAL,
        f"{STUDIES}.published.reproduce.reproduce": None,
        f"{STUDIES}.published.reproduce.collect": None,
        f"{STUDIES}.published.claims.judge": None,
        f"{STUDIES}.published.score.scored": True,
        f"{VIEWS}.agreement.plot_agreement": STOP,
    },
    "app": {"optiviz.labs.server.serve.serve": STOP},
    "course": {"optiviz.course.course.Course.__init__": STOP},
    "site": {
        "optiviz.site.site.pictures": lambda network: [],
        "optiviz.site.site.Site.__init__": None,
        "optiviz.site.site.Site.count": lambda self: 1,
        "optiviz.site.site.Site.write": STOP,
    },
}

PICTURE = {
    "--optim adam": {"optim": ["adam"]},
    "--surface bowl": {"problem": "bowl"},
    "--steps 7": {"steps": 7},
    "--start 1,2": {"start": "1,2"},
    "--schedule cosine": {"schedule": "cosine"},
    "--batch-size 8": {"batch_size": 8},
    "--panels lr": {"panels": "lr"},
    "--size 480x270": {"size": "480x270"},
    "--theme dark": {"theme": "dark"},
    "--text 2": {"text": 2},
    "--bounds 0,1,0,1": {"bounds": "0,1,0,1"},
    "--hero adam": {"hero": "adam"},
    "--alone": {"alone": True},
    "--transparent": {"transparent": True},
    "--seed 3": {"seed": 3},
}
NETWORK = {
    "--batch-size 7": {"batch_size": 7},
    "--schedule cosine": {"schedule": "cosine"},
    "--sizes 784,8,10": {"sizes": "784,8,10"},
    "--biases": {"biases": True},
    "--init he": {"init": "he"},
    "--activation tanh": {"activation": "tanh"},
    "--dataset cifar10": {"dataset": "cifar10"},
    "--data-dir d": {"data_dir": "d"},
    "--seed 3": {"seed": 3},
}
TRAINING = NETWORK | {
    "--epochs 2": {"epochs": 2},
    "--schedule-per step": {"schedule_per": "step"},
    "--dtype float64": {"dtype": "float64"},
    "--json": {"quiet": True},
}
LOOK = {"--size 480x270": {"size": "480x270"}, "--theme dark": {"theme": "dark"}}
PIXELS = {"--size 480x270": {"size": (480, 270)}, "--theme dark": {"theme": "dark"}}
# Words that begin a command, then what is added to them, and what that changes where they arrive.
CHANGES: dict[str, dict[str, dict[str, Any]]] = {
    "animate --out a.gif": PICTURE
    | {
        "--fps 20": {"fps": 20},
        "--hold-first 2": {"hold_first": 2},
        "--hold-last 2": {"hold_last": 2},
        "--loop 2": {"loop": 2},
        "--frames 9": {"frames": 9},
        "--out b.html": {"path": Path("b.html"), "ending": ".html"},
        "--json": {"quiet": True},
    },
    "plot --out a.png": PICTURE
    | {
        "--step 3": {"t": 3},
        "--out b.svg": {"path": Path("b.svg"), "ending": ".svg"},
        "--json": {"as_json": True},
    },
    "explore --out a.html": {
        option: told | {"command": ANY}
        for option, told in {
            "--optim adam": {"rules": ["adam"]},
            "--surface bowl": {"problems": ["bowl"]},
            "--vary lr=0.1:1": {"vary": {"lr": (0.1, 1.0)}},
            "--points 5x3": {"points": (5, 3)},
            "--steps 7": {"steps": 7},
            "--start 1,2": {"start": (1.0, 2.0)},
            "--schedule cosine": {"schedule": "cosine"},
            "--batch-size 8": {"batch_size": 8},
            "--seed 3": {"seed": 3},
        }.items()
    }
    | {"--theme dark": {"theme": "dark"}, "--out b.html": {"command": ANY}},
    "map --out a.png": {
        "--optim adam": {"optim": ["adam"]},
        "--surface bowl": {"problem": ["bowl"]},
        "--x lr": {"x": "lr"},
        "--y beta": {"y": "beta"},
        "--basins": {"basins": True},
        "--rates": {"rates": True},
        "--steps 7": {"steps": 7},
        "--points 9": {"points": 9},
        "--start 1,2": {"start": "1,2"},
        "--out b.svg": {"path": Path("b.svg")},
        "--json": {"quiet": True},
    }
    | PIXELS,
    "gallery --all": {
        "--out b": {"out": Path("b")},
        "--formats svg": {"formats": "svg"},
        "--jobs 7": {"jobs": 7},
        "--quick": {"quick": True},
    },
    "gallery plot_momentum": {
        "--out b": {"out": Path("b")},
        "--formats svg": {"formats": "svg"},
        "--quick": {"options": ("--quick",)},
    },
    "gradcheck": {
        "--samples 3": {"samples": range(3)},
        "--eps 0.1": {"eps": 0.1},
        "--seed 3": {"seed": 3},
        "--sizes 784,8,10": {"sizes": (784, 8, 10)},
        "--biases": {"biases": True},
        "--activation tanh": {"activation": "tanh"},
        "--dataset cifar10": {"name": "cifar10"},
        "--out b.svg": {"path": Path("b.svg")},
    }
    | PIXELS,
    "train --out a": TRAINING
    | {
        "--optim adam": {"optim": "adam"},
        "--lr 0.5": {"lr": 0.5},
        "--validation 9": {"validation": 9},
        "--eval-every 5": {"eval_every": 5},
        "--patience 4": {"patience": 4},
        "--weight-decay 0.1": {"weight_decay": 0.1},
        "--threads 2": {"threads": 2},
        "--over seconds": {"over": "seconds"},
        "--out b": {"path": Path("b")},
        "--overwrite": {"overwrite": True},
    },
    "train": {
        "--resume b": {"path": Path("b"), "epochs": None},
    },
    "compare --out a": TRAINING
    | LOOK
    | {
        "--optim adam": {"optim": "adam", "optimizers": ["adam"]},
        "--seeds 5": {"seeds": 5},
        "--validation 9": {"validation": 9},
        "--eval-every 5": {"eval_every": 5},
        "--patience 4": {"patience": 4},
        "--weight-decay 0.1": {"weight_decay": 0.1},
        "--jobs 7": {"jobs": 7},
        "--over seconds": {"over": "seconds"},
        "--out b": {"path": Path("b")},
        "--overwrite": {"overwrite": True},
    },
    "compare": {
        "--resume b --jobs 7 --theme dark": {"path": Path("b"), "jobs": 7, "theme": "dark"}
    },
    "landscape": NETWORK
    | PIXELS
    | {
        "--optim adam": {"optim": "adam", "rules": [Adam()]},
        "--schedule cosine": {"schedule": "cosine", "rules": ANY},
        "--updates 99": {"updates": 99},
        "--images 50": {"shown": 50},
        "--directions random": {"directions": "random"},
        "--range 2": {"reach": 2.0},
        "--panels surface": {"panels": ["surface"]},
        "--out b.WEBP": {"path": Path("b.WEBP")},
        "--json": {"quiet": True},
    },
    "twin": NETWORK
    | PIXELS
    | {
        "--optim adam": {"optim": "adam"},
        "--updates 99": {"updates": 99},
        "--images 50": {"network": 50, "batch_size": 50},
        "--text 2": {"text": 2.0},
        "--json": {"quiet": True},
    },
    "sweep --out a": TRAINING
    | LOOK
    | {
        "--optim sgd,adam": {"optimizers": ("sgd", "adam")},
        "--grid lr=0.1,0.01,0.1": {"grid": {"lr": (0.1, 0.01)}},
        "--tune 3": {"tune": 3, "validation": 10_000},
        "--objective val_accuracy": {"objective": "val_accuracy"},
        "--seeds 5": {"seeds": 5},
        "--validation 9": {"validation": 9},
        "--tune 3 --validation 0": {"tune": 3},
        "--jobs 7": {"jobs": 7},
        "--storage sqlite:///b": {"where": "sqlite:///b"},
        "--out b": {"where": Path("b/sweep.db"), "runs": Path("b/runs")},
    },
    "reproduce --table lecture-sgd": {
        "--table zeng-2": {"tables": ["zeng-2", "lecture-sgd"]},
        "--seeds 5": {"seeds": 5},
        "--jobs 7": {"jobs": 7},
        "--data-dir d": {"data_dir": "d"},
        "--out b": {"out": Path("b"), "path": Path("b/accuracies.png")},
        "--theme dark": {"theme": "dark"},
        "--json": {"quiet": True},
    },
    "app": {
        "mnist": {"name": "mnist"},
        "--port 99": {"port": 99},
        "--no-browser": {"browser": False},
        "--ip 0.0.0.0": {"ip": "0.0.0.0"},
        "--base-url /b/": {"base_url": "/b/"},
        "--max-users 7": {"max_users": 7},
        "--strict-port": {"strict_port": True},
        "--host lab.uni.org": {"host": ["lab.uni.org"]},
        "--embed https://course.org": {"embed": ["https://course.org"]},
        "--token secret": {"token": "secret"},
        "--lessons my": {"lessons": "my"},
    },
    "course": {"--out b": {"out": Path("b")}, "--lessons my": {"lessons": Path("my")}},
    "site": {
        "--out b": {"out": Path("b")},
        "--no-mnist": {"network": False},
        "--lessons my": {"lessons": Path("my")},
        "--jobs 7": {"jobs": 7},
    },
}
# What an option does only after the work, and the test that sees it.
ELSEWHERE = {
    "app": {"--copy": "labs/test_own.py, test_it_is_copied_out_once"},
    "map": {"--seed": "test_map.py, test_a_rate_map_for_programs"},
    "explain": {"--json": "test_explain.py, test_for_people_and_for_programs"},
    "list": {"--json": "test_list.py, test_list"},
    "explore": {"--json": "test_explore.py, test_a_summary_for_programs"},
    "gallery": {"--list": "test_gallery.py, test_the_list_is_in_teaching_order"},
    "gradcheck": {"--json": "test_gradcheck.py, test_json"},
    "train": {
        "--lr-range": "training/test_lr_range.py, test_the_command_writes_a_curve_and_a_picture"
    },
    "landscape": {"--weights": "training/test_brought.py, test_the_command"},
    "twin": dict.fromkeys(["--at", "--out"], "test_twin.py, test_a_page_and_a_summary"),
    "reproduce": {
        "--list": "test_reproduce.py, test_the_list_has_every_table",
        "--all": "test_all_tables, below",
        "--claims": "test_tables_of_claims, below",
    },
}


def plainly(arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What can be compared: words and numbers, those of a recipe or a plan, too."""
    for name, value in arguments.items():
        if isinstance(value, Recipe | Sketch | Wanted | Plan):
            yield from plainly(vars(value))
        elif isinstance(value, MLP) and name in ("shown", "network"):
            yield name, value.n_samples
        elif isinstance(value, list):
            yield name, [getattr(one, "name", one) for one in value]
        elif isinstance(value, str | int | float | Path | tuple | dict | range | None):
            yield name, value


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, optiviz: Callable, tmp_path: Path
) -> Callable[[str], dict[str, Any]]:
    """What a command tells those that do its work."""

    def spy(where: str, answer: Any, found: dict[str, Any]) -> Callable[..., Any]:
        real = found_at(where)
        signature = inspect.signature(real)

        def told(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs).arguments
            how = bound.pop("how", {})
            found.update(plainly(bound | bound.get("look", {}) | how))
            if answer is STOP:
                raise SystemExit
            if answer is REAL:
                return real(*args, **kwargs)
            return answer(*args, **kwargs) if inspect.isfunction(answer) else answer

        return told

    def run(words: str) -> dict[str, Any]:
        for path in tmp_path.iterdir():
            shutil.rmtree(path)
        found: dict[str, Any] = {}
        with monkeypatch.context() as patch:
            for where, answer in ARRIVE[words.split(maxsplit=1)[0]].items():
                patch.setattr(where, spy(where, answer, found))
            done = optiviz(words)
        assert done.returncode == 0, done.stderr
        return {name: value for name, value in found.items() if name not in ("title", "began")}

    return run


def found_at(where: str) -> Any:
    """What stands there, a function of a module or of a class in it."""
    home, _, name = where.rpartition(".")
    try:
        return getattr(import_module(home), name)
    except ImportError:
        return getattr(found_at(home), name)


BEFORE: dict[str, dict[str, Any]] = {}  # what is told without any option


@pytest.mark.parametrize(
    ("words", "option"), [(words, option) for words, table in CHANGES.items() for option in table]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Optuna's own
def test_an_option_changes_what_it_names(told: Callable, words: str, option: str) -> None:
    if words.startswith("sweep"):
        pytest.importorskip("optuna")
    if words not in BEFORE:
        BEFORE[words] = told(words)
    before, after = BEFORE[words], told(f"{words} {option}")
    changed = {k: v for k, v in after.items() if k not in before or v != before[k]}
    assert changed == CHANGES[words][option]


@pytest.mark.parametrize("words", ["compare", "sweep", "gallery --all"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Optuna's own
def test_there_is_a_process_a_core_on_every_system(
    told: Callable, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    if words == "sweep":
        pytest.importorskip("optuna")
    if hasattr(os, "sched_getaffinity"):
        assert told(words)["jobs"] == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 13)
    assert told(words)["jobs"] == 13


def test_all_tables(told: Callable) -> None:
    assert len(told("reproduce --all")["tables"]) > 9


def test_tables_of_claims(told: Callable) -> None:
    names = told("reproduce --claims")["tables"]
    assert "zeng-2" in names
    assert "yotkov-draft-1" not in names  # no claim rests on it


@pytest.mark.parametrize(("word", "read"), [("plot", 1), ("--version", len(frame.COMMANDS))])
def test_a_command_does_not_wait_for_the_options_of_others(
    monkeypatch: pytest.MonkeyPatch, word: str, read: int
) -> None:
    seen: list[typer.Typer] = []
    monkeypatch.setattr(frame, "built", frame.built.__wrapped__)
    monkeypatch.setattr(frame, "get_command", lambda made: seen.append(made) or (lambda **_: 0))
    monkeypatch.setattr("sys.argv", ["optiviz", word])
    with pytest.raises(SystemExit):
        frame.main()
    assert [len(made.registered_commands) for made in seen] == [read]


def test_no_option_is_left_out() -> None:
    group: Any = typer.main.get_command(program())
    for name, command in group.commands.items():
        tried = {
            word
            for words, table in CHANGES.items()
            for option in [words, *table]
            if words.split()[0] == name
            for word in option.split()
        }
        options = {max(p.opts, key=len) for p in command.params if p.param_type_name == "option"}
        options -= {"--problem"} - {"--surface"}
        missing = options - tried - set(ELSEWHERE.get(name, {})) - {"--problem"}
        assert not missing, f"{name}: {missing}"


def test_every_field_of_a_recipe_is_an_option_of_train() -> None:
    group: Any = typer.main.get_command(program())
    options = {parameter.name for parameter in group.commands["train"].params}
    fields = {field.name for field in dataclasses.fields(Recipe)}
    assert fields - options == set(INNER)
    told = {name for table in (CHANGES["train --out a"],) for c in table.values() for name in c}
    assert fields - told == set(INNER)
