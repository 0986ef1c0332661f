"""What a rule has drawn beside its path, against the rule's own mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from legible import faults

from optiviz import descend, optim, surfaces
from optiviz.errors import UserError
from optiviz.optim import OPTIMIZERS
from optiviz.optim.drawn import Oval, Pull, Tried, Way
from optiviz.player.measured import measured
from optiviz.problems import parse_problem
from optiviz.problems.matrix import MatrixValley
from optiviz.runs import Run, race
from optiviz.runs.drawn import divisor, drawn
from optiviz.runs.rounding import rounding
from optiviz.runs.rows import rows
from optiviz.runs.symbols import met
from optiviz.views import Note, Picture
from optiviz.views.scene.arrows import usual
from optiviz.views.style import THEMES

RULES = {  # where each shows what is new in it
    "schedule-free-sgd:lr=0.1": "valley",
    "schedule-free-adamw": "himmelblau",
    "prodigy": "valley",
    "momentum:cautious=true": "valley",
    "adamw:cautious=true": "beale",
    "sam:rho=0.5": "wells",
    "lbfgs": "rosenbrock",
    "full-adagrad": "valley:rotation=30",
    "shampoo": "rosenbrock",
}


def of(rule: str, steps: int = 30) -> tuple[Run, dict[type, list]]:
    """A run of a rule where it shows what is new, and its marks by their kind."""
    run = descend(parse_problem(RULES[rule]), rule, steps=steps)
    kinds: dict[type, list] = {}
    for one in drawn(run):
        kinds.setdefault(type(one), []).append(one)
    return run, kinds


def scene(run: Run, rule: str, theme: str = "light"):
    return Picture(parse_problem(RULES[rule]), [run], ["path"], theme=theme)._scene(None)


@pytest.mark.parametrize(
    "rule",
    [
        *("adagrad", "rmsprop", "rmsprop:centered=true", "full-adagrad", "shampoo:every=3"),
        *("adagrad:clip=1", "full-adagrad:clip=1,weight_decay=0.1", "shampoo:every=3,clip=1"),
    ],
)
def test_a_step_is_the_slope_over_the_divisor(rule: str) -> None:
    run = descend(parse_problem("valley:rotation=30"), rule, steps=20)
    sides = np.asarray(divisor(run))
    matrices = sides if sides.ndim == 3 else sides[:, :, None] * np.eye(2)
    steps = -run.lr[:, None] * np.linalg.solve(matrices, met(run)[:-1, :, None])[..., 0]
    np.testing.assert_allclose(np.diff(run.w, axis=0), steps, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("rule", ["adam", "amsgrad", "adamw:weight_decay=0", "adam:beta2=0.9"])
def test_adams_step_is_its_mean_slope_over_the_divisor(rule: str) -> None:
    run = descend("valley", rule, steps=20)
    t = np.arange(1, 21)[:, None]
    mean = run.slots["moment1"][1:] / (1 - 0.9**t)
    np.testing.assert_allclose(np.diff(run.w, axis=0), -run.lr[:, None] * mean / divisor(run))


def test_schedule_free_takes_steps_at_z_slopes_at_y_and_answers_with_x() -> None:
    run, marks = of("schedule-free-sgd:lr=0.1")
    x, z = (one.points for one in marks[Way])
    np.testing.assert_allclose(np.diff(z, axis=0), -0.1 * run.grad[:-1])
    means = np.cumsum(z[1:], axis=0) / np.arange(1, 31)[:, None]
    np.testing.assert_allclose(x[1:], means)
    np.testing.assert_allclose(run.w, 0.1 * z + 0.9 * x)
    shown = scene(run, "schedule-free-sgd:lr=0.1")
    shown.show(7.5)
    lines = shown.panels[0].ax.lines
    for points in (x, z):
        expected = np.vstack([points[:8], (points[7] + points[8]) / 2])
        assert any(
            line.get_xydata().shape == expected.shape and np.allclose(line.get_xydata(), expected)
            for line in lines
        )


def test_the_letters_of_x_and_z_never_lie_on_each_other() -> None:
    run, _ = of("schedule-free-sgd:lr=0.1")
    shown = scene(run, "schedule-free-sgd:lr=0.1")
    for t in np.arange(0, 30, 1.7):
        shown.show(t)
        letters = [text for text in shown.panels[0].ax.texts if text.get_text() in "xz"]
        boxes = [text.get_window_extent() for text in letters]
        assert len(boxes) == 2
        assert not boxes[0].overlaps(boxes[1])


def test_prodigys_circle_grows_and_never_reaches_beyond_the_minimum() -> None:
    run, marks = of("prodigy", 60)
    rule, w = optim.parse("prodigy"), run.w[0].copy()
    state, radii = rule.init(w), []
    for t in range(60):
        radii.append(float(state["_distance"][0]))
        rule.step(w, surfaces["valley"].value_and_grad(w)[1], state, t)
    (oval,) = marks[Oval]
    shown = scene(run, "prodigy")
    (patch,) = [patch for patch in shown.panels[0].ax.patches if len(patch.get_xy()) > 60]
    for t in (12, 20, 59):
        shown.show(t)
        away = np.hypot(*(patch.get_xy() - run.w[0]).T)
        np.testing.assert_allclose(away, radii[t], rtol=1e-6)
    assert (np.diff(oval.axes[:, 0, 0]) >= 0).all()
    assert radii[0] < radii[-1] < np.hypot(*(run.w[0] - surfaces["valley"].minima[0]))


FORMS = ["momentum:form=inside", "momentum:form=outside", "momentum:form=average"]
FORMS += [form.replace("momentum", "nesterov") for form in FORMS]


@pytest.mark.parametrize("rule", [*(f"{form},lr=0.04" for form in FORMS), "adamw:weight_decay=0"])
def test_what_is_crossed_out_did_not_move_and_all_else_did(rule: str) -> None:
    run = descend("valley", f"{rule},cautious=true", steps=30)
    (crossed,) = drawn(run)
    assert isinstance(crossed, Tried)
    gone = np.isfinite(crossed.tips[:-1]).all(axis=-1)
    np.testing.assert_array_equal(np.diff(run.w, axis=0) == 0, gone)
    assert gone.any()
    for axis in (0, 1):  # what was left out lies uphill along its coordinate alone
        parts = (crossed.tips[:-1] - run.w[:-1, None])[gone[:, axis], axis]
        assert (parts[:, axis] * run.grad[:-1][gone[:, axis], axis] > 0).all()
        assert (parts[:, 1 - axis] == 0).all()


def test_the_probe_lies_uphill_and_its_slope_is_the_step() -> None:
    run, marks = of("sam:rho=0.5")
    problem = surfaces["wells"]
    (probe,), (pull,) = marks[Tried], marks[Pull]
    places = probe.tips[:, 0]
    np.testing.assert_allclose(np.hypot(*(places - run.w).T), 0.5)
    assert (problem.value(places) > problem.value(run.w)).all()
    slopes = problem.value_and_grad(places)[1][:-1]
    np.testing.assert_allclose(pull.vector[:-1], -run.lr[:, None] * slopes)
    np.testing.assert_allclose(pull.vector[:-1], np.diff(run.w, axis=0))
    assert usual([run]) == ()


def test_the_line_search_shows_what_it_gave_up() -> None:
    run, marks = of("lbfgs")
    problem, (tried,) = surfaces["rosenbrock"], marks[Tried]
    found = 0
    for t, tips in enumerate(tried.tips[:-1]):
        step = run.w[t + 1] - run.w[t]
        slope = float(run.grad[t] @ step)
        for place in tips[np.isfinite(tips).all(axis=1)]:
            longer = (place - run.w[t]) @ step / (step @ step)
            assert np.log2(longer) == pytest.approx(round(np.log2(longer)), abs=1e-6)
            assert longer > 1.5
            assert not problem.value(place) <= run.loss[t] + 1e-4 * longer * slope
            found += 1
    assert found > 2


@pytest.mark.parametrize("rule", ["full-adagrad", "shampoo"])
def test_the_ellipse_turns_with_the_slopes(rule: str) -> None:
    run, _ = of(rule)
    shown = scene(run, rule)
    (patch,) = [patch for patch in shown.panels[0].ax.patches if len(patch.get_xy()) > 60]
    for t in (1, 2, 9, 30):
        shown.show(t)
        slopes = run.grad[:t]
        values, axes = np.linalg.eigh(slopes.T @ slopes)
        around = patch.get_xy()[:-1] - run.w[t]
        lengths = np.hypot(*around.T)
        long = around[lengths.argmax()] / lengths.max()
        assert abs(long @ axes[:, 1]) == pytest.approx(1, abs=0.01)
        ratio = np.ptp(around @ axes[:, 0]) / np.ptp(around @ axes[:, 1])
        assert ratio == pytest.approx(np.sqrt((values[0] + 1e-6) / (values[1] + 1e-6)), abs=0.01)
    shown.show(0)
    assert not patch.get_visible(), "nothing has been gathered at the start"


def test_marks_are_of_the_hero_or_of_a_few() -> None:
    runs = race("valley", ["prodigy", "momentum:cautious=true", "sgd", "adam"], steps=5)

    def count(chosen, **more):
        picture = Picture("valley", chosen, ["path"], **more)
        return [len(marks.marks) for marks in picture._scene(None).panels[0].marks]

    assert count(runs) == []
    assert count(runs[:3]) == [1, 1]
    assert count(runs, hero=0) == [1]
    assert count(runs[:1], size=(300, 300)) == []


def test_every_mark_has_words_and_the_rest_of_the_rules_have_none() -> None:
    named = {rule.partition(":")[0] for rule in RULES} - {"momentum", "adamw"}
    for name in set(OPTIMIZERS) - {"muon"}:
        marks = drawn(descend("valley", name, steps=3))
        assert bool(marks) == (name in named) or name == "lbfgs"
        assert all(one.words for one in marks)


def check(rule: str, theme: str, *at: int) -> None:
    run, _ = of(rule)
    shown = scene(run, rule, theme)
    for t in at:
        shown.show(t)
        assert faults(shown.figure) == [], t


def test_marks_can_be_read() -> None:
    check("schedule-free-sgd:lr=0.1", "light", 3)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("rule", RULES)
def test_all_marks_can_be_read_in_every_theme(rule: str, theme: str) -> None:
    check(rule, theme, 3 if theme == "light" else 12, 30)


def muon_rows(**settings) -> tuple[MatrixValley, list[Run], Run]:
    problem = MatrixValley(30, 35)
    run = descend(problem, optim.Muon(lr=0.05, **settings), steps=12)
    return problem, rows(problem, run), run


@pytest.mark.parametrize(
    "settings", [{}, {"nesterov": False, "rounds": 3}, {"beta": 0.5, "clip": 0.5}], ids=str
)
def test_what_is_rounded_is_what_moves_the_matrix(settings) -> None:
    _, parts, run = muon_rows(**settings)
    found = np.asarray(rounding(parts))
    assert found.shape[1] == 1 + settings.get("rounds", 5)
    np.testing.assert_allclose(np.linalg.norm(found[:, 0], axis=(1, 2)), 1, rtol=1e-6)
    steps = -0.05 * found[:, -1].reshape(12, 4)  # whose σ is 1, since the matrix is square
    np.testing.assert_allclose(np.diff(run.w, axis=0), steps, atol=1e-12)
    assert rounding(parts[:1]) is None


def test_the_rounds_are_drawn_as_they_are() -> None:
    problem, parts, _ = muon_rows()
    found = np.asarray(rounding(parts))
    shown = Picture(problem.plane, parts, ["path", "rounding"])._scene(None)
    shown.canvas.draw()
    panel = shown.panels[1]
    (x0, x1), (y0, y1), box = panel.ax.get_xlim(), panel.ax.get_ylim(), panel.ax.get_window_extent()
    assert (x1 - x0) / box.width == pytest.approx((y1 - y0) / box.height), "a circle is round"
    shown.show(4)
    for line, matrix in ((panel.lines[0], found[4, 0]), (panel.lines[-1], found[4, -1])):
        around = np.array(line.get_data())[:, :-1]  # even steps about the circle
        sizes = np.linalg.svd(around, compute_uv=False) / np.sqrt(around.shape[1] / 2)
        np.testing.assert_allclose(sizes, np.linalg.svd(matrix, compute_uv=False), atol=1e-6)
    assert faults(shown.figure) == []


def test_where_the_gradient_was_clipped_is_crossed_and_stays() -> None:
    run = descend("rosenbrock", "momentum:lr=5e-4,clip=5", (-1.5, 2.0), steps=150)
    (one,) = drawn(run)
    cut = np.append(np.hypot(*run.grad[:-1].T) > 5, False)
    assert 1 < cut.sum() < 60
    np.testing.assert_array_equal(one.tips[:, 0][cut], run.w[cut])
    assert np.isnan(one.tips[:, 0][~cut]).all()
    shown = Picture("rosenbrock", [run], ["path"])._scene(None)
    shown.show(150)
    (old,) = [line for line in shown.panels[0].ax.lines if line.get_marker() == "x"][:1]
    np.testing.assert_allclose(np.transpose(old.get_data()), run.w[cut])
    assert faults(shown.figure) == []
    assert drawn(descend("rosenbrock", "momentum:lr=5e-4,clip=1e6", steps=9)) == ()


def test_and_on_the_loss_beside_the_path_too() -> None:
    run = descend("rosenbrock", "momentum:lr=5e-4,clip=5", (-1.5, 2.0), steps=150)
    steps = np.flatnonzero(np.hypot(*run.grad[:-1].T) > 5)
    assert 1 < len(steps) < 60
    shown = Picture("rosenbrock", [run], ["path", "loss"])._scene(None)
    (crosses,) = [line for line in shown.panels[1].ax.lines if line.get_marker() == "x"]
    for t in (150, 3):
        shown.show(t)
        now = steps[steps <= t]
        np.testing.assert_allclose(crosses.get_data(), [now, run.loss[now]])
    alone = Picture("rosenbrock", [run], ["loss"])._scene(None)  # where nothing says what they are
    assert not [line for line in alone.panels[0].ax.lines if line.get_marker() == "x"]


def test_of_a_matrix_no_row_alone_has_marks() -> None:
    """What Shampoo saw was the whole matrix: of one row's slopes an ellipse would be wrong."""
    problem = MatrixValley(30, 35)
    for rule in ("shampoo", "muon", "schedule-free-sgd", "sgd:clip=0.1"):
        parts = rows(problem, descend(problem, rule, steps=4))
        assert [drawn(part) for part in parts] == [(), ()]
        assert [divisor(part) for part in parts] == [None, None]


def test_a_letter_gives_way_to_what_is_said() -> None:
    run, _ = of("schedule-free-sgd:lr=0.1")
    places = drawn(run)[2].points[2:30:4].tolist()
    notes = [Note(1, "words that stand in its way", at=(x, y)) for x, y in places]
    shown = Picture("valley", [run], ["path"], notes=notes)._scene(None)
    (panel,) = shown.panels
    (letter,) = [text for text in panel.ax.texts if text.get_text() == "z"]
    hidden = 0
    for t in range(31):
        shown.show(t)
        said = [text for text in panel.told.texts if text.get_visible()]
        over = any(letter.get_window_extent().overlaps(text.get_window_extent()) for text in said)
        assert not (over and letter.get_visible())
        hidden += not letter.get_visible()
    assert hidden


def test_singular_values_are_those_of_the_whole_matrix_and_bear_no_row_s_name() -> None:
    problem, parts, run = muon_rows()
    picture = Picture(problem.plane, parts, ["path", "singular"], labels=["row 1", "row 2"])
    panel = picture._scene(None).panels[1]
    expected = np.linalg.svd(run.w.reshape(-1, 2, 2), compute_uv=False)
    drawn_ = np.stack([values for _, _, _, values in panel.lines], axis=1)
    np.testing.assert_allclose(drawn_, expected)
    assert not [text for text in panel.ax.texts if "row" in text.get_text()]
    columns = [(i, name) for i, part in enumerate(parts) for name in sent(part, problem, not i)]
    assert columns == [(0, "most"), (0, "least")]
    with pytest.raises(UserError, match="needs the rows of a matrix"):
        Picture("bowl", descend("bowl", "sgd", steps=3), ["singular"]).figure()


def sent(run: Run, problem: MatrixValley, first: bool) -> list[str]:
    """The columns that the player's panel gets of a row."""
    return [name for name, _ in measured(run, problem.plane, ["singular"], first)]
