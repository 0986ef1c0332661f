"""Whose kernel starts now, when many come at once: a few at a time, first come first served.

Kernels that start side by side share the processor, so that all are there as late as the last.
"""

from __future__ import annotations

import asyncio

LONGEST = 20  # seconds after which a kernel that does not answer holds up nobody any more

Turn = asyncio.Future[None]  # done when it has come, or when it was left


class Turns:
    """The line of those who open the lab.

    Args:
        most: how many may start at a time; they are the first of the line.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._line: list[Turn] = []

    def __len__(self) -> int:
        return len(self._line)

    def join(self) -> Turn:
        """Come last."""
        turn: Turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._call()
        return turn

    def before(self, turn: Turn) -> int:
        """How many come before somebody, with those who start."""
        return self._line.index(turn)

    def leave(self, turn: Turn) -> None:
        """Leave the line, at one's turn or before it; twice is once."""
        if turn in self._line:
            self._line.remove(turn)
            turn.cancel()  # does nothing to one that has come
            self._call()

    def _call(self) -> None:
        for turn in self._line[: self.most]:
            if not turn.done():
                turn.set_result(None)
                turn.get_loop().call_later(LONGEST, self.leave, turn)
