"""Keras's rules, on PyTorch or JAX."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError, pip
from optiviz.optim.base import Array, Look
from optiviz.optim.foreign.engine import Engine, classes_of


class Keras(Engine):
    """Keras on PyTorch or JAX: a variable of its own, copied back after every step."""

    title, extra, packages = "Keras", "keras", ("keras",)
    slots: ClassVar[Mapping[str, str]] = {
        "momentum": "moment1",
        "average_gradient": "moment1",
        "velocity": "moment2",
        "velocity_hat": "moment2_max",
        "accumulated_grad": "moment2",
        "accumulated_delta_var": "step_moment2",
        "accumulator": "accumulator",
    }

    def __init__(self, make: Any, options: Mapping[str, Any], w: Array, lr: float) -> None:
        keras = _keras()
        self.keras, self.w = keras, w
        self.rule = make(learning_rate=lr, **options)
        if make.__name__ in ("SGD", "RMSprop"):  # what the others call momentum is a mean
            self.slots = {**self.slots, "momentum": "velocity"}  # type: ignore[misc]
        self.variable = keras.Variable(w.copy(), dtype=str(w.dtype), name="w")
        self.rule.build([self.variable])

    def step(self, g: Array, lr: float, look: Look) -> None:
        self.rule.learning_rate = lr
        self.variable.assign(self.w.copy())
        gradient = self.keras.ops.convert_to_tensor(g.copy(), dtype=str(g.dtype))
        self.rule.apply([gradient], [self.variable])
        self.w[...] = self._numpy(self.variable)

    def _numpy(self, variable: Any) -> Array:
        return np.asarray(self.keras.ops.convert_to_numpy(variable))

    def _variables(self) -> list[Any]:
        return [v for v in self.rule.variables if v is not self.rule._learning_rate]

    def arrays(self) -> dict[str, Array]:
        named: dict[str, Array] = {}
        for variable in self._variables():
            array = self._numpy(variable).astype(variable.dtype, copy=False)
            name = re.sub(r"^w_|_\d+$", "", variable.name)  # the number is of the process
            named[self.named(name, array, named)] = array
        return named

    def load(self, arrays: Mapping[str, Array]) -> None:
        for name, variable in zip(self.arrays(), self._variables(), strict=True):
            variable.assign(np.array(arrays[name]))

    @classmethod
    def require(cls) -> None:
        super().require()
        if not (find_spec("torch") or find_spec("jax")):
            raise UserError(f"Keras needs PyTorch or JAX beside it: {pip()} install torch")

    @classmethod
    def computed_by(cls) -> tuple[str, ...]:
        return ("keras", _keras().backend.backend())

    @classmethod
    def choices(cls) -> dict[str, Any]:
        optimizers = _keras().optimizers
        return classes_of(optimizers, optimizers.Optimizer)


def _keras() -> Any:
    """Keras, on PyTorch where nobody chose: it keeps float64 as it is."""
    os.environ.setdefault("KERAS_BACKEND", "torch" if find_spec("torch") else "jax")
    import keras  # noqa: PLC0415  # an extra, and slow to import

    if keras.backend.backend() not in ("torch", "jax"):
        raise UserError(
            f"Keras runs on {keras.backend.backend()} here: set KERAS_BACKEND to torch or jax."
        )
    return keras
