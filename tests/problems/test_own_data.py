"""Data of one's own: what is read of a file, and every way in which one can be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.problems import load
from optiviz.problems.data import own

RNG = np.random.default_rng(2)
X, Y = RNG.standard_normal((60, 4)), np.repeat([0, 1, 2], 20)
FLOWERS = "long,wide,kind\n" + "".join(
    f"{k + i / 10},{i},{name}\n" for k, name in enumerate(("rose", "iris")) for i in range(10)
)


@pytest.fixture
def npz(tmp_path: Path) -> Callable[..., str]:
    def write(**arrays: object) -> str:
        np.savez(tmp_path / "mine.npz", **arrays)
        return str(tmp_path / "mine.npz")

    return write


@pytest.fixture
def text(tmp_path: Path) -> Callable[[str], str]:
    def write(words: str) -> str:
        (tmp_path / "mine.csv").write_text(words, encoding="utf-8")
        return str(tmp_path / "mine.csv")

    return write


def rows(x: np.ndarray) -> list[list[float]]:
    return sorted(x.tolist())


def test_a_fifth_of_every_class_is_set_aside(npz: Callable) -> None:
    data = load(npz(x=X, y=Y))
    assert (data.name, data.shape, data.classes) == ("mine", (4,), ("0", "1", "2"))
    assert np.bincount(data.y_test).tolist() == [4, 4, 4]
    assert np.bincount(data.y_train).tolist() == [16, 16, 16]
    both = np.concatenate([data.x_train, data.x_test])
    assert rows(both) == rows(X.astype(np.float32)), "every sample once"
    where = {tuple(row): k for row, k in zip(X.astype(np.float32).tolist(), Y, strict=True)}
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert [where[tuple(row)] for row in x.tolist()] == y.tolist()
    assert len(set(data.y_train[-10:].tolist())) > 1, "shuffled, or a validation set is one class"
    again = load(npz(x=X, y=Y))
    assert np.array_equal(again.x_test, data.x_test)
    assert again.checksum == data.checksum
    assert load(npz(x=X + 1e-3, y=Y)).checksum != data.checksum


def test_a_test_part_of_ones_own_is_left_as_it_is(npz: Callable) -> None:
    data = load(npz(x=X, y=Y, x_test=X[:7] + 1, y_test=Y[:7]))
    assert len(data.x_train) == 60
    assert np.array_equal(data.x_test, (X[:7] + 1).astype(np.float32))


def test_bytes_become_shares(npz: Callable) -> None:
    data = load(npz(x=np.full((60, 4), 255, np.uint8), y=Y.astype(np.uint8)))
    assert data.x_train.max() == 1
    assert data.x_train.dtype == np.float32


def test_names_are_classes(text: Callable) -> None:
    data = load(text("\ufeff" + FLOWERS))
    assert data.classes == ("iris", "rose")
    assert (data.x_train[:, 0] >= 1).tolist() == (data.y_train == 0).tolist()
    first = load(text("Label,a\n" + "".join(f"{10 - i % 3},{i}\n" for i in range(30))))
    assert first.classes == ("8", "9", "10")
    assert first.x_train.shape == (24, 1)


def test_the_balance_is_told(text: Callable) -> None:
    said = own.balance(load(text(FLOWERS + "1,1,rose\n" * 30)))
    assert said == (
        "mine: 40 training and 10 test samples of 2 numbers from 0 to 9\n"
        "Classes: iris 8, rose 32; who always says rose is right in 80% of the tests"
    )


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"x": X}, "must hold x and y: it lacks y among x."),
        ({"x": X[0], "y": Y}, "x must be of shape (samples, numbers of each), got (4,)."),
        ({"x": X[:, :0], "y": Y}, "x must be of shape (samples, numbers of each), got (60, 0)."),
        ({"x": X.reshape(15, 4, 4), "y": Y[:15]}, "got (15, 4, 4)."),
        ({"x": X.astype(str), "y": Y}, "x must be numbers, got <U"),
        ({"x": X.astype(complex), "y": Y}, "x must be numbers, got complex128."),
        ({"x": X, "y": Y[:9]}, "y must be 60 whole numbers, one for each row of x, got int64 of"),
        ({"x": X, "y": Y / 2}, "y must be 60 whole numbers, one for each row of x, got float64"),
        ({"x": X, "y": Y - 1}, "y must be classes from 0, got -1 to 1."),
        ({"x": X, "y": Y + 1}, "no sample is of class 0: count the classes from 0 without gaps."),
        ({"x": X, "y": Y * 2}, "no sample is of class 1: count"),
        ({"x": X, "y": Y * 0}, "y must be from 2 to 1000 classes, counted from 0, got 1."),
        ({"x": X, "y": Y + 5000}, "y must be from 2 to 1000 classes, counted from 0, got 5003."),
        ({"x": np.where(X[3, 1] == X, np.nan, X), "y": Y}, "holds, but row 3 is not."),
        ({"x": np.where(X[3, 1] == X, 1e39, X), "y": Y}, "holds, but row 3 is not."),
        ({"x": X, "y": Y, "x_test": X}, "must hold both of x_test and y_test, or none of them."),
        (
            {"x": X, "y": Y, "x_test": X[:, 1:], "y_test": Y},
            "x_test has 3 numbers a sample",
        ),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y + 1}, "y_test goes up to 3 and y to 2."),
        ({"x": X[::20], "y": Y[::20]}, "has too few samples of a class to test on: give x_test."),
        ({"x": np.array([{}] * 60), "y": Y}, "Object arrays cannot be loaded"),
    ],
)
def test_arrays_that_do_not_fit(npz: Callable, arrays: dict, says: str) -> None:
    with pytest.raises(UserError, match=re.escape(says)) as found:
        load(npz(**arrays))
    assert "mine.npz" in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "must begin with a line of two or more columns' names with commas between."),
        ("a;b\n1;2\n", "must begin with a line of two or more columns' names"),
        ("1,2,3\n4,5,6\n", "has no head: its first line must name the columns."),
        ("label,LABEL\n1,2\n", "has 2 columns that are called label."),
        ("a,b\n", "has 0 samples: it takes more."),
        ("a,b,c\n1,2\n", "sample 1 has 2 columns, the first line 3."),
        (FLOWERS + "1,,rose\n", "sample 21 has '' in the column 'wide', which must be a finite"),
        (FLOWERS + "nan,1,rose\n", "sample 21 has 'nan' in the column 'long'"),
        (FLOWERS + "1e39,1,rose\n", "sample 21 has '1e39' in the column 'long'"),
        (FLOWERS + "1,1,\n", "sample 21 has no class in 'kind'."),
        ("a,b\n1,2\n2,2\n", "the column 'b' must hold from 2 to 1000 classes, got 1"),
        ("a,b\n" + "".join(f"1,{i}\n" for i in range(1001)), "to 1000 classes, got 1001: call"),
        (FLOWERS.replace("iris", "i" * 200_000), "field larger than field limit"),
    ],
)
def test_tables_that_do_not_fit(text: Callable, words: str, says: str) -> None:
    with pytest.raises(UserError, match=re.escape(says)) as found:
        load(text(words))
    assert "\n" not in str(found.value)


def test_files_that_cannot_be_read(
    tmp_path: Path, npz: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("none.npz", "none.csv"):
        with pytest.raises(UserError, match=rf"Cannot read {name}: No such file"):
            load(name)
    (tmp_path / "a.npz").write_text("no archive")
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    for name in ("a.npz", "a.csv"):
        with pytest.raises(UserError, match=r"Cannot read .*a\.(npz|csv): "):
            load(str(tmp_path / name))
    with pytest.raises(UserError, match="is a file: leave out the data directory"):
        load("a.csv", tmp_path)
    mine = npz(x=X, y=Y)
    monkeypatch.setattr(own, "MOST", 2000)
    with pytest.raises(UserError, match="at most 2000: take fewer samples"):
        load(mine)
    np.savez_compressed(mine, x=np.zeros((60, 99)), y=Y)
    with pytest.raises(UserError, match=r"unpacks to .* bytes, at most 2000"):
        load(mine)
