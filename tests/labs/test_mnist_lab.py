"""The MNIST lab without a browser: races, stops, pictures and files."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from optiviz import labs
from optiviz.labs.mnist import form as mnist_form
from optiviz.labs.mnist.pictures import look
from optiviz.labs.mnist.race import ONE_THREAD, Lane, Race
from optiviz.labs.server import data as shared_data
from optiviz.problems import load
from optiviz.training.train import COLUMNS, train
from optiviz.views.style import THEMES

SMALL = {"hidden": "16", "epochs": 1, "batch_size": 50}


def lanes(*rules: str, **settings: Any) -> list[Lane]:
    sent = {"lanes": [{"rule": rule} for rule in rules]} | SMALL | settings
    jobs = mnist_form.recipes(mnist_form.clean(sent)[0])
    totals = [-(-mnist_form.SAMPLES // recipe.batch_size) * recipe.epochs for recipe in jobs]
    return [
        Lane(recipe, key, total)
        for key, (recipe, total) in enumerate(zip(jobs, totals, strict=True))
    ]


def wait(condition: Callable[[], Any], seconds: float = 60) -> float:
    """The seconds until something holds."""
    began = time.perf_counter()
    while not condition():
        assert time.perf_counter() - began < seconds, "it took too long"
        time.sleep(0.002)
    return time.perf_counter() - began


@pytest.mark.slow
def test_a_race_that_is_stopped_goes_on_to_the_same_bits() -> None:
    both = lanes("momentum", "adam")
    changes: list[None] = []
    race = Race(both, lambda: changes.append(None))
    stops = []
    for _ in range(3):
        race.go()
        before = min(lane.step for lane in both)
        wait(lambda before=before: min(lane.step for lane in both) > before)
        race.stop()
        stops.append(wait(lambda: not race.running))
        assert {lane.phase for lane in both} <= {"stopped", "finished"}
    assert min(stops) < 0.3
    race.go()
    wait(lambda: not race.running)
    assert len(changes) > 8
    for lane in both:
        assert lane.phase == "finished"
        assert lane.step == lane.total == 1200
        assert len(lane.rows) == mnist_form.EVALUATIONS
        assert lane.checkpoint is None
        assert lane.networks is None
        network, test, _ = lane.recipe.networks(load("mnist"))
        how = {"epochs": 1, "batch_size": 50, "seed": 0, "eval_every": lane.recipe.eval_every}
        whole = train(network, test, lane.recipe.rule(network), **how)
        np.testing.assert_array_equal(lane.w, whole.w)
        for name in set(COLUMNS) - {"seconds"}:
            np.testing.assert_array_equal([row[name] for row in lane.rows], whole.history[name])


def test_the_pace_is_that_since_the_last_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Race, "_run", lambda race, lane: None)
    (lane,) = lanes("sgd")
    lane.step, lane.phase = 1000, "stopped"
    race = Race([lane], lambda: None)
    race.go()
    assert race.figures() == {"share": pytest.approx(1000 / 1200), "pace": 0, "left": None}
    lane.step = 1100
    assert 0 < race.figures()["left"] < 60


def test_what_has_ended_is_done_also_where_it_diverged_at_once() -> None:
    one, other = lanes("sgd", "adam")
    one.step, one.phase = 11, "finished"
    other.step, other.phase = 600, "training"
    assert Race([one, other], lambda: None).figures()["share"] == 0.75


def test_blas_has_one_thread_until_the_last_training_has_ended() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    wait(lambda: not ONE_THREAD._users)
    before = threads()
    with threadpool_limits(2):
        with ONE_THREAD:
            assert threads() == {1}
            with ONE_THREAD:  # another training, which ends first
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == {2}
    assert threads() == before


def test_a_training_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("optiviz.labs.mnist.race.mnist", fails)
    (lane,) = lanes("sgd")
    race = Race([lane], lambda: None)
    race.go()
    wait(lambda: not race.running)
    assert (lane.phase, lane.trouble) == ("failed", "MemoryError: no room")


def test_what_diverges_has_a_verdict() -> None:
    (lane,) = lanes("momentum")
    lane.recipe = mnist_form.recipes(
        mnist_form.clean(SMALL | {"lanes": [{"rule": "momentum", "lr": 1.0, "beta": 0.999}]})[0]
    )[0]
    race = Race([lane], lambda: None)
    race.go()
    wait(lambda: not race.running)
    assert lane.phase == "finished"
    assert lane.done is not None
    assert lane.done.outcome.text.startswith(("diverged at update", "collapsed", "stalled"))


@pytest.mark.slow
def test_kernels_share_the_data_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = load("mnist")
    shared_data.write(tmp_path)
    monkeypatch.setenv(shared_data.FOLDER, str(tmp_path))
    shared_data._mnist.cache_clear()
    try:
        shared = shared_data.mnist()
        assert isinstance(shared.x_train, np.memmap)
        for name in shared_data.ARRAYS:
            np.testing.assert_array_equal(getattr(shared, name), getattr(data, name))
        facts = ("name", "shape", "classes", "checksum")
        assert [getattr(shared, f) for f in facts] == [getattr(data, f) for f in facts]
        (lane,) = lanes("sgd")
        network = lane.prepare()[0]
        assert np.shares_memory(network.x, shared.x_train)  # and no copy of 188 MB
    finally:
        shared_data._mnist.cache_clear()


def test_mistakes_come_first_the_surest_of_them_before_the_others() -> None:
    sizes = (784, 16, 10)
    (lane,) = lanes("sgd")
    w = lane.recipe.networks(load("mnist"))[0].start(0)
    seen = look(w, sizes)
    data = load("mnist")
    viewer = lane.recipe.networks(data)[1]
    guesses = viewer.predict(w, data.x_test[:1000])
    assert seen["wrong"] == np.count_nonzero(guesses != data.y_test[:1000])
    taken = np.argmax(seen["told"], axis=1).tolist()
    wrong = [a != b for a, b in zip(seen["labels"], taken, strict=True)]
    assert wrong == sorted(wrong, reverse=True)
    sure = [max(row) for row, bad in zip(seen["told"], wrong, strict=True) if bad]
    assert sure == sorted(sure, reverse=True)
    first = np.frombuffer(seen["images"], np.uint8).reshape(-1, 784)[0]
    known = np.rint(data.x_test[:1000] * 255).astype(np.uint8)
    (place,) = np.flatnonzero((known == first).all(axis=1))
    assert (data.y_test[place], guesses[place]) == (seen["labels"][0], taken[0])
    weights = np.frombuffer(seen["weights"], np.uint8).reshape(16, 784).astype(float)
    matrix = viewer.layers(w)[0].weights.T
    np.testing.assert_allclose((weights - 128) / 127 * np.abs(matrix).max(), matrix, atol=5e-4)


@pytest.fixture
def lab() -> Any:
    pytest.importorskip("anywidget", reason="needs the extra apps")
    from optiviz.labs.mnist.lab import MnistLab  # noqa: PLC0415  # of the extra

    lab = MnistLab()
    lab.sent = []
    lab.send = lambda content, buffers=None: lab.sent.append((content, buffers))
    return lab


def test_a_curve_has_a_gap_where_a_loss_is_no_number() -> None:
    pytest.importorskip("anywidget", reason="needs the extra apps")
    from optiviz.labs.mnist.facts import finite  # noqa: PLC0415  # of the extra

    assert finite([0.5, float("nan"), float("inf"), None, 0.0]) == [0.5, None, None, None, 0.0]


async def until(condition: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        await asyncio.sleep(0.005)


def test_a_page_trains_stops_looks_and_takes_away(lab: Any, tmp_path: Path) -> None:
    def say(kind: str, run: Any = None) -> None:
        lab._heard(lab, {"type": kind, "about": run}, [])

    def file() -> tuple[str, bytes]:
        content, buffers = lab.sent[-1]
        assert content["type"] == "file"
        return content["name"], buffers[0]

    async def visit() -> None:
        lab.form = {"lanes": [{"rule": "momentum"}, {"rule": "momentum", "beta": 0.5}]} | SMALL
        assert lab.status["phase"] == "ready"
        say("train")
        say("train")  # once is enough
        assert lab.status["phase"] == "training"
        say("remove", 1)  # not while it is under way
        assert [run["run"] for run in lab.runs] == [1, 2]
        await until(lambda: lab.seen)
        say("stop")
        await until(lambda: lab.status["phase"] == "stopped")
        assert 0 < lab.status["share"] < 1
        say("continue")
        await until(lambda: lab.status["phase"] == "ready")

    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        pool.submit(asyncio.run, visit()).result()
    assert {run["phase"] for run in lab.runs} == {"finished"}
    assert lab.runs[0]["mark"] != lab.runs[1]["mark"]
    rows: dict[int, list[Any]] = {1: [], 2: []}
    for content, _ in lab.sent:
        if content["type"] == "rows":
            rows[content["run"]][content["since"] :] = content["rows"]
    assert {len(points) for points in rows.values()} == {1 + mnist_form.EVALUATIONS}
    assert (
        rows[1][0]
        == rows[2][0]
        == [0, None, pytest.approx(2.3, abs=0.2), pytest.approx(0.1, abs=0.1), None]
    )
    json.dumps([lab.runs, lab.status, lab.plan, rows], allow_nan=False)

    say("csv", [2, 1, 99, "x", None])
    name, content = file()
    table = list(csv.DictReader(io.StringIO(content.decode())))
    assert name.endswith(".csv")
    assert [row["run"] for row in table] == ["2"] * 10 + ["1"] * 10
    assert float(table[-1]["test_accuracy"]) == rows[1][-1][3]

    say("weights", 2)
    name, content = file()
    with np.load(io.BytesIO(content)) as weights:
        command = next(run["command"] for run in lab.runs if run["run"] == 2)
        _check_command(command, weights["w"], tmp_path)
        assert weights["sizes"].tolist() == [784, 16, 10]

    say("show", 2)
    assert lab.seen["run"] == 2
    say("remove", 2)
    assert [run["run"] for run in lab.runs] == [1]
    assert lab.seen["run"] == 1
    say("remove", 1)
    assert lab.seen == {}


def _check_command(command: str, w: Any, folder: Path) -> None:
    """The command that a run shows makes the same weights, to the bit."""
    words = [Path(sys.executable).with_name("optiviz"), *shlex.split(command)[1:], "--out", "run"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    with np.load(folder / "run" / "weights.npz") as file:
        np.testing.assert_array_equal(file["w"], w)


@pytest.mark.parametrize(
    "message",
    [None, "train", {}, {"type": None}, {"type": ["train"]}, {"type": "__init__"}]
    + [
        {"type": kind, "about": run}
        for kind in ("show", "remove", "csv", "weights")
        for run in (0, {})
    ],
)
def test_what_a_page_should_not_send_is_passed_over(lab: Any, message: Any) -> None:
    lab._heard(lab, message, [])
    assert lab.runs == []
    assert lab.status["phase"] == "ready"


def test_a_lab_in_a_notebook_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shared_data.FOLDER, raising=False)
    shared_data._mnist.cache_clear()
    assert shared_data.mnist().checksum == load("mnist").checksum


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_has_the_colours_of_the_pictures(theme: str) -> None:
    css = (Path(labs.__file__).parent / "lab.css").read_text(encoding="utf-8")
    block = css[css.index(".lab {" if theme == "light" else '.lab[data-theme="dark"] {') :]
    block = block[: block.index("}")]
    look = THEMES[theme]
    for name in ("background", "text", "muted", "grid", "accent"):
        assert f"--ov-{name}: {getattr(look, name)};" in block
