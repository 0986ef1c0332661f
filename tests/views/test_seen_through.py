"""Pictures without a page behind them, and with words for those who do not see them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageSequence

from optiviz.errors import UserError
from optiviz.runs import race
from optiviz.views import Note, Picture

RUNS = race("valley", ["momentum"], steps=6)


def picture(**options) -> Picture:
    options = {"size": (480, 270), "panels": "path", "notes": [Note(3, "fast & far")]} | options
    return Picture("valley", RUNS, **options)


@pytest.mark.parametrize(
    "ending",
    [".png", ".gif", *(pytest.param(e, marks=pytest.mark.slow) for e in (".webp", ".apng"))],
)
def test_the_page_is_seen_through_and_the_ground_is_not(tmp_path: Path, ending: str) -> None:
    drawn = picture(theme="dark")
    films = []
    for name, transparent in (("a", True), ("b", False)):
        how = {} if ending == ".png" else {"frames": 3}
        drawn.save(tmp_path / f"{name}{ending}", transparent=transparent, **how)
        with Image.open(tmp_path / f"{name}{ending}") as film:
            films.append([np.asarray(f.convert("RGBA")) for f in ImageSequence.Iterator(film)])
    page = ImageColor.getrgb(drawn.look.background)
    box = drawn.figure().axes[0].bbox
    ground = (
        slice(271 - round(box.y1), 269 - round(box.y0)),
        slice(round(box.x0) + 1, round(box.x1)),
    )
    for clear, opaque in zip(*films, strict=True):
        assert (opaque[..., 3] == 255).all()
        assert (clear[ground][..., 3] == 255).all()
        assert clear[0, 0, 3] == clear[-1, -1, 3] == 0
        assert (clear[..., 3] == 0).mean() > 0.2
        # Laid on its own page again it is the opaque picture.
        cover = clear[..., 3:] / 255
        laid = clear[..., :3] * cover + np.array(page) * (1 - cover)
        assert np.abs(laid - opaque[..., :3]).max() <= 2


def test_a_drawing_without_a_page_has_none(tmp_path: Path) -> None:
    for name, transparent in (("a", True), ("b", False)):
        picture(panels="loss").save(tmp_path / f"{name}.svg", transparent=transparent)
    clear, opaque = (
        len(re.findall("fill: #ffffff", (tmp_path / f"{name}.svg").read_text("utf-8")))
        for name in "ab"
    )
    assert clear < opaque


@pytest.mark.parametrize("ending", [".mp4", ".html"])
def test_what_cannot_be_transparent_says_so(tmp_path: Path, ending: str) -> None:
    with pytest.raises(UserError, match=f"a{ending} cannot be transparent"):
        picture().save(tmp_path / f"a{ending}", transparent=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_files_say_what_they_show(tmp_path: Path) -> None:
    drawn = picture()
    about = drawn.about
    assert about.startswith("Valley, condition number 20. Momentum: ")
    assert drawn.verdicts[0] in about
    assert "Step 3: fast & far." in about
    for ending in (".png", ".svg", ".gif", ".webp", ".apng", ".html"):
        drawn.save(tmp_path / f"a{ending}", **({} if ending in (".png", ".svg") else {"frames": 2}))
    with Image.open(tmp_path / "a.png") as png, Image.open(tmp_path / "a.apng") as apng:
        assert png.text["Description"] == apng.text["Description"] == about
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.info["comment"].decode() == about
    escaped = about.replace("&", "&amp;")
    with Image.open(tmp_path / "a.webp") as webp:
        webp.load()
        assert escaped in webp.info["xmp"].decode()
    assert f"<title>{escaped}</title>" in (tmp_path / "a.svg").read_text("utf-8")
    assert f'aria-label="{escaped}"' in (tmp_path / "a.html").read_text("utf-8")
