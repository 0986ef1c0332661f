"""The lessons of the twin lab: what they claim, the networks do."""

from __future__ import annotations

import re
from functools import cache

import pytest

pytest.importorskip("anywidget", reason="needs the extra apps")

from optiviz.labs.twin.form import from_query
from optiviz.labs.twin.lab import TwinLab
from optiviz.labs.twin.lessons import JUDGE, crossings, lessons
from optiviz.labs.twin.trial import Trial
from optiviz.training.twin import Twins
from optiviz.views.twin import limit_of

ALL = {lesson.name: lesson for lesson in lessons()}


@cache
def trained(link: str) -> Twins:
    trial = Trial(from_query(link)[0], lambda: None)
    trial.go()
    assert trial.thread is not None
    trial.thread.join()
    return trial.growing.seen()


def of(name: str) -> Twins:
    return trained(ALL[name].runs[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_what_a_lesson_claims_is_what_the_network_does(name: str) -> None:
    answer = ALL[name].answer
    assert JUDGE.truth(answer, [of(name)]) == answer.right


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_numbers_in_the_words_are_the_network_s(name: str) -> None:
    made, lesson = of(name), ALL[name]
    words = " ".join([lesson.look, lesson.why])
    assert f"{made.curvatures[0, 0]:.2f}" in words
    limit = limit_of(made.rule, float(made.curvatures[0, 0]))
    for number in re.findall(r"up to 2[^=]* = ([\d.]*\d)", words):
        assert float(number) == pytest.approx(limit, rel=2e-3)
    for number in re.findall(r"2/η = ([\d.]*\d)", words):
        assert float(number) == pytest.approx(limit_of(made.rule, 1.0) / made.rule.lr, rel=2e-3)


@pytest.mark.slow
def test_what_the_words_say_besides() -> None:
    large = of("01-promise")
    assert large.rises is not None
    assert large.rises <= 3
    climbs = of("02-climb")
    passed = climbs.at[climbs.curvatures[:, 0] > 2 / 0.38][0]
    assert passed < climbs.rises
    small = trained(ALL["02-climb"].link)
    assert small.rises is None
    assert 7 < small.sharpness.max() < 20
    carried = of("03-momentum")
    assert 2 / 0.38 < carried.sharpness.max() < 10
    assert crossings(of("04-edge")) >= 4


def test_there_are_four_that_train_one_network_each() -> None:
    offered = TwinLab().offers["lessons"]
    assert [one["name"] for one in offered] == sorted(ALL)
    assert len(offered) == 4
    for one in offered:
        assert len(one["runs"]) == 1
        assert one["before"] == ()
        assert one["question"].count("?") == 1
