"""The server of the labs: Voilà with a limit of users, and with kernels that end with their page.

Visitors can move the controls and nothing else: Voilà passes on messages of widgets, never code.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import sys
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any

from jupyter_core.utils import run_sync
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from optiviz.labs.server.data import shared
from optiviz.labs.server.door import Door
from optiviz.labs.server.guard import Identity, Missing, guarded
from optiviz.labs.server.health import Health
from optiviz.labs.server.log import log, open_log
from optiviz.labs.server.pages import Leave, Page
from optiviz.labs.server.parts import PARTS
from optiviz.labs.server.ports import bound
from optiviz.labs.server.seats import Seats
from optiviz.labs.server.turns import Turns
from optiviz.labs.server.wire import LARGEST, PING

# Of all that is installed for JupyterLab and Voilà, what a lab is made of.
WIDGETS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
]
DATA = Path(__file__).parent / "jupyter"  # what Jupyter calls a data directory: our template
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


class Kernels(AsyncMappingKernelManager):
    """The kernels, of which no more are given to pages than there are places."""

    most = 1
    head = ""  # of every page, up to what its kernel makes; not known before the first

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)  # type: ignore[no-untyped-call]
        self.seats = Seats(self.most, self.__contains__)
        self.turns = Turns(max(2, os.cpu_count() or 1))
        self.left: dict[str, float] = {}
        self.ending = False

    @property
    def heated(self) -> bool:
        """Whether a kernel that nobody asked for yet is there; Voilà counts those to come, too."""
        pools = getattr(self, "_pools", {}).values()
        return any(kernel.done() for pool in pools for kernel in pool[:1])

    async def start_kernel(self, **how: Any) -> str:  # type: ignore[override]
        """Start a kernel; one that is not heated for later belongs to the request."""
        if self.ending:
            raise HTTPError(503)
        kernel: str = await super().start_kernel(**how)
        if how.get("env", {}).get("VOILA_PREHEAT") != "True":
            self.seats.fill(kernel)
        return kernel

    async def shutdown_kernel(  # type: ignore[override]
        self, kernel_id: str, now: bool = True, restart: bool = False
    ) -> None:
        """End a kernel at once: one that is asked to would first finish, or print a traceback."""
        await _kill(self.get_kernel(kernel_id))
        await super().shutdown_kernel(kernel_id, now=True, restart=restart)  # type: ignore[no-untyped-call]

    async def shutdown_all(self, now: bool = True) -> None:  # type: ignore[override]
        """End every kernel at once, as the server ends; what else it holds ends with it.

        So does a process that is just being started: it looks for its parent every second.
        """
        self.ending = True
        for pool in getattr(self, "_pools", {}).values():  # Voilà's heated ones
            for kernel in pool:
                kernel.cancel()
            pool.clear()
        for kernel in self._kernels.values():
            await _kill(kernel)
        for kernel in self._kernels.values():
            if kernel.provisioner is not None:
                await kernel.provisioner.wait()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that has died, or whose page has been gone for a while.

        Busy or not makes no difference: without a page nobody sees what it computes.
        """
        if not await self.is_alive(kernel_id):
            await self.shutdown_kernel(kernel_id)
        elif self._kernel_connections.get(kernel_id, 0) > 0 or self.seats.making(kernel_id):
            self.left.pop(kernel_id, None)
        elif time.monotonic() - self.left.setdefault(kernel_id, time.monotonic()) > LEFT:
            del self.left[kernel_id]
            await self.shutdown_kernel(kernel_id)


async def _kill(kernel: Any) -> None:
    if kernel.provisioner is not None:
        await kernel.provisioner.kill()


OURS = {TornadoVoilaHandler: Page, VoilaShutdownKernelHandler: Leave}


class Lab(Voila):  # type: ignore[misc]
    """Voilà for one notebook, with our pages, limits and words."""

    title = ""
    address = ""
    door = Door()
    ioloop = None

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings; a kernel that was heated beforehand takes a place as it is given."""
        settings: dict[str, Any] = super().init_settings()
        kernels, give = self.kernel_manager, self.kernel_manager.get_rendered_notebook

        async def counted(*what: Any, **how: Any) -> Any:
            given = await give(*what, **how)
            kernels.seats.fill(given[2])
            kernels.left.pop(given[2], None)  # of when it was heated: nobody had left it
            return given

        kernels.get_rendered_notebook = counted
        ours = {"door": self.door, "default_handler_class": Missing}
        return settings | ours | {"allow_unauthenticated_access": True}  # it is the guard that asks

    def init_handlers(self) -> list[Any]:
        """Those of Voilà's handlers that a page needs, with ours in their place; and the health."""
        health = (re.escape(f"{self.base_url}health"), Health, {"kernels": self.kernel_manager})
        return guarded([health, *super().init_handlers()], PARTS | OURS)

    def listen(self) -> None:
        """Serve, and say where."""
        server = HTTPServer(self.app, **LISTEN)
        server.add_sockets(self.sockets)
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
            server.stop()
            self.stop()

    def stop(self) -> None:
        """End the kernels, then clear what they left."""
        run_sync(self.kernel_manager.shutdown_all)()
        shutil.rmtree(self.connection_dir, ignore_errors=True)
        gc.freeze()  # or Python looks for circles in all of it, for seconds after many pages

    def _handle_signal_stop(self, number: int, _: Any) -> None:
        """End at once; before the loop is there, as an exit does."""
        if self.ioloop is None:
            sys.exit(0)
        super()._handle_signal_stop(number, _)


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
    config.VoilaConfiguration.extension_allowlist = WIDGETS
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
        "log_function": log,
    }
    return config


def run(
    path: Path,
    title: str,
    port: int,
    strict_port: bool,
    ip: str,
    base_url: str,
    max_users: int,
    browser: bool,
    door: Door,
) -> None:
    """Serve one notebook; see `optiviz.labs.server.serve.serve`."""
    port, sockets = bound(ip, port, strict_port)
    open_log()
    folders = [str(DATA), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(folders)
    Kernels.most = max_users
    lab = Lab(config=settings(), config_file_paths=[], notebook_path=str(path))
    lab.title, lab.port, lab.ip, lab.base_url = title, port, ip, base_url
    lab.open_browser, lab.sockets = browser, sockets
    lab.door, lab.token = door, door.token
    with shared(path.stem):
        lab.initialize([])
        lab.start()
