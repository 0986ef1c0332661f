"""The gallery: every script draws what it drew, and all of them become a page that is whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from drawn import RECORDED, drawn
from PIL import Image

from optiviz.errors import UserError
from optiviz.gallery.build import Build, run
from optiviz.gallery.index import THUMBNAIL, unbroken, write_index
from optiviz.gallery.scripts import BEST, CHAPTERS, Script, home, script, scripts
from optiviz.problems import load

NAMES = list(scripts())
each_script = pytest.mark.parametrize("name", NAMES)
QUICK = [
    pytest.param(name, marks=pytest.mark.slow) if "mnist" in name or name == "plot_basins" else name
    for name in NAMES
]
LARGEST = 3_000_000  # bytes of a GIF
STILL = "plot_bias_correction"  # quick to draw, and cannot move
MOVES = "plot_gradient_descent"


def test_the_order_is_complete() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in home().glob("plot_*.py"))
    assert len(NAMES) == sum(map(len, CHAPTERS.values()))


@each_script
def test_a_script_can_be_read_on_a_slide(name: str) -> None:
    lines = script(name).path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 50
    assert lines[0] == '"""'
    assert lines[2] == "=" * len(lines[1])
    caption = script(name).caption
    assert len(re.findall(r"[.?!:](\s|$)", caption)) >= 3
    assert all(line.strip() for line in caption.splitlines())


@pytest.mark.parametrize("name", QUICK)
def test_a_script_draws_what_it_drew(name: str) -> None:
    known = json.loads(RECORDED.read_text(encoding="utf-8"))[name]
    # Single precision rounds differently from one processor to the next, and training adds it up.
    accuracy = {"rel": 0.03, "abs": 1e-3} if "mnist" in name else {"rel": 2e-3, "abs": 1e-6}
    found = drawn(script(name).path)
    for ax, other in zip(found, known, strict=True):
        means = ax.pop("means"), other.pop("means")
        assert ax == other
        assert means[0] == pytest.approx(means[1], **accuracy)


def test_a_wrong_picture_is_noticed(tmp_path: Path) -> None:
    text = script(MOVES).path.read_text(encoding="utf-8").replace("lr=0.15", "lr=0.16")
    changed = tmp_path / f"{MOVES}.py"
    changed.write_text(text, encoding="utf-8")
    known = json.loads(RECORDED.read_text(encoding="utf-8"))[MOVES]
    assert [ax["means"] for ax in drawn(changed)] != [
        pytest.approx(ax["means"], rel=2e-3) for ax in known
    ]


def check_gif(path: Path) -> None:
    """16:9, not too large, and the last frame is held for two seconds."""
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as image:
        assert image.size == (1280, 720)
        image.seek(image.n_frames - 1)
        assert image.info["duration"] >= 2000  # frames that are equal are one


@pytest.mark.slow
def test_a_script_runs_alone(tmp_path: Path) -> None:
    copy = shutil.copy(script(MOVES).path, tmp_path)
    subprocess.run([sys.executable, copy], cwd=tmp_path.parent, check=True, capture_output=True)
    check_gif(tmp_path / f"{MOVES}.gif")


@pytest.fixture
def two(tmp_path: Path) -> list[Script]:
    """Two scripts that may be changed."""
    copies = []
    for name in (MOVES, STILL):
        one = script(name)
        path = Path(shutil.copy(one.path, tmp_path))
        copies.append(Script(one.name, one.chapter, path, one.title, one.caption))
        os.utime(path, (1e9, 1e9))
    return copies


@pytest.mark.slow
def test_a_build_goes_on_where_it_was(two: list[Script], tmp_path: Path) -> None:
    out = tmp_path / "out"

    def stale(formats: str = "svg,html", quick: bool = False) -> list[str]:
        return [one.name for one in Build(two, out, formats, quick).stale()]

    assert stale() == [MOVES, STILL]
    without = {one.name: lacking for one, lacking in Build(two, out, "svg,html").run(1)}
    assert without == {MOVES: [], STILL: [".html"]}
    assert stale() == []
    assert stale("svg") == []
    assert stale("svg,pdf") == [MOVES, STILL]
    assert stale(quick=True) == [MOVES, STILL]
    (out / f"{MOVES}.svg").unlink()
    assert stale() == [MOVES]
    assert [one.name for one, _ in Build(two, out, "svg,html").run(1)] == [MOVES]
    os.utime(two[1].path)
    assert stale() == [STILL]
    (out / ".gallery.json").write_text("[", encoding="utf-8")
    with pytest.raises(UserError, match="is not what optiviz wrote"):
        stale()


class Links(HTMLParser):
    """Everything that a page refers to, and every place in it that can be referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [
            given[name] or "" for name in ("href", "src", "data-moving") if name in given
        ]
        self.places.add(given.get("id") or "")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two scripts, built once."""
    build = Build([script(MOVES), script(STILL)], tmp_path_factory.mktemp("out"), "gif,html")
    assert len(list(build.run(2))) == 2
    return write_index(build)


@pytest.mark.slow
def test_the_page_is_whole(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "http" not in text
    assert "//" not in text
    links = Links()
    links.feed(text)
    assert len(links.found) > 10
    for link in links.found:
        if link.startswith("#"):
            assert link[1:] in links.places
        elif link != "data:,":
            assert (page.parent / link).is_file(), link
    assert all(script(name).caption.splitlines()[0][:20] in text for name in (MOVES, STILL))
    with Image.open(page.parent / "thumbnails" / f"{MOVES}.png") as image:
        assert image.size == THUMBNAIL


def test_a_build_beside_its_scripts_stays_fresh(two: list[Script], tmp_path: Path) -> None:
    build = Build(two[1:], tmp_path, "png")
    list(build.run(1))
    write_index(build)
    assert not build.stale()


@pytest.mark.slow
def test_the_page_in_a_browser(page: Path, chromium) -> None:
    shown = chromium.new_page(viewport={"width": 390, "height": 800})
    wrong, asked = [], []
    shown.on("pageerror", lambda error: wrong.extend([error]))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(page.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    image = shown.locator(f"#{MOVES} img")
    image.scroll_into_view_if_needed()
    shown.wait_for_selector(f'#{MOVES} img[src$="{MOVES}.gif"]')
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)")
    shown.locator(f"#{MOVES} button.picture").click()
    still = f"thumbnails/{MOVES}.png"
    assert image.get_attribute("src").endswith(still)
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == THUMBNAIL[0]
    shown.evaluate("document.querySelector('footer').scrollIntoView()")
    shown.emulate_media(media="print", color_scheme="dark")  # on paper: pictures and their words
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 248, 251)"
    card = f"getComputedStyle(document.getElementById('{MOVES}')).breakInside"
    assert shown.evaluate(card) == "avoid"
    assert shown.locator(f"#{MOVES} .words").is_visible()
    assert not shown.locator(f"#{MOVES} .files").is_visible()
    shown.close()
    assert not wrong
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.slow
def test_who_wants_no_motion_has_none_without_a_tap(page: Path, chromium) -> None:
    shown = chromium.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    shown.goto(page.as_uri())
    image = shown.locator(f"#{MOVES} img")
    image.scroll_into_view_if_needed()
    shown.wait_for_timeout(300)
    assert image.get_attribute("src").endswith(".png")
    shown.locator(f"#{MOVES} button.picture").click()
    assert image.get_attribute("src").endswith(f"{MOVES}.gif")
    shown.close()


def test_a_formula_is_not_broken_between_lines() -> None:
    caption = "Beyond η = 2(1 + β)/λ, w ← w − η·∂L/∂w and <that>; with m = 1 and η = 0.1 it ends."
    assert unbroken(caption) == (
        'Beyond <span class="formula">η = 2(1 + β)/λ</span>, '
        '<span class="formula">w ← w − η·∂L/∂w</span> and &lt;that&gt;; '
        'with <span class="formula">m = 1</span> and <span class="formula">η = 0.1</span> it ends.'
    )


def test_the_best_are_scripts() -> None:
    assert len(BEST) == len({*BEST}) == 12
    assert all(script(name).path.is_file() for name in BEST)


def test_training_is_quick_only_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from optiviz.gallery import mnist  # noqa: PLC0415

    for words, count in (([], mnist.IMAGES), (["--quick"], mnist.IMAGES // mnist.QUICK)):
        monkeypatch.setattr(sys, "argv", ["plot_x.py", *words])
        network, test = mnist.mnist()
        assert network.n_samples == count
        assert (network.x == load("mnist").x_train[:count]).all()
        assert mnist.brief(400) == (20 if words else 400)
    assert test.n_samples == 250


def test_a_script_is_run_as_if_typed(tmp_path: Path) -> None:
    before = list(sys.argv)
    run(script(STILL).path, tmp_path / "new" / "folder", "")
    assert sys.argv == before
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == [f"{STILL}.png"]
