"""`optiviz explain` as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest


def test_for_people_and_for_programs(optiviz: Callable) -> None:
    done = optiviz("explain momentum:form=outside")
    assert (done.returncode, done.stderr) == (0, "")
    assert "    v ← βv + g\n    w ← w − ηv\n" in done.stdout
    assert "See it: optiviz animate --optim momentum" in done.stdout
    told = json.loads(optiviz("explain momentum --json").stdout)
    assert told["lines"] == ["v ← βv − ηg", "w ← w + v"]
    assert told["settings"][1]["default"] == 0.9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("explain momentun", "Did you mean|Choose from"),
        ("explain adam:lr=-1", "lr must be at least 0"),
        ("explain", "optiviz: explain needs RULE: an optimiser"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(optiviz: Callable, words: str, said: str) -> None:
    done = optiviz(words)
    assert done.returncode == 2
    assert any(part in done.stderr for part in said.split("|"))
