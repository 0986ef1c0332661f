"""The shifting surface and the panels that tell of memory, read back from their artists."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from optiviz import descend, optim, schedules, surfaces
from optiviz.errors import UserError
from optiviz.problems import PROBLEMS
from optiviz.runs import race
from optiviz.views import Picture
from optiviz.views.scene.figure import Scene


def scene_of(name: str, rules: list[str], panels: list[str], batch_size: int | None = 8) -> Scene:
    problem = PROBLEMS[name]
    runs = race(problem, rules, steps=40, batch_size=batch_size, seed=2)
    return Scene(Picture(problem, runs, panels=panels))


def test_samples_in_a_line_have_an_axis_that_can_be_read() -> None:
    (low, high), (bottom, top) = (
        getattr(scene_of("river", ["sgd"], ["path", "data"]).panels[1].ax, f"get_{axis}lim")()
        for axis in ("x", "y")
    )
    points = PROBLEMS["river"].points
    assert (low, high) == (-1, 1)
    assert bottom < points[:, 1].min() < points[:, 1].max() < top


@pytest.mark.parametrize("name", ["regression", "logistic", "valleys"])
def test_the_contours_of_a_frame_are_those_of_its_batch(name: str) -> None:
    scene = scene_of(name, ["sgd", "momentum"], ["path", "data"])
    problem, run = scene.picture.problem, scene.picture.runs[0]
    ground = scene.panels[0].batch
    for t in (0, 11, 12, 40):  # 12 is the short batch of 100 samples in eights
        scene.show(t)
        batch = run.batch[t][run.batch[t] >= 0]
        vertices = np.concatenate(ground.lines.get_segments())
        found = problem.value(vertices, batch)
        nearest = np.abs(found[:, None] - ground.heights).min(axis=1)
        spread = np.ptp(problem.on(ground.x, ground.y, batch))
        assert len(vertices) > 50
        assert nearest.max() < 2e-3 * spread, "every point of a line has the batch's loss"
        other = problem.value(vertices, run.batch[(t + 1) % 12])
        assert np.abs(other[:, None] - ground.heights).min(axis=1).max() > 2 * nearest.max()
        best = problem.minimizer(batch)
        star = np.array(ground.star.get_data()).ravel()
        np.testing.assert_allclose(star, [] if best is None else best)


def test_the_samples_of_a_frame_are_its_batch() -> None:
    scene = scene_of("regression", ["sgd", "momentum"], ["path", "data"])
    data, (sgd, momentum) = scene.panels[1], scene.picture.runs
    for t in (0, 12, 40):
        scene.show(t)
        batch = sgd.batch[t][sgd.batch[t] >= 0]
        picked = np.array(data.picked.get_data()).T
        np.testing.assert_array_equal(picked, scene.picture.problem.points[batch])
        for (line, _), run in zip(data.lines, (sgd, momentum), strict=True):
            w, b = run.w[t]
            np.testing.assert_allclose(line.get_ydata(), w * data.x + b)


def test_all_the_data_stand_still() -> None:
    scene = scene_of("regression", ["sgd"], ["path", "data"], batch_size=100)
    assert scene.panels[0].batch is None


@pytest.mark.parametrize("rule", ["momentum", "nesterov"])
@pytest.mark.parametrize("surface", ["valley", "himmelblau"])
def test_speed_grows_just_while_push_exceeds_drag(surface: str, rule: str) -> None:
    (run,) = race(surface, [rule], steps=60)
    panel = Scene(Picture(surface, [run], panels=["speed", "build"])).panels[1]
    push, drag = (values for _, _, _, values in panel.lines)
    speed = np.hypot(*run.velocity.T)
    np.testing.assert_array_equal(push > drag, np.diff(speed) > 0)
    if rule == "momentum":  # in one line with the path, the whole of -ηg
        straight = descend("bowl", optim.Momentum(lr=0.002), start=(2.0, 0.0), steps=30)
        panel = Scene(Picture("bowl", [straight], panels=["build"])).panels[0]
        np.testing.assert_allclose(panel.lines[0][3], -0.002 * -straight.grad[:-1, 0])
        np.testing.assert_allclose(panel.lines[1][3], -0.1 * straight.velocity[:-1, 0])


def test_the_peak_is_a_line_through_every_panel_once_it_has_passed() -> None:
    run = descend("valley", optim.Momentum(lr=0.012), steps=30)
    scene = Scene(Picture("valley", [run], panels=["speed", "loss", "build", "memory"]))
    speed = np.hypot(*run.velocity.T)
    top = int(np.flatnonzero(np.diff(speed) < 0)[0])
    assert speed[top - 1] < speed[top] > speed[top + 1]
    for panel in scene.panels[:3]:
        step, line = panel.peak
        assert step == top
        assert set(line.get_xdata()) == {top}
        for t in (0, top, top + 1, 30):
            scene.show(t)
            assert line.get_visible() == (t > top), "nothing is told of the future"
            assert scene.panels[2].word.get_visible() == (t > top)
    alone = Scene(Picture("valley", [run], panels=["speed", "loss"]))
    assert not any(panel.peak for panel in alone.panels)


def test_what_lies_between_push_and_drag_tells_nothing_of_the_future() -> None:
    run = descend("valley", optim.Momentum(lr=0.012), steps=30)
    scene = Scene(Picture("valley", [run], panels=["build"]))
    (panel,) = scene.panels
    own, muted = (to_hex(area.get_facecolor()[0]) for area in panel.fills)
    assert own == to_hex(scene.picture.marks[0].color)
    assert muted == to_hex(scene.look.muted)
    box = panel.ax.get_window_extent()
    scene.show(12)
    scene.canvas.draw()
    image = np.asarray(scene.canvas.buffer_rgba())[::-1, :, :3].astype(int)
    at = int(panel.ax.transData.transform((12, 0))[0])
    inside = slice(int(box.y0) + 3, int(box.y1) - 3)
    colored = np.ptp(image[inside, :], axis=2) > 40  # neither grey nor page
    assert colored[:, at - 60 : at - 15].any()
    assert not colored[:, at + 15 : int(box.x1)].any()


def test_memory_is_beta_to_the_age() -> None:
    problem = surfaces["valley"]
    run = descend(problem, optim.Momentum(lr=0.01, beta=0.9), steps=40)
    scene = Scene(Picture(problem, [run], panels=["memory"]))
    panel = scene.panels[0]
    scene.show(12)
    sizes = np.hypot(*run.grad[:12].T)[::-1] * 0.9 ** np.arange(12)
    heights = np.array([bar.get_height() for bar in panel.bars])
    np.testing.assert_allclose(heights[:12], sizes / sizes.max())
    assert (heights[12:] == 0).all()
    # Those weighted gradients are the velocity.
    weighted = (0.9 ** np.arange(12))[:, None] * run.grad[:12][::-1]
    np.testing.assert_allclose(-0.01 * weighted.sum(axis=0), run.slots["velocity"][12])


def test_adams_corrections() -> None:
    """The lecture's factors: 10, 5.26, 3.69, …, 1.54 at 10; 1000, 500, 334 and so on."""
    problem = surfaces["bowl"]
    run = descend(problem, optim.Adam(lr=0.1), steps=300)
    scene = Scene(Picture(problem, [run], panels=["bias"]))
    (_, _, steps, first), (_, _, _, second) = scene.panels[0].lines
    assert steps[0] == 1
    assert [first[t - 1] for t in (1, 2, 3, 10, 25)] == pytest.approx(
        [10, 5.263, 3.690, 1.535, 1.077], abs=1e-3
    )
    assert [second[t - 1] for t in (1, 2, 3, 200, 300)] == pytest.approx(
        [1000, 500.25, 333.67, 5.517, 3.859], abs=1e-2
    )


@pytest.mark.parametrize(
    "rule",
    [
        optim.AdaGrad(lr=0.2),
        optim.RMSProp(lr=0.05),
        optim.RMSProp(lr=0.05, eps_inside_root=True, centered=True),
        optim.Adam(lr=schedules.Cosine(0.1)),
        optim.AMSGrad(lr=0.1),
    ],
)
def test_the_effective_rate_is_what_the_rule_used(rule: optim.Optimizer) -> None:
    problem = surfaces["booth"]
    run = descend(problem, rule, steps=25)
    scene = Scene(Picture(problem, [run], panels=["effective"]))
    rates = np.array([values for _, _, _, values in scene.panels[0].lines]).T
    moved = run.grad[:-1]
    if "moment1" in run.slots and not isinstance(rule, optim.RMSProp):
        moved = run.slots["moment1"][1:] / (1 - 0.9 ** np.arange(1, 26))[:, None]
    np.testing.assert_allclose(-rates * moved, np.diff(run.w, axis=0), rtol=1e-9, atol=1e-15)


def test_momentum_cancels_the_noise_of_batches() -> None:
    scene = scene_of("regression", ["sgd", "momentum"], ["noise"])
    (_, _, _, plain), (_, _, _, same), (_, _, _, gradient), (_, _, _, velocity) = scene.panels[
        0
    ].lines
    np.testing.assert_allclose(plain, same)  # without a memory the step is as noisy as the gradient
    late = slice(10, None)
    assert np.median(velocity[late] / gradient[late]) < 0.7


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        ("data", "needs a problem with data: regression, logistic, valleys"),
        ("build", "'build' needs momentum or nesterov"),
        ("memory", "'memory' needs a rule with β"),
        ("bias", "'bias' needs adam or one of its kin"),
        ("effective", "'effective' needs adagrad"),
        ("accumulator", "'accumulator' needs adagrad, rmsprop or adam"),
        ("noise", "'noise' needs a --batch-size"),
    ],
)
def test_a_panel_without_a_subject_says_what_it_needs(panel: str, sentence: str) -> None:
    problem = surfaces["bowl"]
    picture = Picture(problem, race(problem, ["sgd"], steps=5), panels=[panel])
    with pytest.raises(UserError, match=sentence):
        Scene(picture)
