"""The page that shows the gallery: thumbnails, captions, sources and downloads, all offline."""

from __future__ import annotations

import html
import re
from pathlib import Path

from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from optiviz.files import whole
from optiviz.gallery.build import Build
from optiviz.gallery.scripts import BEST, HERE, Script
from optiviz.views.files.animate import FRAMED

THUMBNAIL = (1120, 630)  # pixels: its words can be read in a card, and are sharp on most screens
PLAYED = (".gif", ".webp", ".apng")  # what an <img> plays
# A formula, or a part of one: words joined by signs, which no line may end between.
FORMULA = re.compile(r"[^\s,;:]+(?: (?:[←=+−·/∝≈≤≥]|\+|/) [^\s,;:]+)+")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>optiviz: the gallery</title>
<style>
{css}</style>
</head>
<body>
<header>
<h1>How optimisers work, in {count} pictures</h1>
<p>In the order in which they teach. Each is made by a script short enough to read on a slide:
a picture plays where you look at it, or when you tap it; its source and its files are below it.</p>
{best}
<nav>{links}</nav>
</header>
<main>
{chapters}
</main>
<footer>Made by <code>optiviz gallery --all</code>. This page needs no network.</footer>
<script>
{js}</script>
</body>
</html>
"""


def write_index(build: Build) -> Path:
    """Write `index.html`, a thumbnail of every picture, and the scripts beside it.

    Raises:
        UserError: a place that cannot be written to.
    """
    chapters: dict[str, list[str]] = {}
    for script in build.scripts:
        files = build.files(script)
        _thumbnail(build.out, script)
        _copy(script.path, build.out / script.path.name)
        chapters.setdefault(script.chapter, []).append(_card(script, files))
    ids = {chapter: f"chapter-{n}" for n, chapter in enumerate(chapters, start=1)}
    links = (f'<a href="#{ids[chapter]}">{html.escape(chapter)}</a>' for chapter in chapters)
    page = PAGE.format(
        css=(HERE / "index.css").read_text(encoding="utf-8"),
        js=(HERE / "index.js").read_text(encoding="utf-8"),
        count=len(build.scripts),
        best=_best(build),
        links="".join(links),
        chapters="\n".join(
            f'<h2 id="{ids[chapter]}">{html.escape(chapter)}</h2>\n<div class="cards">\n'
            + "\n".join(cards)
            + "\n</div>"
            for chapter, cards in chapters.items()
        ),
    )
    target = build.out / "index.html"
    with whole(target) as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    return target


def _copy(source: Path, target: Path) -> None:
    """Copy a file, unless the same is there: a script that is newer than its picture is run."""
    content = source.read_bytes()
    if not target.is_file() or target.read_bytes() != content:
        with whole(target) as unfinished:
            unfinished.write_bytes(content)


def _thumbnail(out: Path, script: Script) -> None:
    """The still picture made small, in few colours; one that is newer than it stays."""
    still, small = out / f"{script.name}.png", _small(out, script)
    small.parent.mkdir(exist_ok=True)
    if small.is_file() and small.stat().st_mtime >= still.stat().st_mtime:
        return
    with Image.open(still) as image, whole(small) as unfinished:
        resized = image.convert("RGB").resize(THUMBNAIL, Image.Resampling.LANCZOS)
        resized.quantize(256, Image.Quantize.MAXCOVERAGE).save(unfinished, optimize=True)


def _small(out: Path, script: Script) -> Path:
    return out / "thumbnails" / f"{script.name}.png"


def _best(build: Build) -> str:
    """A row of those to begin with, each a way to its card; none if there is little else."""
    known = {script.name: script for script in build.scripts}
    best = [known[name] for name in map("plot_{}".format, BEST) if name in known]
    if len(best) == len(known):
        return ""
    return f"""<div class="best" role="group" aria-label="To begin with" tabindex="0">
{"".join(f'<a href="#{one.name}">{_image(one, build.files(one))}</a>' for one in best)}
</div>"""


def _image(script: Script, files: list[Path]) -> str:
    """The still picture, and what moves in its place."""
    endings = {path.suffix for path in files}
    playing = next((ending for ending in PLAYED if ending in endings), "")
    moving = f' data-moving="{script.name}{playing}"' if playing else ""
    return (
        f'<img src="thumbnails/{script.name}.png" alt="{html.escape(script.title)}" '
        f'loading="lazy" width="1120" height="630"{moving}>'
    )


def _card(script: Script, files: list[Path]) -> str:
    moves = any(path.suffix in FRAMED for path in files)
    badge = '<span class="badge">▶&nbsp;moves</span> ' if moves else ""
    image = _image(script, files)
    if "data-moving" in image:
        image = f'<button class="picture" aria-label="Play or stop">{image}</button>'
    else:
        image = f'<div class="picture">{image}</div>'
    downloads = [
        f'<a href="{path.name}" download>{path.suffix[1:]} <small>{_size(path)}</small></a>'
        if path.suffix != ".html"
        else f'<a href="{path.name}">player <small>{_size(path)}</small></a>'
        for path in files
    ]
    downloads.append(f'<a href="{script.path.name}" download>{script.path.name}</a>')
    return f"""<article id="{script.name}">
<h3>{html.escape(script.title)}</h3>
{image}
<div class="words"><p>{badge}{unbroken(script.caption)}</p></div>
<div class="files">{"".join(downloads)}</div>
<details><summary>Source, {len(script.code.splitlines())} lines</summary>
<pre>{coloured(script.code)}</pre></details>
</article>"""


def unbroken(caption: str) -> str:
    """Words as HTML in which no line ends within a formula.

    >>> unbroken("With β = 0.9 it is fast.")
    'With <span class="formula">β = 0.9</span> it is fast.'
    """
    return FORMULA.sub(r'<span class="formula">\g<0></span>', html.escape(caption, quote=False))


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1000))} kB"


def coloured(code: str) -> str:
    """Python as HTML, with keywords (k…), strings (s…) and comments (c…) in classes of their own.

    >>> coloured("del x  # why")
    '<span class="k">del</span> <span class="n">x</span>  <span class="c1"># why</span>'
    """
    return str(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))).rstrip("\n")
