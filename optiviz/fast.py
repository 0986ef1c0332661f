"""The optional compiler (the extra `fast`): whether to use it, and how.

A compiled kernel repeats in one sweep what the NumPy code beside it says, and the tests hold the
two together. Kernels run on one thread: those of OpenMP wait by spinning, which on a machine that
has other work stalls an update of 50 µs for milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

from optiviz.errors import needs_extra

F = TypeVar("F", bound=Callable[..., Any])


def wanted(asked: bool | None = None) -> bool:
    """Whether to use compiled kernels: as asked, or wherever they can be had (None).

    Raises:
        UserError: they were asked for, but the extra is missing.
    """
    present = find_spec("numba") is not None
    if asked and not present:
        raise needs_extra("Compiled kernels", "fast")
    return present if asked is None else asked


def compiler(*fastmath: str) -> Callable[[F], F]:
    """A decorator that compiles a function on its first call and keeps the result on the disk.

    Args:
        fastmath: the liberties that arithmetic may take, by LLVM's names; none by default.
    """
    import numba  # noqa: PLC0415  # an extra, and slow to import

    njit: Any = numba.njit
    made: Callable[[F], F] = njit(
        cache=True, nogil=True, error_model="numpy", fastmath=set(fastmath)
    )
    return made
