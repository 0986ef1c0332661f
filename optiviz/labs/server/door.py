"""What the server lets in, in words: names, sites that may frame it, a token."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote

from optiviz.errors import UserError

NAME = re.compile(r"[\w.-]+", re.ASCII)
SITE = re.compile(r"https?://([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.ASCII)


@dataclass(frozen=True)
class Door:
    """What is let in.

    Attributes:
        hosts: the names it is served under, besides addresses and this machine's names.
        embed: the sites whose pages may show the lab in a frame.
        token: what a link must have in it, if anything.
    """

    hosts: tuple[str, ...] = ()
    embed: tuple[str, ...] = ()
    token: str | None = None

    @classmethod
    def read(cls, hosts: list[str] | None, embed: list[str] | None, token: str | None) -> Door:
        """The door in words.

        Raises:
            UserError: a name, a site or a token that cannot be one.
        """
        for host in hosts or ():
            if not NAME.fullmatch(host):
                raise UserError(f"--host is a name such as lab.example.org, got {host!r}.")
        sites = [site.rstrip("/").lower() for site in embed or ()]
        for site in sites:
            if not SITE.fullmatch(site):
                raise UserError(f"--embed is a site such as https://course.org, got {site!r}.")
        if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
            raise UserError("--token needs a word of letters and digits.")
        return cls(tuple(host.lower() for host in hosts or ()), tuple(sites), token)

    @property
    def query(self) -> str:
        """What a link ends with."""
        return "" if self.token is None else f"?token={quote(self.token, safe='')}"

    def knows(self, host: str) -> bool:
        """Whether the server goes by this name.

        A site that lets its name point here sends its name: an address cannot be turned so.
        """
        host = host.removeprefix("[").removesuffix("]")
        own = socket.gethostname().lower()
        if host in {"localhost", own, f"{own}.local", *self.hosts}:
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True
