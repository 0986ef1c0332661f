"""Modules as one text: what it does when it runs, and what is refused."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import optiviz
from optiviz.player.bundle import bundle, script

SCRIPTS = sorted((Path(optiviz.__file__).parent / "player" / "js").glob("*.js"))
THREE = """
import { two } from "./two.js";
const own = 1;
export const three = () => two() + own;
export class Three { value = three(); }
"""
TWO = """
import {
  one as first,
} from "./deep/one.js";
const own = 10;
export function two() { return first + own; }
"""
ONE = """
const own = 100;
export const one = own;
"""


def written(folder: Path, **modules: str) -> Path:
    """A folder of modules; the first is where it begins."""
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / f"{next(iter(modules))}.js"


def test_names_of_modules_never_meet(node: str, tmp_path: Path) -> None:
    text = bundle(written(tmp_path, three=THREE, two=TWO, deep__one=ONE))
    program = f"const own = 1000;\n{text}\nconsole.log(three() + own, new Three().value);"
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1111 111\n"


def test_a_module_that_two_import_is_there_once(node: str, tmp_path: Path) -> None:
    counter = 'console.log("here");\nexport const one = 1;\n'
    both = (
        'import { one } from "./one.js";\nimport { two } from "./two.js";\nconsole.log(one, two);'
    )
    two = 'import { one } from "./one.js";\nexport const two = one + 1;\n'
    text = bundle(written(tmp_path, both=both, one=counter, two=two))
    done = subprocess.run([node, "-e", text], capture_output=True, text=True, check=True)
    assert done.stdout == "here\n1 2\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('import "./one.js";', "cannot bundle 'import \"./one.js\";'"),
        ('import one from "./one.js";', "cannot bundle"),
        ('import * as all from "./one.js";', "cannot bundle"),
        ('import { one } from "one";', "cannot bundle"),
        ("import { one } from './one.js';", "cannot bundle"),
        ('import { one } from "https://example.org/one.js";', "cannot bundle"),
        ('const one = await import("./one.js");', "cannot bundle"),
        ("const here = import.meta.url;", "cannot bundle"),
        ("export default 1;", "cannot bundle"),
        ("export let a = 1;", "cannot bundle"),
        ("export { one };", "cannot bundle"),
        ("export const { a, b } = c;", "cannot bundle"),
        ('export { one } from "./one.js";', "cannot bundle"),
        ('import { one, two } from "./one.js";', "begin.js: ./one.js does not export two."),
        ('import { begin } from "./begin.js";', "begin.js imports itself by way of begin.js."),
    ],
)
def test_what_cannot_be_bundled(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        bundle(written(tmp_path, begin=source, one=ONE))


def test_a_notebook_keeps_half_as_much_of_plain_letters(node: str, tmp_path: Path) -> None:
    entry = written(tmp_path, begin='export const said = ["η −1", /[α-ω]/.test("β"), `→${"·"}`];')
    text = script(entry, "said")
    assert text.isascii()
    path = tmp_path / "made.mjs"
    path.write_text(text + "console.log(JSON.stringify(said));")
    done = subprocess.run([node, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '["η −1",true,"→·"]'


def test_a_circle(tmp_path: Path) -> None:
    begin, one = 'import { one } from "./one.js";', 'import { two } from "./two.js";'
    two = 'import { one } from "./one.js";\nexport const two = 2;'
    entry = written(tmp_path, begin=begin, one=one + "\nexport const one = 1;", two=two)
    with pytest.raises(ValueError, match=re.escape("one.js imports itself by way of two.js.")):
        bundle(entry)


def test_the_player_can_be_bundled(node: str) -> None:
    """Every module of it, and the syntax is right; the pages' own tests run it."""
    for path in SCRIPTS:
        bundle(path)
    text = bundle(SCRIPTS[0].with_name("widget.js"))
    done = subprocess.run(
        [node, "--check", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
