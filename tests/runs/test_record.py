"""A record on disk: the same bits back, and nothing but a record is taken for one."""

from __future__ import annotations

import json
import pickle
import re
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from optiviz import Run, UserError, descend, optim, schedules
from optiviz.optim import OPTIMIZERS, on_planes
from optiviz.problems import SURFACES

quick = settings(derandomize=True, max_examples=60)

STACK = np.array([[0.1], [0.2]])
PLAIN = {"lr": 0.1, "beta": 0.9, "form": "inside", "cautious": False}
RUNS = {
    "plain": (optim.Momentum(lr=0.1), PLAIN),
    "scheduled": (
        optim.Momentum(lr=schedules.WarmUp(then=schedules.Cosine(0.1), steps=3)),
        PLAIN
        | {
            "lr": {
                "schedule": "WarmUp",
                "base": 0.1,
                "steps": 3,
                "then": {"schedule": "Cosine", "base": 0.1, "end": 0.0},
            }
        },
    ),
    "stack": (optim.Momentum(lr=STACK), PLAIN | {"lr": [[0.1], [0.2]]}),
    "scheduled-stack": (
        optim.Momentum(beta=schedules.Linear(STACK, end=0.3), lr=np.float64(0.1)),
        PLAIN | {"beta": {"schedule": "Linear", "base": [[0.1], [0.2]], "end": 0.3}},
    ),
    "diverged": (optim.SGD(lr=5.0), {"lr": 5.0}),
}


def bits(run: Run) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Every array of a record down to its bits."""
    arrays = {"w": run.w, "loss": run.loss, "grad": run.grad, "diverged_at": run.diverged_at}
    arrays |= {f"slots.{name}": array for name, array in run.slots.items()}
    arrays |= {f"hyper.{name}": array for name, array in run.hyper.items()}
    return {name: (str(a.dtype), a.shape, a.tobytes()) for name, a in arrays.items()}


def small() -> Run:
    return descend(SURFACES["bowl"], optim.Momentum(lr=0.1), steps=4)


@pytest.mark.parametrize("name", list(RUNS))
def test_a_record_comes_back_to_the_same_bits(name: str, tmp_path: Path) -> None:
    rule, plain = RUNS[name]
    run = descend(SURFACES["bowl"], rule, steps=40, seed=9)
    back = Run.load(run.save(tmp_path / "run.npz"))
    assert bits(back) == bits(run)
    assert (back.optimizer, back.problem, back.seed) == (run.optimizer, "bowl", 9)
    assert (back.status, back.steps) == (run.status, run.steps)
    assert back.settings == plain


@pytest.mark.parametrize("name", on_planes())
def test_every_rule_can_be_kept(name: str, tmp_path: Path) -> None:
    run = descend(SURFACES["bowl"], OPTIMIZERS[name](), steps=3)
    back = Run.load(run.save(tmp_path / "run.npz"))
    assert bits(back) == bits(run)
    assert back.settings == run.settings


def test_a_record_read_and_written_again_is_the_same_file(tmp_path: Path) -> None:
    rule, _ = RUNS["scheduled-stack"]
    first = descend(SURFACES["bowl"], rule, steps=5).save(tmp_path / "first.npz")
    second = Run.load(first).save(tmp_path / "second.npz")
    assert second.read_bytes() == first.read_bytes()


def test_a_path_may_be_a_word_and_its_ending_is_kept(tmp_path: Path) -> None:
    path = small().save(str(tmp_path / "run.record"))
    assert path == tmp_path / "run.record"
    assert bits(Run.load(str(path))) == bits(small())


@quick
@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32]),
        st.just((5, 2)),
        elements=st.floats(width=32) | st.sampled_from([-0.0, 2**-140]),
    ),
    st.floats(),
)
def test_any_number_comes_back_to_the_same_bits(w: np.ndarray, rate: float) -> None:
    run = replace(small(), w=w, hyper={"lr": np.array([rate, -0.0, 5e-324, np.nan])})
    with TemporaryDirectory() as folder:
        back = Run.load(run.save(Path(folder) / "run.npz"))
    assert bits(back) == bits(run)


# --- what is not a record ---


class Bomb:
    """A pickle that would write a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def record(path: Path) -> bytes:
    return small().save(path).read_bytes()


def facts(path: Path, text: str, **arrays: np.ndarray) -> None:
    with path.open("wb") as file:
        np.savez(file, facts=np.array(text), **arrays)


def one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.ones(3))


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Bomb(path.with_name("exploded"))))


def object_array(path: Path, name: str) -> None:
    bomb = np.array([Bomb(path.with_name("exploded"))], dtype=object)
    with path.open("wb") as file:
        np.savez(file, **({"facts": np.array("{}")} | {name: bomb}))


def flipped(path: Path) -> None:
    """A record in which one byte of an array has rotted."""
    content = bytearray(record(path))
    content[content.index(b"w.npy") + 60] ^= 0xFF
    path.write_bytes(content)


KNOWN = {"format": 1, "optimizer": "sgd", "settings": {}, "problem": "bowl", "seed": 0}
WHOLE = {
    "w": np.ones((3, 2)),
    "loss": np.ones(3),
    "grad": np.ones((3, 2)),
    "diverged_at": np.array(-1),
    "slots.velocity": np.ones((3, 2)),
    "hyper.lr": np.ones(2),
}


def spoilt(**changed: Any) -> Callable[[Path], object]:
    """A record in which some facts or arrays are others; None for one that is missing."""
    known = KNOWN | {k: v for k, v in changed.items() if k in KNOWN}
    arrays = WHOLE | {k.replace("__", "."): v for k, v in changed.items() if k not in KNOWN}
    kept = {name: array for name, array in arrays.items() if array is not None}
    return lambda path: facts(path, json.dumps(known), **kept)


def bomb(path: Path) -> None:
    """A gigabyte of zeros, in a thousandth of the place."""
    header = {"descr": "<f8", "fortran_order": False, "shape": (1 << 26, 2)}
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("w.npy", "w", force_zip64=True) as member,
    ):
        np.lib.format.write_array_header_1_0(member, header)
        for _ in range(1 << 6):
            member.write(bytes(1 << 24))


ARRAYS = {"w": np.ones((2, 2)), "loss": np.ones(2), "grad": np.ones((2, 2))}
NOT_RECORDS: dict[str, Callable[[Path], object]] = {
    "shorter loss": spoilt(loss=np.ones(2)),
    "longer gradient": spoilt(grad=np.ones((4, 2))),
    "gradient of three": spoilt(grad=np.ones((3, 3))),
    "slot of another length": spoilt(slots__velocity=np.ones((2, 2))),
    "slot of another shape": spoilt(slots__velocity=np.ones(3)),
    "rate for every point": spoilt(hyper__lr=np.ones(3)),
    "no rate": spoilt(hyper__lr=None, hyper__beta=np.ones(2)),
    "no point": spoilt(**{name: array[:0] for name, array in WHOLE.items() if array.ndim}),
    "one number a point": spoilt(w=np.ones(3), grad=np.ones(3), slots__velocity=np.ones(3)),
    "whole numbers for points": spoilt(w=np.ones((3, 2), int)),
    "diverged before the start": spoilt(diverged_at=np.array(-2)),
    "diverged after the end": spoilt(diverged_at=np.array(4)),
    "diverged at a half": spoilt(diverged_at=np.array(0.5)),
    "diverged at two steps": spoilt(diverged_at=np.array([-1, 2])),
    "batches without losses": spoilt(batch=np.zeros((3, 1), int)),
    "losses without batches": spoilt(batch_loss=np.ones(3)),
    "batches of halves": spoilt(batch=np.ones((3, 1)), batch_loss=np.ones(3)),
    "a batch too few": spoilt(batch=np.ones((2, 1), int), batch_loss=np.ones(3)),
    "rule without a name": spoilt(optimizer=None),
    "settings in words": spoilt(settings="lr=0.1"),
    "problem of two": spoilt(problem=["bowl", "valley"]),
    "seed in words": spoilt(seed="0"),
    "seed of truth": spoilt(seed=True),
    "settings of great depth": lambda path: facts(
        path, json.dumps(KNOWN).replace("{}", "[" * 100_000 + "]" * 100_000), **WHOLE
    ),
    "missing": lambda path: None,
    "words for numbers": lambda path: facts(
        path, json.dumps(KNOWN), **ARRAYS | {"diverged_at": np.array("-1")}
    ),
    "times for numbers": lambda path: facts(
        path,
        json.dumps(KNOWN),
        **ARRAYS | {"diverged_at": np.array(-1), "slots.m": np.zeros(2, "M8[s]")},
    ),
    "truths for numbers": lambda path: facts(
        path,
        json.dumps(KNOWN),
        **ARRAYS | {"diverged_at": np.array(-1), "w": np.ones((2, 2), bool)},
    ),
    "folder": lambda path: path.mkdir(),
    "empty": lambda path: path.touch(),
    "words": lambda path: path.write_text("hello"),
    "only-the-mark-of-a-zip": lambda path: path.write_bytes(b"PK\x03\x04"),
    "cut-in-half": lambda path: path.write_bytes(record(path)[: len(record(path)) // 2]),
    "cut-at-the-end": lambda path: path.write_bytes(record(path)[:-1]),
    "rotten": flipped,
    "pickle": pickled,
    "object-facts": lambda path: object_array(path, "facts"),
    "object-array": lambda path: object_array(path, "w"),
    "one-array": one_array,
    "no-facts": lambda path: np.savez(path, w=np.ones(3)),
    "no-json": lambda path: facts(path, "{"),
    "json-word": lambda path: facts(path, '"abc"'),
    "json-number": lambda path: facts(path, "1"),
    "json-list": lambda path: facts(path, "[]"),
    "json-without-end": lambda path: facts(path, "[" * 100_000),
    "no-format": lambda path: facts(path, "{}"),
    "another-format": lambda path: facts(path, json.dumps(KNOWN | {"format": 2}), **ARRAYS),
    "no-arrays": lambda path: facts(path, json.dumps(KNOWN)),
    "arrays-as-words": lambda path: facts(path, json.dumps(KNOWN | {"w": 1, "loss": 2, "grad": 3})),
    "one-array-too-many": lambda path: facts(
        path, json.dumps(KNOWN), **ARRAYS, surprise=np.ones(2)
    ),
}


@pytest.mark.parametrize("name", list(NOT_RECORDS))
def test_nothing_but_a_record_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    NOT_RECORDS[name](path)
    with pytest.raises(UserError, match=re.escape(str(path))):
        Run.load(path)
    assert not (tmp_path / "exploded").exists()


def test_the_record_that_is_spoilt_above_is_one(tmp_path: Path) -> None:
    spoilt()(tmp_path / "run.npz")
    assert Run.load(tmp_path / "run.npz").steps == 2
    spoilt(diverged_at=np.array(3))(tmp_path / "run.npz")
    assert Run.load(tmp_path / "run.npz").status == "diverged at step 3"


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_costs_anything(tmp_path: Path) -> None:
    bomb(tmp_path / "run.npz")
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="would unpack to 1073741"):
            Run.load(tmp_path / "run.npz")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@quick
@given(st.data())
def test_any_rotten_byte_gives_a_record_or_an_error(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        content = bytearray(record(path))
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        assert str(path) in _answer(path)


def _answer(path: Path) -> str:
    try:
        Run.load(path)
    except UserError as error:
        return str(error)
    return str(path)


def test_a_record_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "run.npz"
    with pytest.raises(UserError, match=re.escape(f"Cannot write {path}: ")):
        small().save(path)


def test_a_failed_write_keeps_the_record_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small().save(tmp_path / "run.npz")
    before = path.read_bytes()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(UserError, match="No space left on device"):
        small().save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# --- what it is in Python ---

REPRS = [
    (
        descend("bowl", "momentum:lr=0.1,beta=0.5", (2.0, 0.0), steps=3),
        """\
Run of momentum (lr=0.1, beta=0.5, form='inside', cautious=False) on bowl
  loss 2 → 0.754; finished after 3 steps
  w (4, 2), slots: velocity; seed 0""",
    ),
    (
        descend("bowl", optim.SGD(lr=np.array([[0.1], [3.0]])), (1.0, 1.0), steps=80, seed=4),
        """\
Run of sgd (lr=array([[0.1], [3. ]])) on bowl
  2 trajectories, loss 4.773e-08 to 1.462e+48 at the end; 1 of 2 diverged
  w (81, 2, 2), slots: none; seed 4""",
    ),
]


@pytest.mark.parametrize(("run", "text"), REPRS)
def test_a_run_is_told_in_three_lines(run: Run, text: str) -> None:
    assert repr(run) == str(run) == text


def test_the_lines_stay_short() -> None:
    rates = np.geomspace(1e-4, 0.1, 1000)[:, None]
    lines = repr(descend("bowl", optim.Adam(lr=rates), steps=2)).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) < 140


def test_a_notebook_gets_the_lines_and_a_picture() -> None:
    forms, _ = small()._repr_mimebundle_(include=None, exclude=None)
    assert forms["text/plain"] == repr(small())
    assert {"image/png", "text/html"} <= set(forms)


@pytest.mark.parametrize("name", list(RUNS))
def test_equal_runs_are_equal(name: str, tmp_path: Path) -> None:
    run, again = (descend("bowl", RUNS[name][0], steps=40, seed=9) for _ in range(2))
    assert run == again
    assert Run.load(run.save(tmp_path / "run.npz")) == run
    assert pickle.loads(pickle.dumps(run)) == run


def test_nan_is_equal_to_nan() -> None:
    run = small()
    w = run.w.copy()
    w[2, 0] = np.nan
    assert replace(run, w=w) == replace(run, w=w.copy())
    assert replace(run, w=w) != run


OTHERS = [
    {"seed": 1},
    {"problem": "valley"},
    {"settings": {"lr": 0.1, "beta": 0.8, "form": "inside"}},
    {"w": np.zeros((5, 2))},
    {"w": np.float32(small().w)},
    {"slots": {}},
    {"slots": {"moment1": small().slots["velocity"]}},
    {"diverged_at": np.array(3)},
    {"diverged_at": np.array(-1, np.int8)},
    {"batch": np.zeros((5, 1), int), "batch_loss": np.zeros(5)},
]


@pytest.mark.parametrize("change", OTHERS)
def test_runs_that_differ_are_not_equal(change: dict[str, object]) -> None:
    assert replace(small(), **change) != small()
    assert small() != replace(small(), **change)


def test_a_run_is_no_key_and_equals_nothing_else() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(small())
    assert small() != 1
    assert small() is not None


def test_all_arrays_are_read_only(tmp_path: Path) -> None:
    run = descend("regression", "adam", steps=5, batch_size=10)
    for record in (run, Run.load(run.save(tmp_path / "run.npz")), replace(run, seed=1)):
        arrays = [record.w, record.loss, record.grad, record.batch, record.batch_loss]
        arrays += [record.velocity, *record.slots.values(), *record.hyper.values()]
        for array in arrays:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_a_setting_that_no_file_knows_is_kept_in_words(tmp_path: Path) -> None:
    run = replace(small(), settings={"lr": 0.1, "how": print})
    assert Run.load(run.save(tmp_path / "run.npz")).settings["how"] == "<built-in function print>"


# --- as a table ---


def test_a_run_is_a_table() -> None:
    pandas = pytest.importorskip("pandas")
    run = descend("bowl", optim.Momentum(lr=schedules.Linear(0.1)), (2.0, 1.0), steps=4)
    table = run.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    names = ["loss", "w_1", "w_2", "grad_1", "grad_2", "velocity_1", "velocity_2", "lr"]
    assert list(table) == names
    assert table.index.name == "step"
    assert table.index.tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(table[["w_1", "w_2"]], run.w)
    assert np.array_equal(table[["velocity_1", "velocity_2"]], run.slots["velocity"])
    assert np.array_equal(table["lr"], [*run.lr, np.nan], equal_nan=True)


def test_a_stack_is_a_table_of_all_its_trajectories() -> None:
    pytest.importorskip("pandas")
    run = descend("bowl", optim.SGD(lr=STACK), (2.0, 1.0), steps=4)
    table = run.to_pandas()
    assert table.index.names == ["step", "trajectory"]
    assert np.array_equal(table.xs(1, level="trajectory")[["w_1", "w_2"]], run.w[:, 1])
    assert np.array_equal(table["loss"].unstack(), run.loss)
    assert table["lr"].unstack().iloc[0].tolist() == [0.1, 0.2]


def test_a_run_on_batches_has_both_losses() -> None:
    pytest.importorskip("pandas")
    run = descend("regression", "sgd", steps=4, batch_size=10)
    table = run.to_pandas()
    assert np.array_equal(table["loss"], run.loss)
    assert np.array_equal(table["batch_loss"], run.batch_loss)


def test_a_missing_pandas_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UserError, match=r"pip install .*pandas"):
        small().to_pandas()
