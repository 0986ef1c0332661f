"""The player and a lab in a real JupyterLab, and in Notebook 7, which takes keys before them."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import READY, ROOT, need, serving

pytestmark = pytest.mark.slow

BEGIN = """import ipywidgets as w, optiviz
run = optiviz.descend("valley", "momentum:lr=0.02,beta=0.9", steps=60)
player = optiviz.play(run)
step = w.IntSlider(max=60)
w.jslink((step, "value"), (player, "step"))
player"""
CELLS = [
    BEGIN,
    "w.HBox([w.VBox([step]), optiviz.play(run), optiviz.play(run)])",
    "optiviz.play(run)",
]
LAB = [
    "from optiviz.labs.surface.lab import SurfaceLab\nSurfaceLab()",
    "from optiviz.labs.mnist.lab import MnistLab\nMnistLab()",
]
PATIENCE = 7  # seconds, more than the player has
# Every cell stays in the page, seen or not; and nothing is asked of other hosts.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
KERNEL = """async (name) => {
  const sessions = await (await fetch("/api/sessions")).json();
  const { kernel } = sessions.find(({ path }) => path === name) ?? {};
  return kernel?.connections > 0 && kernel.execution_state === "idle";
}"""
AGAIN = 20  # times that a cell is run again
COST = 1.0  # megabytes that each may leave behind


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server, which has JupyterLab and Notebook, and three notebooks."""
    need("jupyterlab", "notebook", "anywidget")
    import nbformat  # noqa: PLC0415, comes with them

    folder = tmp_path_factory.mktemp("jupyter")
    for name, cells in {"keys": CELLS, "looks": CELLS, "lab": LAB}.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, folder / f"{name}.ipynb")
    shutil.copy(ROOT / "apps" / "own.ipynb", folder)

    for name, settings in SETTINGS.items():
        path = folder / "config" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def words(port: int) -> list[str]:
        settings = f"--ServerApp.ip=127.0.0.1 --ServerApp.port={port} --IdentityProvider.token="
        settings += " --ServerApp.disable_check_xsrf=True"
        return ["--allow-root", "--no-browser", *settings.split()]

    with serving("jupyterlab", words, folder, "api") as address:
        yield address


def run_all(page: Any) -> Any:
    """Run a notebook, once it has a kernel that it hears, and wait for what it shows."""
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.wait_for_function(
        KERNEL, arg=page.url.rpartition("/")[2].partition("?")[0], timeout=60_000, polling=200
    )
    for _ in range(10):  # what is run while the page still opens is forgotten
        if (asks := page.locator("dialog.jp-Dialog")).count():  # of settings that it found changed
            print(asks.first.inner_text())
            asks.locator("button.jp-mod-accept").first.click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_timeout(1000)
        if page.get_by_text("[*]:").or_(page.locator(READY)).count():
            break
    page.wait_for_selector(READY, timeout=60_000)
    return page


@pytest.fixture(scope="module")
def looks(jupyter: str, visit: Callable[..., Any]) -> Any:
    """A notebook in JupyterLab."""
    page = run_all(visit(f"{jupyter}lab/tree/looks.ipynb?reset"))
    page.wait_for_function("document.querySelectorAll('.optiviz .ov-legend li').length === 4")
    return page


def cells(page: Any) -> list[str]:
    """The kinds of all cells."""
    kinds = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => cell.className)"
    found = page.evaluate(kinds)
    return ["code" if "jp-CodeCell" in words else "other" for words in found]


@pytest.mark.parametrize("address", ["lab/tree/keys.ipynb?reset", "notebooks/keys.ipynb"])
def test_no_shortcut_of_the_host_is_heard_in_the_player(
    jupyter: str, visit: Callable[..., Any], address: str
) -> None:
    """D D deletes a cell, B adds one, M makes it a text, 0 0 restarts, X cuts, ↓ leaves."""
    page = run_all(visit(jupyter + address))
    player = page.locator(".optiviz").first
    counter = player.locator(".ov-counter")
    places: list[Callable[[], None]] = [
        player.locator(".ov-plane canvas").focus,
        player.locator(".ov-side canvas").first.click,
        lambda: player.locator(".ov-title").click(),
        player.get_by_label("Speed").focus,
        player.get_by_label("Step", exact=True).focus,
        player.get_by_label("One step on").focus,
    ]
    for go in places:
        go()
        for key in ["d", "d", "b", "m", "v", "0", "0", "x", "a", "y", "ArrowDown", "ArrowUp"]:
            page.keyboard.press(key)
        assert cells(page) == ["code"] * 3
        assert page.locator(".jp-Dialog").count() == 0
        assert page.evaluate("Boolean(document.activeElement.closest('.optiviz'))")
    theme = player.get_attribute("data-theme")
    player.locator(".ov-plane canvas").focus()
    for key in ["Home", "ArrowRight", "ArrowRight", "d"]:
        page.keyboard.press(key)
    page.wait_for_function(
        "([node, was]) => node.dataset.theme !== was", arg=[player.element_handle(), theme]
    )
    assert counter.inner_text() == "step 2 / 60"
    page.close()


def test_a_row_of_widgets_gives_it_width(looks: Any) -> None:
    widths = [player.bounding_box()["width"] for player in looks.locator(".optiviz").all()]
    assert widths[1] == pytest.approx(widths[2], rel=0.02)
    assert min(widths) > 200


def test_a_slider_of_ipywidgets_and_the_player_move_each_other(looks: Any) -> None:
    player, value = looks.locator(".optiviz").first, looks.locator(".widget-readout").first
    player.locator(".ov-plane canvas").focus()
    looks.keyboard.press("Home")
    looks.keyboard.press("ArrowRight")
    looks.wait_for_function("node => node.textContent === '1'", arg=value.element_handle())
    looks.locator(".widget-slider .noUi-handle, .noUi-handle").first.focus()
    looks.keyboard.press("ArrowRight")
    counter = player.locator(".ov-counter").element_handle()
    looks.wait_for_function("node => node.textContent === 'step 2 / 60'", arg=counter)


def test_its_light_is_that_of_the_host_also_when_that_changes(looks: Any) -> None:
    themes = "[...document.querySelectorAll('.optiviz')].every(one => one.dataset.theme === {0!r})"
    assert looks.evaluate(themes.format("light"))
    for name, theme in [("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")]:
        turn_to(looks, name)
        looks.wait_for_function(themes.format(theme))


def turn_to(page: Any, theme: str) -> None:
    """Choose a theme of JupyterLab's."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).first.hover()
    page.get_by_text(theme, exact=True).click()


def resident(page: Any) -> float:
    """Megabytes that the page's process holds after its garbage is gone."""
    tab = page.context.new_cdp_session(page)
    for _ in range(3):
        tab.send("HeapProfiler.collectGarbage")
    found = page.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    held = []
    for process in found["processInfo"]:
        if process["type"] == "renderer":
            status = Path(f"/proc/{process['id']}/status").read_text()
            held.append(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
    return max(held)


def test_a_cell_that_is_run_again_gives_its_memory_back(looks: Any) -> None:
    cell = looks.locator(".jp-Notebook .jp-Cell").last

    def again(times: int) -> None:
        for _ in range(times):
            cell.locator(".cm-content").click()
            before = cell.locator(".optiviz").element_handle()
            looks.keyboard.press("Control+Enter")
            looks.wait_for_function("node => !node.isConnected", arg=before)
            cell.locator(".ov-legend li").wait_for()

    again(4)
    before = resident(looks)
    again(AGAIN)
    assert resident(looks) - before < AGAIN * COST


def test_a_dead_kernel_is_said(looks: Any, jupyter: str) -> None:
    """Last of this notebook: a click asks Python, which is no more."""
    with urllib.request.urlopen(f"{jupyter}api/kernels") as answer:
        kernels = [kernel["id"] for kernel in json.load(answer)]
    for kernel in kernels:
        request = urllib.request.Request(f"{jupyter}api/kernels/{kernel}", method="DELETE")
        urllib.request.urlopen(request).close()
    canvas = looks.locator(".ov-plane canvas").first
    said = looks.locator(".ov-silent:not([hidden])")
    for x in range(150, 400, 50):  # a click is lost where JupyterLab lays its cells out anew
        canvas.click(position={"x": x, "y": 60})
        looks.wait_for_timeout(1000 * PATIENCE)
        if said.count():
            break
    assert "Python does not answer" in said.first.inner_text()


def test_the_sliders_of_an_app_of_ones_own_move_the_player(
    jupyter: str, visit: Callable[..., Any]
) -> None:
    page = run_all(visit(f"{jupyter}lab/tree/own.ipynb?reset"))
    says = """([part, words]) => [...document.querySelectorAll(`.optiviz .ov-${part}`)]
        .at(-1)?.textContent.endsWith(words)"""
    assert page.evaluate(says, ["label", "β = 0.9"])
    page.locator(".widget-slider .noUi-handle").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(says, arg=["label", "β = 0.89"])
    page.locator(".widget-dropdown select").first.select_option("himmelblau")
    page.wait_for_function(says, arg=["title", "Himmelblau"])
    heights = "all => all.map((canvas) => canvas.clientHeight)"  # in the room that sliders leave it
    assert min(page.locator(".optiviz canvas").evaluate_all(heights)) > 60
    page.close()


@pytest.fixture(scope="module")
def labs(jupyter: str, visit: Callable[..., Any]) -> Any:
    """Both labs in a notebook whose column is much narrower than the window."""
    size = {"width": 1180, "height": 1000}
    page = run_all(visit(f"{jupyter}lab/tree/lab.ipynb?reset", viewport=size))
    page.locator(".lab:not(.surface-lab) .lab-header").wait_for(timeout=60_000)
    return page


def test_a_lab_is_laid_out_by_its_column(labs: Any) -> None:
    """The picture has room, nothing is cut off, and one lab changes nothing of the other."""
    column = labs.locator(".surface-lab").bounding_box()
    assert 600 < column["width"] < 900
    plane = labs.locator(".surface-lab .ov-plane").bounding_box()
    assert plane["width"] > 0.8 * column["width"]
    mnist = labs.locator(".lab:not(.surface-lab)")
    charts = [
        chart.bounding_box()["width"] for chart in mnist.locator(".lab-charts canvas:visible").all()
    ]
    assert min(charts) > 250
    assert mnist.evaluate("node => node.scrollWidth <= node.clientWidth + 1")


def test_no_shortcut_of_the_host_is_heard_in_a_lab(labs: Any) -> None:
    for place in [".surface-lab input[type=range]", ".lab:not(.surface-lab) select"]:
        labs.locator(place).first.focus()
        for key in ["d", "d", "b", "x"]:
            labs.keyboard.press(key)
    assert cells(labs) == ["code"] * 2


def test_the_labs_have_the_light_of_the_host(labs: Any) -> None:
    both = "[...document.querySelectorAll('.lab')].every(lab => lab.dataset.theme === {0!r})"
    turn_to(labs, "JupyterLab Light")
    labs.wait_for_function(both.format("light"))
    turn_to(labs, "JupyterLab Dark")
    labs.wait_for_function(both.format("dark"))
    turn_to(labs, "JupyterLab Light")
