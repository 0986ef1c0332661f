"""The lessons of the MNIST lab: what they claim, and how the lab has their runs made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.labs.mnist import address, lessons
from optiviz.labs.mnist.lab import MnistLab
from optiviz.labs.mnist.race import Lane
from optiviz.labs.server.data import mnist
from optiviz.training.recipe import Recipe

from .hostile import VALUES

ALL = {lesson.name: lesson for lesson in lessons.lessons()}
DEAD_BY = 50_000  # updates: what passes no gradient stays as it is
Trained = Callable[[str, str, int], Lane]


@pytest.fixture(scope="module")
def trained() -> Trained:
    """The nth run of a lesson's part, trained."""
    done: dict[Recipe, Lane] = {}

    def train(name: str, part: str, nth: int) -> Lane:
        recipe, _ = lessons.jobs(ALL[name], part)[nth]
        if recipe not in done:
            lane = done[recipe] = Lane(recipe, 1)
            many = recipe.batch_size == 1
            lane.run(lambda: lane.halt.set() if many and lane.step > DEAD_BY else None)
        return done[recipe]

    return train


def of(trained: Trained, name: str, part: str = "runs") -> list[Lane]:
    return [trained(name, part, i) for i in range(len(getattr(ALL[name], part)))]


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_what_a_lesson_claims_is_what_the_networks_do(name: str, trained: Trained) -> None:
    answer = ALL[name].answer
    assert lessons.JUDGE.truth(answer, of(trained, name)) == answer.right


@pytest.mark.slow
def test_what_the_words_say_besides(trained: Trained) -> None:
    large, _, small = of(trained, "01-batch")
    assert (large.step, small.step) == (60, 6000)
    (usual,) = of(trained, "03-collapse", "before")
    assert lessons.accuracy(usual) == pytest.approx(0.9, abs=0.05)
    (dead,) = of(trained, "03-collapse")
    network = usual.recipe.networks(mnist())[0]
    slopes = [network.value_and_grad(w)[1] for w in (network.start(0), dead.w)]
    alive, gone = (np.linalg.norm(network.layers(g)[0].weights) for g in slopes)
    assert gone < 0.05 * alive  # of the first layer: the last one's biases go on
    adam, sgd = map(lessons.accuracy, of(trained, "04-fair", "before"))
    assert adam > 0.9
    assert sgd < 0.5
    tuned = of(trained, "04-fair")
    assert lessons.accuracy(tuned[1]) > lessons.accuracy(tuned[0]) - 0.01


def test_there_are_four_that_ask_before_they_show() -> None:
    lab = MnistLab()
    offered = lab.facts["lessons"]
    assert [one["name"] for one in offered] == sorted(ALL)
    assert len(offered) == 4
    for one in offered:
        assert not set(one["before"]) & set(one["runs"])
        assert one["question"].rstrip(".").count("?") == 1
        assert all(command.startswith("optiviz train ") for command in one["runs"])


def taught(lab: MnistLab, about: Any) -> list[Any]:
    """What the page is told besides curves when it asks for a lesson's runs."""
    sent: list[Any] = []
    lab.send = lambda content, buffers=None: sent.append(content)
    lab._handle_custom_msg({"type": "teach", "about": about}, [])
    return [one for one in sent if one["type"] != "rows"]


def test_the_runs_of_a_lesson_are_those_that_its_links_say(monkeypatch: pytest.MonkeyPatch) -> None:
    lab, begun = MnistLab(), []
    monkeypatch.setattr(lab, "_go", lambda lanes=None: begun.append(lab.race.lanes))
    assert taught(lab, {"lesson": "04-fair", "part": "before"}) == []
    assert [run.recipe.command() for run in begun[0]] == lab.facts["lessons"][3]["before"]
    assert all(address.from_query(run.link)[1] == [] for run in lab.lanes)
    for run in lab.lanes:
        run.phase = "finished"
    taught(lab, {"lesson": "04-fair", "part": "before"})
    assert len(begun) == 1  # they are trained already
    assert lab.status["told"] == ""


def test_a_lesson_waits_for_another_training() -> None:
    lab = MnistLab()
    lab.table.add([Lane(lessons.jobs(ALL["01-batch"], "runs")[0][0], 0, phase="training")])
    lab.race.lanes = lab.lanes
    (said,) = taught(lab, {"lesson": "04-fair", "part": "runs"})
    assert said["error"] == "Another training is under way: stop it, or wait for its end."
    assert len(lab.lanes) == 1


def test_no_other_message_trains() -> None:
    lab = MnistLab()
    for about in (*VALUES, {"lesson": "01-batch"}, {"lesson": [], "part": {}}):
        (said,) = taught(lab, about)
        assert "no such" in said["error"], about
    assert lab.lanes == []


def test_what_is_level_and_who_leads() -> None:
    def judged(*accuracies: float) -> list[str]:
        recipe, _ = lessons.jobs(ALL["04-fair"], "runs")[0]
        lanes = [Lane(recipe, 1, rows=[{"test_accuracy": one}]) for one in accuracies]
        names = ("first leads", "level", "second leads")
        return [name for name in names if lessons.JUDGE.conditions[name](lanes)]

    assert judged(0.95, 0.945) == judged(0.945, 0.95) == ["level"]
    assert judged(0.95, 0.9) == ["first leads"]
    assert judged(0.9, 0.95) == ["second leads"]
    assert judged(0.95, 0.935) == []
