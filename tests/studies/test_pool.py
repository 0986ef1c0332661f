"""Work shared out among processes: order, progress, errors, a killed process, a killed parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from optiviz.errors import UserError
from optiviz.studies.pool import Report, Stop, cores, share_out

ROOT = Path(__file__).parent.parent.parent


def double(task: int, report: Report, stop: Stop) -> int:
    for amount in range(task):
        report(amount)
    return 2 * task


def refuse(task: int, report: Report, stop: Stop) -> int:
    raise UserError(f"not {task}")


def die(task: int, report: Report, stop: Stop) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def wait_for_the_end(task: str, report: Report, stop: Stop) -> None:
    Path(f"{task}.begun").write_text(str(os.getpid()))
    while not stop():
        time.sleep(0.01)
    Path(f"{task}.ended").touch()


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_every_task_is_done_once(jobs: int) -> None:
    reports: dict[int, list[int]] = {}
    found = dict(
        share_out(
            double, [3, 0, 5], jobs, lambda i, amount: reports.setdefault(i, []).append(amount)
        )
    )
    assert found == {0: 6, 1: 0, 2: 10}
    assert all(amounts == list(range(len(amounts))) for amounts in reports.values())


def ready() -> None:
    os.environ["OPTIVIZ_TEST_READY"] = "yes"


def tell(task: str, report: Report, stop: Stop) -> str:
    report(1, task)
    report(2)
    return os.environ["OPTIVIZ_TEST_READY"]


def test_what_is_seen_is_told_and_a_process_begins_as_it_is_asked_to() -> None:
    seen: list[str] = []
    found = share_out(tell, ["first", "second"], 1, on_seen=seen.append, begin=ready)
    assert dict(found) == {0: "yes", 1: "yes"}
    assert seen == ["first", "second"]
    assert "OPTIVIZ_TEST_READY" not in os.environ


def test_no_tasks() -> None:
    assert list(share_out(double, [], 2)) == []


@pytest.mark.parametrize(
    ("work", "jobs", "message"),
    [
        (double, 0, "jobs must be at least 1, got 0"),
        (refuse, 1, "not 7"),
        (die, 1, "A working process was killed"),
    ],
)
def test_what_goes_wrong_is_told(
    work: Callable[[int, Report, Stop], int], jobs: int, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        list(share_out(work, [7], jobs))


def die_once(task: str, report: Report, stop: Stop) -> str:
    """Be killed the first time, and do the task the second."""
    if not Path(task).exists():
        Path(task).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_a_killed_process_is_replaced_and_its_task_done_again(tmp_path: Path) -> None:
    tasks = [str(tmp_path / name) for name in "abc"]
    assert sorted(share_out(die_once, tasks, 1, spare=1)) == list(enumerate(tasks))


def die_and_count(task: str, report: Report, stop: Stop) -> None:
    """Be killed whatever happens, after one report that says nothing new."""
    with Path(task).open("a") as file:
        file.write("|")
    report(0)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_processes_are_not_replaced_for_ever(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="A working process was killed"):
        list(share_out(die_and_count, [str(tmp_path / "lives")], 1, spare=2))
    assert (tmp_path / "lives").read_text() == "|||"


def get_on(task: str, report: Report, stop: Stop) -> None:
    """Be killed four times, a little further on each time."""
    with Path(task).open("a") as file:
        file.write("|")
    lives = len(Path(task).read_text())
    report(lives)
    if lives < 5:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_who_gets_on_is_replaced_as_often_as_it_takes(tmp_path: Path) -> None:
    assert list(share_out(get_on, [str(tmp_path / "lives")], 1, spare=1)) == [(0, None)]


def fail(task: int, report: Report, stop: Stop) -> int:
    raise ZeroDivisionError(f"at {task}")


def test_an_error_that_is_nobody_s_mistake_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError, match="at 7") as raised:
        list(share_out(fail, [7], 1))
    assert "in fail" in raised.value.__notes__[0]


def count_to_many(task: int, report: Report, stop: Stop) -> int:
    for amount in range(task):
        report(amount)
    return task


@pytest.mark.slow
def test_one_who_has_much_to_say_is_let_go_when_nobody_listens() -> None:
    shared = share_out(count_to_many, [0, 50_000], 2)
    assert next(shared) == (0, 0)
    shared.close()


def test_cores_are_those_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores(3) == 3
    assert cores(None) >= 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert cores(None) == 3
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS and Windows
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert cores(None) == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores(None) == 1


PROGRAM = """
from optiviz.studies.pool import share_out
from test_pool import wait_for_the_end
if __name__ == "__main__":
    list(share_out(wait_for_the_end, ["a"], 1))
"""


@pytest.mark.parametrize(("blow", "in_order"), [(signal.SIGINT, True), (signal.SIGKILL, False)])
def test_a_stopped_program_leaves_no_process(tmp_path: Path, blow: int, in_order: bool) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    paths = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    program = subprocess.Popen(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": paths},
        stderr=subprocess.DEVNULL,
    )
    begun = tmp_path / "a.begun"
    while not (begun.exists() and begun.read_text()):
        assert program.poll() is None
        time.sleep(0.01)
    program.send_signal(blow)
    assert program.wait(60) != 0
    for _ in range(3000):
        if not _runs(int(begun.read_text())):
            break
        time.sleep(0.01)
    assert not _runs(int(begun.read_text()))
    assert (tmp_path / "a.ended").exists() == in_order


def _runs(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
