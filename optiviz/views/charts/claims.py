"""The pictures of claims: the curves that a sentence speaks of, and whether they bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optiviz.problems.base import Array
from optiviz.studies.published.claims import Judged
from optiviz.studies.published.report import settings_of
from optiviz.studies.published.reproduce import Outcome
from optiviz.views.frame import Frame
from optiviz.views.numbers import PERCENT
from optiviz.views.style import Mark, marks
from optiviz.words import split

SEEN = 1.0  # epoch from which the axis takes its range: before it every curve climbs


def plot_claims(
    judged: Sequence[Judged], out: Path, *, theme: str = "light", size: tuple[int, int] = (960, 540)
) -> list[str]:
    """Draw every claim that has a picture and whose runs are done; return the files' names.

    Args:
        judged: see `optiviz.studies.published.claims.judge`.
        out: the directory.
        theme: "light", "dark" or "slides".
        size: width and height in pixels.

    Raises:
        UserError: an unknown theme, an impossible size, or a place that cannot be written to.
    """
    names = []
    for one in judged:
        if one.claim.picture and one.holds:
            names.append(f"{one.claim.name}.png")
            frame = Frame(theme, size)
            claim_figure(frame, one)
            frame.save(out / names[-1])
    return names


def claim_figure(frame: Frame, one: Judged) -> None:
    """The test accuracy of every run: each seed thin, the mean of all strong."""
    runs = [one.outcomes[name] for name in one.claim.rows]
    told = marks([split(run.row.settings["optim"])[0] for run in runs], frame.look)
    with frame.style():
        frame.title(one.claim.picture, f"“{one.claim.says}”: {one.verdict}")
        frame.legend(told, [_label(run) for run in runs])
        (ax,) = frame.row(1)
        frame.dress(ax, "accuracy on the test images", "epoch")
        ax.yaxis.set_major_formatter(PERCENT)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        curves = [curves_of(run) for run in runs]
        for mark, (epoch, every) in zip(told, curves, strict=True):
            _draw(frame, ax, mark, epoch, every)
        later = np.concatenate([every[:, epoch >= SEEN].ravel() for epoch, every in curves])
        room = 0.06 * max(float(np.ptp(later)), 0.002)
        ax.set_ylim(later.min() - room, min(later.max() + room, 1.0))
        ax.set_xlim(0, max(epoch[-1] for epoch, _ in curves))


def curves_of(run: Outcome) -> tuple[Array, Array]:
    """The epochs at which a run was evaluated, and every seed's accuracy at them.

    Seeds that diverged end before the others; the curves go as far as the shortest of them.
    """
    histories = [result["history"] for result in run.results]
    shortest = min(len(history["epoch"]) for history in histories)
    every = [history["test_accuracy"][:shortest] for history in histories]
    return np.array(histories[0]["epoch"][:shortest]), np.array(every, float)


def _label(run: Outcome) -> str:
    rule = split(run.row.settings["optim"])[0]
    words = settings_of(run).replace("[", "").replace(", η_N ", " … ")
    return f"{rule}  {words}"


def _draw(frame: Frame, ax: Any, mark: Mark, epoch: Array, every: Array) -> None:
    scale = frame.look.scale
    ax.plot(epoch, every.T, color=mark.color, lw=0.7 * scale, alpha=0.45)
    ax.plot(epoch, every.mean(axis=0), color=mark.color, ls=mark.dash, lw=2.0 * scale)
