"""What the tests save themselves: files that are not read, and that none is left out for it."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import optiviz
from optiviz.problems import load

HERE = Path(__file__).parent


def config(**options: Any) -> Any:
    """What a run was asked for, and what the one before skipped."""
    kept = SimpleNamespace(get=lambda key, usual: ["tests/test_sparing.py::test_x"])
    asked = {"markexpr": "not slow", "--rest": False} | options
    return SimpleNamespace(getoption=asked.get, cache=kept, rootpath=HERE.parent)


@pytest.fixture
def left_out(request: pytest.FixtureRequest) -> Any:
    """Whether a file is not even imported."""
    sparing: Any = request.config.pluginmanager.get_plugin("sparing")
    return sparing.pytest_ignore_collect


def slow(text: str) -> bool:
    """Whether all tests of a file are marked slow, as Python reads it."""
    marks = [one for one in ast.parse(text).body if isinstance(one, ast.Assign)]
    named = [one for one in marks if ast.unparse(one.targets[0]) == "pytestmark"]
    return any("mark.slow" in ast.unparse(one.value) for one in named)


def test_a_file_of_tests_is_left_out_only_if_all_are_slow(left_out: Any) -> None:
    files = {one: one.read_text(encoding="utf-8") for one in HERE.rglob("test_*.py")}
    expected = {one for one, text in files.items() if "pytestmark" in text and slow(text)}
    assert len(expected) > 10
    assert {one for one in files if left_out(one, config())} == expected
    assert not any(left_out(one, config(markexpr="slow")) for one in files)


def test_a_module_is_left_out_only_if_it_has_no_example(left_out: Any) -> None:
    home = Path(optiviz.__file__).parent
    assert left_out(home / "version.py", config())
    assert not left_out(home / "words.py", config())


def test_the_rest_is_what_was_skipped_and_what_is_slow(left_out: Any) -> None:
    rest = config(**{"--rest": True})
    assert not left_out(Path(__file__), rest)
    assert not left_out(HERE / "cli" / "test_fuzz.py", rest)
    assert left_out(HERE / "test_words.py", rest)


def test_mnist_is_unpacked_once() -> None:
    assert load("mnist") is load()
