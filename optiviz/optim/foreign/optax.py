"""optax's rules, on JAX."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Array, Look
from optiviz.optim.foreign.engine import Engine


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

    def step(self, g: Array, lr: float, look: Look) -> None:
        self._look = look
        with self._precision():
            given = lr, self._copy(g), self.tree, self._copy(self.w)
            try:
                updates, self.tree = self._update(*given)
            except TypeError as error:
                if self.looks or "value" not in str(error):
                    raise
                self.looks, self._update = True, self.jax.jit(self._updated_looking)
                updates, self.tree = self._update(*given)
            self.w += np.asarray(updates)

    def _updated_looking(self, lr: Any, g: Any, tree: Any, w: Any) -> tuple[Any, Any]:
        """The update of a rule that asks for the loss, and for a function that gives it."""
        rule, factor = self._transformation(lr)
        loss = self._loss()
        own = {"value": loss(w), "grad": g, "value_fn": loss}
        updates, tree = rule.update(g, tree, w, **own)
        return factor * updates, tree

    def _loss(self) -> Any:
        """The loss as JAX knows a function: NumPy computes it, and its gradient."""
        jax, kind = self.jax, self.w.dtype
        shapes = jax.ShapeDtypeStruct((), kind), jax.ShapeDtypeStruct(self.w.shape, kind)

        def both(w: Any) -> tuple[Any, Any]:
            at, out = np.array(w, kind), np.empty(self.w.shape, kind)
            return np.asarray(self._look(at, out), kind), out

        @jax.custom_vjp  # type: ignore[untyped-decorator]
        def loss(w: Any) -> Any:
            return jax.pure_callback(both, shapes, w)[0]

        loss.defvjp(lambda w: jax.pure_callback(both, shapes, w), lambda g, by: (by * g,))
        return loss

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
        from optax import contrib  # noqa: PLC0415

        return _choices(optax) | {f"contrib.{n}": make for n, make in _choices(contrib).items()}

    @classmethod
    def find(cls, name: str) -> tuple[str, Any]:
        if name.lower() == "contrib.muon":
            raise UserError(
                "optax:contrib.muon would take the one vector of all weights for no matrix, and "
                "step it as Adam does: use muon, which knows the layers."
            )
        return super().find(name)


def _choices(home: Any) -> dict[str, Any]:
    """The functions of a module that make a rule from a rate."""
    found = {}
    for name in dir(home):
        if name.startswith(("_", "scale_by_")):
            continue
        make = getattr(home, name)
        made = inspect.isfunction(make) or isinstance(make, partial)
        if made and "learning_rate" in inspect.signature(make).parameters:
            found[name] = make
    return found
