"""A mistyped command line is answered in one sentence of our own that says what to type."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from optiviz.cli import program
from optiviz.version import __version__

RULE = "is a setting of the rule: say --optim"
ANSWERS = {
    "animate --lr 0.1": f"--lr {RULE} momentum:lr=0.1.",
    "animate --lr=0.1 --optim adam": f"--lr {RULE} adam:lr=0.1.",
    "plot --learning-rate 0.1": f"--learning-rate {RULE} momentum:lr=0.1.",
    "plot --optim momentum:beta=0.8 --lr 1": f"--lr {RULE} momentum:beta=0.8,lr=1.",
    "plot --optim sgd --optim adam --beta1 0.8": f"--beta1 {RULE} adam:beta1=0.8.",
    "plot --beta": f"--beta {RULE} momentum:beta=….",
    "plot --optim sgd --beta 1": "sgd has no beta, but momentum has: say --optim momentum:beta=1.",
    "train --optim lion --beta2 0.9": f"--beta2 {RULE} lion:beta2=0.9.",
    "compare --rho 0.9": "sgd has no rho, but adadelta has: say --optim adadelta:rho=0.9.",
    "sweep --optim sgd,momentum --beta 0.5": f"--beta {RULE} momentum:beta=0.5.",
    "plot --optim momentum beta=0.9": f"beta=0.9 {RULE} momentum:beta=0.9.",
    "plot --optim momentum:lr=1 beta=0.9": f"beta=0.9 {RULE} momentum:lr=1,beta=0.9.",
    "plot --momentum 0.9": "--momentum names a rule: say --optim momentum.",
    "plot adam": "adam names a rule: say --optim adam.",
    "animate --stepz 3": "Unknown option '--stepz'. Did you mean '--steps'? Choose from: --optim, ",
    "gradcheck --surface bowl": "Unknown option '--surface'. Choose from: --samples, ",
    "plot beta=0.9,lr=1": "Got unexpected extra argument",
    "plot --steps": "Option '--steps' requires an argument.",
    "app surfaces mnist": "Got unexpected extra argument",
    "anymate": "No such command 'anymate'.",
    "--stepz": "Unknown option '--stepz'.",
    "plot --steps x": "--steps must be a whole number, got 'x'.",
    "plot --steps 1.5": "--steps must be a whole number, got '1.5'.",
    "plot --steps 1e999": "--steps must be a whole number, got '1e999'.",
    "plot --seed nan": "--seed must be a whole number, got 'nan'.",
    "compare --batch-size ten": "--batch-size must be a whole number, got 'ten'.",
    "animate --fps fast": "--fps must be a number, got 'fast'.",
    "plot --size 9x1.5": "size must be two numbers with a 'x' between, got '9x1.5'.",
    "plot --schedule warmup:steps=1.5": "warmup: steps must be a whole number, got '1.5'.",
    "sweep --grid batch_size=1.5": "batch_size must be a whole number, got '1.5'.",
}


NEEDED = {"explore": "--vary lr=0.01:0.1", "landscape": "--optim sgd", "sweep": "--grid lr=1,2"}
SEEDED = [
    name
    for name, command in typer.main.get_command(program()).commands.items()
    if "seed" in {parameter.name for parameter in command.params}
]


@pytest.mark.parametrize("command", SEEDED)
def test_a_seed_below_nought_is_refused(tmp_path: Path, optiviz: Callable, command: str) -> None:
    if command == "sweep":
        pytest.importorskip("optuna")
    done = optiviz(f"{command} {NEEDED.get(command, '')} --seed=-5")
    assert (done.returncode, done.stderr) == (2, "optiviz: seed must be at least 0, got -5.\n")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("words", ANSWERS)
def test_one_sentence_says_what_to_type(optiviz: Callable, words: str) -> None:
    done = optiviz(words)
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.startswith(f"optiviz: {ANSWERS[words]}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        "plot --steps 1e1 --seed 1e0 --size 4e2x3e2 --optim sgd --out a.png",
        "plot --schedule warmup:steps=1e0 --steps 3 --size 400x300 --surface regression:n=1e1"
        " --batch-size 1e0 --out a.png",
    ],
)
def test_a_whole_number_may_have_an_exponent(optiviz: Callable, tmp_path: Path, words: str) -> None:
    done = optiviz(words)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("program", [["optiviz"], ["-m", "optiviz"]], ids=" ".join)
def test_it_says_its_version(program: list[str]) -> None:
    first, *more = program
    start = [sys.executable, first, *more]
    if not more:
        start = [str(Path(sys.executable).with_name(first))]
    done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"optiviz {__version__}\n"


def test_nothing_at_all_is_answered_with_the_commands(optiviz: Callable) -> None:
    done = optiviz("")
    assert done.returncode == 0
    assert "animate" in done.stdout
