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
from optiviz.studies.pool import Report, Stop, share_out

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
    assert program.wait(20) != 0
    for _ in range(500):
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
