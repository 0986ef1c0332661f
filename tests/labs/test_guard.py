"""Who is let in: names, other sites, a token; and what an answer that is none says."""

from __future__ import annotations

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import pytest

from optiviz.errors import UserError
from optiviz.labs.server.door import Door

if find_spec("voila") is None:
    pytest.skip("needs the extra apps", allow_module_level=True)

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

DOOR = Door(("lab.example.org",), ("https://course.example.org",))


class Plain(RequestHandler):
    """A handler that knows nothing of all this."""

    def get(self) -> None:
        self.finish("let in")

    post = get


class Starts(Plain):
    starts = True


class Free(Plain):
    free = True


class Breaks(Plain):
    def get(self) -> None:
        raise RuntimeError("a secret")


HANDLERS = [("/", Starts), ("/file", Plain), ("/health", Free), ("/breaks", Breaks)]


def ask(
    path: str = "/", door: Door = DOOR, method: str = "GET", **headers: str
) -> tuple[int, str, HTTPResponse]:
    """The status and the body of an answer."""
    with warnings.catch_warnings(action="ignore"):  # a second, which only who runs this waits for
        from optiviz.labs.server.guard import Identity, Missing, guarded  # noqa: PLC0415

    async def asked() -> HTTPResponse:
        kept = {kind: kind for _, kind in HANDLERS}
        app = Application(
            guarded([*HANDLERS, ("/other", RequestHandler)], kept),
            default_handler_class=Missing,
            base_url="/course/lab/",
            cookie_secret="x",
            identity_provider=Identity(token=door.token or ""),
            disable_check_xsrf=True,
            allow_unauthenticated_access=True,
            door=door,
        )
        socket, port = bind_unused_port()
        server = HTTPServer(app)
        server.add_socket(socket)
        try:
            client = AsyncHTTPClient()
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            body = b"" if method == "POST" else None
            url = f"http://127.0.0.1:{port}{path}"
            return await client.fetch(
                url, raise_error=False, method=method, headers=named, body=body
            )
        finally:
            server.stop()
            await server.close_all_connections()

    with ThreadPoolExecutor(1) as pool:  # in this thread a browser may have its loop
        answer = pool.submit(asyncio.run, asked()).result()
    return answer.code, answer.body.decode(), answer


LAB = "http://lab.example.org"
EVIL = "http://evil.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def fetched(site: str, mode: str = "navigate", dest: str = "document", **more: str) -> dict:
    """What browsers say of a request."""
    return {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest} | more


LET_IN = {
    "a script on this machine": {},
    "an address": {"Host": "192.168.1.7:8866"},
    "a new address": {"Host": "[2001:db8::1]:8866"},
    "this machine": {"Host": "localhost:8866"},
    "a name that was given": {"Host": "LAB.example.org"},
    "an address that was typed": fetched("none"),
    "a link on another site": fetched("cross-site", Referer="https://course.example.com/"),
    "the page again": fetched("same-origin"),
    "a course page that shows it": fetched(
        "cross-site", dest="iframe", Referer="https://course.example.org/"
    ),
    "an old browser, from the page before": {
        "User_Agent": FIREFOX,
        "Host": "lab.example.org",
        "Referer": f"{LAB}/",
    },
    "an old browser, shown by a course page": {
        "User_Agent": FIREFOX,
        "Referer": "https://course.example.org/lesson/3",
    },
    "its own script": {"Host": "lab.example.org", "Origin": LAB},
}
KEPT_OUT = {
    "a name that was turned to here": {"Host": "evil.example"},
    "a name that begins like ours": {"Host": "lab.example.org.evil.example"},
    "a name that is none": {"Host": "127.0.0.1.evil.example:8866"},
    "no name": {"Host": ""},
    "two names": {"Host": "localhost,evil.example"},
    "another site's script": {"Origin": EVIL},
    "a page without a site": {"Origin": "null"},
    "another site, by a name like ours": {
        "Host": "lab.example.org",
        "Origin": f"{LAB}.evil.example",
    },
    "an origin that is none": {"Origin": "http://["},
    "an image of another site": fetched("cross-site", "no-cors", "image"),
    "a script of another site": fetched("cross-site", "cors", "empty"),
    "a frame of another site": fetched("cross-site", dest="iframe", Referer=f"{EVIL}/"),
    "a frame that does not say whose": fetched("cross-site", dest="iframe"),
    "a frame of a site named like the course": fetched(
        "cross-site", dest="iframe", Referer="https://course.example.org.evil.example/"
    ),
    "an object of another site": fetched("cross-site", dest="object", Referer=f"{EVIL}/"),
    "another port of this machine": fetched("same-site", "cors", "empty"),
    "another site, before anyone follows its link": fetched("cross-site", Sec_Purpose="prefetch"),
    "the same, in front of anyone's eyes": fetched("none", Sec_Purpose="prefetch;prerender"),
    "an old browser, from another site": {"User_Agent": FIREFOX, "Referer": f"{EVIL}/"},
    "an old browser that does not say whence": {"User_Agent": FIREFOX},
    "a script that says it is another site's": {"Referer": f"{EVIL}/"},
}


@pytest.mark.parametrize("who", LET_IN)
def test_who_is_let_in(who: str) -> None:
    assert ask(**LET_IN[who])[:2] == (200, "let in")


@pytest.mark.parametrize("who", KEPT_OUT)
def test_who_is_not(who: str) -> None:
    status, body, _ = ask(**KEPT_OUT[who])
    assert status in (400, 403)
    assert "let in" not in body


@pytest.mark.parametrize("path", ["/file", "/health", "/other", "/nothing"])
def test_no_other_answer_is_for_other_sites_either(path: str) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Origin": EVIL},
        fetched("cross-site", "no-cors", "script"),
    ):
        assert ask(path, **headers)[0] == 403
    assert ask(path, method="POST", Origin=EVIL)[0] == 403


def test_a_browser_that_does_not_say_whence_is_asked_to_come_again() -> None:
    _, body, _ = ask(User_Agent=FIREFOX)
    assert '<a href="">Open the lab</a>' in body
    assert ask("/file", User_Agent=FIREFOX)[0] == 200  # this starts nothing


@pytest.mark.parametrize("path", ["/", "/file", "/health", "/nothing", "/breaks", "/other"])
@pytest.mark.parametrize("headers", [{}, {"Host": "evil.example"}])
def test_every_answer_says_what_browsers_may_do_with_it(path: str, headers: dict) -> None:
    found = ask(path, **headers)[2].headers
    assert found["Content-Security-Policy"] == "frame-ancestors 'self' https://course.example.org"
    assert found["Referrer-Policy"] == "same-origin"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in found
    assert "Set-Cookie" not in found


@pytest.mark.parametrize(
    ("path", "headers", "status", "words"),
    [
        ("/nothing", {}, 404, "There is no such page"),
        ("/other", {}, 404, "There is no such page"),
        ("/breaks", {}, 500, "Internal Server Error"),
        ("/", {"Host": "evil.example"}, 403, "optiviz app --host NAME"),
        ("/", {"Origin": EVIL}, 403, "Another site asked for this"),
    ],
)
def test_an_answer_that_is_none_says_why_and_no_more(
    path: str, headers: dict[str, str], status: int, words: str
) -> None:
    found, body, _ = ask(path, **headers)
    assert found == status
    assert words in body
    for word in ("secret", "Traceback", ".py", "evil", "{", "tornado"):
        assert word not in body.partition("</style>")[2]


LOCKED = Door(token="open sesame")


def test_without_the_token_nobody_gets_in() -> None:
    for path in ("/", "/file", "/nothing", "/other"):
        for headers in ({}, {"Authorization": "token x"}, {"Cookie": "username-127-0-0-1=x"}):
            status, body, _ = ask(path, LOCKED, **headers)
            assert (status, "let in" in body) == (403, False)
    assert ask("/?token=", LOCKED)[0] == 403
    assert "?token=…" in ask("/", LOCKED)[1]
    assert ask("/health", LOCKED)[0] == 200


def test_with_the_token_one_gets_in_and_a_cookie() -> None:
    status, _, answer = ask(f"/{LOCKED.query}", LOCKED)
    assert status == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert ask("/", LOCKED, Authorization="token open sesame")[0] == 200
    assert ask(f"/{LOCKED.query}", LOCKED, Origin=EVIL)[0] == 403  # not from elsewhere, either


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"hosts": ["http://x"]}, "--host is a name such as lab.example.org, got 'http://x'."),
        ({"hosts": ["x:80"]}, "--host is a name such as lab.example.org, got 'x:80'."),
        (
            {"embed": ["course.org"]},
            "--embed is a site such as https://course.org, got 'course.org'.",
        ),
        (
            {"embed": ["https://x.org/a"]},
            "--embed is a site such as https://course.org, got 'https://x.org/a'.",
        ),
        ({"embed": ["https://*; script-src *"]}, "--embed is a site such as"),
        ({"embed": ["*"]}, "--embed is a site such as"),
        ({"token": ""}, "--token needs a word of letters and digits."),
        ({"token": " "}, "--token needs a word of letters and digits."),
        ({"token": "η"}, "--token needs a word of letters and digits."),
    ],
)
def test_a_door_that_cannot_be(how: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        Door.read(**{"hosts": None, "embed": None, "token": None} | how)
    assert str(error.value).startswith(sentence)


def test_a_door_in_words() -> None:
    door = Door.read(["Lab.Example.org"], ["https://Course.org/", "http://[::1]:80"], "a b&c")
    assert door == Door(("lab.example.org",), ("https://course.org", "http://[::1]:80"), "a b&c")
    assert door.query == "?token=a%20b%26c"
