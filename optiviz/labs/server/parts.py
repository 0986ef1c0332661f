"""What there is of Voilà's server besides the page: its kernel, files, and how the server is."""

from __future__ import annotations

from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.web import HTTPError
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from optiviz.labs.server.health import Health
from optiviz.labs.server.seats import Alive
from optiviz.labs.server.wire import Socket


class Looks(TemplateStaticFileHandler):  # type: ignore[misc]
    """The style sheets of the page's template; that no one asks for others, Voilà asserts."""

    def parse_url_path(self, url_path: str) -> str:
        """The path of a file, if it can be one."""
        if not url_path.startswith("optiviz/static/") or ".." in url_path:
            raise HTTPError(404)
        return str(super().parse_url_path(url_path))


# What is kept of Voilà's handlers, and what stands in its place.
PARTS: dict[type, type] = {
    Health: Health,
    KernelHandler: Alive,
    VoilaKernelWebsocketHandler: Socket,
    MultiStaticFileHandler: MultiStaticFileHandler,
    FileFindHandler: FileFindHandler,
    TemplateStaticFileHandler: Looks,
}
