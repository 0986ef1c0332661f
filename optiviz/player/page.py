"""One self-contained page with the player in it, which needs no server and no network."""

from __future__ import annotations

import base64
import html
from pathlib import Path

from optiviz.files import whole
from optiviz.player.bundle import bundle
from optiviz.player.pack import ground, paths
from optiviz.player.still import still
from optiviz.views.picture import Picture
from optiviz.views.style import AUTO, THEMES, theme_of
from optiviz.views.typeface import faces

HERE = Path(__file__).parent


def source(ending: str) -> str:
    """The scripts of a page as one text with `mount`, or the player's style."""
    if ending == "js":
        return bundle(HERE / "js" / "mount.js")
    return HERE.joinpath("player.css").read_text(encoding="utf-8")


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<meta name="description" content="{about}">
<style>
{faces}
html, body {{ margin: 0; }}
{under}
#player > svg {{ display: block; width: 100%; max-height: 100vh; }}
{css}
</style>
</head>
<body>
<main id="player" aria-label="{about}">
{still}
</main>
<script type="module">
{js}
mount(document.getElementById("player"), "{ground}", "{paths}", {{ theme: "{theme}" }});
</script>
</body>
</html>
"""


def ground_under(theme: str) -> str:
    """The style of a page's ground; of one that follows its reader's system, in both colours."""
    style = f"html, body {{ background: {theme_of(theme).background}; }}"
    dark = f"html, body {{ background: {THEMES['dark'].background}; }}"
    return f"{style}\n@media (prefers-color-scheme: dark) {{ {dark} }}" if theme == AUTO else style


def page(picture: Picture) -> str:
    """The player and its data as one HTML page that needs nothing else.

    Raises:
        UserError: a panel that the player does not have.
    """
    return PAGE.format(
        title=html.escape(f"{picture.title}: {', '.join(picture.labels)}"),
        about=html.escape(picture.about),
        under=ground_under(picture.theme),
        faces=faces(),
        css=source("css"),
        js=source("js"),
        ground=base64.b64encode(ground(picture.problem, picture.view)).decode(),
        paths=base64.b64encode(paths(picture)).decode(),
        still=still(picture),
        theme=picture.theme,
    )


def write_page(picture: Picture, path: str | Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        UserError: a panel that the player does not have, or a place that cannot be written to.
    """
    text = page(picture)
    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
