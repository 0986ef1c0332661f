"""The scripts of the gallery in the order in which they teach, and what their docstrings say."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from optiviz.errors import UserError, did_you_mean

HERE = Path(__file__).parent

CHAPTERS: dict[str, tuple[str, ...]] = {
    "Gradient descent": ("gradient_descent", "learning_rates", "condition_number"),
    "Mini-batches": ("mini_batch", "batch_sizes"),
    "Momentum": (
        "momentum_table",
        "momentum",
        "velocity",
        "memory",
        "momentum_family",
        "sliders",
        "momentum_smooths",
        "batch_noise",
        "nesterov",
        "stability",
    ),
    "Rates that decay": ("schedules", "decay_with_momentum", "river", "schedule_free"),
    "A rate for each weight": (
        "adagrad",
        "rmsprop",
        "bias_correction",
        "adam_branches",
        "rare",
        "rotation",
        "muon",
    ),
    "Races": ("race", "saddle", "basins"),
    "As far as η stands": ("catapult", "edge", "sam"),
    "A real network: MNIST": (
        "mnist_training",
        "mnist_grid",
        "mnist_decay",
        "mnist_momentum",
        "mnist_combined",
        "mnist_adagrad",
        "mnist_adam",
        "mnist_methods",
        "mnist_gradients",
        "mnist_error_curve",
        "mnist_landscape",
        "mnist_edge",
        "fair_tuning",
    ),
}

# Those that say their one thing at the first glance: a row at the top of the page.
BEST = (
    "condition_number",
    "learning_rates",
    "momentum_table",
    "momentum",
    "nesterov",
    "stability",
    "schedules",
    "adagrad",
    "race",
    "saddle",
    "basins",
    "mnist_landscape",
)


@dataclass(frozen=True)
class Script:
    """One script: its name, the chapter it belongs to, and its docstring's title and caption."""

    name: str
    chapter: str
    path: Path
    title: str
    caption: str

    @property
    def code(self) -> str:
        """What follows the docstring."""
        text = self.path.read_text(encoding="utf-8")
        last = ast.parse(text).body[0].end_lineno or 0
        return "\n".join(text.splitlines()[last:]).strip() + "\n"


def scripts() -> dict[str, Script]:
    """All scripts by name, in teaching order.

    Raises:
        UserError: an installation without them.

    >>> next(iter(scripts()))
    'plot_gradient_descent'
    """
    found = (_read(f"plot_{name}", chapter) for chapter in CHAPTERS for name in CHAPTERS[chapter])
    return {script.name: script for script in found}


def script(name: str) -> Script:
    """The script of that name; `plot_` may be left out.

    Raises:
        UserError: an unknown name, or an installation without the scripts.
    """
    every = scripts()
    whole = f"plot_{name.removeprefix('plot_')}"
    if whole not in every:
        hint = did_you_mean(whole, list(every))
        raise UserError(
            f"Unknown gallery script {name!r}.{hint} optiviz gallery --list names all {len(every)}."
        )
    return every[whole]


def home() -> Path:
    """Where the scripts are: inside the installed package, or in the clone's `gallery`.

    Raises:
        UserError: an installation without them.
    """
    for folder in (HERE / "plots", HERE.parents[1] / "gallery"):
        if folder.is_dir():
            return folder
    raise UserError("The gallery's scripts are not part of this installation: reinstall it.")


def _read(name: str, chapter: str) -> Script:
    path = home() / f"{name}.py"
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    title, _, _, *caption = docstring.splitlines()
    return Script(name, chapter, path, title, "\n".join(caption).strip())
