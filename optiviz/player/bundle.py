"""ES modules as one text that runs anywhere: in a widget, or in a page that is opened from a disk.

There a module cannot be fetched by its name. So each becomes a function, in the order in which they
import one another, and what it exports is what the function returns: names never meet, and no
browser, notebook or server has to know of anything but one script.
"""

from __future__ import annotations

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
FOREIGN = re.compile(r"^(?:import|export)\b.*|\bimport\s*[.(].*", re.MULTILINE)


def bundle(entry: Path) -> str:
    """A module and all that it imports as one text, which ends with its exports in its own scope.

    Args:
        entry: the file of the module; it and those below it import with `import { … } from "./…"`
            and export with `export function`, `class` or `const`.

    Raises:
        ValueError: an import or an export of another form, a name that is not exported, or modules
            that import one another.
    """
    texts: dict[Path, str] = {}
    exports = _add(entry.resolve(), texts, ())
    return "\n".join([*texts.values(), f"const {{ {', '.join(exports)} }} = {_name(entry)};\n"])


def script(entry: Path, exports: str) -> str:
    """A module and all that it imports as one for a notebook, with what it exports by default.

    A browser keeps it for every cell that is run, in half the memory where it is all of ASCII.
    """
    text = f"{bundle(entry)}\nexport default {{ {exports} }};\n"
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _add(path: Path, texts: dict[Path, str], above: tuple[Path, ...]) -> list[str]:
    """Append a module after those that it imports; return what it exports."""
    if path in above:
        raise ValueError(f"{path.name} imports itself by way of {above[-1].name}.")
    source = path.read_text(encoding="utf-8")
    exports = EXPORT.findall(source)
    if path in texts:
        return exports
    for names, other in IMPORT.findall(source):
        offered = _add((path.parent / other).resolve(), texts, (*above, path))
        wanted = [name.split(" as ")[0].strip() for name in names.split(",") if name.strip()]
        if missing := [name for name in wanted if name not in offered]:
            raise ValueError(f"{path.name}: {other} does not export {missing[0]}.")
    body = EXPORT.sub("", IMPORT.sub(lambda found: _taken(path, *found.groups()), source))
    if left := FOREIGN.search(body):
        raise ValueError(f"{path.name}: cannot bundle {left[0]!r}.")
    returned = f"return {{ {', '.join(exports)} }};"
    texts[path] = f"const {_name(path)} = (() => {{\n{body}\n{returned}\n}})();\n"
    return exports


def _taken(path: Path, names: str, other: str) -> str:
    """An import as constants taken from what the other module returned."""
    return f"const {{{names.replace(' as ', ': ')}}} = {_name((path.parent / other).resolve())};"


def _name(path: Path) -> str:
    """What a module is called in the bundle: its folder's subject and its own name."""
    subject = next(part for part in reversed(path.resolve().parts[:-1]) if part != "js")
    return f"${subject}_{path.stem}"
