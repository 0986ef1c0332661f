"""What several folders of tests share: the command line without a process, a real browser, Node."""

from __future__ import annotations

import compileall
import gc
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

import optiviz as package
from optiviz.problems.data import datasets

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Several workers share the cores; threads of BLAS or PyTorch that wait take them from each other.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# How long an example takes says more of who else wants the cores than of what is tried.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")

# MNIST is half a second's work, and so many tests ask for it that each process does it once.
read, mnist = datasets.complete, cache(lambda: read("mnist", None))
datasets.complete = lambda *asked: mnist() if asked == ("mnist", None) else read(*asked)

# What takes minutes begins first: whoever takes it last is waited for by all others.
LONG = (
    *("test_fuzz", "test_kills", "test_hostile", "test_flood", "test_gallery", "test_compare"),
    *("test_readme", "test_picture", "test_surface_page", "test_map_pictures"),
)

# Nothing that a browser fetches of its own accord: a test counts the requests of a page.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


WHOLLY_SLOW = re.compile(r"^pytestmark = (\[[^\]]*)?.*?\bmark\.slow\b", re.MULTILINE)
SKIPPED = "optiviz/skipped"  # where the cache keeps what a run skipped
skipped: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rest`, for whoever has installed what was missing."""
    parser.addoption("--rest", action="store_true", help="what the last run skipped, or is slow")


def pytest_configure(config: pytest.Config) -> None:
    """What every process of the tests imports is compiled once, and files are chosen everywhere.

    The compiled files help also where PYTHONDONTWRITEBYTECODE is set, which made each of hundreds
    of processes compile the package anew.
    """
    if config.getoption("--rest"):
        config.option.markexpr = ""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(os.path.dirname(package.__file__), quiet=2)
    # As a plugin: what this file defines itself holds below its own folder.
    config.pluginmanager.register(Sparing(), "sparing")


class Sparing:
    """Whatever imports no file in vain: all files are a tenth of the work, for every worker."""

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """A file without a test, or wholly slow where nothing slow is asked for.

        Where only the rest is asked for, also a file of which nothing was skipped or is slow.
        """
        if collection_path.suffix != ".py":
            return None
        text = collection_path.read_text(encoding="utf-8")
        if config.getoption("--rest"):
            files = {node.split("::")[0] for node in config.cache.get(SKIPPED, [])}
            ours = collection_path.relative_to(config.rootpath).as_posix() in files
            return None if ours or "mark.slow" in text else True
        if not collection_path.name.startswith("test_"):
            return True if ">>> " not in text else None
        quick = config.getoption("markexpr") == "not slow"
        return True if quick and WHOLLY_SLOW.search(text) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """What is read stays to the end: no garbage is looked for in it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, the others as they stand."""
    items.sort(key=lambda item: (*LONG, item.path.stem).index(item.path.stem))
    if config.getoption("--rest"):
        before = set(config.cache.get(SKIPPED, []))
        kept = [
            item
            for item in items
            if item.get_closest_marker("slow") or {item.nodeid, item.nodeid.split("::")[0]} & before
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that says of itself what it needs."""
    if report.skipped:
        skipped.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that needs something before its first test."""
    if report.skipped:
        skipped.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What was skipped is told to the next run."""
    cache = getattr(session.config, "cache", None)  # there is none with -p no:cacheprovider
    if skipped and cache and not hasattr(session.config, "workerinput"):
        cache.set(SKIPPED, sorted(skipped))


@pytest.fixture
def optiviz(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], CompletedProcess[str]]:
    """The command line in the test's own folder: what it prints, and its exit status.

    It runs in the process of the tests, where nothing has to be imported anew.
    """
    from optiviz.cli import main  # noqa: PLC0415  # a test that asks for none need not import it

    def run(words: str) -> CompletedProcess[str]:
        argv = ["optiviz", *shlex.split(words)]
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", argv)
            with pytest.raises(SystemExit) as ended:
                main()
        return CompletedProcess(argv, int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; tests that need one are skipped where there is none.

    With OPTIVIZ_BROWSER=required in the environment they fail instead.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_BROWSER") == "required" else pytest.skip
        miss("needs Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is; tests that need it are skipped where there is none.

    With OPTIVIZ_NODE=required in the environment they fail instead.
    """
    program = shutil.which("node")
    if program is None:
        miss = pytest.fail if os.environ.get("OPTIVIZ_NODE") == "required" else pytest.skip
        miss("needs Node: apt-get install nodejs")
    return program
