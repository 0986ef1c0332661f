"""`optiviz course`: the lessons of a folder as pages in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from optiviz.course.lists import PICTURES, index, questions
from optiviz.course.pages import QUESTIONS, file_of, page, pictured, trial_of, trial_page
from optiviz.course.shell import ASSETS, MADE, Shell
from optiviz.errors import UserError
from optiviz.files import folder, write_text
from optiviz.labs.surface.lessons import lessons as read
from optiviz.lessons.reader import HERE

INDEX = "index.html"
OURS = MADE.rpartition(" ")[0]  # what a page of any version has


class Course:
    """Lessons, and the folder that they are written to.

    Args:
        out: the folder.
        lessons: a folder of lessons, by default those that came with it.

    Raises:
        UserError: a lesson that is wrong, or a folder whose `index.html` is somebody else's.
    """

    def __init__(self, out: Path, lessons: Path | None = None) -> None:
        self.out, self.taught = out, read(lessons or HERE)
        files = [name(lesson) for lesson in self.taught for name in (file_of, trial_of)]
        files += [INDEX, QUESTIONS]
        for twice in (name for name in files if files.count(name) > 1):
            raise UserError(f"A course has two pages {twice}: give that lesson another name.")
        check_ours(out)

    def count(self) -> int:
        """How many pages there are to make, each of some seconds."""
        return 2 * len(self.taught)

    def write(self) -> Iterator[str]:
        """Make all of it, yielding what is made, and then write it, the list of all last.

        Of lessons among which one is wrong nothing is written.

        Raises:
            UserError: what a page cannot do of a lesson, or a place that cannot be written to.
        """
        shell, taught = Shell(), self.taught
        files = dict(shell.files)
        for i, lesson in enumerate(taught):
            stills = {theme: pictured(lesson, theme) for theme in ("light", "dark")}
            for theme, still in stills.items():
                files[f"{PICTURES}/{lesson.name}-{theme}.svg"] = still
            files[trial_of(lesson)] = trial_page(shell, taught, i)
            yield trial_of(lesson)
            files[file_of(lesson)] = page(shell, taught, i, "".join(stills.values()))
            yield file_of(lesson)
        files |= {QUESTIONS: questions(shell, taught), INDEX: index(shell, taught)}
        out = folder(self.out)
        for name in (ASSETS, PICTURES):
            folder(out / name)
        for name, text in files.items():
            write_text(out / name, text)
        for left in (out / ASSETS).glob("course-*.*"):
            if f"{ASSETS}/{left.name}" not in shell.files:
                left.unlink()


def check_ours(out: Path) -> None:
    """Refuse a folder that somebody else's pages are in.

    Raises:
        UserError: its `index.html` is not ours, or cannot be read.
    """
    path = out / INDEX
    try:
        if OURS not in path.read_text(encoding="utf-8", errors="replace"):
            raise UserError(f"{path} is not one that optiviz wrote: choose another --out.")
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror}.") from None
