"""`optiviz animate` and `optiviz plot`: from words to runs to a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from optiviz import views
from optiviz.runs import Run
from optiviz.runs.record import plain
from optiviz.runs.verdict import verdict
from optiviz.sketch import Sketch
from optiviz.views import Picture
from optiviz.views.files.animate import MOVING, STILL, check_ending


def animate(
    sketch: Sketch, out: Path | None, fps: float, hold: int, frames: int | None, as_json: bool
) -> None:
    """Write the moving picture and report it."""
    began = time.perf_counter()
    target = check_ending(out or Path(f"{sketch.name()}.gif"), MOVING)
    picture = sketch.picture(target.suffix)
    count = views.animate(picture, target, fps, frames, hold, quiet=as_json)
    _report(picture, target, count, began, as_json)


def plot(sketch: Sketch, out: Path | None, as_json: bool) -> None:
    """Write the still picture and report it."""
    began = time.perf_counter()
    target = check_ending(out or Path(f"{sketch.name()}.png"), STILL)
    picture = sketch.picture(target.suffix)
    views.plot(picture, target)
    _report(picture, target, 1, began, as_json)


def _report(picture: Picture, path: Path, frames: int, began: float, as_json: bool) -> None:
    """Say what was made and how every run ended."""
    seconds = time.perf_counter() - began
    if as_json:
        summary = {
            "path": str(path.resolve()),
            "frames": frames,
            "seconds": round(seconds, 3),
            "size": picture.size,
            "problem": picture.problem.name,
            "runs": [_outcome(run, picture) for run in picture.runs],
        }
        print(json.dumps(summary, ensure_ascii=False, default=plain))
        return
    for run, label, ending in zip(picture.runs, picture.labels, picture.verdicts, strict=True):
        print(f"{label}: {ending}, loss {run.loss[-1]:.4g}")
    print(f"Wrote {path} ({frames} {'frame' if frames == 1 else 'frames'}, {seconds:.1f} s)")


def _outcome(run: Run, picture: Picture) -> dict[str, Any]:
    found = verdict(run, picture.problem)
    return {
        "optimizer": run.optimizer,
        "settings": run.settings,
        "seed": run.seed,
        "steps": run.steps,
        "w": run.w[-1],
        "loss": float(run.loss[-1]),
        "status": run.status,
        "verdict": {"kind": found.kind, "step": found.step, "text": found.text},
    }
