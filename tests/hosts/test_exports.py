"""The player in an export, a deck, marimo and a lecturer's own app, with no network."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optiviz import race
from optiviz.views import Picture

from .conftest import READY, ROOT, need, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*encryption.*"),
]
PLAY = "import optiviz\noptiviz.play(optiviz.descend('valley', 'momentum', steps=30))"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was run, with the state of its widgets, as HTML and Markdown."""
    need("nbclient", "nbconvert", "anywidget")
    import nbclient  # noqa: PLC0415, extras
    import nbconvert  # noqa: PLC0415
    import nbformat  # noqa: PLC0415

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PLAY)])
    nbclient.NotebookClient(book, timeout=300, store_widget_state=True).execute()
    path = tmp_path_factory.mktemp("export") / "a.html"
    path.write_text(nbconvert.HTMLExporter().from_notebook_node(book)[0], encoding="utf-8")
    text, _ = nbconvert.MarkdownExporter().from_notebook_node(book)
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("scripts", [True, False])
def test_an_export_shows_the_picture(
    exported: Path, visit: Callable[..., Any], scripts: bool
) -> None:
    page = visit(exported.as_uri(), java_script_enabled=scripts)
    still = page.locator(".optiviz-still")
    assert still.bounding_box()["height"] == 0, "a widget may be about to come"
    still.locator("img").and_(page.get_by_alt_text("momentum")).wait_for(timeout=8000)
    assert still.bounding_box()["height"] > 200


def test_an_export_to_text_shows_it_too(exported: Path) -> None:
    text = exported.with_suffix(".md").read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64," in text
    assert "<optiviz.player" not in text


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The template, served by Voilà as it comes."""
    need("voila", "anywidget")
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(ROOT / "apps" / "own.ipynb", folder)

    def words(port: int) -> list[str]:
        where = f"--port={port} --Voila.ip=127.0.0.1 --Voila.port_retries=0"
        return ["own.ipynb", "--no-browser", *where.split()]

    with serving("voila", words, folder, "static/") as address:
        yield address


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_a_lecturers_own_app(own: str, visit: Callable[..., Any], size: tuple[int, int]) -> None:
    """Its sliders draw the paths anew, its list another surface; on a phone, too."""
    page = visit(own, viewport=dict(zip(("width", "height"), size, strict=True)))
    page.wait_for_selector(READY, timeout=60_000)
    assert page.locator(".optiviz").bounding_box()["width"] > 300
    assert page.locator("[data-do=ghost]").is_disabled(), "nothing moves before somebody moves it"
    assert page.locator(".optiviz-still").is_hidden()
    names = page.locator(".ov-legend").element_handle()
    page.locator(".noUi-handle").nth(1).focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("node => node.textContent.includes('β = 0.86')", arg=names)
    page.locator("select").first.select_option("regression")
    title = page.locator(".ov-title").element_handle()
    page.wait_for_function("node => node.textContent.startsWith('Linear')", arg=title)
    page.close()


DECK = """<!doctype html><link rel="stylesheet" href="reveal.css">
<div class="reveal"><div class="slides">
<section>one</section>
<section><iframe data-src="page.html?start=5&autoplay=1&controls=0" width="900" height="560">
</iframe></section>
<section><div id="player" style="height: 500px"></div></section>
<section>four</section></div></div>
<script src="reveal.js"></script>
<script>Reveal.initialize({ transition: "none" });</script>"""


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slides of reveal.js: a page in a frame, and a player on the slide itself."""
    need("sphinx_revealjs")
    from importlib.util import find_spec  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("deck")
    home = Path(str(find_spec("sphinx_revealjs").origin)).parent
    for name in ("reveal.js", "reveal.css"):
        shutil.copy(next(home.rglob(f"dist/{name}")), folder)
    picture = Picture("valley", race("valley", ["momentum"], steps=40))
    picture.save(folder / "page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    script = page[page.index("<script type") : page.rindex("</script>") + 9]
    style = page[page.index("<style>") : page.index("</style>") + 8]
    text = DECK + style + script.replace("\nmount(", "\nglobalThis.kept = mount(")
    (folder / "deck.html").write_text(text, encoding="utf-8")
    return folder / "deck.html"


def test_in_a_deck_each_hears_its_own_keys(deck: Path, visit: Callable[..., Any]) -> None:
    page = visit(deck.as_uri() + "#/2", viewport={"width": 1200, "height": 800})
    slide = "Reveal.getIndices().h"
    page.wait_for_function(f"{slide} === 2 && kept.runs.length")
    page.locator("#player .ov-plane canvas").focus()
    for key in ["Home", "ArrowRight", "ArrowRight", "b", "v", "o", "f", "n", "ArrowDown"]:
        page.keyboard.press(key)
    assert page.evaluate(f"[{slide}, Reveal.isPaused(), Reveal.isOverview(), kept.step]") == [
        *(2, False, False, 2)
    ]
    page.keyboard.press("PageDown")  # the clicker's
    page.wait_for_function(f"{slide} === 3")
    page.close()


def test_in_a_deck_a_frame_plays_on_its_slide(deck: Path, visit: Callable[..., Any]) -> None:
    page = visit(deck.as_uri(), viewport={"width": 1200, "height": 800})
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.keyboard.press("ArrowRight")
    inside = page.frame_locator("iframe")
    inside.locator(".ov-counter:text-is('step 40 / 40')").wait_for(state="attached")
    assert inside.locator(".ov-transport").is_hidden()
    assert page.evaluate("Reveal.getIndices().h") == 1
    page.close()


MARIMO = """import marimo
app = marimo.App()

@app.cell
def _():
    import marimo as mo
    import optiviz
    player = mo.ui.anywidget(optiviz.play(optiviz.descend("valley", "momentum", steps=60)))
    player
    return mo, optiviz, player

@app.cell
def _(mo, player):
    mo.md(f"AT {player.value['step']} FROM {player.value['start']}")
    return

@app.cell
def _(mo, optiviz):
    mo.hstack([optiviz.play(optiviz.descend("bowl", "sgd", steps=9)), mo.md("beside")])
    return

if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def marimo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A marimo notebook as an app."""
    need("marimo", "anywidget")
    folder = tmp_path_factory.mktemp("marimo")
    (folder / "m.py").write_text(MARIMO, encoding="utf-8")

    def words(port: int) -> list[str]:
        where = f"--headless --no-token --host 127.0.0.1 --port {port}"
        return ["run", "m.py", *where.split()]

    with serving("marimo", words, folder, "health") as address:
        yield address


def test_marimo(marimo: str, visit: Callable[..., Any]) -> None:
    """Its value follows the player, a click runs again, it has width and the page's light."""
    page = visit(marimo)
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function("document.querySelectorAll('marimo-anywidget').length === 2")
    first = page.locator(".optiviz").first
    assert all(one.bounding_box()["width"] > 300 for one in page.locator(".optiviz").all())
    told = page.locator(".paragraph", has_text="FROM")
    first.locator(".ov-plane canvas").focus()
    for key in ["Home", "ArrowRight", "ArrowRight"]:
        page.keyboard.press(key)
    page.locator(".paragraph", has_text="AT 2 ").wait_for()
    before = told.inner_text()
    box = first.locator(".ov-plane canvas").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 80)
    page.wait_for_function(
        "was => ![...document.querySelectorAll('.paragraph')].some(p => p.textContent === was)",
        arg=before,
    )
    assert first.get_attribute("data-theme") == "light"
    page.evaluate(
        "document.body.className = 'dark dark-theme'; document.body.dataset.theme = 'dark'"
    )
    first.and_(page.locator("[data-theme=dark]")).wait_for()
    page.close()
