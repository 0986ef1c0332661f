"""Who is ahead, and who is there."""

from __future__ import annotations

from optiviz import surfaces
from optiviz.runs import finish, race, ranking

VALLEY = surfaces["valley"]


def test_who_is_there_first_stays_first_and_the_others_go_by_their_loss() -> None:
    rules = ["sgd:lr=0.001", "sgd:lr=0.09", "momentum:lr=0.05,beta=0.6", "sgd:lr=0.12"]
    runs = race(VALLEY, rules, steps=120)
    there = [finish(run, VALLEY) for run in runs]
    assert [there[0], there[3]] == [None, None], "one crawls and one diverges"
    assert there[1] is not None
    assert there[2] is not None
    assert there[2] < there[1]
    least = VALLEY.floor() or 0.0
    for run, step in ((runs[1], there[1]), (runs[2], there[2])):
        above = (run.loss - least) / (run.loss[0] - least)
        assert above[step] <= 1e-3 < above[:step].min()
    assert ranking(runs, VALLEY, 120) == [2, 1, 0, 3]
    assert ranking(runs, VALLEY, 0) == [0, 1, 2, 3]
    before = ranking(runs, VALLEY, 1)
    assert before == sorted(range(4), key=lambda i: runs[i].loss[1])


def test_nobody_is_there_where_no_least_loss_is_known() -> None:
    runs = race("saddle", ["sgd", "momentum"], steps=40)
    assert [finish(run, surfaces["saddle"]) for run in runs] == [None, None]
    assert ranking(runs, surfaces["saddle"], 40)[0] == 1
