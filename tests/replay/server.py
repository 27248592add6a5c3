"""``ReplayServer``: every request goes to one function of the test, whose ``Reply`` is sent as it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """``announced_length`` larger than the body makes the server break off, or with ``stalls`` send nothing more.

    ``hangs`` makes it answer nothing at all.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced_length: int | None = None
    hangs: bool = False
    stalls: bool = False


Answer = Callable[[Request], Reply]


class ReplayServer:
    """Serves ``answer`` on 127.0.0.1 while its context is open, and keeps every request."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/oai"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        replay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    parts.path, dict(parse_qsl(parts.query)), {k.lower(): v for k, v in self.headers.items()}
                )
                replay.requests.append(request)
                reply = replay.answer(request)
                if reply.hangs:
                    replay._closing.wait(30)
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(reply.announced_length or len(reply.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.stalls:
                    self.wfile.flush()
                    replay._closing.wait(30)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Tests read ``requests``; the terminal stays quiet."""

        return Handler


def in_turn(*replies: Reply) -> Answer:
    """Answers with one reply after the other, the last one for ever."""
    rest = list(replies)
    return lambda _request: rest.pop(0) if len(rest) > 1 else rest[0]
