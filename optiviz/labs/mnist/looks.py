"""What a page asks to see of a run, made in threads of its own, so that nothing waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from optiviz.errors import UserError
from optiviz.labs.mnist import closer, valley
from optiviz.labs.mnist.race import Lane

Message = dict[str, Any]
Work = Callable[[], None]


class Looks:
    """The looks of one page.

    Args:
        send: takes a message and its bytes; called in the thread of the page's own loop.
        find: the run of a number, or None.
    """

    def __init__(
        self, send: Callable[[Message, list[bytes]], None], find: Callable[[Any], Lane | None]
    ) -> None:
        self.send, self.find = send, find
        self._wishes: dict[str, Work] = {}  # of each kind the newest
        self._lock = threading.Lock()
        self._busy = False
        self._halt = threading.Event()
        self._surface: threading.Thread | None = None

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """What the page may ask for; each is answered by a message of the same name."""
        return {
            "layers": lambda key: self._at_once("layers", key, closer.layers),
            "formula": lambda key: self._at_once("formula", key, closer.formula),
            "confusion": self.confusion,
            "cell": self.cell,
            "surface": self.surface,
            "halt": lambda _: self._halt.set(),
        }

    def _at_once(self, kind: str, key: Any, make: Callable[[Lane], Message]) -> None:
        if lane := self.find(key):
            self.send({"type": kind, "run": lane.key} | make(lane), [])

    def confusion(self, key: Any) -> None:
        """Count what the run's network takes every test image for."""
        if (lane := self.find(key)) and (w := lane.w) is not None:
            held = closer.Held(w, widths(lane))
            self._later("confusion", lane, lambda: closer.confusion(held))

    def cell(self, about: Any) -> None:
        """Show the digits of one cell of that table."""
        about = about if isinstance(about, dict) else {}
        lane = self.find(about.get("run"))
        if lane and (w := lane.w) is not None:
            held, at = closer.Held(w, widths(lane)), (about.get("truth"), about.get("guess"))
            self._later("cell", lane, lambda: closer.cell(held, *at))

    def surface(self, keys: Any) -> None:
        """Evaluate the loss around the ways of some runs; one surface at a time.

        Raises:
            UserError: there is no way to be seen, or one is being made.
        """
        found = [
            lane for key in (keys if isinstance(keys, list) else []) if (lane := self.find(key))
        ]
        lanes = list(dict.fromkeys(found))
        if not lanes:
            return
        if self._surface is not None and self._surface.is_alive():
            raise UserError("A surface is being made: wait for it, or cancel it.")
        lanes = valley.together(lanes)
        self._halt.clear()
        tell = self._teller()

        def say(facts: Message) -> None:
            tell({"type": "surface", "run": lanes[0].key} | facts)

        def make() -> None:
            try:
                say(valley.surface(lanes, self._halt, lambda share: say({"share": share})))
            except valley.CancelledError:
                say({"stopped": True})
            except UserError as error:
                say({"error": str(error)})

        self._surface = threading.Thread(target=make, daemon=True)
        self._surface.start()

    def _teller(self) -> Callable[[Message], None]:
        """What may be called from any thread; bytes in a message go beside it."""
        loop = asyncio.get_event_loop()

        def tell(message: Message) -> None:
            plain = {k: v for k, v in message.items() if not isinstance(v, bytes)}
            parts = [v for v in message.values() if isinstance(v, bytes)]
            loop.call_soon_threadsafe(self.send, plain, parts)

        return tell

    def _later(self, kind: str, lane: Lane, make: Callable[[], Message]) -> None:
        tell = self._teller()

        def work() -> None:
            try:
                tell({"type": kind, "run": lane.key} | make())
            except ValueError:  # a cell that there is not
                return

        with self._lock:
            self._wishes[kind] = work
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wishes:
                    self._busy = False
                    return
                work = self._wishes.pop(next(iter(self._wishes)))
            work()


def widths(lane: Lane) -> tuple[int, ...]:
    """The widths of the network's layers."""
    return tuple(int(width) for width in str(lane.recipe.sizes).split(","))
