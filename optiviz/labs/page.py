"""What every lab is to Jupyter: a widget whose page may write one trait and send some messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import anywidget
from ipywidgets import Layout

from optiviz.errors import UserError

HERE = Path(__file__).parent


class OneWay(Layout):  # type: ignore[misc]
    """The widget's outer box, which is a widget of its own and which no page may change."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Pass over what a page has written."""


class LabPage(anywidget.AnyWidget):
    """A page's model, which passes over whatever a page should not send.

    Attributes:
        written: the trait that a page may write; it is cleaned by who reads it.
    """

    _css = (HERE / "lab.css").read_text(encoding="utf-8")
    written: ClassVar[str]

    def __init__(self, **traits: Any) -> None:
        super().__init__(layout=OneWay(), **traits)
        self.on_msg(self._heard)

    def answers(self) -> dict[str, Callable[[Any], None]]:
        """What a page may ask for by a message, each answered with what the message is about."""
        return {}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page has written."""
        super().set_state({name: v for name, v in sync_data.items() if name == self.written})

    def _heard(self, _: Any, message: Any, __: Any) -> None:
        kind = message.get("type") if isinstance(message, dict) else None
        if isinstance(kind, str) and kind in (answers := self.answers()):
            try:
                answers[kind](message.get("about"))
            except UserError as error:
                self.send({"type": kind, "error": str(error)})

    def send_file(self, name: str, mime: str, content: bytes) -> None:
        """Have the browser save a file."""
        self.send({"type": "file", "name": name, "mime": mime}, [content])
