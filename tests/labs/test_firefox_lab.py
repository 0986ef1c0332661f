"""The surface lab in Firefox: it loads, it plays, and it tells what it tells in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .. import firefox
from .conftest import READY

pytestmark = pytest.mark.slow

QUERY = "?problem=valley&optim=momentum&optim=adam&t=20"


def test_the_lab_in_firefox(visit: Callable[..., Any], surface_lab: Any, tmp_path: Path) -> None:
    page = visit(surface_lab, QUERY)
    with firefox.tab(tmp_path / "profile") as tab:
        tab.open(surface_lab.address + QUERY)
        tab.until(f"document.querySelector('{READY}') && {firefox.PLAYED}")  # it is at step 20
        told = tab.value(firefox.NUMBERS)
        assert "step 20 / " in told
        assert "v ← βv − ηg" in told
        assert told == page.evaluate(firefox.NUMBERS)
        tab.press("\ue011")  # Home
        tab.until(f"!({firefox.PLAYED})")
        tab.press(" ")
        tab.until(firefox.PLAYED)
        assert all(
            one.startswith((surface_lab.address, "data:", "blob:", "ws:")) for one in tab.asked
        )
        assert tab.trouble == []
