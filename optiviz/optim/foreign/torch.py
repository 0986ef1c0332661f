"""PyTorch's rules."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.base import Array, Look
from optiviz.optim.foreign.engine import Engine, classes_of, straight


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
        asked = inspect.signature(type(self.rule).step).parameters.get("closure")
        self.looks = asked is not None and asked.default is inspect.Parameter.empty

    def step(self, g: Array, lr: float, look: Look) -> None:
        for group in self.rule.param_groups:
            group["lr"] = lr
        self.parameter.grad = self.torch.from_numpy(g)
        if not self.looks:
            self.rule.step()
            return
        slope = np.empty_like(g)

        def closure() -> Any:
            loss = look(self.w, slope)
            self.parameter.grad = self.torch.from_numpy(slope)
            return self.torch.tensor(float(loss), dtype=self.parameter.dtype)

        self.rule.step(closure)

    def arrays(self) -> dict[str, Array]:
        named: dict[str, Array] = {}
        for name, value in self._state().items():
            array = value.numpy() if self.torch.is_tensor(value) else np.asarray(value)
            named[self.named(name, array, named)] = array
        return named

    def _state(self) -> dict[str, Any]:
        """What the rule keeps for the parameter; None stands for nothing."""
        kept = self.rule.state[self.parameter]
        if self.looks:  # it remembers lists that grow; what is like w can be recorded
            alike = self.torch.is_tensor
            return {n: v for n, v in kept.items() if alike(v) and v.shape == self.w.shape}
        return {name: value for name, value in kept.items() if value is not None}

    def template(self) -> dict[str, Array]:
        before = super().template()
        after = Engine.template(self._tried())  # PyTorch makes its state in the first step
        return {name: before.get(name, np.zeros_like(array)) for name, array in after.items()}

    def _tried(self) -> Torch:
        """A twin after one step on no gradient."""
        twin = Torch(*self._how, np.zeros_like(self.w), lr=0.0)
        twin.step(np.full_like(self.w, self.looks), 0.0, straight(np.full_like(self.w, self.looks)))
        return twin

    def load(self, arrays: Mapping[str, Array]) -> None:
        twin = self._tried()
        fresh = Torch(*self._how, np.zeros_like(self.w), lr=0.0)
        numbers = [g | {"params": 0} for g in (*twin.rule.param_groups, *fresh.rule.param_groups)]
        kept = twin._state()
        simple = all(self.torch.is_tensor(v) or isinstance(v, int | float) for v in kept.values())
        if numbers[0] != numbers[1] or not simple or self.looks:
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

        return classes_of(torch.optim, torch.optim.Optimizer)
