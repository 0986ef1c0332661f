"""Whether the parts of a record fit each other, for one that comes from a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

KINDS: dict[str, type] = {"optimizer": str, "settings": dict, "problem": str, "seed": int}
NEEDED = {"w", "loss", "grad", "diverged_at", "hyper.lr"}
Shape = tuple[int | EllipsisType | None, ...]  # None is any size, an ellipsis any number of axes


def check(facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Refuse parts that no run leaves behind together.

    Args:
        facts, arrays: by the names that they have in a file.

    Raises:
        ValueError: in half a sentence.
    """
    for name, kind in KINDS.items():
        if type(facts.get(name)) is not kind:
            raise ValueError(f"{name} is {facts.get(name)!r}")
    if missing := NEEDED - set(arrays):
        raise ValueError(f"{', '.join(sorted(missing))} is missing")
    if ("batch" in arrays) != ("batch_loss" in arrays):
        raise ValueError("it has batches without their losses, or losses without their batches")
    w, diverged = arrays["w"], arrays["diverged_at"]
    if w.ndim < 2 or not len(w):
        raise ValueError(f"w is of shape {w.shape}")
    for name, array in arrays.items():
        kinds, shape = _expected(name, w.shape)
        if array.dtype.kind not in kinds or not _fits(array.shape, shape):
            raise ValueError(f"{name} is of shape {array.shape} and type {array.dtype}")
    if diverged.min(initial=-1) < -1 or diverged.max(initial=-1) > len(w):
        raise ValueError("it diverged at a step that it has not")


def _expected(name: str, points: tuple[int, ...]) -> tuple[str, Shape]:
    """The kinds of numbers in an array of that name, and its shape, from that of the points."""
    if name in ("w", "grad") or name.startswith("slots."):
        return "f", points
    if name.startswith("hyper."):
        return "fiu", (points[0] - 1, ...)
    known: dict[str, tuple[str, Shape]] = {
        "loss": ("f", points[:-1]),
        "batch_loss": ("f", points[:-1]),
        "batch": ("i", (points[0], None)),
        "diverged_at": ("i", points[1:-1]),
    }
    if name not in known:
        raise ValueError(f"it holds {name!r}, which no run does")
    return known[name]


def _fits(found: tuple[int, ...], wanted: Shape) -> bool:
    if wanted[-1:] == (...,):
        wanted = wanted[:-1]
        found = found[: len(wanted)]
    pairs = zip(found, wanted, strict=False)
    return len(found) == len(wanted) and all(one in (None, size) for size, one in pairs)
