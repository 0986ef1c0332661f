"""The typeface: what it covers, and that it is ours wherever something of its name is installed."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
from matplotlib.font_manager import FontProperties, fontManager, get_font

from optiviz.optim import OPTIMIZERS, SYMBOLS
from optiviz.views.frame import Frame
from optiviz.views.style import THEMES
from optiviz.views.typeface import FONTS, HEAVY, register, settings

CUTS = {"Inter-Regular": {}, HEAVY: {"weight": "bold"}, "Inter-Italic": {"style": "italic"}}


@pytest.mark.parametrize(("file", "asked"), CUTS.items(), ids=CUTS)
def test_each_cut_is_found_before_an_installed_one_and_without_a_word(
    file: str,
    asked: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = replace(fontManager.ttflist[0], name="Inter", style="normal", weight=400)
    installed = replace(entry, **asked)
    monkeypatch.setattr(fontManager, "ttflist", [installed, *fontManager.ttflist])
    register.__wrapped__()  # as in a process that has not drawn yet
    with matplotlib.rc_context(settings()):
        found = fontManager.findfont(FontProperties(**asked))
    fontManager._findfont_cached.cache_clear()  # what it remembers of this list
    assert Path(found) == FONTS / f"{file}.ttf"
    assert not caplog.messages


@pytest.mark.parametrize("file", CUTS)
def test_letters_of_every_formula_are_there(file: str) -> None:
    lines = [line for rule in OPTIMIZERS.values() for line in rule().formula()]
    words = {*"".join([*lines, *SYMBOLS.values(), "w₁w₂∂Σ±×°"])}
    there = {chr(code) for code in get_font(FONTS / f"{file}.ttf").get_charmap()}
    assert words - there <= {"ᵀ", "⊙", "∝", "∇"}  # DejaVu has them


def test_digits_are_of_one_width_so_that_a_counter_stands_still() -> None:
    frame = Frame("light", (480, 270))
    with frame.style():
        texts = [frame.figure.text(0, 0, digit * 8, fontsize=20) for digit in "0123456789\u2007"]
        widths = {round(text.get_window_extent().width) for text in texts[:10]}
    assert max(widths) - min(widths) <= 4  # the ink of the last digit differs


@pytest.mark.parametrize("theme", THEMES)
def test_a_picture_is_set_in_it(theme: str) -> None:
    frame = Frame(theme, (480, 270))
    with frame.style():
        frame.title("Title", "and note, with $dollars$")
    assert [text.get_fontfamily()[0] for text in frame.figure.texts] == ["Inter", "Inter"]


def test_a_drawing_brings_the_cuts_that_it_uses(tmp_path: Path) -> None:
    frame = Frame("light", (480, 270))
    with frame.style():
        frame.figure.text(0.1, 0.5, "plain")
    frame.save(tmp_path / "a.svg")
    with frame.style():
        frame.figure.text(0.1, 0.2, "slanted", style="italic")
        frame.figure.text(0.1, 0.8, "heavy", weight="bold")
    frame.save(tmp_path / "b.svg")
    found = []
    for name in "ab":
        drawn = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        fonts = re.findall(r"url\(data:font/woff2;base64,([^)]*)\)", drawn)
        found.append([base64.b64decode(font)[:4] for font in fonts])
    assert found == [[b"wOF2"], [b"wOF2"] * 3]


@pytest.mark.parametrize("file", CUTS)
def test_pages_have_the_same_letters_as_pictures(file: str) -> None:
    pytest.importorskip("brotli")
    fonts = pytest.importorskip("fontTools.ttLib")
    maps = [fonts.TTFont(FONTS / f"{file}{end}").getBestCmap() for end in (".ttf", ".woff2")]
    assert maps[0] == maps[1]
