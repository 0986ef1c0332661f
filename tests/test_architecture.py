"""The way of the data, read from the imports; and files that stay small enough to read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import optiviz

HOME = Path(optiviz.__file__).parent
FILES = sorted(HOME.rglob("*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOME)))

# Imports go from later lines to earlier ones. Parts of one line may share, except where `APART`.
ORDER = [
    {"errors", "words", "files", "fast", "named", "version"},
    {"optim", "problems"},
    {"runs"},
    {"maps", "training"},
    {"studies"},
    {"views"},
    {"player"},
    {"sketch"},
    {"labs", "gallery"},
    {"cli"},
]
APART = ({"optim", "problems"}, {"maps", "training"}, {"labs", "gallery"})
RANK = {part: rank for rank, parts in enumerate(ORDER) for part in parts}


def part_of(path: Path) -> str:
    """The part of the package that a file belongs to: its first folder, or itself."""
    return path.relative_to(HOME).parts[0].removesuffix(".py")


def imports(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parts_imported(source: str, package: list[str]) -> set[str]:
    """The parts of optiviz that a file imports; other names of the package are "__init__"."""
    found = set()
    for name in imports(ast.parse(source), package):
        top, _, rest = name.partition(".")
        if top == "optiviz":
            part = rest.partition(".")[0]
            found.add(part if part in RANK else "__init__")
    return found


def wrong(part: str, other: str) -> bool:
    """Whether an import of `other` by `part` points up the line."""
    if part == other:
        return False
    return RANK[other] > RANK[part] or {part, other} in APART


@each_file
def test_no_arrow_points_up(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "__main__"):
        return
    assert part in RANK, f"say in ORDER where {part} stands"
    package = ["optiviz", *path.relative_to(HOME).parts[:-1]]
    found = parts_imported(path.read_text(encoding="utf-8"), package) - {"__init__"}
    assert not [other for other in sorted(found) if wrong(part, other)]


@pytest.mark.parametrize(
    ("source", "package", "parts"),
    [
        ("import optiviz.runs.loop", ["optiviz", "optim"], {"runs"}),
        ("from optiviz import views, errors", ["optiviz"], {"views", "errors"}),
        ("from optiviz.runs import descend as d", ["optiviz"], {"runs"}),
        ("from ..problems import base", ["optiviz", "optim"], {"problems"}),
        ("from . import sgd", ["optiviz", "optim"], {"optim"}),
        ("def f():\n    from optiviz.cli import main", ["optiviz"], {"cli"}),
        ("import numpy\nfrom optiviz import __version__", ["optiviz"], {"__init__"}),
    ],
)
def test_imports_of_every_kind_are_seen(source: str, package: list[str], parts: set) -> None:
    assert parts_imported(source, package) == parts


@pytest.mark.parametrize(
    ("part", "other", "verdict"),
    [
        ("optim", "runs", True),
        ("optim", "problems", True),
        ("problems", "optim", True),
        ("errors", "optim", True),
        ("runs", "views", True),
        ("views", "cli", True),
        ("views", "runs", False),
        ("files", "errors", False),
        ("optim", "optim", False),
    ],
)
def test_which_arrows_are_wrong(part: str, other: str, verdict: bool) -> None:
    assert wrong(part, other) is verdict


@pytest.mark.parametrize("module", ["optiviz", "optiviz.errors", "optiviz.words", "optiviz.files"])
def test_the_package_is_imported_quickly(module: str) -> None:
    code = f"import sys, {module}; print(*{{'numpy', 'matplotlib', 'typer'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("module", ["optiviz.optim", "optiviz.problems", "optiviz.runs"])
def test_computing_needs_no_pictures(module: str) -> None:
    code = f"import sys, {module}; print(*{{'matplotlib', 'typer', 'PIL'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_every_public_name_is_there() -> None:
    assert sorted(optiviz.__all__) == dir(optiviz)
    for name in optiviz.__all__:
        assert getattr(optiviz, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        optiviz.nothing  # noqa: B018


@each_file
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 320


def body_lines(node: ast.FunctionDef) -> int:
    """The lines of what a function does, without its signature and its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@each_file
def test_a_function_is_short_enough_to_read(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [f"{f.name}: {body_lines(f)} lines" for f in functions if body_lines(f) > 40]
