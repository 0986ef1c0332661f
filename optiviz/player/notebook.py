"""How a run and a picture show themselves in a notebook.

Every front-end takes one output in the form that it likes best, and so does an export. A widget
would be drawn with its kernel only: an exported page with the widgets' state asks another host for
the script that draws them, and without a network nothing is left. So the output is a page of its
own: the still picture, and a frame with the player and its data, which takes the picture's place
once it runs. It needs no kernel and no network; where no script may run, the picture stays, and
where no page can be shown, there is the picture alone or the text.

`play` gives the widget, and beside it, for whoever draws no widgets, the still picture: it comes
into sight where after a while no widget has taken its place.
"""

from __future__ import annotations

import base64
import html
import sys
from dataclasses import replace
from typing import Any

from optiviz.errors import UserError
from optiviz.player.again import problem_of
from optiviz.player.page import page
from optiviz.player.panels import playable
from optiviz.player.still import still
from optiviz.runs.record import Run
from optiviz.views.picture import Picture

PNG, PAGE, TEXT, SVG = "image/png", "text/html", "text/plain", "image/svg+xml"
VIEW = "application/vnd.jupyter.widget-view+json"
LATE = """<style>
.optiviz-still { overflow: hidden; animation: optiviz-late 1ms 3s backwards; }
@keyframes optiviz-late { from, to { max-height: 0; visibility: hidden; } }
@media print { .optiviz-still { animation: none; } }
</style>"""
# The frame has a height, and the picture goes, when the player is there.
SHOWN = """<script type="module">
const frame = window.frameElement;
if (frame && document.querySelector("canvas")) {
  frame.previousElementSibling.style.display = "none";
  frame.style.height = "clamp(460px, 52vw, 640px)";
}
</script>
"""


def bundle(thing: Run | Picture) -> tuple[dict[str, Any], dict[str, Any]]:
    """A run or a picture in the forms that notebooks take, and the size of the picture.

    A run is drawn on the registered problem that it was made on; one that was made on another, and
    a stack, is a text.

    >>> from optiviz import descend, optim, surfaces
    >>> run = descend(surfaces["bowl"], optim.SGD(lr=0.1), steps=5)
    >>> list(bundle(run)[0])
    ['text/plain', 'image/png', 'text/html']
    """
    forms: dict[str, Any] = {TEXT: repr(thing)}
    picture = _picture(thing)
    if picture is None or not _draws():
        return forms, {}
    still, size = picture._repr_png_()
    forms[PNG] = base64.b64encode(still).decode()
    words = _words(picture)
    shape = f'width="{size["width"]}" style="max-width: 100%"'
    image = f'<img src="data:{PNG};base64,{forms[PNG]}" {shape} alt="{words}">'
    played = page(replace(picture, panels=playable(picture.panels))) + SHOWN
    style = "display: block; width: 100%; height: 0; border: 0"
    frame = f'<iframe title="{words}" style="{style}" srcdoc="{html.escape(played)}"></iframe>'
    forms[PAGE] = f"<div>{image}{frame}</div>"
    return forms, {PNG: size}


def outputs(picture: Picture, widget: Any, name: str) -> list[dict[str, Any]]:
    """A widget's output, and that of its still picture, which the widget hides by its name."""
    view = widget[0] if isinstance(widget, tuple) else widget
    drawn = still(picture)
    address = f"data:{SVG};base64,{base64.b64encode(drawn.encode()).decode()}"
    shown = f'<img src="{address}" width="960" style="max-width: 100%" alt="{_words(picture)}">'
    box = f'<div class="optiviz-still" data-of="{name}">{LATE}{shown}</div>'
    return [
        {VIEW: view[VIEW], TEXT: picture.about},
        {PAGE: box, SVG: drawn, TEXT: picture.about},
    ]


def _words(picture: Picture) -> str:
    return html.escape(f"{picture.title}: {', '.join(picture.labels)}")


def _picture(thing: Run | Picture) -> Picture | None:
    """What is to be drawn, if anything is."""
    if isinstance(thing, Picture):
        return thing
    try:
        return Picture(problem_of(thing), thing)
    except UserError:
        return None


def _draws() -> bool:
    """Whether who asks shows pictures; a shell in a terminal asks, too, and does not."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is None or PNG in shell.display_formatter.active_types
