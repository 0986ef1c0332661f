"""Sweeps: every trial done exactly once, whoever is killed, in a file or in PostgreSQL."""

from __future__ import annotations

import contextlib
import json
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
from importlib.util import find_spec
from pathlib import Path

import pytest

from optiviz.errors import UserError
from optiviz.studies.sweep.claims import Claims, begun, me, with_driver
from optiviz.studies.sweep.plan import Plan
from optiviz.training.recipe import Recipe

if find_spec("optuna") is None:
    pytest.skip("needs optuna", allow_module_level=True)

# What Optuna and SQLAlchemy warn of is their own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

PROGRAM = [str(Path(sys.executable).with_name("optiviz")), "sweep"]
SMALL = ["--sizes", "784,10", "--batch-size", "2000", "--epochs", "1", "--json"]
GRID = [*PROGRAM, *SMALL, "--optim", "sgd,adam", "--grid", "lr=0.1,0.01,0.001", "--seeds", "2"]
LONGER = [*GRID, "--epochs", "8"]  # for a test that has to catch it at work
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


def workers(process: subprocess.Popen) -> list[int]:
    """The processes that train for it."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "-g", str(os.getpgid(process.pid))],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return [int(pid) for pid, words in lines if "spawn_main" in words]


def finish(words: list[str], folder: Path) -> dict:
    """Run a sweep to its end, and read what it printed."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def url_in(folder: Path, name: str = "sweep-sgd-adam") -> str:
    return f"sqlite:///{folder / 'runs' / name / 'sweep.db'}"


def states(url: str) -> Counter:
    """How often each trial of the only study ended in each way."""
    import optuna  # noqa: PLC0415

    storage = optuna.storages.RDBStorage(with_driver(url))
    try:
        (study,) = storage.get_all_studies()
        trials = storage.get_all_trials(study._study_id)
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


def test_an_impossible_storage_is_refused() -> None:
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


# --- sweeps ---


def test_a_grid_with_one_of_two_workers_killed(tmp_path: Path) -> None:
    running = start([*LONGER, "--jobs", "2"], tmp_path)
    until_under_way(url_in(tmp_path))
    os.kill(workers(running)[0], signal.SIGKILL)
    assert running.wait(120) == 0
    check_once(url_in(tmp_path), 12)
    path = tmp_path / "runs" / "sweep-sgd-adam"
    table = json.loads((path / "table.json").read_text())
    assert len(table) == 6
    assert all(row["seeds"] == 2 and row["accuracy_sd"] is not None for row in table)
    best = max(table, key=lambda row: row["accuracy"])
    assert best["accuracy"] > 0.8
    assert "| `adam`" in (path / "table.md").read_text()
    assert len((path / "trials.csv").read_text().splitlines()) == 13
    for name in ("heat-sgd", "heat-adam", "sensitivity"):
        assert (path / f"{name}.png").stat().st_size > 5000
    began = time.monotonic()
    again = finish([*LONGER, "--jobs", "2"], tmp_path)  # nothing is left to do
    assert again["table"] == table
    assert "works for" in again["works"]["adam"]
    assert time.monotonic() - began < 30
    check_once(url_in(tmp_path), 12)
    other = subprocess.run(
        [*LONGER, "--seed", "7"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (other.returncode, other.stderr.count("\n")) == (2, 1)
    assert "holds another sweep" in other.stderr


def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    words = [*PROGRAM, *SMALL[:-1], "--optim", "sgd", "--grid", "lr=0.1,0.01", "--seeds", "3"]
    running = start([*words, "--batch-size", "200", "--jobs", "1"], tmp_path)
    where = url_in(tmp_path, "sweep-sgd")
    until_under_way(where)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(60) == 130
    assert not [key for key, state in states(where) if state == "RUNNING"]
    table = finish([*words, "--batch-size", "200", "--jobs", "1", "--json"], tmp_path)["table"]
    assert [row["seeds"] for row in table] == [3, 3]
    check_once(where, 6)


def test_a_search_spends_the_same_on_every_rule(tmp_path: Path) -> None:
    words = [*PROGRAM, *SMALL, "--tune", "5", "--optim", "sgd,momentum", "--seeds", "2"]
    summary = finish([*words, "--jobs", "2"], tmp_path)
    path = tmp_path / "runs" / "sweep-sgd-momentum"
    search = json.loads((path / "search.json").read_text())
    assert Counter(row["optim"] for row in search) == {"sgd": 5, "momentum": 5}
    assert {row["state"] for row in search} <= {"complete", "pruned"}
    assert all(row["val_loss"] is not None for row in search if not row["diverged"])
    for row in summary["table"]:
        own = [s for s in search if s["optim"] == row["optimizer"] and s["state"] == "complete"]
        best = min(own, key=lambda s: s["val_loss"])
        assert row["settings"] == best["settings"]
        assert row["seeds"] == 2
    assert set(summary["table"][1]["settings"]) == {"lr", "beta"}
    assert (path / "heat-momentum.png").exists()


@pytest.mark.slow
def test_killed_ten_times_over_every_trial_is_done_once(tmp_path: Path) -> None:
    words = [*GRID[:-1], "8", "--grid", "batch_size=1000,2000", "--jobs", "2"]
    rng = random.Random(0)
    for _ in range(10):
        running = start(words, tmp_path)
        time.sleep(rng.uniform(1.0, 8.0))
        assert running.poll() is None, "it ended before it was killed"
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    finish(words, tmp_path)
    check_once(url_in(tmp_path), 96)


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


def test_two_machines_share_a_postgresql_server(postgres: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    words = [*LONGER, "--jobs", "1", "--storage", postgres]
    both = [start(words, here), start(words, there)]
    until_under_way(postgres)
    os.kill(workers(both[0])[0], signal.SIGKILL)
    for each in both:
        assert each.wait(120) == 0
    check_once(postgres, 12)
    tables = [
        json.loads((f / "runs" / "sweep-sgd-adam" / "table.json").read_text())
        for f in (here, there)
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 6
    assert not list(here.rglob("sweep.db"))


def test_claims_in_postgresql_are_held_by_one(postgres: str, opened: Opener) -> None:
    claims = [opened(postgres) for _ in range(2)]
    assert claims[0].claim(["a"]) is not None
    assert claims[1].claim(["a"]) is None
