"""Pages of trained networks: what they hold against the directories, and the page in a browser."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optiviz
from optiviz.cli.sweep import _take
from optiviz.errors import UserError
from optiviz.explorer.trained.data import FIRST, rows_of
from optiviz.explorer.trained.page import page, write_page
from optiviz.files import FORMAT, write_json
from optiviz.problems import load
from optiviz.studies import compare
from optiviz.studies.sweep import findings
from optiviz.studies.sweep.kept import keep, name_of
from optiviz.studies.sweep.plan import Plan
from optiviz.studies.sweep.trial import _result
from optiviz.studies.trained import Trained, trained
from optiviz.training.recipe import Recipe

HOME = Path(optiviz.__file__).parent / "explorer"
TINY = Recipe("sgd", None, batch_size=600, epochs=1, seed=5, sizes="784,10", eval_every=5)
GRID = {"lr": (0.01, 0.3, 1e30), "beta": (0.5, 0.9)}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep of two rules, one of which takes a setting that the other has not."""
    path = tmp_path_factory.mktemp("swept")
    plan = Plan(TINY, ("sgd", "momentum"), GRID, seeds=2)
    _take(path, plan)
    data = load("mnist")
    few = dataclasses.replace(data, x_train=data.x_train[:6000], y_train=data.y_train[:6000])
    networks, results = TINY.networks(few), []
    for cell in plan.cells():
        done = cell.recipe.train(networks)
        name = name_of(cell.optim, cell.settings, cell.recipe.seed)
        keep(path / "runs" / name, done, networks[1])
        results.append(_result(done, cell))
    findings.write(path, "trials", results)
    return path


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished comparison: two rates of one rule, and another rule."""
    path, texts = tmp_path_factory.mktemp("compared"), ["sgd:lr=0.5", "sgd:lr=0.01", "adam"]
    options = vars(TINY) | {"eval_every": 5, "seed": 0}
    facts = {"format": FORMAT, "optimizers": texts, "seeds": 2, "options": options}
    write_json(path / "compare.json", facts)
    for seed in (0, 1):
        for text, name in zip(texts, compare.names_of(texts), strict=True):
            recipe = Recipe.read(options | {"optim": text, "seed": seed})
            where = path / "runs" / f"{name}-{seed}"
            compare._train((recipe, where), lambda *_: None, lambda: False)
    return path


READ = f"""
import {{ readFileSync }} from "node:fs";
import {{ Book }} from "{HOME.as_uri()}/trained/js/book.js";
import {{ opened }} from "{HOME.as_uri()}/js/coding.js";
const book = new Book(await opened(readFileSync(0, "utf8")));
const names = ["train_loss", "test_loss", "test_accuracy"];
const each = book.facts.nodes.map((node, i) => {{
  book.look(node.lane);
  node.at.forEach((value, axis) => book.choose(node.lane, axis, value));
  if (book.node() !== i) throw new Error(`node ${{i}} cannot be chosen`);
  const nets = book.nets(i).map((net, seed) => {{
    book.seed = seed;
    if (book.net !== net) throw new Error(`net ${{net}} cannot be chosen`);
    return {{ curves: names.map((name) => book.curve(net, name)), wrong: book.wrong(net),
      all: book.facts.wrong[net] }};
  }});
  return {{ ...node, nets, band: book.band(i, "test_loss") }};
}});
const pictures = [...book.facts.labels.keys()].map((image) => [...book.picture(image)]);
console.log(JSON.stringify({{ each, pictures, labels: [...book.facts.labels] }}));
"""


def read(node: str, text: str) -> Any:
    """What the page's scripts make of its data, node by node."""
    (data,) = re.findall(r'trained\(document\.getElementById\("trained"\), "([^"]*)"', text)
    done = subprocess.run(
        [node, "--input-type=module", "-e", READ],
        input=data,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_nodes(found: Trained, told: Any) -> None:
    """Every node of a page is what stands in the directory."""
    nodes = [(i, node) for i, lane in enumerate(found.lanes) for node in lane.nodes]
    images = load("mnist").x_test[:FIRST]
    labels = found.data.y_test
    shown = np.flatnonzero(
        np.any([n.predicted != labels for _, o in nodes for n in o.nets], axis=0)[:FIRST]
    )
    assert np.abs(np.array(told["pictures"]) / 15 - images[shown]).max() < 1 / 29
    assert told["labels"] == labels[shown].tolist()
    for (lane, node), one in zip(nodes, told["each"], strict=True):
        assert (one["lane"], one["seeds"]) == (lane, [net.seed for net in node.nets])
        for net, seen in zip(node.nets, one["nets"], strict=True):
            for name, curve in zip(
                ("train_loss", "test_loss", "test_accuracy"), seen["curves"], strict=True
            ):
                known = np.stack([net.history["epoch"], net.history[name]], axis=1)
                assert curve == known.astype("f4").tolist()
            wrong = np.flatnonzero(net.predicted != labels)
            assert seen["all"] == len(wrong)
            guesses = {shown[one["image"]]: one["guess"] for one in seen["wrong"]}
            assert guesses == {i: net.predicted[i] for i in wrong if i < FIRST}
        kept = [net.history["test_loss"][-1] for net in node.nets if not net.diverged]
        if len(kept) > 1:
            last = one["band"][-1]
            assert (last["mean"], last["sd"]) == pytest.approx(
                (np.mean(kept), np.std(kept, ddof=1)), rel=1e-4
            )


def test_every_node_of_a_sweep_is_its_trials(node: str, swept: Path) -> None:
    found = trained(swept)
    told = read(node, page(found, "light", "optiviz explore it"))
    check_nodes(found, told)
    trials = json.loads((swept / "trials.json").read_text())
    rows = findings.table(trials)
    assert [lane.text for lane in found.lanes] == ["sgd", "momentum"]
    assert [len(lane.nodes) for lane in found.lanes] == [3, 6]
    for row, one in zip(rows, told["each"], strict=True):
        assert (row["test_accuracy"], row["test_accuracy_sd"]) == (
            one["accuracy"],
            one["accuracySd"],
        )
        assert (row["verdict"], row["diverged"]) == (one["verdict"], one["diverged"])
        axes = found.lanes[one["lane"]].axes
        words = {name: axes[name][at] for name, at in zip(axes, one["at"], strict=True)}
        assert words == row["settings"]
    lost = [one for one in told["each"] if one["diverged"]]
    assert lost
    assert all(one["accuracy"] is None and one["shade"] is None for one in lost)
    assert not any(net["wrong"] for one in lost for net in one["nets"])


def test_a_node_works_where_no_seed_is_lost_and_the_best_is_near(swept: Path) -> None:
    found = trained(swept)
    rows = rows_of(found)
    best = max(row["test_accuracy"] or 0 for row in rows)
    for row in rows:
        near = row["test_accuracy"] is not None and row["test_accuracy"] >= best - findings.NEAR
        assert row["works"] == (near and row["diverged"] == 0)
    assert {row["works"] for row in rows} == {True, False}
    for lane in found.lanes:  # one seed that is lost is enough
        nodes = tuple(
            dataclasses.replace(
                node, nets=(dataclasses.replace(node.nets[0], diverged=True), *node.nets[1:])
            )
            for node in lane.nodes
        )
        less = rows_of(dataclasses.replace(found, lanes=(dataclasses.replace(lane, nodes=nodes),)))
        assert any(row["test_accuracy"] is not None for row in less)
        assert not any(row["works"] for row in less)


@pytest.mark.slow
def test_every_node_of_a_comparison_is_its_run(node: str, compared: Path) -> None:
    found = trained(compared)
    told = read(node, page(found, "dark", ""))
    check_nodes(found, told)
    assert [(lane.text, lane.axes) for lane in found.lanes] == [
        ("sgd", {"lr": (0.01, 0.5)}),
        ("adam", {}),
    ]
    for lane in found.lanes:
        for one in lane.nodes:
            for net in one.nets:  # the weights are those that were tested
                right = (net.predicted == found.data.y_test).mean()
                assert right == pytest.approx(net.history["test_accuracy"][-1])


def test_a_page_fetches_nothing_and_says_its_words_without_scripts(swept: Path) -> None:
    text = page(trained(swept), "light", "optiviz explore <it>")
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    still = text[text.index("<main") : text.index("</main>")]
    assert still.count("<svg") == 2
    assert "works for η = 0.3" in still
    assert "optiviz explore &lt;it&gt;" in still
    assert "diverged" in still


# --- directories from elsewhere ---


def changed(path: Path, file: str, old: str, new: str) -> None:
    text = (path / file).read_text(encoding="utf-8")
    assert old in text
    (path / file).write_text(text.replace(old, new, 1), encoding="utf-8")


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no sweep": (lambda p: (p / "sweep.json").unlink(), "holds neither a sweep nor a comparison"),
    "unfinished": (lambda p: (p / "trials.json").unlink(), "is not finished: give the command"),
    "of before": (lambda p: shutil.rmtree(p / "runs"), "keeps the curves of 0 of its 18 trainings"),
    "a search": (lambda p: changed(p, "sweep.json", '"tune": 0', '"tune": 3'), "holds a search"),
    "no facts": (lambda p: (p / "sweep.json").write_text("[" * 9999), "not what optiviz wrote"),
    "other fields": (
        lambda p: changed(p, "sweep.json", '"batch_size": 600,\n    "ep', '"size": 4,\n    "ep'),
        "unexpected keyword argument",
    ),
    "no list": (lambda p: (p / "trials.json").write_text("{}"), "it lists no trainings"),
    "a long text": (
        lambda p: changed(p, "trials.json", '"optimizer": "sgd"', f'"optimizer": "{"x" * 999}"'),
        "a text is 'xxx",
    ),
    "a text of two lines": (
        lambda p: changed(p, "trials.json", '"verdict": "', r'"verdict": "\n<b>'),
        "a text is",
    ),
    "a seed that is none": (
        lambda p: changed(p, "trials.json", '"seed": 5', '"seed": "../../5"'),
        "a seed is '../../5'",
    ),
    "a setting that is none": (
        lambda p: changed(p, "trials.json", '"lr": 0.01', '"lr": {"a": 1}'),
        "a text is",
    ),
    "a rule of somebody's": (
        lambda p: changed(p, "trials.json", '"optimizer": "sgd"', '"optimizer": "antigravity:X"'),
        "keeps the curves of 17 of its 18",
    ),
    "twice the same": (
        lambda p: changed(p, "trials.json", '"seed": 6', '"seed": 5'),
        "have the same settings and seed",
    ),
}
CURVE: dict[str, tuple[str, str]] = {
    "no numbers": ("epoch,step\n1,2\n", "not what optiviz wrote"),
    "backwards": ("1,9,1,1,0.5,nan,nan,1,1\n0.5,9,1,1,0.5,nan,nan,1,1", "epochs do not ascend"),
    "better than all": ("1,9,1,1,1.5,nan,nan,1,1", "accuracies are not from 0 to 1"),
    "without end": ("1,9,1,inf,0.5,nan,nan,1,1", "its last evaluation is missing"),
    "too long": ("1,9,1,1,0.5,nan,nan,1,1\n" * 200_000, "more than 4194304 bytes"),
}
HEAD = "epoch,step,train_loss,test_loss,test_accuracy,val_loss,val_accuracy,lr,seconds\n"


@pytest.fixture
def elsewhere(swept: Path, tmp_path: Path) -> Path:
    """A copy of the sweep, to do harm to."""
    return Path(shutil.copytree(swept, tmp_path / "copy"))


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_directory_from_elsewhere_is_looked_at(elsewhere: Path, harm: str) -> None:
    do, sentence = HOSTILE[harm]
    do(elsewhere)
    with pytest.raises(UserError, match=re.escape(sentence)) as told:
        trained(elsewhere)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("harm", CURVE)
def test_a_curve_from_elsewhere_is_looked_at(elsewhere: Path, harm: str) -> None:
    lines, sentence = CURVE[harm]
    name = name_of("sgd", {"lr": 0.01}, 5)
    text = lines if lines.startswith("epoch") else HEAD + lines
    (elsewhere / "runs" / name / "metrics.csv").write_text(text)
    with pytest.raises(UserError, match=re.escape(sentence)):
        trained(elsewhere)


@pytest.mark.slow
def test_weights_of_another_network_are_refused(compared: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(compared, tmp_path / "copy"))
    for w in (np.zeros(3, "f4"), np.full(7840, np.nan, "f4"), np.zeros(7840, "f8")):
        np.savez(copy / "runs" / "adam-1" / "weights.npz", w=w)
        with pytest.raises(UserError, match="its weights are not those of this network"):
            trained(copy)
    changed(copy, "runs/adam-1/run.json", '"status": "finished"', '"status": "stopped"')
    with pytest.raises(UserError, match="adam-1 is not finished: go on with optiviz compare --re"):
        trained(copy)


def test_text_from_elsewhere_stays_text(elsewhere: Path) -> None:
    changed(elsewhere, "trials.json", '"verdict": "', '"verdict": "</script><script>alert(1)//')
    text = page(trained(elsewhere), "light", "")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)//" in text


# --- the command and the page ---


def test_the_command_writes_a_page_or_says_why_not(optiviz: Callable, elsewhere: Path) -> None:
    done = optiviz(f"explore {elsewhere} --json")
    facts = json.loads(done.stdout)
    written = elsewhere / "explore.html"
    assert facts == {"path": str(written), "bytes": written.stat().st_size, "networks": 18}
    assert facts["bytes"] < 400_000
    wrong = {"--optim sgd": "leave out --optim", "--theme pink": "Unknown theme 'pink'"}
    for words, sentence in wrong.items():
        done = optiviz(f"explore {elsewhere} {words}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert sentence in done.stderr
    for name in ("x" * 3000, "''", "nowhere", written.name):
        done = optiviz(f"explore {name}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "holds neither a sweep nor a comparison" in done.stderr
    before = written.read_bytes()
    shutil.rmtree(elsewhere / "runs")
    assert optiviz(f"explore {elsewhere}").returncode == 2
    assert written.read_bytes() == before


@pytest.fixture(scope="module")
def opened(swept: Path, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page from a disk, with whatever it would fetch refused."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    write_page(trained(swept), path, command="optiviz explore swept")
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector(".tr-live")
    yield tab
    context.close()
    assert errors == []


def seen(tab: Any) -> tuple[str, ...]:
    """The curve, the words and the images."""
    line = tab.locator(".tr-chosen .tr-test").first.get_attribute("d")
    images = tab.locator(".tr-digits figure").evaluate_all(
        "them => them.map(one => one.dataset.image + one.textContent).join()"
    )
    return str(line), tab.inner_text(".tr-told"), images, tab.inner_text(".tr-wrong p")


@pytest.mark.slow
def test_a_slider_a_key_and_a_click_change_curve_words_and_digits(opened: Any) -> None:
    first = seen(opened)
    opened.get_by_label("learning rate η", exact=True).focus()
    opened.keyboard.press("ArrowLeft")
    second = seen(opened)
    assert all(a != b for a, b in zip(first, second, strict=True))
    assert opened.locator(".tr-own .tr-here").count() == 1
    opened.locator(".tr-own svg").focus()
    opened.keyboard.press("ArrowRight")
    assert seen(opened) == first
    opened.locator('.tr-map[data-lane="0"] [data-at="2,0"]').click()
    slider = opened.get_by_label("learning rate η", exact=True)
    assert slider.get_attribute("aria-valuetext") == "10³⁰"
    assert "diverged" in seen(opened)[1]
    assert seen(opened)[2:] == ("", "It diverged: there is no network to ask.")
    opened.locator('.tr-map[data-lane="0"] [data-at="1,0"]').click()
    before = seen(opened)
    opened.get_by_label("seed", exact=True).focus()
    opened.keyboard.press("ArrowRight")
    after = seen(opened)
    assert (after[0], after[1]) == (before[0], before[1])
    assert after[2] != before[2]
    opened.reload()  # the address keeps what is chosen
    opened.wait_for_selector(".tr-live")
    assert seen(opened) == after


@pytest.mark.slow
def test_nothing_is_cut_off_on_a_phone_and_the_theme_turns(opened: Any) -> None:
    opened.set_viewport_size({"width": 360, "height": 740})
    wide = "document.documentElement.scrollWidth"
    assert opened.evaluate(wide) <= 360
    ground = "getComputedStyle(document.querySelector('main')).backgroundColor"
    light = opened.evaluate(ground)
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(ground) != light
    opened.click("header button")
    assert opened.evaluate(ground) == light
    opened.emulate_media(color_scheme="light")
    opened.click("header button")
    assert opened.evaluate(ground) != light
    opened.click("header button")
    opened.set_viewport_size({"width": 1280, "height": 720})
    assert opened.evaluate("document.documentElement.scrollHeight") <= 720


@pytest.mark.slow
def test_paper_has_the_curves_and_what_is_chosen(opened: Any) -> None:
    opened.set_viewport_size({"width": 718, "height": 1043})
    opened.emulate_media(media="print")
    assert opened.locator(".tr-chosen .tr-line").first.is_visible()
    assert "learning rate η" in opened.inner_text(".tr-sliders")
    assert opened.locator(".tr-sliders input:visible").count() == 0
    opened.emulate_media(media="screen")
    opened.set_viewport_size({"width": 1280, "height": 720})


def test_the_page_in_the_gallery_is_of_today() -> None:
    """It follows its reader's system, and names what can be chosen."""
    text = (HOME.parents[1] / "gallery" / "mnist-explore.html").read_text(encoding="utf-8")
    assert 'id="trained" class="optiviz tr" data-theme="auto"' in text
    still = text[text.index("<main") : text.index("</main>")]
    assert "learning rate η" in still
    assert "batch size m" in still
