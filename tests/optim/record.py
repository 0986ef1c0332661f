"""What other libraries' rules did, kept for where they are absent.

After adding a row to `rows_torch.py` or `rows_others.py`, run `python tests/optim/record.py` where
PyTorch, JAX, optax, `pytorch_optimizer`, `schedulefree` and `prodigyopt` are installed: it writes
`references.npz`.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import rows_others
import rows_torch
from walks import digest

REFERENCE = Path(__file__).with_name("references.npz")
ROWS = rows_torch.ROWS | rows_others.ROWS
CASES = [(row, problem) for row, one in ROWS.items() for problem in one.problems]
LIBRARIES = sorted({row.library for row in ROWS.values()} | {"jax", "numpy"})


def main() -> None:
    """Write the reference file."""
    numbers = {f"{row}/{p}": digest(ROWS[row].walk(p), p) for row, p in CASES}
    versions = np.array([f"{name} {version(name)}" for name in LIBRARIES])
    np.savez_compressed(REFERENCE, **numbers, versions=versions)


if __name__ == "__main__":
    main()
