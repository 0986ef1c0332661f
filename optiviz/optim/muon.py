"""Muon, which rounds the step of a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from optiviz.errors import UserError
from optiviz.optim.adam import correction
from optiviz.optim.base import Array, Blocks, Optimizer, Rate, Setting, State, whole
from optiviz.optim.settings import choice, count, setting

# Its own: the quintic that lifts small singular values fastest, and what steps its vectors.
QUINTIC = (3.4445, -4.7750, 2.0315)
NORM_EPS = 1e-8
ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
RMS = 0.2  # that of AdamW's updates


@dataclass(frozen=True)
class Muon(Optimizer):
    """Muon: the momentum of a matrix is rounded, so that it moves as far in every direction.

    m ← βm + (1-β)g    u ← βm/(1-βᵗ⁺¹) + (1-β)g/(1-βᵗ)    o ← σ·NS(u)
    w ← w - η(o + λw)

    NS divides u by its norm and repeats X := aX + (bA + cA²)X with A = XXᵀ, which lifts singular
    values to between 0.5 and 1.2 in five rounds: the unit circle's image is rounded. Matrices are
    (inputs, outputs). Vectors (biases) take Adam's step with the same η: in optax looking ahead as
    the matrices do (so here with bias_correction), elsewhere not. PyTorch refuses vectors, and so
    is a problem without any matrix refused here.

    Rates: a step is η·σ long in each singular direction, and libraries mean another σ, and call
    other sides rows. To take their η here: optax's with the same settings. Jordan's, PyTorch's
    "original" with scale=width, if its weights are (outputs, inputs) as in nn.Linear; PyTorch's
    "match_rms_adamw", Moonlight's and Keras's with scale=rms, so AdamW's own η will do. All but
    optax want bias_correction=False.
    η(width) = η(rms)·0.2√max(inputs, outputs)/√max(1, outputs/inputs). Momentum that is not
    (1-β)-averaged (Jordan, PyTorch's page) has the same path, since NS divides by the norm.
    So measured: optax to 10⁻⁹, Keras to its float32, PyTorch to 1 %, whose rounds are in bfloat16.

    Args:
        lr: the learning rate η ≥ 0.
        beta: β in [0, 1), the memory of the gradient.
        nesterov: look ahead by one step, as all do by default; else u ← m/(1-βᵗ).
        bias_correction: as optax; False is Jordan's and PyTorch's, u ← βm + (1-β)g, or m.
        rounds: how often NS is repeated, from 1 to 30.
        scale: σ = √max(1, outputs/inputs), or 0.2·√max(inputs, outputs), or 1.
        weight_decay: λ ≥ 0, decoupled, of matrices only.

    Raises:
        UserError: a setting is outside its bound, or no parameters form a matrix.

    >>> W, rule = np.diag([3.0, 1.0]).ravel(), Muon(lr=0.1)
    >>> blocks = lambda x: [x.reshape(2, 2)]
    >>> rule.step(W, W.copy(), rule.init(W, blocks), 0, blocks)
    >>> W.reshape(2, 2).round(2)
    array([[2.92, 0.  ],
           [0.  , 0.89]])

    Jordan et al. 2024; scale=rms: Liu et al. 2025.
    """

    slots: ClassVar[tuple[str, ...]] = ("moment1", "moment2", "direction")
    rate: ClassVar[Rate] = "own"
    extras: ClassVar[tuple[str, ...]] = ("blocks",)
    meets: ClassVar[bool] = True
    matrices: ClassVar[bool] = True
    forgets: ClassVar[bool] = True

    symbols: ClassVar[Mapping[str, str]] = {"m": "moment1", "o": "direction"}
    outcomes: ClassVar[Mapping[str, str]] = {"o": "direction"}
    plain: ClassVar[tuple[str, str] | None] = ("momentum", "without rounding")
    purpose: ClassVar[str] = (
        "A few strong directions drown the others in a layer's slope; rounded, all are heard."
    )

    lr: Setting = setting(0.02, low=0)
    beta: Setting = setting(0.95, low=0, high=1)
    nesterov: bool = True
    bias_correction: bool = True
    rounds: int = count(5, 1, 30)
    scale: str = choice("width", "rms", "none")
    _: KW_ONLY
    weight_decay: Setting = setting(0.0, low=0)

    def formula(self) -> tuple[str, ...]:
        ahead = "βm + (1 − β)g"
        if self.bias_correction:
            ahead = "βm/(1 − ββᵗ) + (1 − β)g/(1 − βᵗ)"
        scale = "" if self.scale == "none" else "σ·"
        mean = "m/(1 − βᵗ)" if self.bias_correction else "m"
        taken = f"u ← {ahead if self.nesterov else mean}"
        return "m ← βm + (1 − β)g", taken, f"o ← {scale}NS(u)", "w ← w − η(o + λw)"

    def init(self, w: Array, blocks: Blocks = whole) -> State:
        if not any(part.ndim > w.ndim for part in blocks(w)):
            raise UserError(
                "muon rounds matrices, and these parameters form none: a vector would only be "
                "divided by its length. Train a network with it, or take another rule."
            )
        return super().init(w)

    def step(self, w: Array, g: Array, state: State, t: int, blocks: Blocks = whole) -> None:
        kept = [blocks(x) for x in (w, g, *(state[slot] for slot in self.slots))]
        lead = w.ndim - 1
        for x, slope, m, s, o in zip(*kept, strict=True):
            if x.ndim > w.ndim:
                o[...] = self._rounded(slope, m, t)
                x *= 1 - _beside(self.lr * self.weight_decay, x, lead)
            else:
                self._adam(slope, m, s, o, t)
        w -= np.multiply(state["direction"], self.lr, out=state["_scratch"])

    def _rounded(self, g: Array, m: Array, t: int) -> Array:
        """o = σ·NS(u) of one matrix, whose mean is kept in m."""
        beta = _beside(self.beta, g, g.ndim - 2)
        m *= beta
        m += (1 - beta) * g
        u = self._ahead(g, m, beta, t)
        inputs, outputs = g.shape[-2:]
        width, rms = max(1, outputs / inputs) ** 0.5, RMS * max(inputs, outputs) ** 0.5
        scale = {"width": width, "rms": rms, "none": 1.0}[self.scale]
        found: Array = scale * newton_schulz(u, self.rounds)[-1]
        return found

    def _ahead(self, g: Array, m: Array, beta: Any, t: int) -> Any:
        """u of a mean m that has met g."""
        now, then = (correction(beta, at) if self.bias_correction else 1.0 for at in (t, t + 1))
        return beta * m / then + (1 - beta) * g / now if self.nesterov else m / now

    def _adam(self, g: Array, m: Array, s: Array, out: Array, t: int) -> None:
        """Adam's step of a vector, but for η, into `out`."""
        beta1, beta2, eps = ADAM.values()
        m += (1 - beta1) * (g - m)
        s += (1 - beta2) * (g * g - s)
        u = self._ahead(g, m, beta1, t) if self.bias_correction else m / correction(beta1, t)
        out[...] = u / (np.sqrt(s / correction(beta2, t)) + eps)


def newton_schulz(u: Array, rounds: int = 5) -> list[Array]:
    """A matrix on its way to the nearest rotation: divided by its norm, and after every round.

    X ← aX + (bA + cA²)X with A = XXᵀ; U·S·Vᵀ keeps U and V, and its singular values near 1.

    >>> [x.diagonal().round(2).tolist() for x in newton_schulz(np.diag([1.0, 0.1]), 2)]
    [[1.0, 0.1], [0.7, 0.34], [1.11, 0.99]]
    """
    turned = u.shape[-2] > u.shape[-1]
    x = u.swapaxes(-1, -2) if turned else u
    x = x / (np.sqrt(np.square(x).sum(axis=(-2, -1), keepdims=True)) + NORM_EPS)
    a, b, c = QUINTIC
    met = [x]
    for _ in range(rounds):
        gram = x @ x.swapaxes(-1, -2)
        x = a * x + (b * gram + c * gram @ gram) @ x
        met.append(x)
    return [one.swapaxes(-1, -2) if turned else one for one in met]


def _beside(value: Any, x: Array, lead: int) -> Any:
    """A setting beside a matrix: the K numbers of a stack `(K, 1)` as `(K, 1, 1)`."""
    numbers = np.asarray(value)
    return numbers[..., None] if lead and numbers.ndim else value
