"""The access log: one line a request."""

from __future__ import annotations

import logging
import sys
from typing import Any

LONGEST = 200  # characters of an address

_access = logging.getLogger("tornado.access")


def open_log() -> None:
    """Log requests on stderr, unless that is a terminal, where they would hide the address."""
    _access.propagate = False
    if sys.stderr is None or sys.stderr.isatty():
        _access.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    _access.addHandler(handler)
    _access.setLevel(logging.INFO)


def log(handler: Any) -> None:
    """Log a request that was answered; its query may hold a secret and stays out."""
    asked = handler.request
    path = ascii(asked.path)[1:-1][:LONGEST]
    line = f'{asked.remote_ip} "{asked.method[:20]} {path}" {handler.get_status()}'
    _access.info("%s %.3f s", line, asked.request_time())
