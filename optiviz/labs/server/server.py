"""The server of the labs: Voilà with a limit of users, and with kernels that end with their page.

Visitors can move the controls and nothing else: Voilà passes on messages of widgets, never code.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncIterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from optiviz.errors import UserError
from optiviz.labs.server.data import shared
from optiviz.labs.server.door import Door
from optiviz.labs.server.guard import Identity, Missing, guarded
from optiviz.labs.server.parts import PARTS
from optiviz.labs.server.wire import LARGEST, PING

DATA = Path(__file__).parent / "jupyter"  # what Jupyter calls a data directory: our template
FULL = DATA / "voila" / "templates" / "optiviz" / "full.html"
PORTS = 50  # how many are tried, one after another
LOOK = 10  # seconds between two looks for kernels that nobody needs any more
LEFT = 60  # seconds without a page, after which a kernel ends
# No request has a body, and none takes long to come.
LISTEN: dict[str, Any] = {
    "xheaders": True,
    "max_body_size": LARGEST,
    "max_header_size": LARGEST,
    "idle_connection_timeout": 60,
    "body_timeout": 10,
}


class Seat:
    """A place in the lab: taken when a page is asked for, free again when its kernel has ended."""

    kernel = ""  # not known yet


_seat: ContextVar[Seat] = ContextVar("seat")  # of the request that is being answered


class Kernels(AsyncMappingKernelManager):
    """The kernels, of which no more are given to pages than there are places."""

    most = 1

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)  # type: ignore[no-untyped-call]
        self.seats: list[Seat] = []
        self.left: dict[str, float] = {}

    def take(self) -> bool:
        """Take a place for the request that is being answered, if there is one."""
        self.seats = [seat for seat in self.seats if not seat.kernel or seat.kernel in self]
        if len(self.seats) >= self.most:
            return False
        seat = Seat()
        _seat.set(seat)
        self.seats.append(seat)
        return True

    def fill(self, kernel: str) -> None:
        """Say which kernel the request's place has got."""
        _seat.get(Seat()).kernel = kernel

    def give_back(self, kernel: str) -> bool:
        """Free the place of a kernel, if it has one."""
        taken = len(self.seats)
        self.seats = [seat for seat in self.seats if seat.kernel != kernel]
        return len(self.seats) < taken

    async def start_kernel(self, **how: Any) -> str:  # type: ignore[override]
        """Start a kernel; one that is not heated for later belongs to the request."""
        kernel: str = await super().start_kernel(**how)
        if how.get("env", {}).get("VOILA_PREHEAT") != "True":
            self.fill(kernel)
        return kernel

    async def shutdown_kernel(  # type: ignore[override]
        self, kernel_id: str, now: bool = True, restart: bool = False
    ) -> None:
        """End a kernel at once: one that is asked to would first finish, or print a traceback."""
        await _kill(self.get_kernel(kernel_id))
        await super().shutdown_kernel(kernel_id, now=True, restart=restart)  # type: ignore[no-untyped-call]

    async def shutdown_all(self, now: bool = True) -> None:  # type: ignore[override]
        """End every kernel at once, as the server ends."""
        for kernel in list(self._kernels.values()):
            await _kill(kernel)
        await super().shutdown_all(now=True)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that has died, or whose page has been gone for a while.

        Busy or not makes no difference: without a page nobody sees what it computes.
        """
        if not await self.is_alive(kernel_id):
            await self.shutdown_kernel(kernel_id)
        elif self._kernel_connections.get(kernel_id, 0) > 0:
            self.left.pop(kernel_id, None)
        elif time.monotonic() - self.left.setdefault(kernel_id, time.monotonic()) > LEFT:
            del self.left[kernel_id]
            await self.shutdown_kernel(kernel_id)


async def _kill(kernel: Any) -> None:
    if kernel.provisioner is not None:
        await kernel.provisioner.kill()


class Page(TornadoVoilaHandler):  # type: ignore[misc]
    """The lab's page, or one that says that all places are taken."""

    starts = True

    async def get_generator(self, path: str | None = None) -> AsyncIterator[str]:
        """The page piece by piece."""
        if path:  # no other page, no file: the lab's own parts have handlers of their own
            raise HTTPError(404)
        if not self.kernel_manager.take():
            self.set_status(503)
            self.set_header("Retry-After", "10")
            words = {"{most}": str(self.kernel_manager.most)}
            yield FULL.read_text().replace("{most}", words["{most}"])
        else:
            seat = _seat.get()
            try:
                async for html in super().get_generator(path):
                    yield html
            finally:
                RequestInfoSocketHandler._cache.clear()  # kept for ever for what nobody asks
                if not seat.kernel:  # it could not be started
                    self.kernel_manager.seats.remove(seat)


class Leave(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """What a page calls as it is closed.

    Voilà's pages never get the cookie that the usual check against forged requests looks for. The
    `Origin` header does as well here: `prepare` refuses a request from another site's page.
    """

    def check_xsrf_cookie(self) -> None:
        """Pass: see the class."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel; its place is free at once, so that a page can be reloaded.

        A page calls twice, as it begins to close and as it is gone: some browsers tell it only one.
        """
        if self.kernel_manager.give_back(kernel_id):
            await self.kernel_manager.shutdown_kernel(kernel_id)
        self.set_status(204)


OURS = {TornadoVoilaHandler: Page, VoilaShutdownKernelHandler: Leave}


class Lab(Voila):  # type: ignore[misc]
    """Voilà for one notebook, with our pages, limits and words."""

    title = ""
    address = ""
    door = Door()

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings; a kernel that was heated beforehand takes a place as it is given."""
        settings: dict[str, Any] = super().init_settings()
        kernels, give = self.kernel_manager, self.kernel_manager.get_rendered_notebook

        async def counted(*what: Any, **how: Any) -> Any:
            given = await give(*what, **how)
            kernels.fill(given[2])
            return given

        kernels.get_rendered_notebook = counted
        ours = {"door": self.door, "default_handler_class": Missing}
        return settings | ours | {"allow_unauthenticated_access": True}  # it is the guard that asks

    def init_handlers(self) -> list[Any]:
        """Those of Voilà's handlers that a page needs, with ours in their place."""
        return guarded(super().init_handlers(), PARTS | OURS)

    def listen(self) -> None:
        """Listen on the first free port, say where, and serve."""
        self.port = self._free()
        self.address = f"http://{_host(self.ip)}:{self.port}{self.base_url}{self.door.query}"
        print(f"{self.title}: {self.address}   (Ctrl-C ends it)", flush=True)
        if self.open_browser:
            _open(self.address)
        self.ioloop = IOLoop.current()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            print(file=sys.stderr)
        finally:
            self.stop()

    def _free(self) -> int:
        """The port that could be had."""
        for port in range(self.port, min(self.port + PORTS, 65536)):
            try:
                self.app.listen(port, self.ip, **LISTEN)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    reason = error.strerror or error
                    raise UserError(f"Cannot listen on {self.ip}:{port}: {reason}.") from None
            else:
                if port != self.port:
                    message = f"optiviz: port {self.port} is busy, so port {port} is used."
                    print(message, file=sys.stderr, flush=True)
                return port
        raise UserError(f"The {PORTS} ports from {self.port} on are busy: choose another --port.")


def _host(ip: str) -> str:
    """An address that a browser on this machine can open."""
    if ip in ("", "0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{ip}]" if ":" in ip else ip


def _open(address: str) -> None:
    """Open a browser. Without a screen there are only those that would take over the terminal."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not screen:
        return
    threading.Thread(target=webbrowser.open, args=(address, 2), daemon=True).start()


def settings() -> Config:
    """How Voilà is to behave."""
    config = Config()
    config.VoilaConfiguration.template = "optiviz"
    config.VoilaConfiguration.allow_template_override = "NO"  # others ask a CDN for style sheets
    config.VoilaConfiguration.allow_theme_override = "NO"  # the labs have their own
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.default_pool_size = 1
    config.VoilaConfiguration.multi_kernel_manager_class = Kernels
    config.VoilaConfiguration.file_allowlist = []
    config.AsyncMappingKernelManager.cull_interval = LOOK
    config.AsyncMappingKernelManager.cull_idle_timeout = LEFT
    config.KernelManager.autorestart = False  # a new kernel would know nothing of the page
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
    config.Voila.log_level = "ERROR"
    config.IdentityProvider.cookie_options = {"samesite": "Lax"}
    config.Voila.identity_provider_class = Identity
    config.Voila.tornado_settings = {
        "ws_ping_interval": PING,
        "websocket_max_message_size": LARGEST,
    }
    return config


def run(
    path: Path,
    title: str,
    port: int,
    ip: str,
    base_url: str,
    max_users: int,
    browser: bool,
    door: Door,
) -> None:
    """Serve one notebook; see `optiviz.labs.server.serve.serve`."""
    folders = [str(DATA), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(folders)
    Kernels.most = max_users
    lab = Lab(config=settings(), config_file_paths=[], notebook_path=str(path))
    lab.title, lab.port, lab.ip, lab.base_url = title, port, ip, base_url
    lab.open_browser = browser
    lab.door, lab.token = door, door.token
    with shared(path.stem):
        lab.initialize([])
        lab.start()
