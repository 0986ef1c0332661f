"""The words of the verdicts, told once: every kind has its claim, by the words that are seen."""

from __future__ import annotations

import re
from pathlib import Path

from optiviz.runs import verdict
from optiviz.runs.glossary import WORDS, glossary
from optiviz.runs.trace import KINDS

SAID = re.compile(r'f?"([^"]*)"')


def test_every_verdict_has_a_claim() -> None:
    told = glossary()
    assert len(told) == len(KINDS)
    assert len({words for words, _ in told}) == len(KINDS)
    assert all(claim and not claim.startswith("what is claimed") for _, claim in told)
    claims = dict(told)
    assert claims["converged"].endswith("after ten times the steps")  # the first row, in one line
    assert claims["too early to say"] == "nothing: too few steps"  # the last one


def test_the_words_are_those_that_a_verdict_says() -> None:
    files = Path(verdict.__file__).parent.glob("*.py")
    sources = [path for path in files if path.name not in ("glossary.py", "trace.py")]
    said = " | ".join(text for path in sources for text in SAID.findall(path.read_text("utf-8")))
    for kind in KINDS:
        words = WORDS.get(kind, kind).removesuffix(" the minimum")  # or a local one
        parts = words.split(", ") if words not in said else [words]
        assert all(re.search(rf"{part}[ :,|]", said) for part in parts), (kind, words)
