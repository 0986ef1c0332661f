"""The reader of lessons: one small TOML file each, data and no code.

A file is never trusted: every text is short and plain, every number bounded, nothing is left over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from re import ASCII, fullmatch
from typing import Any, TypeVar

from optiviz.errors import UserError, unknown
from optiviz.lessons.lesson import FINDABLE, Answer, Choose, Draw, Find, Lesson, Place, check
from optiviz.lessons.measures import CONDITIONS, FASTEST, HAPPENS, MEASURES
from optiviz.lessons.shapes import SHAPES
from optiviz.lessons.situation import STEPS, changed, runs_of, steps_of

HERE = Path(__file__).parent
LARGEST, LESSONS, LONGEST = 8_000, 60, 400  # bytes of a file, files, characters of a text
POWERS = (-12, 12)  # of ten, between which a curve is drawn
Table = dict[str, Any]
L = TypeVar("L")


def read_folder(folder: Path) -> tuple[Lesson, ...]:
    """The lessons of a folder, ordered by their files' names.

    Raises:
        UserError: there is none, or what a file has wrong.
    """
    return tuple(map(read, files_of(folder)))


def files_of(folder: Path) -> list[Path]:
    """The files of lessons in a folder, in order; not those of the folders in it.

    Raises:
        UserError: there is none, or what a file has wrong.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as error:
        raise UserError(f"Cannot read lessons in {folder}: {error.strerror}.") from None
    if not paths:
        raise UserError(f"There is no lesson in {folder}: a lesson is a file such as 01-rate.toml.")
    if len(paths) > LESSONS:
        raise UserError(f"A folder holds at most {LESSONS} lessons, {folder} has {len(paths)}.")
    return paths


def read(path: Path) -> Lesson:
    """The lesson of a file.

    Raises:
        UserError: what is wrong, with the file and the key.
    """

    def checked(name: str, fields: Fields) -> Lesson:
        lesson = _lesson(name, fields)
        check(lesson)
        return lesson

    return made(path, checked)


def made(path: Path, lesson: Callable[[str, Fields], L]) -> L:
    """What `lesson` makes of a file's name and its fields, all of which it takes.

    Raises:
        UserError: what is wrong, with the file and the key.
    """
    try:
        if not fullmatch(r"[a-z0-9-]{1,60}", path.stem, ASCII):
            raise UserError("its name may have a-z, 0-9 and - only.")
        fields = Fields(_table(path))
        found = lesson(path.stem, fields)
        fields.done()
        return found
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _table(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise UserError(f"a lesson has at most {LARGEST} bytes.")
        return tomllib.loads(text.decode())
    except OSError as error:
        raise UserError(f"cannot read it: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML
        if isinstance(error, UserError):
            raise
        raise UserError(f"this is no TOML: {error}.") from None


def _lesson(name: str, fields: Fields) -> Lesson:
    ways = [way for way in WAYS if way in fields.table]
    if len(ways) != 1:
        raise UserError(f"a lesson has one of the tables {', '.join(WAYS)}.")
    situation = fields.query("situation")
    runs = runs_of(situation)[1]
    lesson = Lesson(
        name=name,
        title=fields.text("title"),
        look=fields.text("look"),
        situation=situation,
        question=fields.text("question"),
        why=fields.text("why"),
        then=fields.text("next"),
        link=fields.query("link", ""),
        shown=fields.number("shown", 0, steps_of(situation) - 1, 0),
        answer=WAYS[ways[0]](fields.inner(ways[0]), len(runs)),
        **_trial(fields),
    )
    return lesson


def _trial(fields: Fields) -> Table:
    """What there is to try on a page with sliders."""
    if "explore" not in fields.table:
        return {}
    inner = fields.inner("explore")
    vary = inner.texts("vary", 1, 4) if "vary" in inner.table else ()
    found = {"vary": vary, "trial": inner.text("next", "")}
    inner.done()
    return found


def _choose(fields: Fields, runs: int) -> Choose:
    choices = fields.texts("choices", 2, 5)
    count = len(choices)
    right, measure = fields.number("right", 1, count), fields.one_of("measure", MEASURES)
    more: Table = {}
    if measure == HAPPENS:
        more["conditions"] = fields.some_of("conditions", count, count, CONDITIONS)
    elif measure == FASTEST:
        more["values"] = fields.numbers("values", count, 1, STEPS)
    elif "changes" in fields.table:
        more["changes"] = fields.texts("changes", count, count)
    elif count != runs:
        raise fields.wrong("choices", f"must be {runs}, one for each optimiser of the situation.")
    fields.done()
    return Choose(choices, right, measure, **more)


def _place(fields: Fields, runs: int) -> Place:
    if runs != 1:
        raise UserError("place: the situation must have one optimiser, whose head is asked for.")
    fields.done()
    return Place()


def _find(fields: Fields, _: int) -> Find:
    found = Find(
        settings=fields.some_of("settings", 1, 3, FINDABLE),
        condition=fields.one_of("condition", CONDITIONS),
        solution=fields.query("solution"),
        within=fields.number("within", 0, STEPS, 0) or None,
    )
    fields.done()
    return found


def _draw(fields: Fields, runs: int) -> Draw:
    if runs != 1:
        raise UserError("draw: the situation must have one optimiser, whose loss is asked for.")
    shape = fields.one_of("shape", SHAPES)
    low = fields.number("low", POWERS[0], POWERS[1] - 1)
    drawn = Draw(shape, low, fields.number("high", low + 1, POWERS[1]))
    fields.done()
    return drawn


WAYS: dict[str, Callable[[Fields, int], Answer]] = {
    "choose": _choose,
    "place": _place,
    "find": _find,
    "draw": _draw,
}


class Fields:
    """A table whose fields are taken one by one, until none is left."""

    def __init__(self, table: Table, within: str = "") -> None:
        self.table, self.within = dict(table), within

    def wrong(self, name: str, words: str) -> UserError:
        return UserError(f"{self.within}{name} {words}")

    def text(self, name: str, usual: str | None = None) -> str:
        """A short text of one line."""
        return self._text(name, self._take(name, usual))

    def texts(self, name: str, few: int, many: int) -> tuple[str, ...]:
        """A list of such texts."""
        given = self._take(name, None)
        if not isinstance(given, list) or not few <= len(given) <= many:
            raise self.wrong(name, f"must be a list of {few} to {many} texts.")
        return tuple(self._text(name, one) for one in given)

    def number(self, name: str, low: int, high: int, usual: int | None = None) -> int:
        """A whole number within bounds."""
        return self._number(name, self._take(name, usual), low, high)

    def numbers(self, name: str, count: int, low: int, high: int) -> tuple[int, ...]:
        """So many of them."""
        given = self._take(name, None)
        if not isinstance(given, list) or len(given) != count:
            raise self.wrong(name, f"must be a list of {count} numbers, one a choice.")
        return tuple(self._number(name, one, low, high) for one in given)

    def one_of(self, name: str, known: Iterable[str]) -> str:
        """A text that is one of those known."""
        return self._known(name, self.text(name), known)

    def some_of(self, name: str, few: int, many: int, known: Iterable[str]) -> tuple[str, ...]:
        """A list of such texts."""
        return tuple(self._known(name, one, known) for one in self.texts(name, few, many))

    def query(self, name: str, usual: str | None = None) -> str:
        """A query whose settings can be read."""
        text = self.text(name, usual)
        try:
            return text and changed(text, "")
        except UserError as error:
            raise self.wrong(name, f"is wrong: {error}") from None

    def inner(self, name: str) -> Fields:
        """A table within."""
        given = self._take(name, None)
        if not isinstance(given, dict):
            raise self.wrong(name, "must be a table.")
        return Fields(given, f"{name}.")

    def done(self) -> None:
        """Refuse what is left over."""
        for name in self.table:
            raise self.wrong(name, "is nothing that a lesson has.")

    def _take(self, name: str, usual: Any) -> Any:
        value = self.table.pop(name, usual)
        if value is None:
            raise self.wrong(name, "is missing.")
        return value

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
            raise self.wrong(name, f"must be a text of one line, of at most {LONGEST} characters.")
        return value

    def _number(self, name: str, value: Any, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise self.wrong(name, f"must be a whole number from {low} to {high}.")
        return value

    def _known(self, name: str, value: str, known: Iterable[str]) -> str:
        if value not in known:
            raise self.wrong(name, f"is wrong: {unknown('word', value, known)}")
        return value
