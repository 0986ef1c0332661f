"""Which of a picture's panels the player has."""

from __future__ import annotations

from collections.abc import Sequence

from optiviz.errors import UserError
from optiviz.views import about
from optiviz.views.files.animate import FRAMED, STILL
from optiviz.words import look_up

# The player's panel for each; two that show the same in other words are one there.
PANELS = {
    "loss": "loss",
    "speed": "velocity",
    "velocity": "velocity",
    "truth": "truth",
    "network-loss": "network-loss",
    "accuracy": "accuracy",
    "sharpness": "sharpness",
    "singular": "singular",
    "lr": "lr",
    "formula": "formula",
    "eigen": "eigen",
    "eigen-loss": "eigen",
}
USUAL = ("path", "loss", "velocity", "lr")


def chosen(panels: Sequence[str]) -> list[str]:
    """The player's side panels for names of panels.

    Raises:
        UserError: a panel that the player does not have.
    """
    for name in panels:
        look_up("panel", name, about.PANELS)
        if name not in (*PANELS, "path"):
            raise UserError(
                f"A page has no panel {name!r}, which {', '.join((*FRAMED, *STILL))} files have. "
                f"Choose one of those, or from: path, {', '.join(PANELS)}."
            )
    return list(dict.fromkeys(PANELS[name] for name in panels if name != "path"))


def playable(panels: Sequence[str]) -> tuple[str, ...]:
    """Those of a picture's panels that the player has too, or its usual ones."""
    kept = tuple(name for name in panels if name in PANELS)
    return ("path", *kept) if kept else USUAL
