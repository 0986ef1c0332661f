"""The pictures of claims: the curves that a sentence speaks of, and whether they bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from optiviz.problems.base import Array
from optiviz.studies.published.checks import paired
from optiviz.studies.published.claims import Judged
from optiviz.studies.published.report import settings_of
from optiviz.studies.published.reproduce import Outcome
from optiviz.views.frame import Frame
from optiviz.views.numbers import PERCENT
from optiviz.views.style import Mark, marks
from optiviz.words import split

ROOM = 0.82  # inches at the left, for numbers such as 98.5 % and what they are of
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
    """The test accuracy of every run: the first seed strong, the others thin.

    A mean would swing less than any of them. There is a panel for every pair that the claim
    compares, where the other run is grey; else one for all.
    """
    runs, others = (
        [one.outcomes[name] for name in names] for names in (one.claim.runs, one.claim.against)
    )
    grey = Mark(frame.look.muted, "solid")
    with frame.style():
        frame.title(one.claim.picture, f"“{one.claim.says}”: {one.verdict}")
        if others:
            pairs = paired(runs, others)
            for ax, (run, other) in zip(frame.row(len(pairs), ROOM), pairs, strict=True):
                _panel(
                    frame, ax, {_label(other): (other, grey), _label(run): (run, _mark(frame, run))}
                )
                small: Any = {"fontsize": 9 * frame.look.scale}
                ax.set_title(_label(run), loc="left", color=_mark(frame, run).color, **small)
                ax.set_title(_label(other), loc="right", color=grey.color, **small)
        else:
            told = marks([_rule(run) for run in runs], frame.look)
            labels = [_label(run) for run in runs]
            frame.legend(told, labels)
            (ax,) = frame.row(1, ROOM)
            _panel(frame, ax, dict(zip(labels, zip(runs, told, strict=True), strict=True)))


def _panel(frame: Frame, ax: Any, lines: dict[str, tuple[Outcome, Mark]]) -> None:
    frame.dress(ax, "", "epoch")
    if ax.get_subplotspec().is_first_col():
        ax.set_ylabel("accuracy on the test images")
    ax.yaxis.set_major_formatter(PERCENT)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    curves = [curves_of(run) for run, _ in lines.values()]
    for (_, mark), (epoch, every) in zip(lines.values(), curves, strict=True):
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


def _rule(run: Outcome) -> str:
    return split(run.row.settings["optim"])[0]


def _mark(frame: Frame, run: Outcome) -> Mark:
    return marks([_rule(run)], frame.look)[0]


def _label(run: Outcome) -> str:
    return f"{_rule(run)}  {settings_of(run)}".replace(", η_N ", " … ")


def _draw(frame: Frame, ax: Any, mark: Mark, epoch: Array, every: Array) -> None:
    scale = frame.look.scale
    ax.plot(epoch, every[1:].T, color=mark.color, lw=0.7 * scale, alpha=0.45)
    ax.plot(epoch, every[0], color=mark.color, ls=mark.dash, lw=2.0 * scale)
