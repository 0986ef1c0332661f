"""Rules that look elsewhere or know the layers: what they are for, and their rates elsewhere."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from optiviz import UserError, descend, optim
from optiviz.optim.foreign.keras import _keras as door  # on a backend that is there
from optiviz.optim.muon import newton_schulz


def test_a_search_never_goes_up() -> None:
    run = descend("rosenbrock", "lbfgs", steps=60)
    assert (np.diff(run.loss) <= 0).all()
    assert run.loss[-1] < 1e-12


def test_without_a_reach_sam_is_momentum() -> None:
    one = descend("rosenbrock", optim.SAM(lr=5e-4, rho=0.0, beta=0.8), steps=50)
    other = descend("rosenbrock", optim.Momentum(lr=5e-4, beta=0.8), steps=50)
    np.testing.assert_allclose(one.w, other.w, rtol=1e-12)


def test_turning_the_valley_turns_the_path() -> None:
    """Full AdaGrad does not notice a rotation about the minimum; AdaGrad does."""
    turned = []
    for name in ("full-adagrad", "adagrad"):
        paths = []
        for angle in (0, 30):
            c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
            turn = np.array([[c, -s], [s, c]])
            start = turn @ np.array([2.0, 1.0])
            run = descend(f"valley:rotation={angle}", f"{name}:lr=0.3", start, 40)
            paths.append(run.w @ turn)
        turned.append(np.abs(paths[1] - paths[0]).max())
    assert turned[0] < 1e-6
    assert turned[1] > 1e-2


def test_rounds_lift_every_singular_value() -> None:
    rng = np.random.default_rng(0)
    for shape in ((4, 4), (3, 7), (7, 3)):
        ends = np.linalg.svd(newton_schulz(rng.normal(size=shape), 5)[-1])[1]
        assert 0.4 < ends.min() <= ends.max() < 1.25


def test_a_plain_vector_is_refused_with_the_reason() -> None:
    with pytest.raises(UserError, match="muon rounds matrices, and these parameters form none"):
        descend("bowl", "muon")
    with pytest.raises(UserError, match="full-adagrad keeps a matrix of all pairs"):
        optim.FullAdaGrad().init(np.zeros(3000))
    with pytest.raises(UserError, match="looks at the loss elsewhere"):
        optim.SAM().step(np.ones(2), np.ones(2), optim.SAM().init(np.ones(2)), 0)


SHAPES = ((12, 30), (30, 12))  # (inputs, outputs)


def rounded(shape: tuple[int, int], scale: str, slopes: np.ndarray) -> np.ndarray:
    """Where our Muon takes a matrix of ones, with η = 0.01, λ = 0.1 and momentum as Jordan's."""
    rule = optim.Muon(lr=0.01, scale=scale, bias_correction=False, weight_decay=0.1)

    def blocks(x: np.ndarray) -> list[np.ndarray]:
        return [x.reshape(x.shape[:-1] + shape)]

    w = np.ones(shape).ravel()
    state = rule.init(w, blocks)
    for t, g in enumerate(slopes):
        rule.step(w, g.ravel(), state, t, blocks)
    return w.reshape(shape)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("adjust", "scale"), [("original", "width"), ("match_rms_adamw", "rms")])
def test_pytorchs_rates_are_ours(shape: tuple[int, int], adjust: str, scale: str) -> None:
    """Up to the bfloat16 of its rounds, for weights that are (outputs, inputs)."""
    torch = pytest.importorskip("torch", minversion="2.9")
    slopes = np.random.default_rng(0).normal(size=(5, *shape))
    parameter = torch.nn.Parameter(torch.ones(shape[::-1], dtype=torch.float64))
    rule = torch.optim.Muon([parameter], lr=0.01, weight_decay=0.1, adjust_lr_fn=adjust)
    for g in slopes:
        parameter.grad = torch.tensor(g.T.copy())
        rule.step()
    ours, theirs = rounded(shape, scale, slopes), parameter.detach().numpy().T
    assert np.linalg.norm(ours - theirs) < 0.02 * np.linalg.norm(theirs - 1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", SHAPES)
def test_kerass_rates_are_ours_with_the_scale_of_moonlight(shape: tuple[int, int]) -> None:
    """Up to the float32 of its rate and, on PyTorch, of its variables."""
    if not find_spec("keras"):
        pytest.skip("needs keras")
    keras = door()
    slopes = np.random.default_rng(0).normal(size=(5, *shape))
    variable = keras.Variable(np.ones(shape), dtype="float32", name="kernel")
    rule = keras.optimizers.Muon(learning_rate=0.01, weight_decay=0.1)
    rule.build([variable])
    for g in slopes:
        rule.apply([keras.ops.convert_to_tensor(g, dtype="float32")], [variable])
    ours, theirs = rounded(shape, "rms", slopes), keras.ops.convert_to_numpy(variable.value)
    assert np.linalg.norm(ours - theirs) < 1e-4 * np.linalg.norm(theirs - 1)


def test_one_scale_is_another_rate() -> None:
    slopes = np.random.default_rng(0).normal(size=(1, 30, 12))
    inputs, outputs = slopes.shape[1:]
    times = 0.2 * max(inputs, outputs) ** 0.5 / max(1, outputs / inputs) ** 0.5
    rms, width = (rounded((inputs, outputs), s, slopes) - 0.999 for s in ("rms", "width"))
    np.testing.assert_allclose(rms, times * width, rtol=1e-9)
