"""The service on a socket of 127.0.0.1: HTTP/1.1 with connections kept open."""

import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.github_server.exchange import Answer, Request
from tests.github_server.service import Service


class Listener:
    """A listening server; stop it when done."""

    def __init__(self, service: Service, *, rest_prefix: str, graphql_path: str) -> None:
        """Bind a free port; `rest_prefix` is '' or '/api/v3'."""
        self._server = _Server(service, rest_prefix, graphql_path)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """The server's own address, without any path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def sends_date(self) -> bool:
        """Whether answers carry a `Date`, from the server's clock."""
        return self._server.sends_date

    @sends_date.setter
    def sends_date(self, wanted: bool) -> None:
        self._server.sends_date = wanted

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, end every connection and free the port."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, service: Service, rest_prefix: str, graphql_path: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service
        self.rest_prefix = rest_prefix
        self.graphql_path = graphql_path
        self.sends_date = True
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that none outlives the server."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection that is still open; the threads behind them end with it."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """Take a client that went away for granted; anything else is a defect of this server."""
        if not isinstance(sys.exception(), ConnectionError):
            self.service.journal.defects.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

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
        outcome = self.server.service.handle(request)
        if outcome.fault is not None and outcome.fault.delay:
            time.sleep(outcome.fault.delay)
        if outcome.answer is None or (outcome.fault is not None and outcome.fault.lose_reply):
            self._hang_up()
        else:
            self._reply(outcome.answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the library's names

    def _inner(self, path: str) -> str:
        if path == self.server.graphql_path:
            return "/graphql"
        if not path.startswith(f"{self.server.rest_prefix}/"):
            return f"/outside-the-api{path}"
        return path.removeprefix(self.server.rest_prefix)

    def _reply(self, answer: Answer) -> None:
        content = answer.content()
        self.send_response_only(answer.status)
        if self.server.sends_date:
            self.send_header("Date", format_datetime(self.server.service.world.clock.now, usegmt=True))
        self.send_header("X-GitHub-Request-Id", f"7E57:{len(self.server.service.journal.requests):X}")
        if content:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing: the journal records every request."""
