"""Our own Slack on a socket of 127.0.0.1: it keeps state, refuses what Slack refuses, and fails to order."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

from tests.slack_server.faults import Answer, Fault, Faults
from tests.slack_server.methods import Methods
from tests.slack_server.rules import RefusedError
from tests.slack_server.workspace import Channel, Message, Person, Token, Webhook, Workspace

TOKEN: Final = "xoxb-1111-2222-SeCrEtToKeN"
CHANNEL: Final = "C0123456789"
HOOK: Final = "/services/T0/B0/SeCrEtHoOk"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived, and the error that it got."""

    method: str
    arguments: dict[str, Any]
    error: str | None = None


class SlackServer:
    """A workspace behind HTTP. `api` and `hook` are the addresses that keyturn is given."""

    def __init__(self) -> None:
        """Start with one bot token, one channel that the bot is in, and one webhook into that channel."""
        self.workspace = Workspace()
        self.workspace.tokens[TOKEN] = Token()
        self.workspace.channels[CHANNEL] = Channel(id=CHANNEL)
        self.workspace.webhooks[HOOK] = Webhook(path=HOOK, channel=CHANNEL)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.ended = threading.Event()
        self._methods = Methods(self.workspace)
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"slack": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens, without any path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api(self) -> str:
        """The Web API."""
        return f"{self.address}/api/"

    @property
    def hook(self) -> str:
        """The webhook's address, which is its secret."""
        return f"{self.address}{HOOK}"

    @property
    def channel(self) -> Channel:
        """The channel that the cards go to."""
        return self.workspace.channels[CHANNEL]

    @property
    def token(self) -> Token:
        """What keyturn's token may do."""
        return self.workspace.tokens[TOKEN]

    @property
    def methods(self) -> list[str]:
        """The methods called, in order."""
        return [call.method for call in self.calls]

    @property
    def cards(self) -> list[Message]:
        """What stands in the channel outside threads, oldest first; deleted messages do not."""
        return [m for m in self.workspace.messages if m.thread_ts is None and not m.tombstone]

    def replies(self, message: Message) -> list[Message]:
        """The replies in a message's thread, oldest first."""
        return self.workspace.thread(message.channel, message.ts)[1:]

    def person(self, user: str, email: str, **more: bool) -> None:
        """Let somebody join the workspace."""
        self.workspace.people.append(Person(id=user, email=email, **more))

    @contextmanager
    def listening(self) -> Iterator["SlackServer"]:
        """Answer for as long as the block lasts."""
        self._thread.start()
        try:
            yield self
        finally:
            self.ended.set()  # whatever still hangs ends with the test
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._server.server_close()

    def handle(self, path: str, token: str | None, arguments: Any) -> tuple[Answer | None, Fault | None]:
        """Do what was asked, unless a fault was ordered; no answer means that the connection ends."""
        is_method = path.startswith("/api/")
        method = path.removeprefix("/api/") if is_method else "webhook"
        fault = self.faults.take(method)
        if fault is not None and fault.meanwhile is not None:
            fault.meanwhile()
        with self._lock:
            if fault is not None and (fault.drop or fault.instead is not None):
                self.calls.append(Call(method, arguments, "fault"))
                return fault.instead, fault
            answer = self._method(method, token, arguments) if is_method else self._webhook(path, arguments)
        if fault is not None and fault.afterwards is not None:
            answer = fault.afterwards
        return answer, fault

    def _method(self, method: str, token: str | None, arguments: Any) -> Answer:
        error = None
        try:
            body = self._methods.call(method, token, arguments)
        except RefusedError as refused:
            error = refused.error
            body = {"ok": False, "error": error, **refused.more}
        self.calls.append(Call(method, arguments, error))
        return Answer(200, json.dumps(body).encode())

    def _webhook(self, path: str, body: object) -> Answer:
        status, text = self._methods.hook(path, body)
        self.calls.append(Call("webhook", body if isinstance(body, dict) else {}, None if text == "ok" else text))
        return Answer(status, text.encode(), "text/html")


class _Handler(BaseHTTPRequestHandler):
    slack: ClassVar[SlackServer]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        answer, fault = self.slack.handle(
            self.path, token if scheme == "Bearer" else None, _arguments(self.headers.get("Content-Type", ""), content)
        )
        if fault is not None and fault.delay:
            self.slack.ended.wait(fault.delay)
        if answer is None or (fault is not None and fault.lose_reply):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        try:
            self._reply(answer, fault.drip if fault is not None else 0)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _reply(self, answer: Answer, drip: float) -> None:
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if not drip:
            self.wfile.write(answer.content)
            return
        for at in range(len(answer.content)):
            self.wfile.write(answer.content[at : at + 1])
            self.wfile.flush()
            if self.slack.ended.wait(drip):
                return

    def log_message(self, *_: object) -> None:
        """Say nothing: every call is recorded."""


def _arguments(content_type: str, content: bytes) -> Any:
    if content_type.startswith("application/json"):
        try:
            return json.loads(content)
        except ValueError:
            return None
    return dict(parse_qsl(content.decode()))
