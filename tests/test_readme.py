"""The README and its pages cannot drift: names, commands, links and Python are tried."""

from __future__ import annotations

import doctest
import re
import runpy
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import optiviz as package
from optiviz.optim import OPTIMIZERS, SCHEDULES
from optiviz.problems import PROBLEMS, SURFACES
from optiviz.views.scene.figure import PANELS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
WORDS = "\n".join(TEXTS.values())
COMMANDS = sorted({line for line in WORDS.splitlines() if re.match(r"optiviz \w", line)})
LONG = tuple(  # the beginnings of commands that take seconds
    f"optiviz {name}"
    for name in (
        *("compare", "course", "gradcheck", "landscape", "train", "twin"),
        *("animate --optim sgd --optim", "animate --problem regression", "explore --optim sgd"),
        # Both have tests of their own, which are quick: test_animate.py and test_gallery.py.
        *("animate --optim momentum", "gallery plot_momentum"),
    )
)
TOLD = ("list", "explain")  # these write no file
each_command = pytest.mark.parametrize(
    "command",
    [
        pytest.param(line, marks=pytest.mark.slow) if line.startswith(LONG) else line
        for line in COMMANDS
        if not line.startswith("optiviz app")  # which serves until it is stopped
    ],
)


@each_command
def test_every_command_runs(command: str, tmp_path: Path, optiviz: Callable) -> None:
    words = command.removeprefix("optiviz ")
    done = optiviz(words)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == (0 if words.startswith(TOLD) else 1)


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    panels = dict(PANELS)
    failed, tried = doctest.testfile(str(ROOT / "docs/python.md"), module_relative=False)
    PANELS.clear()
    PANELS.update(panels)
    assert tried >= 6
    assert not failed
    names = {"run.npz", "race.svg", "race.gif", "race.html", "slope.png"}
    assert names == {path.name for path in tmp_path.iterdir()}


def test_the_file_of_the_readme_runs_and_its_rule_is_known(
    tmp_path: Path, optiviz: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    (code,) = re.findall(r"```python\n(.*?)```", TEXTS[ROOT / "README.md"], re.DOTALL)
    mine = tmp_path / "mine.py"
    mine.write_text(code, encoding="utf-8")
    runpy.run_path(str(mine), run_name="__main__")
    done = optiviz("plot --optim mine:SignSGD --out a.png")
    sys.modules.pop("mine", None)  # others have one of their own
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("SignSGD")
    assert {"mine.py", "sign.gif", "a.png"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("row", "registry"),
    [
        ("rules", OPTIMIZERS),
        ("surfaces", SURFACES),
        ("problems with data", [name for name in PROBLEMS if name not in SURFACES]),
        ("schedules", SCHEDULES),
    ],
)
def test_every_name_is_there(row: str, registry: Iterable[str]) -> None:
    (names,) = re.findall(rf"^\| {row} \| `(.*)` \|$", WORDS, re.M)
    assert names.split() == list(registry)


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_is_there(panel: str) -> None:
    assert re.search(rf"^\| [^|]*`{panel}`[^|]* \|", WORDS, re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXTS[page])
    near = [link for link in links if not link.startswith("https://")]
    assert [link for link in near if not (page.parent / link).exists()] == []


def test_every_page_is_linked() -> None:
    front = TEXTS[ROOT / "README.md"]
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in front] == []


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {package.__version__}\n" in citation
    assert f"version {package.__version__}," in TEXTS[ROOT / "README.md"]
