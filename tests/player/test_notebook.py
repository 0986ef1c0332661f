"""A run and a picture in a notebook, and in its export without a network."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from optiviz import descend, optim, surface, surfaces
from optiviz.player.notebook import bundle
from optiviz.views import Picture

RUN = descend(surfaces["bowl"], optim.SGD(lr=0.1), steps=5)
CELLS = [
    "from optiviz import Picture, descend\nrun = descend('valley', 'momentum', steps=30)\nrun",
    "Picture('valley', run, panels=['path', 'surface', 'loss'], theme='dark')",
]


@pytest.mark.parametrize("thing", [RUN, Picture("bowl", RUN, ["surface", "loss"])])
def test_there_is_a_picture_a_page_and_a_text(thing) -> None:
    forms, size = thing._repr_mimebundle_(include=None, exclude=None)
    assert list(forms) == ["text/plain", "image/png", "text/html"]
    assert forms["text/plain"] == repr(thing)
    assert size == {"image/png": {"width": 960, "height": 540}}
    with Image.open(io.BytesIO(base64.b64decode(forms["image/png"]))) as image:
        assert image.size == (1920, 1080)
    assert forms["image/png"] in forms["text/html"]
    assert "srcdoc=" in forms["text/html"]
    assert "https:" not in forms["text/html"]


@pytest.mark.parametrize(
    "run",
    [
        descend(surfaces["bowl"], optim.SGD(lr=np.array([[0.1], [0.2]])), steps=3),
        descend(surface(lambda x, y: x**2 + y**2), optim.SGD(lr=0.1), steps=3),
    ],
    ids=["a stack", "a surface of one's own"],
)
def test_what_cannot_be_drawn_is_a_text(run) -> None:
    assert bundle(run) == ({"text/plain": repr(run)}, {})


def test_a_shell_in_a_terminal_is_told_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = pytest.importorskip("IPython")
    shown = SimpleNamespace(active_types=["text/plain"])
    monkeypatch.setattr(ipython, "get_ipython", lambda: SimpleNamespace(display_formatter=shown))
    assert bundle(RUN) == ({"text/plain": repr(RUN)}, {})
    shown.active_types = ["text/plain", "image/png"]
    assert "image/png" in bundle(RUN)[0]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that was run and exported with the state of its widgets, as is usual."""
    nbformat = pytest.importorskip("nbformat")
    client, export = pytest.importorskip("nbclient"), pytest.importorskip("nbconvert")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    client.NotebookClient(book, timeout=300, store_widget_state=True).execute()
    path = tmp_path_factory.mktemp("notebook") / "a.html"
    path.write_text(export.HTMLExporter().from_notebook_node(book)[0], encoding="utf-8")
    return path


pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*encryption.*"),
]


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_an_export_keeps_the_picture_without_a_network(
    exported: Path, chromium, scripts: bool
) -> None:
    """The player where scripts run, else the still picture; neither asks for anything."""
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.url.startswith(("file:", "data:", "about:"))
            else route.abort()
        ),
    )
    page.goto(exported.as_uri())
    frames, images = page.locator("iframe"), page.locator("img[alt*='momentum' i]")
    assert (frames.count(), images.count()) == (2, 2)
    for i in range(2):
        if scripts:
            canvas = frames.nth(i).content_frame.locator("canvas").first
            canvas.wait_for(state="visible")
            assert canvas.bounding_box()["height"] > 150
            assert not images.nth(i).is_visible()
        else:
            assert images.nth(i).is_visible()
            assert images.nth(i).bounding_box()["height"] > 150
    context.close()
