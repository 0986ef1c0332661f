"""How each framework steps: one small engine for PyTorch, optax and Keras."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Array
from optiviz.optim.foreign.engine import Engine


class Torch(Engine):
    """PyTorch: the parameter shares the memory of `w`."""

    title, extra, packages = "PyTorch", "torch", ("torch",)
    slots: ClassVar[Mapping[str, str]] = {
        "momentum_buffer": "velocity",
        "exp_avg": "moment1",
        "grad_avg": "moment1",
        "exp_avg_sq": "moment2",
        "square_avg": "moment2",
        "max_exp_avg_sq": "moment2_max",
        "acc_delta": "step_moment2",
        "sum": "accumulator",
    }

    def __init__(self, make: Any, options: Mapping[str, Any], w: Array, lr: float) -> None:
        import torch  # noqa: PLC0415  # an extra, and slow to import

        self.torch, self.w, self._how = torch, w, (make, options)
        self.parameter = torch.nn.Parameter(torch.from_numpy(w))
        self.rule = make([self.parameter], lr=lr, **options)

    def step(self, g: Array, lr: float) -> None:
        for group in self.rule.param_groups:
            group["lr"] = lr
        self.parameter.grad = self.torch.from_numpy(g)
        self.rule.step()

    def arrays(self) -> dict[str, Array]:
        named: dict[str, Array] = {}
        for name, value in self._state().items():
            array = value.numpy() if self.torch.is_tensor(value) else np.asarray(value)
            named[self.named(name, array, named)] = array
        return named

    def _state(self) -> dict[str, Any]:
        """What the rule keeps for the parameter; None stands for nothing."""
        kept = self.rule.state[self.parameter]
        return {name: value for name, value in kept.items() if value is not None}

    def template(self) -> dict[str, Array]:
        before = super().template()
        after = Engine.template(self._tried())  # PyTorch makes its state in the first step
        return {name: before.get(name, np.zeros_like(array)) for name, array in after.items()}

    def _tried(self) -> Torch:
        """A twin after one step on no gradient."""
        twin = Torch(*self._how, np.zeros_like(self.w), lr=0.0)
        twin.step(np.zeros_like(self.w), 0.0)
        return twin

    def load(self, arrays: Mapping[str, Array]) -> None:
        twin = self._tried()
        fresh = Torch(*self._how, np.zeros_like(self.w), lr=0.0)
        numbers = [g | {"params": 0} for g in (*twin.rule.param_groups, *fresh.rule.param_groups)]
        kept = twin._state()
        simple = all(self.torch.is_tensor(v) or isinstance(v, int | float) for v in kept.values())
        if numbers[0] != numbers[1] or not simple:
            raise UserError(
                f"{self._how[0].__name__} remembers what optiviz does not save, so its run cannot "
                "be resumed."
            )
        for name, (key, value) in zip(twin.arrays(), kept.items(), strict=True):
            tensor = self.torch.from_numpy(np.array(arrays[name]))
            same = tensor if self.torch.is_tensor(value) else type(value)(tensor.item())
            self.rule.state[self.parameter][key] = same

    @classmethod
    def choices(cls) -> dict[str, Any]:
        import torch  # noqa: PLC0415

        return _classes(torch.optim, torch.optim.Optimizer)


class Optax(Engine):
    """optax: a compiled update; JAX gets copies, since it may keep a view of what it is given."""

    title, extra, packages = "optax", "optax", ("jax", "optax")
    slots: ClassVar[Mapping[str, str]] = {
        "trace": "velocity",
        "mu": "moment1",
        "nu": "moment2",
        "nu_max": "moment2_max",
        "e_g": "moment2",
        "e_x": "step_moment2",
        "sum_of_squares": "accumulator",
    }

    def __init__(self, make: Any, options: Mapping[str, Any], w: Array, lr: float) -> None:
        import jax  # noqa: PLC0415  # an extra, and slow to import

        self.jax, self.w, self._how = jax, w, (make, options)
        self._update = jax.jit(self._updated)
        with self._precision():
            self.tree = self._transformation(lr)[0].init(self._copy(w))

    def _transformation(self, lr: Any) -> tuple[Any, Any]:
        """The transformation for a rate, and what its updates are to be multiplied by."""
        make, options = self._how
        if hasattr(make, "update"):
            return make, lr
        return make(learning_rate=lr, **options), 1.0

    def _updated(self, lr: Any, g: Any, tree: Any, w: Any) -> tuple[Any, Any]:
        rule, factor = self._transformation(lr)
        updates, tree = rule.update(g, tree, w)
        return factor * updates, tree

    def _precision(self) -> Any:
        return self.jax.enable_x64(self.w.dtype == np.float64)

    def _copy(self, array: Array) -> Any:
        """A JAX array of its own; the NumPy copy is never written to again."""
        return self.jax.numpy.asarray(np.array(array))

    def step(self, g: Array, lr: float) -> None:
        with self._precision():
            updates, self.tree = self._update(lr, self._copy(g), self.tree, self._copy(self.w))
            self.w += np.asarray(updates)

    def arrays(self) -> dict[str, Array]:
        named: dict[str, Array] = {}
        with self._precision():
            for path, leaf in self.jax.tree_util.tree_flatten_with_path(self.tree)[0]:
                keys = [key.name for key in path if hasattr(key, "name")]
                array = np.asarray(self.jax.random.key_data(leaf) if self._random(leaf) else leaf)
                named[self.named(keys[-1] if keys else "state", array, named)] = array
        return named

    def _random(self, leaf: Any) -> bool:
        """Whether a leaf is the key of a random generator, which is no number to NumPy."""
        return bool(self.jax.numpy.issubdtype(leaf.dtype, self.jax.dtypes.prng_key))

    def load(self, arrays: Mapping[str, Array]) -> None:
        with self._precision():
            leaves, shape = self.jax.tree_util.tree_flatten(self.tree)
            loaded = [self._copy(arrays[name]) for name in self.arrays()]
            wrap = self.jax.random.wrap_key_data
            pairs = zip(leaves, loaded, strict=True)
            leaves = [wrap(new) if self._random(old) else new for old, new in pairs]
            self.tree = self.jax.tree_util.tree_unflatten(shape, leaves)

    @classmethod
    def choices(cls) -> dict[str, Any]:
        import optax  # noqa: PLC0415

        found = {}
        for name in dir(optax):
            if name.startswith(("_", "scale_by_")):
                continue
            make = getattr(optax, name)
            made = inspect.isfunction(make) or isinstance(make, partial)
            if made and "learning_rate" in inspect.signature(make).parameters:
                found[name] = make
        return found


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

    def step(self, g: Array, lr: float) -> None:
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
            raise UserError("Keras needs PyTorch or JAX beside it: pip install torch")

    @classmethod
    def choices(cls) -> dict[str, Any]:
        optimizers = _keras().optimizers
        return _classes(optimizers, optimizers.Optimizer)


def _keras() -> Any:
    """Keras, on PyTorch where nobody chose: it keeps float64 as it is."""
    os.environ.setdefault("KERAS_BACKEND", "torch" if find_spec("torch") else "jax")
    import keras  # noqa: PLC0415  # an extra, and slow to import

    if keras.backend.backend() not in ("torch", "jax"):
        raise UserError(
            f"Keras runs on {keras.backend.backend()} here: set KERAS_BACKEND to torch or jax."
        )
    return keras


def _classes(home: Any, base: type) -> dict[str, Any]:
    """The classes below `base` that a module offers."""
    every = {name: getattr(home, name) for name in dir(home)}
    kinds = {name: kind for name, kind in every.items() if isinstance(kind, type)}
    return {n: kind for n, kind in kinds.items() if issubclass(kind, base) and kind is not base}


ENGINES: dict[str, type[Engine]] = {"torch": Torch, "optax": Optax, "keras": Keras}
