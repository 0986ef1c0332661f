"""The step that is to come, line by line: as the rule has it, and below in this step's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.formula import filled, follow
from optiviz.runs.record import Run
from optiviz.runs.symbols import in_symbols
from optiviz.views.scene.contents import Contents
from optiviz.views.scene.panel import Panel

LINE = 9.5  # points, the size of the words where there is room
NUMBERS = 0.9  # of that, the size of the numbers
ROW = 1.45  # heights of a letter from one row to the next
INDENT = 0.03  # of the width, of the numbers


class FormulaPanel(Panel):
    """The formula of the first run that has one, in words and in the numbers of a parameter."""

    def __init__(self, ax: Any, picture: Contents) -> None:
        super().__init__(ax, picture)
        read = (
            (name, *found)
            for name, run in zip(picture.names, picture.runs, strict=True)
            if (found := _readable(run))
        )
        rule, self.lines, self.symbols, axis = next(read, ("", (), {}, 0))
        if not self.lines:
            raise UserError("The panel 'formula' needs a run whose rule brings a formula.")
        ax.set_axis_off()
        self.of = f" of {rule} in {picture.problem.axes[axis]}"
        self.entitle(f"To step {len(self.symbols['w'])}{self.of}")
        self.add(self.heading)
        self.words = [ax.text(0, 0, line, va="top", color=self.look.text) for line in self.lines]
        style: Any = {"va": "top", "color": self.look.muted}
        self.numbers = [self.add(ax.text(INDENT, 0, "", **style)) for _ in self.lines]

    def fit(self) -> None:
        """Write the words in rows, as large as there is room for them and for all numbers."""
        super().fit()
        if "\n" in self.heading.get_text():  # two rows would go into the panel above
            self.of = ""
        box, points = self.ax.get_window_extent(), 72 / self.ax.figure.dpi
        size = min(LINE * self.look.scale, box.height * points / (2 * len(self.lines) * ROW))
        longest = self.ax.text(0, 0, max(self._all(), key=len), fontsize=NUMBERS * size)
        room = (1 - INDENT) * box.width / longest.get_window_extent().width
        longest.remove()
        small, row = NUMBERS * size * min(1, room), size * ROW / (box.height * points)
        for i, (words, numbers) in enumerate(zip(self.words, self.numbers, strict=True)):
            words.set(y=1 - 2 * i * row, fontsize=size)
            numbers.set(y=1 - (2 * i + 1) * row, fontsize=small)

    def _all(self) -> Iterator[str]:
        """The numbers of all lines of all steps."""
        for t in range(len(self.symbols["w"])):
            yield from self._told(t)

    def _told(self, t: int) -> Iterator[str]:
        """The lines of the step from point t in numbers."""
        known = {symbol: values[t] for symbol, values in self.symbols.items()} | {"t": t + 1}
        for line in self.lines:
            yield filled(line, known).partition(" ← ")[2]
            follow(line, known)

    def show(self, t: float) -> None:
        now = min(int(t), len(self.symbols["w"]) - 1)
        self.heading.set_text(f"To step {now + 1}{self.of}")
        for text, numbers in zip(self.numbers, self._told(now), strict=True):
            text.set_text(numbers)


def _readable(run: Run) -> tuple[tuple[str, ...], dict[str, Any], int] | None:
    """A run's lines, its symbols in the parameter that travels further, and which that is."""
    lines, symbols = in_symbols(run)
    if not lines:
        return None
    axis = int(np.abs(run.velocity).sum(axis=0).argmax())
    one = {s: v[:, axis % v.shape[1]] if v.ndim > 1 else v for s, v in symbols.items()}
    return lines, one, axis
