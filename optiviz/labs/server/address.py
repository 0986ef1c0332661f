"""The path that all addresses of a server begin with."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from optiviz.errors import UserError

LONGEST = 200
# What every browser and proxy leaves as it is; letters beyond ASCII as a browser sends them.
PART = re.compile(r"(?:[A-Za-z0-9._~@-]|%[89A-F][0-9A-F])+")


def path_of(base_url: str) -> str:
    """A base URL with a slash at both ends.

    Raises:
        UserError: one that browsers or proxies would change.

    >>> path_of("course/lab"), path_of("/")
    ('/course/lab/', '/')
    """
    if len(base_url) > LONGEST:
        raise UserError(f"--base-url may have up to {LONGEST} characters, got {len(base_url)}.")
    inner = base_url.removeprefix("/").removesuffix("/")
    for part in inner.split("/") if inner else []:
        if part in ("", ".", "..") or not PART.fullmatch(part) or "\ufffd" in unquote(part):
            raise UserError(_refused(base_url, part))
    return f"/{inner}/" if inner else "/"


def _refused(base_url: str, part: str) -> str:
    """Why a base URL cannot be served."""
    if not part:
        reason = "it has two slashes side by side"
    elif part in (".", ".."):
        reason = f"browsers resolve {part!r}"
    else:
        reason = "between its slashes may stand letters, digits and -._~@"
        if part.isalpha():
            reason += f", and others as browsers send them: {quote(part)}"
    return f"Cannot serve under --base-url {base_url!r}: {reason}."
