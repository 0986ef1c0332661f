"""The player: its bytes against the runs, and the exported page in a real browser."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from optiviz import descend, optim, play, surfaces
from optiviz.errors import UserError
from optiviz.player import pack as player
from optiviz.player.measured import titles
from optiviz.player.page import page
from optiviz.problems import PROBLEMS, parse_problem
from optiviz.problems.planes.regression import Regression
from optiviz.runs import race
from optiviz.views import Picture, animate
from optiviz.views.scene.contour import BANDS, fit, levels, sample
from optiviz.views.style import THEMES, marks

STEPS = 60


def unpack(block: bytes) -> dict[str, Any]:
    (length,) = struct.unpack_from("<I", block)
    facts = json.loads(block[4 : 4 + length])
    offset = 4 + length
    for item in facts["arrays"]:
        array = np.frombuffer(block, "<" + item["type"], item["count"], offset)
        (facts if item["into"] < 0 else facts["runs"][item["into"]])[item["name"]] = array
        offset += array.nbytes
    assert offset == len(block)
    return facts


def picture(problem: str = "valley", rules: tuple[str, ...] = ("momentum",), **options) -> Picture:
    made = parse_problem(problem)
    batch_size = options.pop("batch_size", None)
    runs = race(made, rules, steps=options.pop("steps", STEPS), batch_size=batch_size)
    return Picture(made, runs, **{"panels": ("path", "loss", "velocity", "lr")} | options)


@pytest.mark.parametrize(
    ("problem", "batch_size"), [("valley", None), ("beale", None), ("regression", 8)]
)
def test_the_bytes_are_the_runs(problem: str, batch_size: int | None) -> None:
    drawn = picture(problem, ("sgd", "adam"), batch_size=batch_size)
    facts = unpack(player.paths(drawn))
    floor = drawn.problem.floor() or 0.0
    for run, sent, verdict in zip(drawn.runs, facts["runs"], drawn.verdicts, strict=True):
        np.testing.assert_array_equal(np.stack([sent["x"], sent["y"]], 1), run.w.astype("f4"))
        np.testing.assert_array_equal(sent["vy"], run.velocity[:, 1].astype("f4"))
        np.testing.assert_array_equal(sent["gx"], run.grad[:, 0].astype("f4"))
        np.testing.assert_array_equal(sent["above"], (run.loss - floor).astype("f4"))
        np.testing.assert_array_equal(sent["lr"][:-1], run.lr.astype("f4"))
        assert sent["verdict"] == verdict
    if batch_size:
        np.testing.assert_array_equal(facts["batch"].reshape(-1, 8), drawn.runs[0].batch)


def test_the_bytes_are_the_marks_of_the_rule() -> None:
    drawn = picture("valley:rotation=30", ("sam", "full-adagrad", "sgd"), steps=9)
    probe, ellipse, none = unpack(player.paths(drawn))["runs"]
    (at, pull), (oval,) = probe["drawn"], ellipse["drawn"]
    assert (at["kind"], at["many"], at["crossed"], pull["kind"], none["drawn"]) == (
        *("tried", 1, False, "pull"),
        [],
    )
    away = probe["drawn0.tips"].reshape(-1, 2) - drawn.runs[0].w
    np.testing.assert_allclose(np.hypot(*away.T), 0.05, rtol=1e-4)
    assert (np.einsum("ij,ij->i", away, drawn.runs[0].grad) > 0).all()
    last = oval["share"] * ellipse["drawn0.axes"].reshape(-1, 2, 2)[-1]
    assert 2 * np.linalg.norm(last, 2) == pytest.approx(0.36)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_ground_is_that_of_every_picture(problem: str) -> None:
    """Heights are sent as levels, those of every picture, which go on where the page is wider."""
    plane = parse_problem(problem)
    facts = unpack(player.ground(plane))
    own = levels(sample(plane, fit(plane.bounds, 4 / 3), facts["points"] // 2)[2])
    assert facts["levels"] >= BANDS
    values = sample(plane, facts["extent"], facts["points"])[2]
    sent = facts["heights"].reshape(values.shape) / 65535 * facts["levels"]
    inside = values <= own[-1]
    expected = np.interp(values[inside], own, np.arange(BANDS + 1))
    np.testing.assert_allclose(sent[inside], expected, atol=facts["levels"] / 65535)
    (left, right), (bottom, top) = facts["extent"]
    assert left <= plane.bounds[0][0] < plane.bounds[0][1] <= right
    assert bottom <= plane.bounds[1][0] < plane.bounds[1][1] <= top


class Mine(Regression):
    """The same loss."""


class Halved(Regression):
    """A loss of its own."""

    def _mean(self, u: Any, v: Any, batch: Any) -> tuple[Any, Any, Any]:
        value, gu, gv = super()._mean(u, v, batch)
        return value / 2, gu / 2, gv / 2


@pytest.mark.parametrize(("problem", "kind"), [(Mine, "regression"), (Halved, None)])
def test_a_batch_is_drawn_where_its_loss_is_known(problem: type[Regression], kind: Any) -> None:
    """A subclass is drawn, too; one with a loss of its own without what would not be its own."""
    made = problem(parse_problem("regression").points)
    run = descend(made, optim.SGD(lr=0.01), steps=5, batch_size=8)
    assert page(Picture(made, [run]))
    assert unpack(player.ground(made)).get("samples", {}).get("kind") == kind


@pytest.mark.parametrize("panel", ["surface", "rounding", "memory"])
def test_a_panel_that_it_does_not_have(panel: str) -> None:
    """The sentence says which files have it; a panel that nothing has is another mistake."""
    has = rf"A page has no panel '{panel}', which .gif, .webp, .apng, .mp4, .png, .svg, .pdf files"
    with pytest.raises(UserError, match=has):
        page(picture(panels=("path", panel)))
    with pytest.raises(UserError, match=r"Unknown panel 'los'\. Did you mean 'loss'"):
        page(picture(panels=("path", "los")))


def test_a_page_is_called_as_its_picture_is() -> None:
    text = page(picture(title="Momentum is <faster>"))
    assert "<title>Momentum is &lt;faster&gt;: " in text
    assert titles(picture(title="Momentum is <faster>"))["title"] == "Momentum is <faster>"
    assert titles(picture())["title"] == picture().problem.title


def test_a_page_speaks_of_no_other_host(tmp_path: Path) -> None:
    assert animate(picture(labels=["<b>&</script>"]), tmp_path / "a.html") == STEPS + 1
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    own = text.replace('xmlns="http://www.w3.org/2000/svg"', "").replace("url(#", "")
    own = own.replace("url(data:font/woff2;base64,", "")
    assert not re.findall(r"https?:|//\w+\.|@import|url\(", own)
    assert text.count("<script") == text.count("</script>") == 1
    assert "<b>" not in text


def test_playing_again_from_a_chosen_start() -> None:
    pytest.importorskip("anywidget")
    run = descend(surfaces["valley"], optim.SGD(lr=0.3), steps=40)
    shown = play([run, descend(surfaces["valley"], optim.Adam(lr=0.1), steps=40)])
    shown.start = [1.0, 1.5]
    expected = descend(surfaces["valley"], optim.Adam(lr=0.1), (1.0, 1.5), steps=40)
    np.testing.assert_array_equal(shown.picture.runs[1].w, expected.w)
    assert shown.picture.runs[0].diverged_at > 0
    sent = unpack(shown.paths)
    np.testing.assert_array_equal(sent["runs"][1]["x"], expected.w[:, 0].astype("f4"))


def test_playing_again_meets_the_same_batches() -> None:
    pytest.importorskip("anywidget")
    problem = PROBLEMS["regression"]
    run = descend(problem, optim.SGD(lr=0.1), steps=20, batch_size=8, seed=3)
    shown = play(run)
    shown.start = [0.5, 0.5]
    np.testing.assert_array_equal(shown.picture.runs[0].batch, run.batch)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: play([]), "play needs at least one run."),
        (
            lambda: play(descend(parse_problem("valley:condition=9"), optim.SGD(), (1.0, 1.0))),
            "give play the problem",
        ),
        (lambda: play(descend(surfaces["bowl"], optim.SGD()), theme="drak"), "Unknown theme"),
    ],
)
def test_mistakes(make: Callable[[], Any], message: str) -> None:
    pytest.importorskip("anywidget")
    with pytest.raises(UserError, match=message):
        make()


# ---- the exported page in a browser


class Page:
    """A page with one player, and everything that it asked for or complained about."""

    def __init__(self, chromium: Any, path: Path, **context: Any) -> None:
        usual = {"viewport": {"width": 1280, "height": 720}}
        self.context = chromium.new_context(**usual | context)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nmount(", "\nglobalThis.kept = mount("), encoding="utf-8")
        self.page.goto(path.as_uri())

    def get(self, expression: str) -> Any:
        """The value of an expression about the player p, when all that was asked for is drawn."""
        return self.page.evaluate(
            "expression => new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
            "() => done(new Function('p', 'return ' + expression)(kept)))))",
            expression,
        )

    def pixels(self, nth: int = 0) -> str:
        """The nth canvas as it stands."""
        return str(self.get(f"document.querySelectorAll('canvas')[{nth}].toDataURL()"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def figure(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("player") / "figure.html"
    panels = ("path", "loss", "velocity", "lr", "formula")
    animate(picture("regression", ("sgd", "momentum"), panels=panels, batch_size=8), path)
    shown = Page(chromium, path)
    yield shown
    assert [url for url in shown.requests if url.startswith("data:") is False] == [path.as_uri()]
    assert shown.complaints == []
    assert shown.get("Object.keys(window).filter(name => /optiviz/i.test(name))") == []
    shown.context.close()


@pytest.fixture
def fresh(figure: Page) -> Page:
    """The same page, set back."""
    figure.get("[p.goTo(0), p.goHome(), p.setTheme('light'), p.canvas.focus(), p.point(null)]")
    return figure


def test_playing_moves_every_panel(fresh: Page) -> None:
    before = [fresh.pixels(nth) for nth in range(4)]
    fresh.press("Space")
    fresh.page.wait_for_function("kept.step > 3")
    assert fresh.get("p.playing")
    fresh.press("Space")
    assert not fresh.get("p.playing")
    assert all(was != fresh.pixels(nth) for nth, was in enumerate(before))
    assert fresh.get("p.time === p.step")


@pytest.mark.parametrize(
    ("keys", "step"),
    [(["End", "ArrowLeft"], STEPS - 1), (["Shift+ArrowRight", "ArrowLeft"], 9)],
)
def test_keys(fresh: Page, keys: list[str], step: int) -> None:
    fresh.press(*keys)
    assert fresh.get("p.step") == step
    assert fresh.page.locator(".ov-counter").inner_text() == f"step {step} / {STEPS}"
    slider = fresh.page.get_by_label("Step", exact=True)
    assert slider.get_attribute("aria-valuetext") == f"step {step} of {STEPS}"


def test_the_slider_and_the_buttons(fresh: Page) -> None:
    fresh.page.get_by_label("Step", exact=True).fill("31")
    assert fresh.get("p.step") == 31
    fresh.page.get_by_label("One step on").click()
    fresh.page.get_by_label("One step on").click()
    fresh.page.get_by_label("One step back").click()
    assert fresh.get("p.step") == 32
    fresh.page.get_by_label("Speed").select_option("4")
    assert fresh.get("p.speed") == 4
    fresh.page.get_by_label("Speed").select_option("1")


@pytest.mark.parametrize("name", ["velocity", "carried", "gradient", "batch"])
def test_toggles_change_the_picture(fresh: Page, name: str) -> None:
    fresh.get("p.goTo(7)")
    before, chip = fresh.pixels(), fresh.page.locator(f"[data-do={name}]")
    was = chip.get_attribute("aria-pressed")
    chip.click()
    assert fresh.pixels() != before
    assert chip.get_attribute("aria-pressed") != was
    chip.click()
    fresh.page.mouse.move(5, 5)  # pointed at, its arrow is lit
    assert fresh.pixels() == before


def test_hovering_tells_the_numbers_of_a_step(fresh: Page) -> None:
    box = fresh.page.locator("canvas").first.bounding_box()
    x, y = fresh.get("[p.runs[1].pixels[20], p.runs[1].pixels[21]]")
    fresh.page.mouse.move(box["x"] + x, box["y"] + y)
    assert fresh.get("p.hover") == 10
    told = fresh.page.locator(".ov-tip").inner_text()
    loss = fresh.get("p.runs[1].above[10] + p.facts.floor")
    assert "step 10" in told
    assert f"loss {loss:.3g}" in told
    side = fresh.page.locator(".ov-side canvas").first.bounding_box()
    fresh.page.mouse.move(side["x"] + side["width"] / 2, side["y"] + 30)
    assert "SGD" in fresh.page.locator(".ov-tip").inner_text()
    middle = fresh.get("p.hover")
    fresh.page.mouse.down()
    fresh.page.mouse.up()
    assert fresh.get("p.step") == middle > 0


def test_the_formula_tells_the_coming_step_and_lights_its_arrow(fresh: Page) -> None:
    fresh.get("p.goTo(6)")
    formula = fresh.page.locator(".ov-formula")
    formula.get_by_role("button", name="momentum").click()
    formula.get_by_role("button", name=fresh.get("p.ground.axes[1]"), exact=True).click()
    expected = fresh.get("p.runs[1].y[7]")  # and waits until what was clicked is drawn
    assert "To step 7" in formula.inner_text()
    went = formula.inner_text().rstrip().rpartition(" = ")[2].replace("−", "-")
    assert float(went) == pytest.approx(expected, rel=6e-4)
    before = fresh.pixels()
    formula.locator("[data-term=v]").first.hover()
    assert fresh.pixels() != before
    fresh.page.mouse.move(5, 5)
    assert fresh.pixels() == before


def test_presenting_shows_the_picture_and_two_panels_in_large_words(fresh: Page) -> None:
    def seen() -> tuple[float, int]:
        figures = fresh.page.locator(".ov-side figure").all()
        size = fresh.page.locator(".ov-label").first.evaluate("e => getComputedStyle(e).fontSize")
        return float(size.removesuffix("px")), sum(figure.is_visible() for figure in figures)

    def opacity(part: str) -> str:
        return str(fresh.page.locator(part).evaluate("e => getComputedStyle(e).opacity"))

    size, panels = seen()
    fresh.get("p.happenings = [3, 9].map((step) => ({ run: p.runs[0], step, words: 'turns' }))")
    fresh.press("p")
    fresh.page.wait_for_function("document.fullscreenElement !== null")
    assert seen() == (pytest.approx(1.6 * size), 2)
    fresh.page.wait_for_selector(".ov-still")
    assert opacity(".ov-scrub") == "0"
    for key, step in [("PageDown", 3), ("PageDown", 9), ("PageUp", 3)]:
        fresh.press(key)
        assert (fresh.get("p.step"), opacity(".ov-event")) == (step, "1"), "it is no control"
        assert "turns" in fresh.page.locator(".ov-event").inner_text()
    fresh.get("p.happenings = []")
    fresh.page.mouse.move(40, 50)
    assert fresh.page.locator(".ov-still").count() == 0
    fresh.press("p")
    fresh.page.wait_for_function("document.fullscreenElement === null")
    assert seen() == (size, panels)


def test_zoom_and_pan(fresh: Page) -> None:
    whole = fresh.get("p.plane.view")
    box = fresh.page.locator("canvas").first.bounding_box()
    place = box["x"] + 300, box["y"] + 200
    under = fresh.get("p.plane.at(300, 200)")
    fresh.page.mouse.move(*place)
    fresh.page.mouse.wheel(0, -400)
    assert fresh.get("p.plane.zoom") > 1.5
    assert fresh.get("p.plane.at(300, 200)") == pytest.approx(under, abs=0.01)
    zoomed = fresh.pixels()
    fresh.page.keyboard.down("Shift")
    fresh.page.mouse.down()
    fresh.page.mouse.move(place[0] + 60, place[1] + 20)
    fresh.page.mouse.up()
    fresh.page.keyboard.up("Shift")
    assert fresh.get("p.plane.at(360, 220)") == pytest.approx(under, abs=0.01)
    assert fresh.pixels() != zoomed
    fresh.page.get_by_label("The whole picture").click()
    assert fresh.get("p.plane.view") == whole


def test_dark_is_dark(fresh: Page) -> None:
    def brightness() -> float:
        shot = Image.open(io.BytesIO(fresh.page.screenshot()))
        return float(np.asarray(shot.convert("L")).mean())

    light = brightness()
    fresh.page.get_by_label("Light or dark").click()
    assert light > 180
    assert brightness() < 80
    keys = fresh.page.locator(".ov-legend path[stroke]").evaluate_all(
        "all => all.map(path => path.getAttribute('stroke'))"
    )
    assert keys == [mark.color for mark in marks(["sgd", "momentum"], THEMES["dark"])]


def test_a_page_is_dark_where_its_reader_is_unless_a_look_was_asked_for(
    chromium: Any, tmp_path: Path
) -> None:
    for theme, dark in (("auto", True), ("slides", False)):
        animate(picture(theme=theme, steps=3), tmp_path / f"{theme}.html")
        shown = Page(chromium, tmp_path / f"{theme}.html", color_scheme="dark")
        assert shown.get("p.look.isDark") is dark
        ground = "getComputedStyle(document.body).backgroundColor"
        assert shown.page.evaluate(ground) == ("rgb(15, 20, 27)" if dark else "rgb(255, 255, 255)")
    assert picture().theme == "auto"


def test_less_motion_is_whole_steps_on_a_dense_screen(chromium: Any, tmp_path: Path) -> None:
    animate(picture(theme="light"), tmp_path / "a.html")
    options = {"reduced_motion": "reduce", "color_scheme": "dark", "device_scale_factor": 2}
    shown = Page(chromium, tmp_path / "a.html", **options)
    assert not shown.get("p.playing"), "nothing moves of its own accord"
    assert not shown.get("p.look.isDark"), "the file's own theme holds"
    assert shown.get("p.canvas.width") == 2 * shown.get("p.canvas.clientWidth")
    shown.get("p.play()")
    times = [shown.get("p.time") for _ in range(4)]
    assert times[-1] > times[0]
    assert all(time == int(time) for time in times)
    shown.context.close()


@pytest.mark.slow
def test_fifty_players_leave_nothing_behind(chromium: Any, tmp_path: Path) -> None:
    path, begin = tmp_path / "a.html", '<script type="module">\n'
    animate(picture(), path)
    text = path.read_text(encoding="utf-8")
    counting = Path(__file__).with_name("leaks.js").read_text(encoding="utf-8")
    text = text.replace(begin, begin + counting, 1)
    text = text.replace(
        '\nmount(document.getElementById("player"), ', "\nglobalThis.kept = fifty(mount, "
    )
    path.write_text(text, encoding="utf-8")
    shown = Page(chromium, path, viewport={"width": 400, "height": 400})
    counted = shown.page.evaluate("kept")
    assert all(counted["most"].values()), "there is something to count"
    assert not any(counted["after"].values()), counted
    shown.context.close()
