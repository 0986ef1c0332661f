"""Who may ask the server for anything at all: looked at before every answer, of Voilà's, too."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado.web import HTTPError
from voila.voila_identity_provider import VoilaIdentityProvider

from optiviz.labs.server.door import Door
from optiviz.labs.server.notice import notice

FRAMES = ("iframe", "frame", "embed", "object")


class Guard(JupyterHandler):
    """What every answer of the server goes through.

    A handler whose answer starts a program says `starts = True`, and one whose answer is for
    everybody, token or not, `free = True`.
    """

    @property
    def door(self) -> Door:
        """What is let in."""
        found: Door = self.settings["door"]
        return found

    def set_default_headers(self) -> None:
        """Say what browsers may do with the answer."""
        super().set_default_headers()
        frames = " ".join(["'self'", *self.door.embed])
        self.set_header("Content-Security-Policy", f"frame-ancestors {frames}")
        self.set_header("Referrer-Policy", "same-origin")
        self.clear_header("Server")

    async def prepare(self, **how: Any) -> None:
        """Refuse what comes by another name, from another site, or without the token."""
        if not self.check_host():
            raise HTTPError(403, reason="Unknown name")
        if not self._own(self.request.headers.get("Origin")) or self._from_elsewhere():
            raise HTTPError(403, reason="Another site")
        if getattr(self, "starts", False) and self._unsaid():
            raise HTTPError(403, reason="Not said by whom")
        locked = self.door.token is not None and not getattr(self, "free", False)
        if locked and await ensure_async(self.identity_provider.get_user(self)) is None:
            raise HTTPError(403, reason="No token")
        await super().prepare(**how)

    def check_host(self) -> bool:
        """Whether it comes by a name of the server's."""
        return self.door.knows(self.request.host_name)

    def _own(self, address: str | None) -> bool:
        """Whether an address is the server's own, or none is given."""
        return address is None or parts_of(address)[1] == self.request.host.lower()

    def _from_elsewhere(self) -> bool:
        """Whether a page of another site wants it for itself, and not as a link that one follows.

        Browsers say so to addresses with TLS and to this machine; for others see `_unsaid`.
        """
        headers = self.request.headers
        if "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", "")):
            return True
        if headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
            return False
        where = headers.get("Sec-Fetch-Dest", "")
        if headers.get("Sec-Fetch-Mode") != "navigate" or where not in ("document", *FRAMES):
            return True
        return where != "document" and not self._embeds()

    def _embeds(self) -> bool:
        """Whether it is asked for by a page that may show the lab in a frame."""
        return "://".join(parts_of(self.request.headers.get("Referer", ""))) in self.door.embed

    def _unsaid(self) -> bool:
        """Whether a browser does not say that the visitor himself wants it.

        The page that it then gets asks again if it is not in a frame, and then it is ours.
        """
        headers = self.request.headers
        if "Sec-Fetch-Site" in headers or self._embeds():
            return False
        referer = headers.get("Referer")
        browser = headers.get("User-Agent", "").startswith("Mozilla/")
        return not self._own(referer) if referer else browser

    def write_error(self, status_code: int, **how: Any) -> None:
        """Say what is wrong, and nothing of the server's insides."""
        if isinstance(self, APIHandler):
            self.finish({"message": self._reason})
            return
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(notice(self._reason, self.base_url))


class Identity(VoilaIdentityProvider):  # type: ignore[misc]
    """Who has the token; without one, nobody needs a cookie."""

    def set_login_cookie(self, handler: Any, user: Any) -> None:
        """Remember who has shown the token."""
        if self.token:
            super().set_login_cookie(handler, user)


class Missing(Guard):
    """What there is where there is nothing."""

    async def prepare(self, **how: Any) -> None:
        """Say so, to who is let in."""
        await super().prepare(**how)
        raise HTTPError(404)


def parts_of(address: str) -> tuple[str, str]:
    """The scheme of an address, and its host with the port; nothing of what is no address."""
    try:
        found = urlsplit(address.lower())
    except ValueError:
        return "", ""
    return found.scheme, found.netloc


def guarded(handlers: list[Any], kept: dict[type, type]) -> list[Any]:
    """Handlers that look at who asks before they answer.

    Args:
        handlers: their addresses, kinds and arguments.
        kept: what stands in the place of each kind; others are left out.
    """
    kinds = {old: type(new.__name__, (Guard, new), {}) for old, new in kept.items()}
    return [(url, kinds[kind], *how) for url, kind, *how in handlers if kind in kinds]
