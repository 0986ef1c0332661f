"""The page of an answer that is none: a heading and a sentence."""

from __future__ import annotations

import html
from pathlib import Path

PAGE = Path(__file__).parent / "jupyter" / "voila" / "templates" / "optiviz" / "notice.html"
HERE = 'The lab is <a href="{home}">here</a>.'
# A browser that says nothing asks again at once, and then it says that this page was before it.
# In another site's frame this page is not shown; a second time it waits for the visitor.
AGAIN = """<a href="">Open the lab</a>
<script>
  if (top === self && Date.now() - (sessionStorage.asked ?? 0) > 10000) {
    sessionStorage.asked = Date.now();
    document.querySelector("a").click();
  }
</script>"""
WORDS = {
    "Unknown name": (
        "This server goes by another name",
        "Whoever started it can let it answer to this one: <code>optiviz app --host NAME</code>.",
    ),
    "Another site": ("Another site asked for this", HERE),
    "Not said by whom": ("The lab", AGAIN),
    "No token": ("The lab opens with its whole link", "The link ends with <code>?token=…</code>."),
    "Not Found": ("There is no such page", HERE),
    "Full": (
        "The lab is full at the moment",
        "All {most} places are taken. As soon as someone closes the page, a place is free. "
        "Leave this page open: it tries again every ten seconds.",
    ),
}


def notice(reason: str, home: str, most: int = 0) -> str:
    """The page for a reason; one that is not in `WORDS` is its own heading."""
    title, sentence = WORDS.get(reason, (html.escape(reason), HERE))
    text = PAGE.read_text(encoding="utf-8").replace("{title}", title)
    text = text.replace("{sentence}", sentence).replace("{most}", str(most))
    return text.replace("{home}", html.escape(home))
