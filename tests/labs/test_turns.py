"""Many who open the lab at once, before kernels that are not real: whose starts, and who waits."""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from optiviz.labs.server import turns

HEAD = "<title>A lab</title>"


def run(story: Coroutine[Any, Any, None]) -> None:
    """In a thread, since in this one a browser may have its loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, asyncio.wait_for(story, 20)).result()


async def settle() -> None:
    """Let everybody do what can be done now."""
    for _ in range(30):
        await asyncio.sleep(0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what takes some looks."""
    while not true():
        await asyncio.sleep(0.005)


class Lab:
    """Kernels that start, answer and die as a test says, two at a time."""

    heated = False

    def __init__(self, pages: Any, most: int = 9) -> None:
        from optiviz.labs.server.seats import Seats  # noqa: PLC0415  # of the extra

        self.head = HEAD
        self.alive: set[str] = set()
        self.most, self.seats = most, Seats(most, self.alive.__contains__)
        self.turns = turns.Turns(2)
        self.begun: list[str] = []
        self.answers: dict[str, asyncio.Event] = {}
        self.page = pages.Page

    async def is_alive(self, kernel: str) -> bool:
        return kernel in self.alive

    def ask(self, name: str) -> Visitor:
        """Somebody opens the page."""
        return Visitor(self, name)

    async def voila(self, name: str) -> AsyncIterator[str]:
        """What Voilà makes of a kernel: the head at once, the rest when it has answered."""
        self.begun.append(name)
        if name.startswith("no "):
            raise OSError("no more processes")
        self.alive.add(name)
        self.seats.fill(name)
        answer = self.answers[name] = asyncio.Event()
        yield HEAD
        yield "<!-- the kernel's -->"
        await answer.wait()
        yield f"<p>{name}</p>"


class Visitor:
    """Who asks for the page, and what has come of it."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.got, self.error = "", None
        self.handler: Any = type("Asked", (lab.page,), {"kernel_manager": lab})
        self.handler = self.handler.__new__(self.handler)
        self.handler.name = name
        for quiet in ("set_header", "get_cookie", "log_exception"):
            setattr(self.handler, quiet, lambda *_: None)
        self.reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for html in self.handler.get_generator():
            self.got += html

    def leave(self) -> None:
        """Hang up."""
        self.handler.on_connection_close()

    @property
    def shows(self) -> str:
        """What an open page says by now."""
        said = re.findall(r'textContent = "(.*?)"', self.got)
        return said[-1].replace("\\u2026", "…") if said else ""

    @property
    def page(self) -> str:
        """The page without what was said meanwhile."""
        return re.sub(r"<script>.*?</script>\n", "", self.got)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lab]:
    with warnings.catch_warnings(action="ignore"):  # those of what it stands on are not ours
        pages = pytest.importorskip("optiviz.labs.server.pages", reason="needs the extra apps")

    def made(page: Any, path: None = None) -> AsyncIterator[str]:
        return page.kernel_manager.voila(page.name)

    monkeypatch.setattr(pages.TornadoVoilaHandler, "get_generator", made)
    monkeypatch.setattr(pages, "TICK", 0.01)
    return lambda **how: Lab(pages, **how)


def test_two_start_at_a_time_and_who_came_first_starts_first(lab: Callable[..., Lab]) -> None:
    async def story() -> None:
        here = lab()
        visitors = [here.ask(name) for name in "abcdef"]
        for name in "abcd":
            await settle()
            begun = "abcdef"[: "abcdef".index(name) + 2]
            assert here.begun == list(begun)
            here.answers[name].set()
        await settle()
        for name in "ef":
            here.answers[name].set()
        await asyncio.gather(*(visitor.reading for visitor in visitors))
        pages = [visitor.page.replace("<!-- the kernel's -->", "") for visitor in visitors]
        assert pages == [f"{HEAD}<p>{name}</p>" for name in "abcdef"]
        assert len(here.turns) == 0

    run(story())


def test_who_waits_is_told_how_many_are_before(lab: Callable[..., Lab]) -> None:
    async def story() -> None:
        here = lab()
        *first, last = [here.ask(name) for name in "abcd"]
        await until(lambda: last.shows == "Opening the lab … Before you: 3")
        assert last.got.startswith(HEAD)
        first[2].leave()
        here.answers["a"].set()
        await until(lambda: last.shows == "Opening the lab …")
        await settle()
        assert here.begun == ["a", "b", "d"]
        assert last.got.count(HEAD) == 1

    run(story())


def test_before_any_page_was_made_who_waits_gets_the_head_later(lab: Callable[..., Lab]) -> None:
    async def story() -> None:
        here = lab()
        here.head = ""
        _, _, last = [here.ask(name) for name in "abc"]
        assert last.got == ""
        await until(lambda: last.page == HEAD)

    run(story())


@pytest.mark.parametrize("how", ["fails", "dies", "hangs", "hangs up"])
def test_a_turn_comes_back_whatever_becomes_of_a_kernel(
    lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.03 if how == "hangs" else 100)

    async def story() -> None:
        here = lab()
        first, _, _ = here.ask("no kernel" if how == "fails" else "a"), here.ask("b"), here.ask("c")
        await asyncio.sleep(0)
        if how == "dies":
            await settle()
            assert len(here.begun) == 2
            here.alive.remove("a")
        if how == "hangs up":
            await settle()
            first.leave()
        await until(lambda: here.begun[2:] == ["c"])
        await asyncio.wait([first.reading], timeout=5 if how != "hangs" else 0)
        assert first.reading.done() == (how != "hangs")
        if how == "fails":
            assert isinstance(first.reading.exception(), OSError)
            assert here.seats.taken == 2
        elif how == "dies":
            assert first.shows == "The lab could not be opened. Please load this page again."
        elif how == "hangs":  # it may answer yet
            here.answers["a"].set()
            await first.reading
            assert "<p>a</p>" in first.got

    run(story())


def test_who_waits_and_goes_leaves_line_and_place(lab: Callable[..., Lab]) -> None:
    async def story() -> None:
        here = lab(most=4)
        _, _, third, _ = [here.ask(name) for name in "abcd"]
        await settle()
        assert here.seats.taken == 4
        third.leave()
        await third.reading
        assert here.seats.taken == 3
        here.answers["a"].set()
        await settle()
        assert here.begun == ["a", "b", "d"]

    run(story())


def test_a_kernel_that_cannot_start_is_told_to_who_has_waited(lab: Callable[..., Lab]) -> None:
    async def story() -> None:
        here = lab()
        visitors = [here.ask(name) for name in ("a", "b", "no kernel")]
        await until(lambda: visitors[2].got.startswith(HEAD))
        here.answers["b"].set()
        await visitors[2].reading
        assert visitors[2].shows.startswith("The lab could not be opened.")

    run(story())


def test_where_others_wait_nobody_waits_for_a_kernel_that_is_to_be_heated(
    lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        here = lab()
        takes = here.page.should_use_rendered_notebook
        first = here.ask("a")
        await settle()
        data = ({"template": "t"}, 1, None, None, {})
        assert takes(first.handler, *data)
        here.ask("b")
        await settle()
        assert not takes(first.handler, *data)
        here.heated = True
        assert takes(first.handler, *data)
        assert not takes(first.handler, {}, 0, None, None, {})

    run(story())
