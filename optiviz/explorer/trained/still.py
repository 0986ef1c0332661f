"""The maps of a page as SVG: where every rule works. Without scripts they are the page."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from optiviz.explorer.trained.data import label, rows_of, title
from optiviz.studies.lanes import Lane
from optiviz.studies.sweep.plan import word
from optiviz.studies.table import Row
from optiviz.studies.trained import Trained
from optiviz.views.numbers import power

WIDE, HIGH = 360, 26  # a map, and one of its rows
LEFT, ABOVE, BELOW = 48, 18, 34
NARROW = 34  # pixels of a cell with its rim, below which it has no room for a number


@dataclass(frozen=True)
class Axis:
    """What a map has across or up: nothing where nothing is varied."""

    name: str
    words: list[str]


def maps(found: Trained) -> str:
    """A figure for every rule, with the rates that work in its caption."""
    works = {strip.optimizer: str(strip) for strip in found.works()}
    rows, figures = rows_of(found), []
    for index, lane in enumerate(found.lanes):
        own, rows = rows[: len(lane.nodes)], rows[len(lane.nodes) :]
        said = works.get(lane.text, "")
        caption = f"<b>{html.escape(label(lane))}</b> <span>{html.escape(said)}</span>"
        figures.append(
            f'<figure class="tr-map" data-lane="{index}"><figcaption>{caption}</figcaption>'
            f"{_svg(lane, own)}</figure>"
        )
    return "\n".join(figures)


def _svg(lane: Lane, rows: list[Row]) -> str:
    """The accuracy over the first two settings, and of the others at their best."""
    across, up = _axes(lane)
    left = LEFT if up.name else 4
    width = (WIDE - left) / len(across.words)
    height = HIGH * len(up.words)
    best: dict[tuple[int, int], Row] = {}
    for node, row in zip(lane.nodes, rows, strict=True):
        place = ((*lane.at(node), 0, 0)[0], (*lane.at(node), 0, 0)[1])
        before = best.get(place, {}).get("test_accuracy") or -1.0
        if place not in best or (row["test_accuracy"] or -1.0) > before:
            best[place] = row
    cells = [
        _cell(i, j, left + width * i, height - HIGH * (j + 1), width, best.get((i, j)))
        for j in range(len(up.words))
        for i in range(len(across.words))
    ]
    ticks = [
        *(_text(left + width * (i + 0.5), height + 14, w) for i, w in enumerate(across.words)),
        *(_text(left - 22, height - HIGH * (j + 0.4), w) for j, w in enumerate(up.words)),
        _text(left + (WIDE - left) / 2, height + 29, across.name),
        _text(4, -5, up.name, "tr-up"),
    ]
    about = html.escape(f"Test accuracy of {lane.text} in per cent")
    above = ABOVE if up.name else 0
    tall = above + height + (BELOW if across.name else 2)
    return (
        f'<svg viewBox="0 {-above} {WIDE} {tall}" role="img" aria-label="{about}">'
        f"{''.join([*ticks, *cells])}</svg>"
    )


def _axes(lane: Lane) -> tuple[Axis, Axis]:
    """The first two settings that are varied."""
    found = [
        Axis(title(lane, name), ["usual" if v is None else _short(v) for v in values])
        for name, values in lane.axes.items()
    ]
    first, second, *_ = [*found, Axis("", [""]), Axis("", [""])]
    return first, second


def _short(value: Any) -> str:
    """A value below its column: as it was typed, but with a power of ten for a person."""
    typed = word(value)
    return power(value, 6) if isinstance(value, float) and "e" in typed else typed


def _cell(i: int, j: int, x: float, y: float, width: float, row: Row | None) -> str:
    """A combination of settings: its shade, its accuracy, and its verdict to whoever points."""
    kind, words, said = "tr-none", "", "not trained"
    if row is not None:
        kind = "tr-lost" if row["shade"] is None else f"tr-{row['shade']}"
        words = cell_words(row) if width >= NARROW else ""
        said = row["verdict"]
    works = " tr-works" if row is not None and row["works"] else ""
    return (
        f'<g class="tr-cell {kind}{works}" data-at="{i},{j}"><title>{html.escape(said)}</title>'
        f'<rect x="{x + 1:.1f}" y="{y + 1:.1f}" width="{width - 2:.1f}" height="{HIGH - 2}"/>'
        f"{_text(x + width / 2, y + HIGH / 2 + 4, words)}</g>"
    )


def cell_words(row: Row) -> str:
    """An accuracy in per cent, or that there is none."""
    accuracy = row["test_accuracy"]
    return "lost" if accuracy is None else f"{100 * accuracy:.1f}"


def _text(x: float, y: float, words: Any, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}>{html.escape(str(words))}</text>'
