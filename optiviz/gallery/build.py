"""Building the gallery: every script in a process, what is there already left alone."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from threadpoolctl import threadpool_limits

from optiviz.files import folder, read_json, reading, write_json
from optiviz.gallery.export import endings
from optiviz.gallery.scripts import Script
from optiviz.studies.pool import Report, Stop, share_out

RECORD = ".gallery.json"
FACTS = {"files": list, "without": list, "quick": bool}  # that it holds of every script


@dataclass(frozen=True)
class Task:
    """One script to run: where it is, where it writes, and in which formats."""

    path: Path
    out: Path
    formats: tuple[str, ...]
    quick: bool


def run(path: Path, out: Path, formats: str, *options: str) -> None:
    """Run a script in this process, as if it had been called on the command line.

    Raises:
        UserError: a format that it cannot be written in, or a place that cannot be written to.
    """
    endings(formats)  # refused before there is a folder
    folder(out)
    words = [f"--out={out}", *([f"--formats={formats}"] if formats else []), *options]
    with patch.object(sys, "argv", [str(path), *words]), threadpool_limits(1):
        runpy.run_path(str(path), run_name="__main__")


class Build:
    """The pictures of some scripts in a folder, and what that folder holds already.

    Args:
        scripts: which.
        out: the folder; a record in it says what was asked for.
        formats: such as "gif,svg"; stills are written as PNG in any case, for the index.
        quick: train on few images.

    Raises:
        UserError: an unknown format, or a place that cannot be written to.
    """

    def __init__(
        self, scripts: Sequence[Script], out: Path, formats: str = "gif", quick: bool = False
    ) -> None:
        self.scripts, self.out, self.quick = list(scripts), out, quick
        self.formats = tuple(dict.fromkeys((".png", *endings(formats))))
        folder(out)
        self.record: dict[str, dict[str, Any]] = _read(out / RECORD)

    def files(self, script: Script) -> list[Path]:
        """The pictures of a script that are there, those of the formats asked for."""
        paths = (self.out / (script.name + ending) for ending in self.formats)
        return [path for path in paths if path.is_file()]

    def fresh(self, script: Script) -> bool:
        """Whether nothing needs to be done for a script."""
        known = self.record.get(script.name)
        if known is None or known["quick"] != self.quick:
            return False
        if not set(self.formats) <= {*known["files"], *known["without"]}:
            return False
        made = [self.out / (script.name + ending) for ending in known["files"]]
        changed = script.path.stat().st_mtime
        return all(path.is_file() and path.stat().st_mtime > changed for path in made)

    def stale(self) -> list[Script]:
        """The scripts that have to be run."""
        return [script for script in self.scripts if not self.fresh(script)]

    def run(self, jobs: int = 1) -> Iterator[tuple[Script, list[str]]]:
        """Run what is stale; yield each script when it is done, with the formats it cannot have."""
        stale = self.stale()
        tasks = [Task(script.path, self.out, self.formats, self.quick) for script in stale]
        for index, written in share_out(_work, tasks, jobs):
            script = stale[index]
            without = [ending for ending in self.formats if ending not in written]
            facts = {"files": written, "without": without, "quick": self.quick}
            self.record[script.name] = facts
            write_json(self.out / RECORD, self.record, indent=1, sort_keys=True)
            yield script, without


def _work(task: Task, report: Report, stop: Stop) -> list[str]:
    """Run one script; return the endings of what it wrote."""
    before = {ending: _stamp(task, ending) for ending in task.formats}
    formats = ",".join(ending[1:] for ending in task.formats)
    with contextlib.redirect_stdout(io.StringIO()):
        run(task.path, task.out, formats, "--any", *(["--quick"] if task.quick else []))
    return [ending for ending in task.formats if _stamp(task, ending) != before[ending]]


def _stamp(task: Task, ending: str) -> tuple[int, int] | None:
    """What tells that a file was written anew."""
    path = task.out / (task.path.stem + ending)
    return (path.stat().st_ino, path.stat().st_mtime_ns) if path.is_file() else None


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """What an earlier build has written down; nothing if there was none."""
    if not path.exists():
        return {}
    known = read_json(path, cure="Remove it.", version=None)
    with reading(path, cure="Remove it."):
        return {name: facts for name, facts in known.items() if _told(facts)}


def _told(facts: Any) -> bool:
    """Whether that is all that a build writes down of a script."""
    kinds = {name: type(value) for name, value in facts.items()}
    return kinds == FACTS and all(isinstance(e, str) for e in facts["files"] + facts["without"])
