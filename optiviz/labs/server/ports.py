"""Where the server listens."""

from __future__ import annotations

import errno
import socket
import sys

from tornado.netutil import bind_sockets

from optiviz.errors import UserError

PORTS = 50  # how many are tried, one after another


def bound(ip: str, port: int, strict: bool) -> tuple[int, list[socket.socket]]:
    """The port that could be had, and its sockets, which listen.

    Raises:
        UserError: an address that is not of this machine, or a busy port, if it has to be that one.
    """
    for number in range(port, min(port + (1 if strict else PORTS), 65536)):
        try:
            sockets = bind_sockets(number, ip)
        except (OSError, UnicodeError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or error
                raise UserError(f"Cannot listen on {ip}:{number}: {reason}.") from None
        else:
            if number != port:
                message = f"optiviz: port {port} is busy, so port {number} is used."
                print(message, file=sys.stderr, flush=True)
            return number, sockets
    if strict:
        raise UserError(f"Port {port} is busy: end what has it, or choose another --port.")
    raise UserError(f"The {PORTS} ports from {port} on are busy: choose another --port.")
