"""What several commands print: a summary for programs, how runs ended, and how to go on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from optiviz.runs import Run
    from optiviz.training.recipe import Recipe
    from optiviz.views import Picture

INTERRUPTED = 130  # what shells call a program that Ctrl-C ended


def print_json(facts: Any, indent: int | None = None) -> None:
    """Print a summary that programs can read; JSON has no NaN, so there it is null."""
    import json

    from optiviz.runs.record import plain

    known = json.loads(json.dumps(facts, default=plain), parse_constant=lambda _: None)
    print(json.dumps(known, ensure_ascii=False, indent=indent))


def remark(trainings: Iterable[Recipe]) -> None:
    """Say before they begin which schedules do not fit: no mistake, and hardly what was meant."""
    from optiviz.training.length import misfits

    for sentence in misfits(trainings):
        print(sentence, file=sys.stderr)


def show_data(recipe: Recipe, quiet: bool) -> None:
    """Say what a file of one's own holds, and how its classes are balanced."""
    from optiviz.problems.data.dataset import is_own
    from optiviz.problems.data.own import balance
    from optiviz.training.recipe import data_of

    if is_own(recipe.dataset) and not quiet:
        print(balance(data_of(recipe)))


def stopped(sentence: str) -> NoReturn:
    """End after Ctrl-C, with how to go on."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(INTERRUPTED)


def report(picture: Picture, path: Path, frames: int, began: float, as_json: bool) -> None:
    """Say what picture was made, and how every run in it ended."""
    seconds = time.perf_counter() - began
    if as_json:
        facts = {"path": str(path.resolve()), "frames": frames, "seconds": round(seconds, 3)}
        facts |= {"size": picture.size, "problem": picture.problem.name}
        print_json(facts | {"runs": [_outcome(run, picture) for run in picture.runs]})
        return
    for run, label, ending in zip(picture.runs, picture.labels, picture.verdicts, strict=True):
        print(f"{label}: {ending}, loss {run.loss[-1]:.4g}")
    print(f"Wrote {path} ({frames} {'frame' if frames == 1 else 'frames'}, {seconds:.1f} s)")


def _outcome(run: Run, picture: Picture) -> dict[str, Any]:
    from optiviz.runs.events import events
    from optiviz.runs.verdict import verdict

    found = verdict(run, picture.problem)
    return {
        "optimizer": run.optimizer,
        "settings": run.settings,
        "seed": run.seed,
        "steps": run.steps,
        "w": run.w[-1],
        "loss": float(run.loss[-1]),
        "verdict": {"kind": found.kind, "step": found.step, "text": found.text},
        "events": [vars(event) for event in events(run, picture.problem)],
    }
