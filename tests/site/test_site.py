"""The folder of all pages: what leads where, and what is said where something is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from optiviz.errors import UserError
from optiviz.gallery.scripts import script
from optiviz.lessons.reader import HERE
from optiviz.site import api
from optiviz.site.site import Site, pictures

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Links(HTMLParser):
    """Where the links of a page go, and the places that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "srcset", "data-moving") and value:
                self.links.append(value)
            elif name == "id":
                self.places.add(value or "")


def broken(folder: Path) -> list[str]:
    """The links of all pages that lead nowhere from a disk."""
    pages = {page.resolve(): Links(page) for page in folder.rglob("*.html")}
    found = []
    for page, parsed in pages.items():
        for link in parsed.links:
            if re.match(r"data:|https://pdoc\.dev", link):
                continue
            path, _, place = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            known = pages[target].places if target in pages else {""}
            if not target.is_file() or place not in known:
                found.append(f"{page.name}: {link}")
    return found


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html"></a><p id="x"></p>', encoding="utf-8")
    assert broken(tmp_path) == ["a.html: b.html"]
    (tmp_path / "b.html").write_text('<a href="a.html#x"></a><a href="#y">', encoding="utf-8")
    assert broken(tmp_path) == ["b.html: #y"]


@pytest.mark.slow
def test_every_link_leads_somewhere_from_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    name = "11-adam.toml"
    own.joinpath(name).write_bytes((HERE / name).read_bytes())

    def write(out: Path) -> None:
        out.mkdir()
        out.joinpath(api.FIRST).write_text("<p>API", encoding="utf-8")

    monkeypatch.setattr(api, "check", lambda: None)
    monkeypatch.setattr(api, "write", write)
    out = tmp_path / "site"
    made = Site(out, [script("schedules")], own, sliders=["batches"])
    count = made.count()
    assert len(list(made.write())) == count
    assert made.count() == count - 1  # a picture that is there already need not be made again
    assert broken(out) == []
    front = Links(out / "index.html").links
    wanted = ("course/index.html", "gallery/index.html", "sliders/batches.html", "api/optiviz.html")
    assert {*wanted, "course/questions.html"} <= {*front}
    (out / "gallery" / "plot_schedules.py").unlink()
    assert broken(out) == ["index.html: plot_schedules.py"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the API."""
    pytest.importorskip("pdoc", reason="needs the extra docs")
    out = tmp_path_factory.mktemp("api")
    api.write(out)
    return out


@pytest.mark.slow
def test_the_pages_of_the_api(written: Path) -> None:
    assert broken(written) == []
    page = (written / api.FIRST).read_text(encoding="utf-8")
    places = Links(written / api.FIRST).places
    assert {"descend", "race", "Run", "Picture", "explore"} <= places
    assert "See how optimisers work" in page
    assert {"SGD", "Momentum", "Adam"} <= Links(written / "optiviz" / "optim.html").places
    assert "Run an update rule on a problem and record every step." in page
    for name in ("optiviz", "optiviz/problems", "optiviz/views"):  # whose names come when asked for
        text = (written / f"{name}.html").read_text(encoding="utf-8")
        parts = re.findall(r'<section id="([A-Za-z]\w*)">(.*?)</section>', text, re.DOTALL)
        told = {part for part, words in parts if "docstring" in words}
        assert {part for part, _ in parts if not part.isupper()} - told <= {"surfaces"}, name


@pytest.mark.slow
def test_the_api_is_dark_with_its_reader_and_whole_on_paper(
    written: Path, chromium: Browser
) -> None:
    context = chromium.new_context(color_scheme="dark", viewport={"width": 794, "height": 1123})
    tab = context.new_page()
    tab.goto((written / api.FIRST).as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(ground) == "rgb(15, 20, 27)"
    cut = """[...document.querySelectorAll("pre, .attr")].filter(
      (one) => one.scrollWidth > one.clientWidth + 1).length"""
    tab.set_viewport_size({"width": 500, "height": 800})
    assert tab.evaluate(cut)  # on a screen one can scroll there
    tab.emulate_media(media="print")
    assert tab.evaluate(cut) == 0
    assert not tab.locator("nav").is_visible()
    assert tab.evaluate(ground) == "rgb(255, 255, 255)"
    context.close()


def test_without_pdoc_a_command_that_works_is_told_before_the_work(
    optiviz: Callable[[str], CompletedProcess[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "find_spec", lambda _: None)
    done = optiviz("site --no-mnist")
    assert done.returncode == 2
    assert re.search(r"The API page needs an extra package: .*pip install \"", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_the_pictures_of_a_network_can_be_left_out() -> None:
    every, quick = pictures(network=True), pictures(network=False)
    assert {one.chapter for one in every} - {one.chapter for one in quick} == {
        "A real network: MNIST"
    }
    assert [one.name for one in quick] == [one.name for one in every[: len(quick)]]


def test_somebody_elses_folder_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "check", lambda: None)
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is not one that optiviz wrote"):
        Site(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
