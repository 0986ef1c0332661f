"""Sweeps: every trial done exactly once, whoever is killed, in a file or in PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import math
import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from optiviz.cli import main
from optiviz.errors import UserError
from optiviz.studies.sweep.claims import Claims, begun, me, with_driver
from optiviz.studies.sweep.findings import in_words, strips, table
from optiviz.studies.sweep.plan import Cell, Plan
from optiviz.studies.sweep.sweep import Sweep, sweep
from optiviz.studies.sweep.trial import Searched
from optiviz.training.directory import RunDirectory
from optiviz.training.recipe import Recipe

if find_spec("optuna") is None:
    pytest.skip("needs optuna", allow_module_level=True)

# What Optuna and SQLAlchemy warn of is their own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

PROGRAM = [str(Path(sys.executable).with_name("optiviz")), "sweep"]
SMALL = ["--sizes", "784,10", "--batch-size", "2000", "--epochs", "1", "--json"]
GRID = [*PROGRAM, *SMALL, "--optim", "sgd,adam", "--grid", "lr=0.1,0.01,0.001", "--seeds", "2"]
POSTGRES = Path(shutil.which("pg_ctl") or "/usr/lib/postgresql/15/bin/pg_ctl").resolve().parent


def recipe(**changed: object) -> Recipe:
    usual = dict.fromkeys(("lr", "schedule", "data_dir", "eval_every", "patience"))
    words = {"optim": "sgd", "batch_size": 100, "epochs": 1, "seed": 0, "schedule_per": "epoch"}
    network = {"sizes": "784,10", "biases": False, "init": "glorot", "dtype": "float32"}
    data = {"dataset": "mnist", "validation": 0}
    return Recipe(**(usual | words | network | data | changed))


def start(words: list[str], folder: Path) -> subprocess.Popen:
    """A sweep in a process group of its own, so that all of it can be killed at once."""
    out = (folder / f"out-{time.monotonic_ns()}").open("w+")
    return subprocess.Popen(
        words, cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
    )


def finish(words: list[str], folder: Path) -> dict:
    """Run a sweep to its end, and read what it printed."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'sweep.db'}"


def url_in(folder: Path, name: str = "sweep-sgd-adam") -> str:
    return f"sqlite:///{folder / 'runs' / name / 'sweep.db'}"


def states(url: str) -> Counter:
    """How often each trial of the only study ended in each way."""
    import optuna  # noqa: PLC0415

    storage = optuna.storages.RDBStorage(with_driver(url))
    try:
        (study,) = storage.get_all_studies()
        trials = storage.get_all_trials(storage.get_study_id_from_name(study.study_name))
        return Counter((trial.user_attrs["key"], trial.state.name) for trial in trials)
    finally:
        storage.remove_session()
        storage.engine.dispose()


def check_once(url: str, trials: int) -> None:
    """Every trial is done exactly once, and none is left open."""
    found = states(url)
    complete = {key: n for (key, state), n in found.items() if state == "COMPLETE"}
    assert len(complete) == trials
    assert set(complete.values()) == {1}
    assert not [key for key, state in found if state in ("RUNNING", "WAITING")]


def until_under_way(url: str, seconds: float = 60) -> None:
    """Wait for a trial to be claimed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(Exception):
            if any(state == "RUNNING" for _, state in states(url)):
                return
        time.sleep(0.05)
    pytest.fail("no trial was begun")


# --- claims ---


Opener = Callable[..., Claims]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens the claims of one study, as many times as is wanted, and closes them all."""
    every: list[Claims] = []

    def another(url: str = f"sqlite:///{tmp_path / 'claims.db'}") -> Claims:
        every.append(Claims(url, "claims"))
        return every[-1]

    yield another
    for claims in every:
        claims.close()


def test_a_claim_is_held_by_one(opened: Opener) -> None:
    first, second = opened(), opened()
    key, own = first.claim(["a"])
    assert key == "a"
    assert second.claim(["a"]) is None
    assert second.open(["a", "b"]) == (["b"], True)
    assert first.finish(own, 1.0, {"loss": 1.0}, pruned=False)
    assert second.claim(["a"]) is None
    assert second.open(["a"]) == ([], False)
    assert second.done()["a"].user_attrs["result"] == {"loss": 1.0}


def test_a_released_trial_is_open_again(opened: Opener) -> None:
    claims = opened()
    _, own = claims.claim(["a"])
    claims.release(own)
    assert claims.open(["a"]) == (["a"], False)
    assert not claims.sign(own)
    assert not claims.finish(own, 1.0, {}, pruned=False)
    assert claims.claim(["a"]) is not None


def test_the_claim_of_a_dead_process_is_open_again(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = opened()
    process = subprocess.Popen(["sleep", "60"])
    home = me()[0]
    with monkeypatch.context() as patch:
        patch.setattr(
            "optiviz.studies.sweep.claims.me", lambda: (home, process.pid, begun(process.pid))
        )
        _, own = claims.claim(["a"])
    assert claims.open(["a"]) == ([], True)
    process.kill()
    process.wait()
    assert claims.open(["a"]) == (["a"], False)
    assert not claims.finish(own, 1.0, {}, pruned=False)  # too late


def test_a_process_with_a_dead_one_s_number_does_not_keep_its_claim(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = opened()
    home, pid, since = me()
    with monkeypatch.context() as patch:
        patch.setattr("optiviz.studies.sweep.claims.me", lambda: (home, pid, f"{since}0"))
        claims.claim(["a"])
    assert claims.open(["a"]) == (["a"], False)
    assert claims.claim(["a"]) is not None
    assert claims.open(["a"]) == ([], True)


def test_where_processes_cannot_be_seen_each_is_at_home_alone(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without /proc, on macOS: a claim then lives by its signs of life."""

    def hidden(path: Path, *_: object, **__: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", hidden)
    claims, (home, pid, since) = opened(), me()
    assert (since, str(pid) in home) == ("", True)
    claims.claim(["a"])
    assert claims.open(["a"]) == ([], True)


def test_a_machine_that_gives_no_sign_loses_its_claim(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = opened()
    with monkeypatch.context() as patch:
        patch.setattr("optiviz.studies.sweep.claims.me", lambda: ("elsewhere", 1, "1"))
        _, own = claims.claim(["a"])
    clock = time.monotonic()
    monkeypatch.setattr("optiviz.studies.sweep.claims.time.monotonic", lambda: clock)
    assert claims.open(["a"]) == ([], True)
    clock += 100
    assert claims.open(["a"]) == ([], True)
    assert claims.sign(own)
    clock += 100
    assert claims.open(["a"]) == ([], True)
    clock += 119
    assert claims.open(["a"]) == ([], True)
    clock += 2
    assert claims.open(["a"]) == (["a"], False)


def test_a_killed_writer_s_journal_is_cleared_away(tmp_path: Path) -> None:
    where = tmp_path / "sweep.db"
    kept = Claims(where, "one")
    kept.claim(["a"])
    (tmp_path / "sweep.db-journal").write_bytes(bytes(512))  # its head was not written yet
    assert [trial.user_attrs["key"] for trial in Claims(where, "one").trials()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.db"]


def test_an_impossible_storage_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # between its tries
    with pytest.raises(UserError, match="Cannot use the storage"):
        Claims("sqlite:////no/such/place/sweep.db", "s")


# --- plans ---


def test_a_grid_gives_every_rule_the_settings_it_takes() -> None:
    grid = {"lr": (0.1, 0.01), "beta": (0.5, 0.9), "batch_size": (10, 100)}
    plan = Plan(recipe(), ("sgd", "momentum:form=outside"), grid, seeds=3)
    cells = plan.cells()
    assert len(cells) == plan.total == (2 * 2 + 2 * 2 * 2) * 3
    last = cells[-1].recipe
    assert last.optim == "momentum:form=outside,lr=0.01,beta=0.9"
    assert (last.batch_size, last.seed) == (100, 2)
    assert "beta" not in cells[0].settings
    assert len({cell.key for cell in cells}) == len(cells)
    plan.check()


def test_the_seeds_count_on_from_the_first() -> None:
    plan = Plan(recipe(seed=5), ("sgd", "adam"), {}, seeds=3)
    for cells in (plan.cells(), plan.finals({"sgd": {}, "adam": {}})):
        assert [cell.recipe.seed for cell in cells] == [5, 6, 7] * 2


def test_a_foreign_rule_takes_what_its_class_takes() -> None:
    pytest.importorskip("torch")
    grid = {"lr": (0.1, 0.01), "beta": (0.5, 0.9), "momentum": (0.0, 0.5, 0.9)}
    plan = Plan(recipe(), ("momentum", "torch:SGD:nesterov=false"), grid)
    assert Counter(cell.optim for cell in plan.cells()) == {
        "momentum": 4,
        "torch:SGD:nesterov=false": 6,
    }
    plan.check()


def test_the_same_plan_has_the_same_name_on_every_machine() -> None:
    grid = {"lr": (0.1,), "batch_size": (10,)}
    plan = Plan(recipe(), ("sgd",), grid)
    assert plan.name == Plan(recipe(data_dir="/data"), ("sgd",), dict(reversed(grid.items()))).name
    assert plan.name != Plan(recipe(epochs=2), ("sgd",), grid).name


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (Plan(recipe(), ("sgd",), {"beta": (0.9,)}), "Unknown setting of these rules 'beta'"),
        (Plan(recipe(), ("momentum",), {"beta": (2.0,)}), r"beta must be in \[0, 1\), got 2"),
        (Plan(recipe(), ("sgd",), {"batch_size": (0,)}), "batch_size must be whole numbers from 1"),
        (Plan(recipe(), ("sgd",), {"epochs": (1.5,)}), "epochs must be whole numbers from 1"),
        (Plan(recipe(), ("sgd:lr=1",), {"lr": (0.1,)}), "named twice"),
        (Plan(recipe(), ("sdg",), {}), "Unknown optimizer 'sdg'"),
        (Plan(recipe(), ("sgd",), {}, seeds=0), "seeds must be at least 1"),
        (Plan(recipe(), ("sgd",), {"lr": (0.1,)}, tune=3), "choose one"),
        (Plan(recipe(), ("sgd",), {}, tune=3), "needs a validation set"),
        (
            Plan(recipe(validation=9), ("sgd",), {}, tune=3, objective="f1"),
            "Unknown objective 'f1'",
        ),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(plan: Plan, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        plan.check()


# --- the best of a search, and the worst ---


def ended(claims: Claims, key: str, value: float, settings: dict, pruned: bool = False) -> None:
    """A trial of a search, done with this value."""
    claimed = claims.claim([key])
    assert claimed is not None
    claims.finish(claimed[1], value, {"settings": settings}, pruned)


@pytest.mark.parametrize(("objective", "best"), [("val_loss", 0.3), ("val_accuracy", 0.9)])
def test_a_search_keeps_the_best_of_its_trials(tmp_path: Path, objective: str, best: float) -> None:
    plan = Plan(recipe(validation=9), ("sgd",), {}, tune=4, objective=objective)
    found = Sweep(plan, f"sqlite:///{tmp_path / 'sweep.db'}")
    claims = found.searches["sgd"]
    for number, value in enumerate((0.5, 0.3, 0.9)):
        ended(claims, str(number), value, {"lr": value})
    assert found.best() is None
    pruned = 0.1 if objective == "val_loss" else 0.99  # of an early evaluation: no rival
    ended(claims, "3", pruned, {"lr": pruned}, pruned=True)
    assert found.best() == {"sgd": {"lr": best}}


@pytest.mark.parametrize(("objective", "worst"), [("val_loss", math.inf), ("val_accuracy", 0.0)])
def test_a_trial_that_diverged_is_the_worst(objective: str, worst: float) -> None:
    cell = Cell.of(recipe(), "sgd", {"lr": 1.0}, 0)
    trial = Searched(cell, claims=None, own=0, trial=None, objective=objective)
    history = {objective: np.array([0.9, 0.7])}
    assert trial.value(history, lost=False) == 0.7
    assert trial.value(history, lost=True) == worst
    assert trial.value({objective: np.array([0.9, np.nan])}, lost=False) == worst
    assert trial.value({objective: np.array([])}, lost=False) == worst


@pytest.mark.parametrize(("text", "memory"), [("adam", "beta1"), ("adadelta", "rho")])
def test_a_search_proposes_memories_nearer_to_1_than_to_0(
    opened: Opener, text: str, memory: str
) -> None:
    plan, claims = Plan(recipe(validation=9), (text,), {}, tune=5, objective="val_loss"), opened()
    proposed = []
    for key in "abcde":
        claimed = claims.claim([key])
        assert claimed is not None
        proposed.append(Searched.proposed(plan, text, claims, claimed[1]).cell.settings[memory])
    assert all(0 <= value < 1 for value in proposed)
    assert np.median(proposed) > 0.5


# --- the rates that work ---


@pytest.mark.parametrize(
    ("accuracies", "words"),
    [
        ({0.001: 0.97, 0.01: 0.98, 0.1: 0.5, 1: None}, "works for η from 0.001 to 0.01"),
        ({0.1: 0.98, 0.001: 0.2, 0.01: 0.5}, "works for η = 0.1"),
        ({1: 0.96, 0.1: 0.98, 0.01: 0.97, 0.001: 0.9}, "works for η from 0.01 to 1"),
        ({0.1: None, 1: None}, "works for no η that was tried"),
    ],
)
def test_a_rule_works_for_the_rates_near_its_best(
    accuracies: dict[float, float | None], words: str
) -> None:
    rows = [
        {
            "optimizer": "sgd",
            "settings": {"lr": lr},
            "test_accuracy": value,
            "diverged": value is None,
        }
        for lr, value in accuracies.items()
    ]
    (strip,) = strips(rows, "test_accuracy")
    assert str(strip) == words
    known = dict(zip(strip.lr.tolist(), strip.accuracy.tolist(), strict=True))
    assert list(known) == sorted(accuracies)
    for lr, value in accuracies.items():
        assert known[lr] == pytest.approx(math.nan if value is None else value, nan_ok=True)


def test_a_rate_that_diverged_with_one_seed_does_not_work() -> None:
    rows = [
        {"optimizer": "sgd", "settings": {"lr": lr}, "test_accuracy": 0.98, "diverged": lost}
        for lr, lost in ((0.1, 0), (1.0, 1))
    ]
    (strip,) = strips(rows, "test_accuracy")
    assert str(strip) == "works for η = 0.1"


def test_the_seeds_that_diverged_are_counted_and_left_out_of_the_means() -> None:
    lost = {"test_accuracy": None, "test_loss": None, "seconds": None, "diverged": True}
    kept = {"test_accuracy": 0.9, "test_loss": 0.5, "seconds": 2.0, "diverged": False}
    same = {"optimizer": "sgd", "settings": {"lr": 1.0}, "verdict": ""}
    (row,) = table([same | lost, same | kept, same | lost])
    assert str(row["diverged"]) == "2"
    figures = (row["seeds"], row["test_accuracy"], row["test_loss"], row["seconds"])
    assert figures == (3, 0.9, 0.5, 2.0)


# --- sweeps ---

QUICK = recipe(sizes="784,10", batch_size=2000)


def never() -> bool:
    return False


def here(
    work: Callable, tasks: list, jobs: int, on_progress: Callable, *_: object
) -> Iterator[tuple[int, None]]:
    """What `share_out` does, in this process."""
    for index, task in enumerate(tasks):
        yield index, work(task, lambda amount, _="", i=index: on_progress(i, amount), never)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which a worker sets
    monkeypatch.setattr("optiviz.studies.sweep.sweep.share_out", here)


@pytest.mark.slow
def test_a_grid_with_one_of_two_workers_killed(tmp_path: Path) -> None:
    grid = {"lr": (0.1, 0.01, 0.001)}
    plan = Plan(QUICK, ("sgd", "adam"), grid, seeds=2)
    killed: list[int] = []
    seen: list[tuple[int, int]] = []

    def look(done: int, total: int) -> None:
        seen.append((done, total))
        if 0 < done < total and not killed:
            worker = multiprocessing.active_children()[0]
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.pid)

    found = sweep(plan, url_of(tmp_path), jobs=2, on_progress=look)
    assert killed
    check_once(url_of(tmp_path), 12)
    assert (seen[0], seen[-1]) == ((0, 12), (12, 12))
    assert seen == sorted(seen)
    rows = table(found.results())
    assert [(row["optimizer"], row["settings"]["lr"]) for row in rows] == [
        (text, lr) for text in ("sgd", "adam") for lr in grid["lr"]
    ]
    assert all(row["seeds"] == 2 and row["test_accuracy_sd"] is not None for row in rows)
    assert max(row["test_accuracy"] for row in rows) > 0.8
    again = sweep(plan, url_of(tmp_path), jobs=2)  # nothing is left to do
    assert table(again.results()) == rows
    check_once(url_of(tmp_path), 12)


@pytest.mark.slow
def test_ctrl_c_stops_and_the_same_command_goes_on(
    tmp_path: Path, in_this_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*PROGRAM, *SMALL[:-1], "--optim", "sgd", "--grid", "lr=0.1,0.01", "--seeds", "3"]
    words += ["--batch-size", "200", "--jobs", "1"]
    running = start(words, tmp_path)
    where = url_in(tmp_path, "sweep-sgd")
    until_under_way(where)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(60) == 130
    assert not [key for key, state in states(where) if state == "RUNNING"]
    assert run_here([*words, "--json"], tmp_path, monkeypatch) == 0
    path = tmp_path / "runs" / "sweep-sgd"
    assert [row["seeds"] for row in json.loads((path / "table.json").read_text())] == [3, 3]
    check_once(where, 6)


def run_here(words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The command in this process; its exit status."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_search_spends_the_same_on_every_rule(
    tmp_path: Path, in_this_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*PROGRAM, *SMALL, "--tune", "5", "--optim", "sgd,momentum", "--seeds", "2"]
    elsewhere = ["--storage", url_of(tmp_path)]
    assert run_here([*words, *elsewhere, "--jobs", "1"], tmp_path, monkeypatch) == 0
    path = tmp_path / "runs" / "sweep-sgd-momentum"
    assert not (path / "sweep.db").exists()
    search = json.loads((path / "search.json").read_text())
    assert Counter(row["optimizer"] for row in search) == {"sgd": 5, "momentum": 5}
    assert {row["state"] for row in search} <= {"complete", "pruned"}
    assert all(row["val_loss"] is not None for row in search if not row["diverged"])
    rows = json.loads((path / "table.json").read_text())
    for row in rows:
        own = [s for s in search if s["optimizer"] == row["optimizer"] and s["state"] == "complete"]
        best = min(own, key=lambda s: s["val_loss"])
        assert row["settings"] == best["settings"]
        assert row["seeds"] == 2
    assert set(rows[1]["settings"]) == {"lr", "beta"}
    assert (path / "heat-momentum.png").exists()


def test_a_grid_of_several_numbers_reaches_a_rule_of_a_framework(tmp_path: Path) -> None:
    """Which the storage gives back as a list."""
    pytest.importorskip("torch")
    plan = Plan(QUICK, ("torch:Adam",), {"betas": ((0.9, 0.99), (0.8, 0.9))})
    found = Sweep(plan, url_of(tmp_path))
    found.work(lambda *_: None, never)
    assert [in_words(row["settings"]) for row in found.results()] == [
        "betas=0.9/0.99",
        "betas=0.8/0.9",
    ]


@pytest.mark.slow
def test_killed_five_times_over_every_trial_is_done_once(tmp_path: Path) -> None:
    words = [*GRID[:-1], "8", "--grid", "batch_size=1000,2000", "--jobs", "2"]
    rng = random.Random(0)
    for _ in range(5):
        running = start(words, tmp_path)
        time.sleep(rng.uniform(1.0, 4.0))
        assert running.poll() is None, "it ended before it was killed"
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    finish(words, tmp_path)
    check_once(url_in(tmp_path), 96)
    runs = tmp_path / "runs" / "sweep-sgd-adam" / "runs"
    assert len(list(runs.iterdir())) == 96
    for kept in runs.iterdir():
        assert {one.name for one in kept.iterdir()} == {"metrics.csv", "wrong.csv"}
        assert RunDirectory(kept).history()["epoch"][-1] == 1


# --- PostgreSQL ---


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own on the loopback; the address of an empty database."""
    if not (POSTGRES / "initdb").exists() or find_spec("psycopg") is None:
        pytest.skip("needs PostgreSQL's server and psycopg")
    root = os.getuid() == 0
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    folder = Path("/tmp") / f"optiviz-pg-{os.getpid()}"
    folder.mkdir()
    if root:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *words: str) -> None:
        done = subprocess.run(
            [*as_user, str(POSTGRES / program), *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"{program} ended with status {done.returncode}")

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync")
        settings = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_two_machines_share_a_postgresql_server(postgres: str) -> None:
    plan = Plan(QUICK, ("sgd", "adam"), {"lr": (0.1, 0.01, 0.001)}, seeds=2)
    killed: list[int] = []

    def look(done: int, total: int) -> None:
        if 0 < done < total and not killed:
            killed.append(multiprocessing.active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    with ThreadPoolExecutor(2) as machines:
        both = [
            machines.submit(sweep, plan, postgres, on_progress=look),
            machines.submit(sweep, plan, postgres, on_progress=look),
        ]
        first, second = (table(machine.result(120).results()) for machine in both)
    assert killed
    check_once(postgres, 12)
    assert first == second
    assert len(first) == 6


def test_claims_in_postgresql_are_held_by_one(postgres: str, opened: Opener) -> None:
    claims = [opened(postgres) for _ in range(2)]
    assert claims[0].claim(["a"]) is not None
    assert claims[1].claim(["a"]) is None
