"""The service on a socket of 127.0.0.1: HTTP/1.1 with connections kept open."""

import socket
import threading
import time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.github_server.exchange import Answer, Request
from tests.github_server.service import Service


class Listener:
    """A listening server; stop it when done."""

    def __init__(self, service: Service, *, rest_prefix: str, graphql_path: str) -> None:
        """Bind a free port; `rest_prefix` is '' or '/api/v3'."""
        handler = type(
            "Handler",
            (_Handler,),
            {"service": service, "rest_prefix": rest_prefix, "graphql_path": graphql_path, "dates": [True]},
        )
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._handler: Any = handler
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """The server's own address, without any path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def sends_date(self) -> bool:
        """Whether answers carry a `Date`, from the server's clock."""
        return bool(self._handler.dates[0])

    @sends_date.setter
    def sends_date(self, wanted: bool) -> None:
        self._handler.dates[0] = wanted

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: ClassVar[Service]
    rest_prefix: ClassVar[str]
    graphql_path: ClassVar[str]
    dates: ClassVar[list[bool]]
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            method=self.command,
            path=self._inner(parts.path),
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={key.lower(): value for key, value in self.headers.items()},
            content=content,
        )
        outcome = self.service.handle(request)
        if outcome.fault is not None and outcome.fault.delay:
            time.sleep(outcome.fault.delay)
        if outcome.answer is None or (outcome.fault is not None and outcome.fault.lose_reply):
            self._hang_up()
        else:
            self._reply(outcome.answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the library's names

    def _inner(self, path: str) -> str:
        if path == self.graphql_path:
            return "/graphql"
        if not path.startswith(f"{self.rest_prefix}/"):
            return f"/outside-the-api{path}"
        return path.removeprefix(self.rest_prefix)

    def _reply(self, answer: Answer) -> None:
        content = answer.content()
        try:
            self.send_response_only(answer.status)
            if self.dates[0]:
                self.send_header("Date", format_datetime(self.service.world.clock.now, usegmt=True))
            self.send_header("X-GitHub-Request-Id", f"7E57:{self.service.journal.requests[-1].number:X}")
            if content:
                self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing: the journal records every request."""
