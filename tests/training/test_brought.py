"""Weights that somebody brings: every layout that is read, no code that is run, and the plane."""

from __future__ import annotations

import json
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optiviz.errors import UserError
from optiviz.problems import MLP
from optiviz.problems.network.slice import Slice
from optiviz.training.brought import joined, read
from optiviz.training.through import through

SIZES = (6, 5, 4, 3)
RNG = np.random.default_rng(3)
X = RNG.standard_normal((200, 6)).astype(np.float32)
Y = np.argmax(X[:, :3], axis=1)
NET = MLP(X, Y, SIZES, biases=True, compiled=False)
W = NET.start(0) + RNG.standard_normal(NET.size).astype(np.float32) / 10
LAYERS = NET.layers(W)


def state(turned: bool, names: list[str], biases: bool = True) -> dict[str, np.ndarray]:
    """A state dictionary of the weights W."""
    found = {}
    for name, layer in zip(names, LAYERS, strict=True):
        found[f"{name}.weight"] = layer.weights.T if turned else layer.weights
        if biases:
            found[f"{name}.bias"] = layer.biases
    return found


def same(found: Any, biases: bool = True) -> None:
    want = W.copy()
    if not biases:
        for layer in NET.layers(want):
            layer.biases[:] = 0
    assert found.sizes == SIZES
    np.testing.assert_array_equal(found.flat(NET), want)


# --- what is read ---


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("names", [["0", "2", "4"], ["fc1", "fc2", "fc10"]])
def test_state_dictionaries_in_npz(
    tmp_path: Path, names: list[str], turned: bool, biases: bool
) -> None:
    arrays = state(turned, names, biases)
    for order in (list(arrays), list(reversed(arrays))):
        np.savez(tmp_path / "a.npz", **{k: arrays[k] for k in order})
        found = read(tmp_path / "a.npz", 6, 3)
        same(found, biases)
        assert (found.turned, found.name, found.biases) == (turned, "a", biases)


def test_what_fits_both_ways_is_as_its_names_say(tmp_path: Path) -> None:
    square = RNG.standard_normal((3, 3)).astype(np.float32)
    for name, want in (("fc.weight", square.T), ("w1", square)):
        np.savez(tmp_path / "a.npz", **{name: square})
        found = read(tmp_path / "a.npz", 3, 3)
        np.testing.assert_array_equal(found.layers[0][0], want)


def test_ours(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "weights.npz"
    np.savez(path, w=W, sizes=SIZES, biases=True, activation="tanh")
    found = read(path, 6, 3)
    same(found)
    assert (found.name, found.activation, found.turned) == ("run", "tanh", False)
    np.savez(path, w=W, sizes=SIZES, biases=True)  # as it was before there were others
    assert joined([read(path, 6, 3)], None)["activation"] == "relu"


def test_files_of_pytorch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    tensors = {k: torch.tensor(v) for k, v in state(True, ["0", "2", "4"]).items()}
    for kept in (tensors, {"epoch": 3, "state_dict": tensors}, {"model_state_dict": tensors}):
        torch.save(kept, tmp_path / "a.pt")
        found = read(tmp_path / "a.pt", 6, 3)
        same(found)
        assert found.turned
    model = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    torch.save(model.state_dict(), tmp_path / "b.pth")
    found = read(tmp_path / "b.pth", 6, 3)
    net = MLP(X, Y, found.sizes, biases=True, compiled=False)
    with torch.no_grad():
        theirs = torch.softmax(model(torch.tensor(X)), 1).numpy()
    assert net.probabilities(found.flat(net)) == pytest.approx(theirs, abs=1e-6)


# --- what is not ---


class Harm:
    """What a file might hold: to read it is to run it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("harmed"),)


def test_no_file_runs_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("a.npz", x=np.array([Harm()], dtype=object))
    Path("b.pt").write_bytes(pickle.dumps(Harm()))
    files = ["a.npz", "b.pt"]
    try:
        import torch  # noqa: PLC0415
    except ImportError:
        pass
    else:
        torch.save({"0.weight": Harm()}, "c.pt")
        files.append("c.pt")
    for name in files:
        with pytest.raises(UserError):
            read(Path(name), 6, 3)
    assert not Path("harmed").exists()


@pytest.mark.parametrize("version", ["2.5.1", "1.13.0+cpu", "2.2"])
def test_an_older_pytorch_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    torch = pytest.importorskip("torch")
    torch.save({}, tmp_path / "a.pt")
    monkeypatch.setattr(torch, "__version__", version)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was read"))
    says = f"is read with PyTorch 2.6 or newer, here is {version}: older ones could be made to run"
    with pytest.raises(UserError, match=re.escape(says)):
        read(tmp_path / "a.pt", 6, 3)


def test_tensors_that_are_none_such(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    for one, says in (
        (torch.zeros(1).expand(10**6, 10**6), "numbers, at most"),
        (torch.zeros(3, 6).to_sparse(), "is no plain tensor"),
        (torch.zeros(3, 6, device="meta"), "is no plain tensor"),
        (torch.zeros(3, 6, dtype=torch.int64), "is no plain tensor"),
        (3.0, "is no plain tensor"),
        (torch.zeros(3, 3, 3, 3), "fully connected layers have none such"),
    ):
        torch.save({"0.weight": one}, tmp_path / "a.pt")
        with pytest.raises(UserError, match=says):
            read(tmp_path / "a.pt", 6, 3)
    torch.save([torch.zeros(3, 6)], tmp_path / "a.pt")
    with pytest.raises(UserError, match="holds no state dictionary"):
        read(tmp_path / "a.pt", 6, 3)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, "its arrays do not follow one another: there are none"),
        ({"a": np.zeros((6, 5)), "b": np.zeros((4, 3))}, "do not follow one another: a (6, 5), b"),
        ({"a": np.zeros(3)}, "do not follow one another"),
        ({"a": np.zeros((6, 3)), "b": np.zeros(4)}, "do not follow one another"),
        ({"a": np.zeros((6, 3), int)}, "a is int64 of shape (6, 3), and fully connected"),
        ({"a": np.full((6, 3), np.nan)}, "it holds NaN or infinity"),
        ({"w": W, "sizes": [6, 5], "biases": True}, "weights are not those of layers (6, 5)"),
        ({"w": W, "sizes": 6, "biases": True}, "are not those that optiviz writes"),
        ({"w": np.zeros(6), "sizes": [3, 2], "biases": False}, "it is for 3 inputs and 2 classes"),
    ],
)
def test_arrays_that_are_no_network(tmp_path: Path, arrays: dict, says: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(UserError, match=re.escape(says)) as found:
        read(tmp_path / "a.npz", 6, 3)
    assert "\n" not in str(found.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_text("no archive")
    for name, says in {"a.npz": "Cannot read", "b.npz": "No such file", "a.txt": "ends in"}.items():
        with pytest.raises(UserError, match=says):
            read(tmp_path / name, 6, 3)
    with zipfile.ZipFile(tmp_path / "c.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.npy", bytes((1 << 28) + 1))
    with pytest.raises(UserError, match="at most"):
        read(tmp_path / "c.npz", 6, 3)


# --- the plane ---


def test_the_plane_goes_through_two_and_three() -> None:
    points = [NET.start(seed) for seed in range(3)]
    for n in (1, 2, 3):
        span, bounds = through(NET, points[:n], "abc")
        plane = Slice(NET, span, bounds)
        for w, at in zip(points[:n], span.project(np.array(points[:n], float)), strict=True):
            assert plane.value(at) == pytest.approx(NET.value(w), rel=1e-5)
            assert all(low < c < high for c, (low, high) in zip(at, bounds, strict=True))
    two = through(NET, points[:2], "ab")[0]
    assert two.project(np.array(points[:2], float)) == pytest.approx(
        np.array([[0, 0], [1, 0]]), abs=1e-6
    )
    assert two.basis[0] @ two.basis[1] == pytest.approx(0, abs=1e-6)
    assert two.names == ("from a (0) to b (1)", "a random direction across")


def test_points_that_span_none() -> None:
    a, b = NET.start(0), NET.start(1)
    with pytest.raises(UserError, match="a and b hold the same weights"):
        through(NET, [a, a.copy()], "ab")
    with pytest.raises(UserError, match="lie on one line: leave out those between"):
        through(NET, [a, b, (a + b) / 2], "abc")


# --- the command ---


def test_the_command(tmp_path: Path, optiviz: Callable) -> None:
    np.savez(tmp_path / "mine.npz", x=X, y=Y)
    np.savez(tmp_path / "a.npz", **state(True, ["0", "2", "4"]))
    for seed in (1, 2):
        (tmp_path / f"r{seed}").mkdir()
        w = NET.start(seed)
        np.savez(tmp_path / f"r{seed}" / "weights.npz", w=w, sizes=SIZES, biases=True)
    base = "landscape --dataset mine.npz --size 320x240"
    done = optiviz(f"{base} --json --weights a.npz r1/weights.npz r2/weights.npz --out a.svg")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert [row["name"] for row in facts["weights"]] == ["a", "r1", "r2"]
    assert facts["weights"][0]["turned"]
    drawn = (tmp_path / "a.svg").read_text()
    assert "a, r1, r2 on a slice of mine's loss" in drawn
    assert all(len(re.findall(rf"\b{name}\b", drawn)) > 1 for name in ("r1", "r2"))
    done = optiviz(f"{base} --weights a.npz")
    assert done.returncode == 0, done.stderr
    assert "its matrices are (outputs, inputs), as PyTorch's, and were turned" in done.stdout
    assert (tmp_path / "landscape.png").is_file()
    (tmp_path / "landscape.png").unlink()
    np.savez(tmp_path / "small.npz", a=np.zeros((6, 3)))
    for words, says in {
        "--weights a.npz small.npz": "a has layers 6,5,4,3 and small 6,3: a plane goes through",
        "--weights a.npz a.npz": "a 1 and a 2 hold the same weights.",
        "--weights a.npz --updates 3": "--weights trains nothing: leave out --updates.",
        "a.npz": "a.npz: name files of weights after --weights.",
        "--weights a.npz r1/weights.npz --range 2": "--range is for one file",
        "--weights a.npz --range 0": "range must be from",
        "--weights a.npz --images 999": "images must be from 1 to 160, got 999.",
        "--weights a.npz --out a.gif": "the ending must be",
        "--weights a.npz --seed=-1": "seed must be at least 0",
        "--weights a.npz --activation rlu": "Unknown activation 'rlu'",
    }.items():
        refused = optiviz(f"{base} {words}")
        assert refused.returncode == 2, words
        assert says in refused.stderr
        assert not (tmp_path / "landscape.png").exists()
