"""What every rule takes beside its own settings: weight decay, and the longest gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHARED = ("weight_decay", "clip")
SMALL = np.finfo(float).tiny


def on(value: Any) -> bool:
    """Whether a shared setting does anything: the number 0 does not."""
    return not (isinstance(value, float | int) and value == 0)


def shown(rule: Any, name: str) -> bool:
    """Whether a setting is the rule's own, or a shared one that does something."""
    return name not in SHARED or name in rule.own or on(getattr(rule, name))


def decays(rule: Any) -> bool:
    """Whether the gradient of ½λ|w|² is added for the rule, which has no decay of its own."""
    return "weight_decay" not in rule.own and on(rule.weight_decay)


def clips(rule: Any) -> bool:
    """Whether long gradients are shortened for the rule."""
    return "clip" not in rule.own and on(rule.clip)


def seen(rule: Any, w: Array, g: Array) -> Array:
    """The gradient as the rule's own lines see it; g itself is left as it is.

    g ← Cg/max(C, ‖g‖)    g ← g + λw

    ‖g‖ is of all parameters, and of each trajectory of a stack. As optax, and as PyTorch but for
    the 10⁻⁶ that its clip_grad_norm_ adds to ‖g‖.
    """
    if decays(rule) or clips(rule):
        size = np.sqrt(np.einsum("...i,...i->...", g, g, dtype=float))[..., None]
        most = np.asarray(rule.clip, float)
        share = np.where(most > 0, most / np.maximum(np.maximum(most, size), SMALL), 1.0)
        g = np.multiply(g, share, out=np.empty_like(g))
    if decays(rule):
        pull: Array = np.multiply(w, rule.weight_decay, out=np.empty_like(g))
        pull += g
        return pull
    return g


def looking(rule: Any, look: Callable[[Array, Array], Any]) -> Callable[[Array, Array], Any]:
    """The `look` of a rule that decays or clips: its loss has the penalty, too."""

    def there(w: Array, out: Array) -> Any:
        loss = look(w, out)
        out[...] = seen(rule, w, out)
        if decays(rule):
            half = np.asarray(rule.weight_decay) / 2 * np.square(w)
            loss = loss + half.sum(axis=-1)
        return loss

    return there


def sharing(step: Callable[..., None]) -> Callable[..., None]:
    """A rule's `step` that sees what the shared settings make of the gradient."""

    @wraps(step)
    def shared(
        self: Any, w: Array, g: Array, state: Any, t: int, *given: Any, **extras: Any
    ) -> None:
        # A step that is called by that of a class made from it sees what that was given.
        if type(self).step is shared and (decays(self) or clips(self)):
            extras |= dict(zip(self.extras, given, strict=False))
            given = ()
            if "look" in extras:
                extras["look"] = looking(self, extras["look"])
            g = seen(self, w, g)
        step(self, w, g, state, t, *given, **extras)

    return shared


def step_of(rule: Any) -> Callable[..., None]:
    """A rule's `step`, without the look at shared settings where they do nothing.

    Those that do nothing are no schedules, and stay as they are.
    """
    step: Callable[..., None] = type(rule).step
    if not (decays(rule) or clips(rule)):
        step = getattr(step, "__wrapped__", step)
    return partial(step, rule)


def telling(formula: Callable[..., tuple[str, ...]]) -> Callable[..., tuple[str, ...]]:
    """A rule's `formula` with the lines of the shared settings before its own."""

    @wraps(formula)
    def shared(self: Any) -> tuple[str, ...]:
        lines = formula(self)
        if type(self).formula is not shared or not lines:
            return lines
        clip = ("g ← Cg/max(C, √sum(g²))",) if clips(self) else ()
        return (*clip, *(("g ← g + λw",) if decays(self) else ()), *lines)

    return shared
