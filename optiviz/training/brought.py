"""Checkpoints that somebody brings: read without running code, and a plane through them.

| file | what it holds |
| ---- | ------------- |
| .npz | what `optiviz train` writes; or arrays named like fc1.weight and fc1.bias, or 0.weight |
| .pt, | a state dictionary of such names, alone or under `state_dict` or `model_state_dict`; only |
| .pth | tensors are read, by `torch.load(weights_only=True)` |

A matrix per layer, in the file's order; each may have its vector of biases behind it. Whether a
matrix is (inputs, outputs) or, as in PyTorch, (outputs, inputs), is seen from how they fit.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.errors import UserError, needs_extra
from optiviz.problems import MLP
from optiviz.problems.base import Array
from optiviz.problems.network.layers import count, layers_of
from optiviz.unpack import arrays_of

MOST = 1 << 28  # bytes of a file's numbers
SAFE = (2, 6)  # versions of PyTorch before could be made to run code (CVE-2025-32434)
INSIDE = ("state_dict", "model_state_dict", "model")


@dataclass(frozen=True, eq=False)
class Brought:
    """The weights of a file.

    Attributes:
        name: of the file, or of its folder where all files are called weights.npz.
        layers: of each its matrix `(inputs, outputs)` and its biases, None if it has none.
        activation: what the file says of it, if it does.
        turned: whether its matrices were (outputs, inputs).
    """

    name: str
    layers: tuple[tuple[Array, Array | None], ...]
    activation: str | None
    turned: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths of all layers."""
        first = self.layers[0][0].shape[0]
        return (first, *(matrix.shape[1] for matrix, _ in self.layers))

    @property
    def biases(self) -> bool:
        """Whether any layer has biases."""
        return any(bias is not None for _, bias in self.layers)

    def flat(self, network: MLP) -> Array:
        """All weights as the network has them, `(P,)`; biases that a layer lacks are 0."""
        w = np.zeros(network.size, network.dtype)
        for (matrix, bias), to in zip(self.layers, network.layers(w), strict=True):
            to.weights[:] = matrix
            if bias is not None and to.biases is not None:
                to.biases[:] = bias
        return w


def read(path: Path, inputs: int, classes: int) -> Brought:
    """The weights in a file, for data with so many inputs and classes.

    Raises:
        UserError: it cannot be read, does not fit the data, or is for another kind of network.
    """
    kind = path.suffix.lower()
    if kind not in (".npz", ".pt", ".pth"):
        raise UserError(f"{path} must be a file of weights that ends in .npz, .pt or .pth.")
    arrays = _npz(path) if kind == ".npz" else _torch(path)
    name = path.parent.name if path.name == "weights.npz" and path.parent.name else path.stem
    try:
        if {"w", "sizes", "biases"} <= arrays.keys():
            layers, activation, turned = *_ours(arrays), False
        else:
            layers, turned = _dictionary(arrays, inputs, classes, kind != ".npz")
            activation = None
        found = Brought(name, layers, activation, turned)
        ends = found.sizes[0], found.sizes[-1]
        if ends != (inputs, classes):
            raise UserError(f"it is for {ends[0]} inputs and {ends[1]} classes")
        if not all(np.isfinite(part).all() for pair in layers for part in pair if part is not None):
            raise UserError("it holds NaN or infinity")
    except UserError as error:
        fits = f"a network of {inputs} inputs and {classes} classes"
        raise UserError(f"{path} holds no weights of {fits}: {error}.") from None
    return found


def joined(found: Sequence[Brought], activation: str | None) -> dict[str, Any]:
    """The sizes, biases and activation of the one network that all are weights of.

    Args:
        found: at least one.
        activation: the one that was asked for; None for that which the files tell, or else relu.

    Raises:
        UserError: they are of different networks.
    """
    first = found[0]
    for other in found[1:]:
        if other.sizes != first.sizes:
            one, two = (",".join(map(str, b.sizes)) for b in (first, other))
            raise UserError(
                f"{first.name} has layers {one} and {other.name} {two}: a plane goes through "
                "networks of one shape."
            )
    told = {b.activation: b.name for b in found if b.activation is not None}
    if activation is not None:
        told |= {activation: "--activation"}
    if len(told) > 1:
        kinds = " and ".join(f"{f} ({name})" for f, name in told.items())
        raise UserError(f"The weights are for different activations: {kinds}.")
    return {
        "sizes": first.sizes,
        "biases": any(b.biases for b in found),
        "activation": next(iter(told), "relu"),
    }


def _npz(path: Path) -> dict[str, Array]:
    try:
        _bounded(path)
        return arrays_of(path)
    except UserError:
        raise
    except Exception as error:  # a damaged archive may raise nearly anything
        raise _unread(path, error) from None


def _unread(path: Path, error: Exception) -> UserError:
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0].rstrip(".")
    return UserError(f"Cannot read {path}: {reason or type(error).__name__}.")


def _bounded(path: Path) -> None:
    """Refuse an archive of too many numbers, before any of them is read."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST:
        raise UserError(f"{path} holds {size} bytes, at most {MOST}.")


def _torch(path: Path) -> dict[str, Array]:
    try:
        import torch  # noqa: PLC0415  # an extra
    except ImportError:
        raise needs_extra(f"Reading {path}", "torch") from None
    version = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    if version < SAFE:
        raise UserError(
            f"{path} is read with PyTorch 2.6 or newer, here is {torch.__version__}: older ones "
            "could be made to run code by a file, even with weights_only."
        )
    try:
        _bounded(path)
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except UserError:
        raise
    except OSError as error:
        raise _unread(path, error) from None
    except Exception:  # whatever PyTorch raises, it says how to read it unsafely
        raise UserError(
            f"{path} is damaged or holds more than tensors: save model.state_dict() alone."
        ) from None
    if isinstance(found, Mapping):
        found = next((found[k] for k in INSIDE if isinstance(found.get(k), Mapping)), found)
    if not isinstance(found, Mapping):
        raise UserError(f"{path} holds no state dictionary: save model.state_dict().")
    return {str(name): _array(path, name, one, torch) for name, one in found.items()}


def _array(path: Path, name: Any, one: Any, torch: Any) -> Array:
    """A tensor as an array, if it is a plain one."""
    plain = isinstance(one, torch.Tensor) and one.layout == torch.strided
    if not (plain and one.device.type == "cpu" and one.is_floating_point()):
        raise UserError(f"{path}: {name} is no plain tensor of floating numbers.")
    if one.numel() * 4 > MOST:  # one number, expanded, may stand for any number of them
        raise UserError(f"{path}: {name} has {one.numel()} numbers, at most {MOST // 4}.")
    found: Array = one.detach().to(torch.float32).numpy()
    return found


Layers = tuple[tuple[Array, Array | None], ...]


def _ours(arrays: Mapping[str, Array]) -> tuple[Layers, str | None]:
    """What `optiviz train` wrote."""
    w, sizes = arrays["w"], arrays["sizes"]
    whole = sizes.ndim == 1 and 2 <= len(sizes) <= 101 and sizes.dtype.kind in "iu"
    if not (whole and sizes.min() >= 1 and w.ndim == 1 and w.dtype.kind == "f"):
        raise UserError("its w and sizes are not those that optiviz writes")
    widths, biases = tuple(map(int, sizes)), bool(arrays["biases"].any())
    if count(widths, biases) != len(w):
        raise UserError(f"its {len(w)} weights are not those of layers {widths}")
    activation = str(arrays["activation"])[:40] if "activation" in arrays else None
    layers = layers_of(w, widths, biases)
    return tuple((layer.weights, layer.biases) for layer in layers), activation


def _dictionary(
    arrays: Mapping[str, Array], inputs: int, classes: int, theirs: bool
) -> tuple[Layers, bool]:
    """The layers of a state dictionary, and whether its matrices had to be turned."""
    for name, array in arrays.items():
        if array.ndim not in (1, 2) or array.dtype.kind != "f" or not array.size:
            kind = f"{array.dtype} of shape {array.shape}"
            raise UserError(f"{name} is {kind}, and fully connected layers have none such")
    theirs = theirs or any(name.endswith(".weight") for name in arrays)
    for names in (list(arrays), sorted(arrays, key=_natural)):
        pairs = _pairs([arrays[name] for name in names])
        for turned in (theirs, not theirs):  # the likelier first, where both fit
            if pairs and (layers := _chain(pairs, turned, inputs, classes)):
                return layers, turned
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise UserError(f"its arrays do not follow one another: {shapes[:300] or 'there are none'}")


def _pairs(arrays: Sequence[Array]) -> list[tuple[Array, Array | None]]:
    """Matrices, each with the vector behind it; none if a vector has no matrix."""
    found: list[tuple[Array, Array | None]] = []
    for array in arrays:
        if array.ndim == 2:
            found.append((array, None))
        elif not found or found[-1][1] is not None:
            return []
        else:
            found[-1] = found[-1][0], array
    return found


def _chain(
    pairs: Sequence[tuple[Array, Array | None]], turned: bool, inputs: int, classes: int
) -> Layers | None:
    """The layers, if each takes what the one before gives."""
    layers = tuple((matrix.T if turned else matrix, bias) for matrix, bias in pairs)
    follow = all(a[0].shape[1] == b[0].shape[0] for a, b in itertools.pairwise(layers))
    ends = layers[0][0].shape[0] == inputs and layers[-1][0].shape[1] == classes
    fit = all(bias is None or len(bias) == matrix.shape[1] for matrix, bias in layers)
    return layers if follow and ends and fit else None


def _natural(name: str) -> list[Any]:
    """fc2 before fc10, and a weight before its bias."""
    word = re.sub(r"bias$", "~", name)
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", word)
    ]
