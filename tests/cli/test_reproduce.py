"""`optiviz reproduce` as its users meet it, in an empty folder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from optiviz.studies.published.tables import tables

OPTIVIZ = Path(sys.executable).with_name("optiviz")


def test_the_list_has_every_table(tmp_path: Path, optiviz: Callable) -> None:
    done = optiviz("reproduce --list")
    assert done.returncode == 0, done.stderr
    for name, table in tables().items():
        assert f"{name} " in done.stdout
        assert table.title in done.stdout
    facts = json.loads(optiviz("reproduce --list --json").stdout)
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    for fact in facts:
        rows, _, minutes, unit = lines[fact["table"]][1:5]
        assert (int(rows), unit) == (fact["rows"], "min")
        assert 60 * float(minutes) == pytest.approx(fact["seconds"], abs=4)
    assert {fact["table"]: fact["rows"] for fact in facts} == {
        name: len(table.rows) for name, table in tables().items()
    }
    assert list(tmp_path.iterdir()) == []


def test_a_table_is_run_once_and_reported(
    tmp_path: Path, process: Callable, optiviz: Callable
) -> None:
    words = "reproduce --table lecture-momentum --table lecture-cifar10 --out a"
    done = process(tmp_path, words)
    assert done.returncode == 0, done.stderr
    assert "10 of 10 figures of arithmetic round to the printed." in done.stdout
    assert "8 of 12 rows were not run" in done.stdout
    assert "100%" in done.stderr
    kept = sorted((tmp_path / "a" / "rows").iterdir())
    assert len(kept) == 4
    stamps = [path.stat().st_mtime_ns for path in kept]
    page = (tmp_path / "a" / "report.md").read_text(encoding="utf-8")
    assert "3 not run" in page  # those of CIFAR-10
    assert (tmp_path / "a" / "claims.csv").exists()
    assert "| 4 | 3 | 0.972 | 0.972 |" in page
    assert "lecture-cifar10" in page
    assert "say where it is with --data-dir" in page
    assert not (tmp_path / "a" / "accuracies.png").exists()
    again = optiviz(f"{words} --json")
    assert json.loads(again.stdout)["summary"] in done.stdout
    assert [path.stat().st_mtime_ns for path in kept] == stamps


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "Say which tables: --all, --claims or --table NAME; --list has the names."),
        ("--all --claims", "Say which tables"),
        ("--all --table zeng-2", "Say which tables"),
        ("--table zeng-7", "Unknown table 'zeng-7'. Did you mean 'zeng-"),
        ("--table lecture-sgd --seeds 0", "seeds must be at least 1, got 0."),
        ("--table lecture-sgd --jobs 0", "jobs must be at least 1, got 0."),
        ("--table lecture-sgd --theme pink", "Unknown theme 'pink'."),
        ("--table lecture-cifar10 --data-dir no", "data directory no does not exist"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, optiviz: Callable, words: str, message: str
) -> None:
    done = optiviz(f"reproduce {words} --out a")
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_reports_what_there_is(tmp_path: Path) -> None:
    words = ("--table", "lecture-sgd", "--table", "zeng-2", "--out", "a")
    run = subprocess.Popen(
        [OPTIVIZ, "reproduce", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    rows = tmp_path / "a" / "rows"
    while run.poll() is None and not (rows.exists() and len(list(rows.glob("sgd-lr-0.1-*"))) == 4):
        time.sleep(0.02)
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    out, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors
    assert "Stopped. The same command goes on where it was." in errors
    assert "Traceback" not in errors
    assert "of 7 figures of arithmetic" in out
    page = (tmp_path / "a" / "report.md").read_text(encoding="utf-8")
    assert "It has not been run yet." in page
