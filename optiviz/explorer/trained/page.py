"""One page of trained networks, which needs no server, no network and no other file."""

from __future__ import annotations

import base64
import html
from pathlib import Path

import numpy as np
from matplotlib.colors import to_hex

from optiviz.errors import UserError
from optiviz.explorer.trained.data import SHADES, about, data
from optiviz.explorer.trained.still import maps
from optiviz.files import whole
from optiviz.player.bundle import bundle
from optiviz.player.page import ground_under, source
from optiviz.problems.data.dataset import title_of
from optiviz.studies.trained import Trained
from optiviz.views.charts.maps import ramp
from optiviz.views.style import AUTO, SOLID, THEMES, Theme, contrast, marks, words
from optiviz.words import split

HERE = Path(__file__).parent
MOST = 8_000_000  # bytes of a page
INKS = ("#ffffff", "#000000")  # of a number, whichever is seen better on its cell

AUTOS = ("light", "dark")  # what a reader's system may be

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<meta name="description" content="{about}">
<style>
html, body {{ margin: 0; }}
{ground}
{css}
</style>
</head>
<body>
<main id="trained" class="optiviz tr" data-theme="{theme}">
<header><h1>{title}</h1><p>{about}</p></header>
<section class="tr-maps" aria-label="Where it works">
<h2>Test accuracy in %, framed where it works</h2>
{maps}
</section>
<p class="tr-made"><code>{command}</code></p>
</main>
<script type="module">
{js}
trained(document.getElementById("trained"), "{data}");
</script>
</body>
</html>
"""


def page(found: Trained, theme: str, command: str) -> str:
    """The networks of a directory as a page.

    Args:
        found: what was trained.
        theme: the look that it has first.
        command: what made it.

    Raises:
        UserError: it would be too large.
    """
    css = source("css") + _colors(found) + HERE.joinpath("trained.css").read_text(encoding="utf-8")
    text = PAGE.format(
        title=html.escape(f"Networks trained on {title_of(found.data.name)}"),
        about=html.escape(about(found)),
        ground=ground_under(theme),
        css=css,
        theme=theme,
        maps=maps(found),
        command=html.escape(command),
        js=bundle(HERE / "js" / "trained.js"),
        data=base64.b64encode(data(found, command)).decode(),
    )
    if len(text) > MOST:
        raise UserError(
            f"The page would take {len(text) / 1e6:.1f} MB, at most {MOST / 1e6:g}: sweep fewer "
            "settings or seeds."
        )
    return text


def write_page(found: Trained, path: Path, theme: str = AUTO, command: str = "") -> None:
    """Write the page, whole or not at all.

    Raises:
        UserError: a page that would be too large, or a place that cannot be written to.
    """
    text = page(found, theme, command)
    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def _colors(found: Trained) -> str:
    """The colours of every theme, of the rules and of the shades, as variables."""
    names = [split(lane.text)[0] for lane in found.lanes]
    blocks = []
    for name, look in THEMES.items():
        lines = [f"--ov-{key}: {getattr(look, key)};" for key in ("background", "text", "muted")]
        lines += [f"--ov-accent: {look.accent};", f"--ov-scale: {look.scale};"]
        for i, mark in enumerate(marks(names, look)):
            lines += [f"--lane-{i}: {mark.color};", f"--word-{i}: {words(mark.color, look)};"]
        lines += _shades(look)
        scheme = "dark" if look.dark else "light"
        ours = f"{{ color-scheme: {scheme}; {' '.join(lines)} }}"
        blocks.append(f'[data-theme="{name}"] {ours}')
        if name in AUTOS:
            blocks.append(f'@media (prefers-color-scheme: {name}) {{ [data-theme="auto"] {ours} }}')
    for i, mark in enumerate(marks(names, THEMES["light"])):
        dash = "none" if mark.dash == SOLID else " ".join(f"{2 * part:g}" for part in mark.dash[1])
        blocks.append(
            f'.tr [data-lane="{i}"] {{ --lane: var(--lane-{i}); --word: var(--word-{i}); '
            f"--dash: {dash}; }}"
        )
    blocks += [
        f".tr-{i} {{ --cell: var(--shade-{i}); --ink: var(--ink-{i}); }}" for i in range(SHADES)
    ]
    return "\n".join(blocks) + "\n"


def _shades(look: Theme) -> list[str]:
    """The colours of the cells, and of the numbers in them."""
    colors = [to_hex(color) for color in ramp(look)(np.linspace(0, 1, SHADES))]
    inks = [max(INKS, key=lambda ink, c=color: contrast(ink, c)) for color in colors]  # type: ignore[misc]
    return [
        line
        for i, (color, ink) in enumerate(zip(colors, inks, strict=True))
        for line in (f"--shade-{i}: {color};", f"--ink-{i}: {ink};")
    ]
