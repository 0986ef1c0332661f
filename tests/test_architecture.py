"""The way of the data, read from the imports; and files that stay small enough to read."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import optiviz

HOME = Path(optiviz.__file__).parent
FILES = sorted(path for path in HOME.rglob("*.py") if "plots" not in path.parts)
SCRIPTS = sorted(HOME.rglob("*.js"))
named = {"ids": lambda path: str(path.relative_to(HOME))}
each_file = pytest.mark.parametrize("path", FILES, **named)
each_script = pytest.mark.parametrize("path", SCRIPTS, **named)
each_source = pytest.mark.parametrize("path", [*FILES, *SCRIPTS], **named)

# Imports go from later lines to earlier ones. Parts of one line may share, except where `APART`.
ORDER = [
    {"errors", "words", "locks", "files", "unpack", "fast", "lines", "strips", "named", "version"},
    {"optim", "problems"},
    {"runs"},
    {"maps", "training"},
    {"studies"},
    {"views"},
    {"player"},
    {"sketch", "lessons", "explorer"},
    {"labs", "gallery"},
    {"course"},
    {"site"},
    {"cli"},
    {"__main__"},
]
APART = ({"optim", "problems"}, {"maps", "training"}, {"labs", "gallery"})
RANK = {part: rank for rank, parts in enumerate(ORDER) for part in parts}
# Arrows that go by name, since what they find stands above: a record shows itself in a notebook,
# and a picture that is saved as a page has the player in it.
BY_NAME = {("runs", "player"), ("views", "player")}
PLACE = re.compile(r"optiviz(?:\.\w+)+(?::\w+)?")
# The parts of a page: the player's scripts know none of the labs', and no lab those of another.
JS_ORDER = [
    {"player/js"},
    {"lessons/js", "explorer/js"},
    {"labs/js"},
    {"labs/surface/js", "labs/mnist/js", "labs/twin/js", "explorer/trained/js", "course/js"},
]
JS_RANK = {part: rank for rank, parts in enumerate(JS_ORDER) for part in parts}
# `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`.
JS_IMPORT = re.compile(
    r"""^(?:import|export)\b[\s\w{},*$]*?\bfrom\s*["\']([^"\']+)|\bimport\s*\(?\s*["\']([^"\']+)""",
    re.MULTILINE,
)


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


def names(tree: ast.AST) -> Iterator[str]:
    """Every place in the package that a file names in a string of its own."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and PLACE.fullmatch(value):
            yield value.replace(":", ".")


def parts_in(found: Iterator[str]) -> set[str]:
    """The parts of optiviz among full names; other names of the package are "__init__"."""
    parts = set()
    for name in found:
        top, _, rest = name.partition(".")
        if top == "optiviz":
            part = rest.partition(".")[0]
            parts.add(part if part in RANK else "__init__")
    return parts


def parts_imported(source: str, package: list[str]) -> set[str]:
    """The parts of optiviz that a file imports."""
    return parts_in(imports(ast.parse(source), package))


def wrong(part: str, other: str) -> bool:
    """Whether an import of `other` by `part` points up the line."""
    if part == other:
        return False
    return RANK[other] > RANK[part] or {part, other} in APART


def package_of(path: Path) -> list[str]:
    """The package that a file stands in, as its names."""
    return ["optiviz", *path.relative_to(HOME).parts[:-1]]


@each_file
def test_no_arrow_points_back(path: Path) -> None:
    part = part_of(path)
    if part == "__init__":
        return
    assert part in RANK, f"say in ORDER where {part} stands"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = parts_in(imports(tree, package_of(path)))
    assert "__init__" not in found, "the face is for users: import from where a thing stands"
    assert not [other for other in sorted(found) if wrong(part, other)]
    said = parts_in(names(tree)) - {"__init__"}
    assert not [o for o in sorted(said) if wrong(part, o) and (part, o) not in BY_NAME]


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


def test_places_that_are_named_are_seen() -> None:
    source = 'named("optiviz.player.page:write_page"); x = "optiviz.cli"; y = "see optiviz.runs"'
    assert parts_in(names(ast.parse(source))) == {"player", "cli"}


@pytest.mark.parametrize(
    ("part", "other", "verdict"),
    [
        ("optim", "runs", True),
        ("optim", "problems", True),
        ("problems", "optim", True),
        ("errors", "optim", True),
        ("runs", "views", True),
        ("maps", "training", True),
        ("training", "studies", True),
        ("views", "player", True),
        ("views", "cli", True),
        ("labs", "gallery", True),
        ("labs", "cli", True),
        ("cli", "labs", False),
        ("cli", "gallery", False),
        ("views", "studies", False),
        ("files", "errors", False),
        ("optim", "optim", False),
    ],
)
def test_which_arrows_are_wrong(part: str, other: str, verdict: bool) -> None:
    assert wrong(part, other) is verdict


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Circles of a graph, each once, found by walking it in depth."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(node: str, above: list[str]) -> None:
        if node in above:
            found.append([*above[above.index(node) :], node])
        elif node not in done:
            for other in sorted(graph.get(node, ())):
                visit(other, [*above, node])
            done.add(node)

    for node in sorted(graph):
        visit(node, [])
    return found


def test_circles_are_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}}) == []


def test_no_modules_go_in_a_circle() -> None:
    modules = {".".join([*package_of(path), path.stem]): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = set()
        for name in imports(tree, package_of(path)):
            if name in modules:
                found.add(name)
            elif name.rpartition(".")[0] in modules:
                found.add(name.rpartition(".")[0])
        graph[module] = found - {module}
    assert circles(graph) == []


def scripts_imported(path: Path) -> list[Path]:
    """The scripts that a script imports; each must be there."""
    found = ["".join(pair) for pair in JS_IMPORT.findall(path.read_text(encoding="utf-8"))]
    paths = [(path.parent / other).resolve() for other in found]
    assert all(other in SCRIPTS for other in paths), found
    return paths


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('import { a,\n  b } from "./x.js";\nconst y = "z";', ["./x.js"]),
        ("import './x.js';", ["./x.js"]),
        ('export { a } from "./x.js";', ["./x.js"]),
        ('const m = await import("./x.js");', ["./x.js"]),
        ('export const a = "./x.js";\nexport function f() { return "y"; }', []),
    ],
)
def test_imports_of_scripts_of_every_kind_are_seen(source: str, found: list[str]) -> None:
    assert ["".join(pair) for pair in JS_IMPORT.findall(source)] == found


@each_script
def test_no_arrow_between_scripts_points_back(path: Path) -> None:
    part = str(path.parent.relative_to(HOME))
    for other in scripts_imported(path):
        home = str(other.parent.relative_to(HOME))
        assert JS_RANK[home] < JS_RANK[part] or home == part


def test_no_scripts_go_in_a_circle() -> None:
    assert circles({str(p): {str(o) for o in scripts_imported(p)} for p in SCRIPTS}) == []


@pytest.mark.parametrize("module", ["optiviz", "optiviz.errors", "optiviz.words", "optiviz.files"])
def test_the_package_is_imported_quickly(module: str) -> None:
    code = f"import sys, {module}; print(*{{'numpy', 'matplotlib', 'typer'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    "module",
    [f"optiviz.{part}" for part in ("optim", "problems", "runs", "maps", "training", "studies")],
)
def test_computing_needs_no_pictures(module: str) -> None:
    code = f"import sys, {module}; print(*{{'matplotlib', 'typer', 'PIL'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_a_picture_of_a_surface_needs_no_networks_and_no_pages() -> None:
    others = {"optiviz.problems.network", "optiviz.problems.data", "optiviz.player", "tqdm"}
    code = f"import sys, optiviz.sketch; print(*{others} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@each_source
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


@each_script
def test_a_line_of_a_script_is_short_enough_to_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [number for number, line in enumerate(lines, start=1) if len(line) > 120]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of what a function does, without its signature and its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@each_file
def test_a_function_is_short_enough_to_read(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    assert not [f"{f.name}: {body_lines(f)} lines" for f in functions if body_lines(f) > 40]


def test_every_public_name_is_there() -> None:
    assert sorted(optiviz.__all__) == dir(optiviz)
    for name in optiviz.__all__:
        assert getattr(optiviz, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        optiviz.nothing  # noqa: B018
