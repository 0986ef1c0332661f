"""The verdicts as they are seen, and what each claims."""

from __future__ import annotations

import re

from optiviz.runs import verdict
from optiviz.runs.trace import KINDS, Kind

# How its words begin or what is in them, where that is not the kind itself.
WORDS: dict[Kind, str] = {
    "left": "left the domain",
    "slopeless": "stopped",
    "falls": "falls without end",
    "cycle": "limit cycle",
    "arrived": "reached the minimum",
    "near": "near the minimum",
    "slides": "slides along the floor",
    "settles": "oscillates, dying down",
    "descending": "still descending",
    "rising": "rising again",
    "wanders": "goes up and down",
    "early": "too early to say",
}
_ROW = re.compile(r"^\| (\w*) +\| (.*?) *\|$", re.MULTILINE)


def glossary() -> list[tuple[str, str]]:
    """Every verdict's words and its claim, as the table of `optiviz.runs.verdict` has it.

    >>> dict(glossary())["crawls"]
    'it has not arrived after five times the steps'
    """
    return [(WORDS.get(kind, kind), claim) for kind, claim in claims().items()]


def claims() -> dict[Kind, str]:
    """Every verdict's claim by its kind, in words that need no table above them.

    >>> claims()["hovers"]
    'mini-batches scatter it about the minimum, as widely after as many steps again'
    """
    found: dict[str, str] = {}
    kind = ""
    for name, claim in _ROW.findall(verdict.__doc__ or ""):
        kind = name or kind
        found[kind] = f"{found[kind]} {claim}" if kind in found else claim
    return {kind: _plain(found[kind]) for kind in KINDS if kind in found}


def _plain(claim: str) -> str:
    near = "within a marker's width of the minimum, 0.1 % of the first loss left,"
    claim = claim.replace("near the bottom", near).replace("the bottom", "the minimum")
    return claim.replace("step t", "that step")
