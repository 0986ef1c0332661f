"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from optiviz import locks
from optiviz.errors import UserError
from optiviz.files import (
    FORMAT,
    check_place,
    clear_away_unfinished,
    empty,
    folder,
    held,
    read_json,
    reading,
    whole,
    write_csv,
    write_json,
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "picture.gif"
    path.write_text("before")
    return path


def test_the_file_takes_its_name_at_the_end(target: Path) -> None:
    with whole(target) as unfinished:
        unfinished.write_text("after")
        assert unfinished.parent == target.parent
        assert unfinished.suffix == ".gif"
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert list(target.parent.iterdir()) == [target]


def test_a_new_file_and_a_path_in_words(tmp_path: Path) -> None:
    with whole(str(tmp_path / "new")) as unfinished:
        unfinished.write_text("after")
    assert (tmp_path / "new").read_text() == "after"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, UserError])
def test_an_error_leaves_nothing_behind(target: Path, error: type[BaseException]) -> None:
    def write() -> None:
        with whole(target) as unfinished:
            unfinished.write_text("half")
            raise error("stop")

    with pytest.raises(error, match="stop"):
        write()
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_a_full_disk_leaves_nothing_behind(target: Path) -> None:
    def write() -> None:
        with whole(target):
            raise OSError(28, "No space left on device")

    message = f"Cannot write {target}: No space left on device."
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        write()
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_a_link_stays_and_leads_to_what_was_written(target: Path) -> None:
    link = target.parent / "slides" / "link.gif"
    link.parent.mkdir()
    link.symlink_to(Path("..") / target.name)
    with whole(link) as unfinished:
        unfinished.write_text("after")
    assert link.is_symlink()
    assert target.read_text() == link.read_text() == "after"
    target.unlink()
    with whole(link) as unfinished:
        unfinished.write_text("anew")
    assert target.read_text() == "anew"
    assert sorted(target.parent.iterdir()) == [target, link.parent]


@pytest.mark.parametrize("kind", ["folder", "pipe", "lost"])
def test_what_is_no_file_is_refused_before_the_work(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.gif"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "missing" / "a.gif")
    reasons = {
        "folder": "Is a directory",
        "pipe": "it is there and no file",
        "lost": "No such file",
    }
    with pytest.raises(UserError, match=f"^Cannot write {re.escape(str(path))}: {reasons[kind]}"):
        check_place(path)
    refused(path)
    assert list(tmp_path.iterdir()) == [path]


def test_looking_at_a_place_leaves_it_alone(target: Path) -> None:
    check_place(target)
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o500)
    yield tmp_path
    tmp_path.chmod(0o700)


def refused(path: Path) -> None:
    with pytest.raises(UserError, match=re.escape(f"Cannot write {path}: ")), whole(path):
        pytest.fail("the block was entered")


def test_a_locked_folder(locked: Path) -> None:
    refused(locked / "new")


@pytest.mark.parametrize("place", ["nowhere/new", "picture.gif/new"], ids=["no-folder", "a-file"])
def test_a_place_that_is_no_folder(target: Path, place: str) -> None:
    refused(target.parent / place)
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with (
        pytest.raises(UserError, match="Cannot write"),
        whole(tmp_path / "taken") as unfinished,
    ):
        unfinished.write_text("half")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        with whole(tmp_path / "new") as unfinished:
            unfinished.write_text("after")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == mode


# --- what stands in them ---


def test_facts_are_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_json(path, {"format": FORMAT, "name": "Ölçek", "half": 0.5})
    assert path.read_bytes().endswith(b"}\n")
    assert "Ölçek" in path.read_text(encoding="utf-8")
    assert read_json(path) == {"format": FORMAT, "name": "Ölçek", "half": 0.5}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("[1]", "it holds no facts"),
        ('{"format": 2}', "another format"),
        ("{}", "'format'"),
    ],
)
def test_what_optiviz_did_not_write_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "facts.json"
    path.write_text(text)
    with pytest.raises(UserError, match="is not what optiviz wrote") as raised:
        read_json(path, cure="Delete it.")
    assert reason in str(raised.value)
    assert str(raised.value).endswith(". Delete it.")


def test_a_missing_file_is_told_in_the_words_of_who_asks(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^Nothing here\.$"):
        read_json(tmp_path / "none.json", missing="Nothing here.")
    with pytest.raises(UserError, match="is not what optiviz wrote"):
        read_json(tmp_path / "none.json")


def test_a_mistake_inside_keeps_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^the words$"), reading(tmp_path):
        raise UserError("the words")


def test_a_table_is_as_short_as_its_bits_allow(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ("a", "b"), [{"a": 0.1, "b": 1 / 3}, {"a": 1e-300, "b": None}])
    assert path.read_bytes() == b"a,b\n0.1,0.3333333333333333\n1e-300,\n"


def test_a_folder_is_made_or_told_why_not(target: Path) -> None:
    assert folder(target.parent / "a" / "b").is_dir()
    assert folder(target.parent / "a") == target.parent / "a"
    with pytest.raises(UserError, match=re.escape(f"Cannot write {target}: File exists.")):
        folder(target)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_was_not_finished_is_cleared_away(target: Path) -> None:
    others = {target.name, ".optiviz-notes.gif", ".0123abcd.gif", ".optiviz-0123abcd.gif.old"}
    for name in (*others, ".optiviz-0123abcd.gif", ".optiviz-ffffffff.csv", ".optiviz-00000000"):
        (target.parent / name).touch()
    clear_away_unfinished(target.parent)
    assert names(target.parent) == others


def test_the_next_file_clears_away_what_was_left_beside_it(target: Path) -> None:
    (target.parent / ".optiviz-0123abcd.png").touch()
    with whole(target) as unfinished:
        assert names(target.parent) == {target.name, unfinished.name}


# --- several programs at once ---

WRITER = """
import sys, time
from pathlib import Path
from optiviz.files import held, whole
with {what}(Path(sys.argv[1])):
    print("begun", flush=True)
    input()
"""


@contextmanager
def another(what: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes a file or holds a folder, and is killed at the end."""
    words = [sys.executable, "-c", WRITER.format(what=what), str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, **pipes, text=True) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def test_what_another_program_is_writing_is_left_alone(target: Path) -> None:
    with another("whole", target):
        (left,) = names(target.parent) - {target.name}
        clear_away_unfinished(target.parent)
        assert names(target.parent) == {target.name, left}
    assert names(target.parent) == {target.name, left}
    clear_away_unfinished(target.parent)
    assert names(target.parent) == {target.name}


def test_a_folder_is_held_by_one_program_and_by_no_dead_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a" / "b"
    sentence = f"Another optiviz is writing to {place}: wait until it has ended, or choose another"
    with another("held", place):
        with monkeypatch.context() as patch:
            patch.setattr("optiviz.files.PATIENCE", 0.0)
            with pytest.raises(UserError, match=re.escape(sentence)), held(place):
                pytest.fail("both hold it")
        assert names(place) == {".optiviz-lock"}
        assert empty(place)
    assert names(place) == {".optiviz-lock"}  # of a killed process
    with held(place):
        (place / ".optiviz-0123abcd.png").touch()
    with held(place):
        assert names(place) == {".optiviz-lock"}
    assert names(place) == set()


def test_a_folder_is_waited_for_a_little(tmp_path: Path) -> None:
    with another("held", tmp_path / "a") as process:
        threading.Timer(0.5, process.kill).start()
        with held(tmp_path / "a"):
            assert process.wait(10) < 0


def test_a_folder_that_was_made_in_vain_goes_again(tmp_path: Path) -> None:
    with held(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
    assert names(tmp_path) == set()
    with held(tmp_path / "a" / "b"):
        (tmp_path / "a" / "kept").touch()
    assert names(tmp_path / "a") == {"kept"}
    with held(tmp_path / "a"):
        pass
    assert names(tmp_path / "a") == {"kept"}
    (tmp_path / "b").mkdir()
    with held(tmp_path / "b"):
        pass
    assert (tmp_path / "b").is_dir()


def test_a_place_for_no_folder_is_told(target: Path) -> None:
    message = re.escape(f"Cannot write {target / 'a'}: ")
    with pytest.raises(UserError, match=message), held(target / "a"):
        pytest.fail("it was held")


def elsewhere(found: dict[str, object]) -> Callable[[str], object]:
    """What `import_module` finds on another system."""

    def find(name: str) -> object:
        if name not in found:
            raise ImportError(name)
        return found[name]

    return find


def test_windows_locks_a_byte_that_no_writer_meets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[tuple[int, int, int]] = []

    def locking(descriptor: int, mode: int, count: int) -> None:
        at = os.lseek(descriptor, 0, os.SEEK_CUR), mode, count
        if at in taken:
            raise PermissionError(errno.EACCES, "Permission denied")
        taken.append(at)

    system = SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setattr("optiviz.locks.import_module", elsewhere({"msvcrt": system}))
    with (tmp_path / "lock").open("ab") as file:
        assert locks.locked(file)
        assert not locks.locked(file)
    assert taken == [(2**31 - 2, 2, 1)]


def test_where_there_are_no_locks_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(descriptor: int, mode: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    for found in ({}, {"fcntl": SimpleNamespace(flock=flock, LOCK_EX=2, LOCK_NB=4)}):
        monkeypatch.setattr("optiviz.locks.import_module", elsewhere(found))
        with held(tmp_path / "a"), whole(tmp_path / "a" / "b") as unfinished:
            unfinished.write_text("after")
        assert names(tmp_path / "a") == {"b"}
