"""How far a long command is: one progress bar for all of them, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Show(Protocol):
    """What takes the bar to how much is done, of how much, with some words behind it."""

    def __call__(self, done: float, total: float | None = None, words: str = "") -> None: ...


@contextmanager
def progress(
    unit: str, *, total: float | None = None, begun: float = 0, quiet: bool = False, **look: Any
) -> Iterator[Show]:
    """What shows a progress bar: at once if the total is known, else from the first report on.

    What was done before the bar, which is what the first report of a late one says, does not speak
    for the pace.

    Args:
        unit: what is counted.
        total: how much there is to do, unless the first report says so.
        begun: how much of it is done already.
        quiet: show nothing.
        look: what else tqdm takes, such as desc and bar_format.
    """
    from tqdm import tqdm

    def bar(total: float, begun: float) -> Any:
        how = {"unit": unit, "file": sys.stderr, "disable": quiet, **look}
        return tqdm(total=total, initial=begun, **how)

    said = ""
    bars = [] if total is None else [bar(total, begun)]

    def show(done: float, total: float | None = None, words: str = "") -> None:
        nonlocal said
        if not bars and total is not None:
            bars.append(bar(total, done))
        news, said = done == bars[0].n and words != said, words
        bars[0].set_postfix_str(words, refresh=news)  # which no update would show
        if not news:
            bars[0].update(done - bars[0].n)

    try:
        yield show
    finally:
        for each in bars:
            each.close()
