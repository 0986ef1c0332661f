"""The progress bar, as it is seen on stderr."""

from __future__ import annotations

import contextlib

import pytest

from optiviz.cli.progress import progress

Capture = pytest.CaptureFixture[str]


def test_a_known_total_is_shown_at_once(capsys: Capture) -> None:
    with progress(" updates", total=10, begun=4) as show:
        assert "40%" in capsys.readouterr().err
        show(7, words="loss=0.5")
        show(10, words="loss=0.25, accuracy=0.9")
    last = capsys.readouterr().err.rpartition("\r")[2]
    assert "100%" in last
    assert "10/10" in last
    assert last.endswith("loss=0.25, accuracy=0.9]\n")


def test_a_late_total_is_shown_from_the_first_report_on(capsys: Capture) -> None:
    with progress(" trainings", desc="sweep") as show:
        assert capsys.readouterr().err == ""
        show(3, 4)
        assert "sweep:  75%" in capsys.readouterr().err
        show(4, 4)
    assert "4/4" in capsys.readouterr().err


def test_news_are_shown_though_nothing_is_done(capsys: Capture) -> None:
    with progress(" trainings") as show:
        show(0, 2)
        show(0, 2, "sgd: 91 %")
        show(0, 2, "adam: 93 %")
        lines = capsys.readouterr().err.split("\r")
        assert [line.rpartition(", ")[2].strip() for line in lines[-2:]] == [
            "sgd: 91 %]",
            "adam: 93 %]",
        ]
        show(0, 2, "adam: 93 %")
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize("begun", [0, 900])
def test_what_was_done_before_does_not_speak_for_the_pace(capsys: Capture, begun: int) -> None:
    look = {"bar_format": "{n}|{remaining}|", "mininterval": 0}
    with progress("s", total=1000, begun=begun, **look):
        assert set(capsys.readouterr().err.split()) == {f"{begun}|?|"}
    with progress("s", **look) as show:
        show(begun, 1000)
        assert set(capsys.readouterr().err.split()) == {f"{begun}|?|"}
        show(950, 1000)
        assert "950|00:00|" in capsys.readouterr().err


def test_nothing_is_shown_to_programs(capsys: Capture) -> None:
    with progress("s", total=2, quiet=True) as show:
        show(1, words="half")
    with progress("s", quiet=True) as show:
        show(1, 2)
    with progress("s"):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_bar_ends_with_its_line_whatever_happens(capsys: Capture) -> None:
    with contextlib.suppress(KeyboardInterrupt), progress("s", total=2) as show:
        show(1)
        raise KeyboardInterrupt
    assert capsys.readouterr().err.endswith("\n")
