"""What the pages of a course have in common: one script, one style, and their frame."""

from __future__ import annotations

import html
from hashlib import sha256
from pathlib import Path

from optiviz.player.bundle import bundle
from optiviz.version import __version__
from optiviz.views.typeface import faces

HERE = Path(__file__).parent
PACKAGE = HERE.parent
# As in the labs, whose look comes before the player's.
STYLES = (
    "labs/lab.css",
    "player/player.css",
    "lessons/lessons.css",
    "explorer/explore.css",
    "course/course.css",
)
ASSETS = "assets"  # their folder in that of the course
MADE = f'<meta name="generator" content="optiviz {__version__}">'

# How a page without a server begins, for its style and its script to follow.
HEAD = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{MADE}
<link rel="icon" href="data:,">
<title>{{title}}</title>
<meta name="description" content="{{about}}">
"""
PAGE = (
    HEAD
    + """<link rel="stylesheet" href="{css}">
<script defer src="{js}"></script>
</head>
<body>
{body}
</body>
</html>
"""
)


class Shell:
    """The frame of every page; its script and its style are files that all of them share.

    They have their content in their names: pages of an earlier course go on with what they know
    until the last of them is replaced.
    """

    def __init__(self) -> None:
        script = (
            f'(() => {{\n"use strict";\n{bundle(HERE / "js" / "course.js")}\nbegin();\n}})();\n'
        )
        parts = [PACKAGE.joinpath(name).read_text(encoding="utf-8") for name in STYLES]
        style = "\n".join([faces(), *parts])
        self.js, self.css = _named(script, "js"), _named(style, "css")
        self.files = {self.js: script, self.css: style}

    def page(self, title: str, about: str, body: str) -> str:
        """A page; `body` is markup, the rest is text."""
        told = {"title": html.escape(title), "about": html.escape(about)}
        return PAGE.format(css=self.css, js=self.js, body=body, **told)


def _named(text: str, ending: str) -> str:
    return f"{ASSETS}/course-{sha256(text.encode()).hexdigest()[:12]}.{ending}"
