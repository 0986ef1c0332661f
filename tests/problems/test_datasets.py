"""Data sets: the right one, whole, or a sentence that says what is wrong."""

from __future__ import annotations

import gzip
import io
import pickle
import shutil
import sys
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiviz.errors import UserError
from optiviz.problems import load
from optiviz.problems.data import cifar, datasets
from optiviz.problems.data.idx import parse_idx

TRAIN_X, TRAIN_Y, TEST_X, TEST_Y = datasets.IDX_SHAPES


def idx(array: np.ndarray) -> bytes:
    sizes = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """A copy of the four files, which a test may spoil."""
    for file in datasets.BUNDLED.glob("*.gz"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a Fashion-MNIST of a few images, not compressed."""
    rng = np.random.default_rng(0)
    for name, (n, *rest) in datasets.IDX_SHAPES.items():
        shape = (n // 5000, *rest)
        monkeypatch.setitem(datasets.IDX_SHAPES, name, shape)
        array = rng.integers(0, 256 if rest else 10, shape)
        (tmp_path / name).write_bytes(idx(array))
    return tmp_path


# --- MNIST ---


def test_mnist_is_whole() -> None:
    data = load("mnist")
    assert data.x_train.shape == (60_000, 784)
    assert data.x_test.shape == (10_000, 784)
    assert data.x_train.dtype == np.float32
    assert (data.x_train.min(), data.x_train.max()) == (0, 1)
    assert data.y_train[:6].tolist() == [5, 0, 4, 1, 9, 2]
    assert np.bincount(data.y_test).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert (datasets.BUNDLED / "LICENSE").read_text(encoding="utf-8").count("Share Alike 3.0") == 1
    with pytest.raises(AttributeError):
        data.name = "other"  # type: ignore[misc]


def test_a_directory_may_hold_either_form(mnist: Path) -> None:
    packed = mnist / f"{TEST_Y}.gz"
    (mnist / TEST_Y).write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert load("mnist", mnist).checksum == load().checksum


def unpack(path: Path) -> bytearray:
    return bytearray(gzip.decompress(path.read_bytes()))


def spoil(directory: Path, name: str, kind: str) -> None:
    """Damage one of the files in one of the ways that files are damaged."""
    path = directory / f"{name}.gz"
    raw = unpack(path)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-1000])
    elif kind == "noise":
        packed = bytearray(path.read_bytes())
        packed[len(packed) // 2] ^= 0xFF
        path.write_bytes(packed)
    elif kind == "pixel":
        raw[-5] ^= 1
        path.write_bytes(gzip.compress(raw, 1))
    elif kind == "short":
        path.write_bytes(gzip.compress(raw[:-1], 1))
    elif kind == "long":
        path.write_bytes(gzip.compress(raw + b"\0", 1))
    elif kind == "magic":
        path.write_bytes(gzip.compress(b"\x89PNG" + raw[4:], 1))
    elif kind == "empty":
        path.write_bytes(b"")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("cut", "truncated or corrupt"),
        ("noise", "truncated or corrupt"),
        ("pixel", "corrupt or another file: its SHA256 is"),
        ("short", "truncated or too long: 10007 bytes, not 10008"),
        ("long", "truncated or too long: 10009 bytes, not 10008"),
        ("magic", "not an IDX file of bytes: it starts with 89 50 4e 47"),
        ("empty", "not an IDX file"),
    ],
)
def test_a_damaged_file_is_named(mnist: Path, kind: str, message: str) -> None:
    spoil(mnist, TEST_Y, kind)
    with pytest.raises(UserError, match=f"{TEST_Y}.*{message}"):
        load("mnist", mnist)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (TRAIN_X, TRAIN_Y, "train-images.* holds labels where images belong; are two files"),
        (TRAIN_X, TEST_X, r"train-images.* has shape \(10000, 28, 28\) where .*; are two files"),
        (TRAIN_Y, TEST_Y, r"train-labels.* has shape \(10000,\) where .*; are two files"),
        (TEST_X, TEST_Y, "t10k-images.* holds labels where images belong"),
    ],
)
def test_swapped_files_are_named(mnist: Path, one: str, other: str, message: str) -> None:
    paths = mnist / f"{one}.gz", mnist / f"{other}.gz"
    contents = [path.read_bytes() for path in paths]
    for path, packed in zip(paths, reversed(contents), strict=True):
        path.write_bytes(packed)
    with pytest.raises(UserError, match=message):
        load("mnist", mnist)


def test_missing_files_are_named(mnist: Path) -> None:
    (mnist / f"{TEST_X}.gz").unlink()
    (mnist / f"{TRAIN_Y}.gz").unlink()
    with pytest.raises(UserError, match=f"lacks {TRAIN_Y}, {TEST_X} "):
        load("mnist", mnist)
    with pytest.raises(UserError, match=r"directory .*nowhere does not exist"):
        load("mnist", mnist / "nowhere")


def test_a_wrong_name_lists_the_choices() -> None:
    with pytest.raises(UserError, match=r"Did you mean 'mnist'\? .* mnist, fashion-mnist, cifar10"):
        load("mnits")


@given(st.binary(max_size=64) | st.binary(max_size=5).map(lambda end: idx(np.zeros(4))[:8] + end))
def test_any_bytes_are_an_array_or_a_user_error(raw: bytes) -> None:
    try:
        array = parse_idx(raw, Path("labels"), (4,))
    except UserError:
        return
    assert raw == idx(array)


@given(st.integers(0, 23), st.integers(0, 255), st.integers(0, 24))
def test_a_spoilt_header_or_length_is_refused(where: int, value: int, length: int) -> None:
    good = idx(np.arange(12).reshape(3, 2, 2))
    raw = bytearray(good)
    raw[where] = value
    raw = raw[: len(raw) - length]
    if raw[:16] != good[:16] or len(raw) != len(good):
        with pytest.raises(UserError):
            parse_idx(bytes(raw), Path("images"), (3, 2, 2))


# --- Fashion-MNIST ---


def test_fashion_mnist_from_a_directory(small: Path) -> None:
    data = load("fashion-mnist", small)
    assert data.x_train.shape == (12, 784)
    assert data.y_test.shape == (2,)
    assert data.classes[9] == "Ankle boot"


@pytest.mark.parametrize("name", datasets.IDX_SHAPES)
def test_other_images_or_classes_have_another_checksum(small: Path, name: str) -> None:
    before = load("fashion-mnist", small).checksum
    assert load("fashion-mnist", small).checksum == before
    raw = bytearray((small / name).read_bytes())
    raw[-1] ^= 1
    (small / name).write_bytes(raw)
    assert load("fashion-mnist", small).checksum != before


def test_mnist_is_not_taken_for_fashion(mnist: Path) -> None:
    with pytest.raises(UserError, match="holds MNIST, not Fashion-MNIST"):
        load("fashion-mnist", mnist)


def test_a_class_out_of_range_is_refused(small: Path) -> None:
    (small / TEST_Y).write_bytes(idx(np.array([3, 10])))
    with pytest.raises(UserError, match=f"{TEST_Y} is corrupt: its classes go up to 10"):
        load("fashion-mnist", small)


@pytest.mark.parametrize("name", ["fashion-mnist", "cifar10"])
def test_without_the_extra_its_command_is_printed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(UserError, match=r'pip install .*"pooch>=.*'):
        load(name)


@pytest.mark.parametrize("name", ["fashion-mnist", "cifar10"])
def test_without_a_network_the_files_are_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pooch = pytest.importorskip("pooch")

    def no_network(*_: object, **__: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(pooch, "retrieve", no_network)
    monkeypatch.setattr(pooch, "os_cache", lambda _: tmp_path)
    file = cifar.ARCHIVE if name == "cifar10" else f"{TRAIN_X}.gz"
    with pytest.raises(UserError, match=f"Cannot fetch {name} .*{file}.*{tmp_path}"):
        load(name)


def test_what_is_fetched_has_a_known_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pooch = pytest.importorskip("pooch")
    asked = {}

    def retrieve(url: str, known_hash: str, fname: str, path: Path, **_: object) -> None:
        asked[fname] = known_hash

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    monkeypatch.setattr(pooch, "os_cache", lambda _: tmp_path)
    for name in ("fashion-mnist", "cifar10"):
        (tmp_path / name).mkdir()
        with pytest.raises(UserError, match="lacks"):
            load(name)
    assert len(asked) == 5
    assert all(len(known.removeprefix("md5:")) == 32 for known in asked.values())


# --- CIFAR-10 ---


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[np.ndarray, list[int]]]:
    monkeypatch.setattr(cifar, "PER_BATCH", 3)
    rng = np.random.default_rng(0)
    pixels = (3, cifar.PIXELS)
    return {
        name: (rng.integers(0, 256, pixels).astype(np.uint8), rng.integers(0, 10, 3).tolist())
        for name in cifar.NAMES
    }


def pickled(x: np.ndarray, y: list[int]) -> bytes:
    return pickle.dumps({b"data": x, b"labels": y, b"batch_label": b"one of 5"}, protocol=3)


def binary(x: np.ndarray, y: list[int]) -> bytes:
    return np.column_stack([np.array(y, np.uint8), x]).tobytes()


@pytest.mark.parametrize("ending", ["", ".gz", ".bin", ".bin.gz"])
@pytest.mark.parametrize("folder", ["", "cifar-10-batches-py"])
def test_cifar_from_a_directory(tmp_path: Path, batches: dict, ending: str, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    write = binary if "bin" in ending else pickled
    for name, batch in batches.items():
        raw = write(*batch)
        packed = gzip.compress(raw) if ending.endswith("gz") else raw
        (tmp_path / folder / f"{name}{ending}").write_bytes(packed)
    data = load("cifar10", tmp_path)
    x = np.concatenate([batches[name][0] for name in cifar.PARTS])
    np.testing.assert_array_equal(data.x_train, x / np.float32(255))
    assert data.y_test.tolist() == batches["test_batch"][1]
    assert data.classes[0] == "airplane"


def by_python_2(x: np.ndarray, y: list[int]) -> bytes:
    """A batch in the words of the published files, whose text is bytes and whose names are old."""
    dtype = b"cnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb"
    shape = b"(I%d\nI%d\nt" % x.shape
    raw = x.tobytes(order="F")
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n"
    array += shape + dtype + b"I01\nT" + len(raw).to_bytes(4, "little") + raw + b"tb"
    labels = b"(l" + b"".join(b"I%d\na" % label for label in y)
    return b"(dS'data'\n" + array + b"sS'labels'\n" + labels + b"s."


def test_cifar_as_python_2_wrote_it(tmp_path: Path, batches: dict) -> None:
    for name, batch in batches.items():
        (tmp_path / name).write_bytes(by_python_2(*batch))
    data = load("cifar10", tmp_path)
    np.testing.assert_array_equal(data.x_test, batches["test_batch"][0] / np.float32(255))
    assert data.y_test.tolist() == batches["test_batch"][1]


WORDS_OF_PYTHON_3 = {
    "names as text": lambda x, y: {"data": x, "labels": y, "filenames": ["ä.png"]},
    "labels as an array": lambda x, y: {b"data": x, b"labels": np.array(y)},
    "labels the other way round": lambda x, y: {"data": x, "labels": np.array(y, ">i4")},
    "labels as NumPy's numbers": lambda x, y: {"data": x, "labels": list(np.array(y, "u2"))},
    "columns first": lambda x, y: {"data": np.asfortranarray(x), "labels": y},
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("words", WORDS_OF_PYTHON_3)
def test_cifar_as_python_3_writes_it(
    tmp_path: Path, batches: dict, words: str, protocol: int
) -> None:
    for name, batch in batches.items():
        facts = WORDS_OF_PYTHON_3[words](*batch)
        (tmp_path / name).write_bytes(pickle.dumps(facts, protocol=protocol))
    data = load("cifar10", tmp_path)
    np.testing.assert_array_equal(data.x_test, batches["test_batch"][0] / np.float32(255))
    assert data.y_test.tolist() == batches["test_batch"][1]


def test_cifar_from_its_archive(
    tmp_path: Path, batches: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / cifar.ARCHIVE
    with tarfile.open(path, "w:gz") as archive:
        for name, batch in batches.items():
            raw = pickled(*batch)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    with pytest.raises(UserError, match="corrupt or another file: its MD5 is"):
        load("cifar10", tmp_path)
    monkeypatch.setattr(cifar, "check", lambda *_: None)
    assert load("cifar10", tmp_path).y_test.tolist() == batches["test_batch"][1]


class Evil:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("evil-was-here"),)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (pickle.dumps(Evil()), "which no batch needs"),
        (b"cos\nsystem\n(S'true'\ntR.", "it names os.system, which no batch needs"),
        (b"cnumpy.testing\ndtype\n.", "corrupt"),
        (pickle.dumps({b"data": np.zeros((3, 3072)), b"labels": [1, 2, 3]}), "not u1"),
        (pickle.dumps({b"data": np.zeros((3, 5), np.uint8), b"labels": [1, 2, 3]}), "not a batch"),
        (pickle.dumps({b"data": 1}), "corrupt"),
        (b"c_codecs\nencode\n}(V__doc__\nV\nub.", "corrupt"),
        (b"c_codecs\ndecode\n.", "it names _codecs.decode, which no batch needs"),
        (b"]" * 100_000 + b"a" * 99_999 + b".", "corrupt"),
        (pickle.dumps([1]), "corrupt"),
        (b"", "corrupt"),
        (b"garbage", "corrupt"),
    ],
)
def test_a_pickle_that_wants_more_is_refused(
    tmp_path: Path, batches: dict, raw: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, batch in batches.items():
        (tmp_path / name).write_bytes(pickled(*batch))
    (tmp_path / "data_batch_2").write_bytes(raw)
    with pytest.raises(UserError, match=f"data_batch_2 in .*{message}"):
        load("cifar10", tmp_path)
    assert not Path("evil-was-here").exists()


def test_labels_out_of_range_are_refused(tmp_path: Path, batches: dict) -> None:
    for name, (x, y) in batches.items():
        (tmp_path / name).write_bytes(pickled(x, [*y[:2], 10 if name == "test_batch" else 1]))
    with pytest.raises(UserError, match=r"test_batch in .* a class is not from 0 to 9"):
        load("cifar10", tmp_path)


def test_missing_batches_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lacks CIFAR-10: put cifar-10-python.tar.gz there"):
        load("cifar10", tmp_path)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("mnist", {0: "0", 9: "9"}),
        (
            "fashion-mnist",
            {0: "T-shirt/top", 5: "Sandal", 6: "Shirt", 7: "Sneaker", 9: "Ankle boot"},
        ),
        ("cifar10", {0: "airplane", 3: "cat", 5: "dog", 9: "truck"}),
    ],
)
def test_classes_have_the_names_of_their_publishers(name: str, known: dict[int, str]) -> None:
    classes = datasets.DATASETS[name].classes
    assert len(classes) == 10
    assert {number: classes[number] for number in known} == known


@pytest.mark.slow
def test_a_file_that_unpacks_without_end_is_refused_early(mnist: Path) -> None:
    path = mnist / "t10k-labels-idx1-ubyte.gz"
    raw = gzip.decompress(path.read_bytes())
    with gzip.open(path, "wb") as file:
        file.write(raw)
        for _ in range(1 << 5):
            file.write(bytes(1 << 24))
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="is truncated or too long: 10009 bytes, not 10008"):
            load("mnist", mnist)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()
