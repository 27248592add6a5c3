"""The one way to the network: polite, patient and suspicious.

*Polite*: a user agent with a contact, at most one request per interval, ``Retry-After`` honoured. *Patient*: time-outs
and server errors are tried again with growing pauses, but nothing is waited for once the run is asked to stop.
*Suspicious*: bodies are bounded after decompression, redirects never lead to another host or port, private
addresses are refused unless the settings allow them, no proxy and no cookie is used.
"""

from __future__ import annotations

import ipaddress
import random
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError, StoppedError

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one response after decompression; the largest page of any source has about ten million."""
ATTEMPTS = 5
FIRST_PAUSE = 2.0
"""Seconds before the second attempt; doubled for every further one."""
LONGEST_PAUSE = 120.0
LONGEST_RETRY_AFTER = 900.0
"""Seconds. A server that asks for more is asked again by a later run."""
WHOLE_REQUEST = 180.0
"""Seconds within which a whole body must have come, however lively it trickles."""
LONGEST_CONNECT = 10.0
_LOOK_SECONDS = 0.25
_REDIRECTS = 3
_DEFAULT_PORTS = {"http": 80, "https": 443}
_GZIP_START = b"\x1f"
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_USER_AGENT = "BZPEER/0.1 (scholarly profiles; {contact})"


class Page(NamedTuple):
    """One response: its status and its whole body, decompressed."""

    status: int
    body: bytes
    content_type: str


class _TryAgainError(Exception):
    """This attempt failed; ``pause`` are the seconds that the server asked for, if it did."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


def split_url(url: str) -> tuple[SplitResult, int | None]:
    """The parts of an address and its port. Raises ``SourceError`` when it is none."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise SourceError(f"{url} is no http or https address ({error})") from None


def pause(seconds: float, stop: threading.Event) -> None:
    """Wait so long. Raises ``StoppedError`` as soon as ``stop`` is set."""
    if stop.wait(seconds):
        raise StoppedError


def check_url(url: str, *, allow_private_hosts: bool) -> None:
    """Refuse what is no plain HTTP(S) URL, or whose host is or resolves to a private address.

    Raises ``SourceError``.
    """
    parts, port = split_url(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"{url} is no http or https address")
    if parts.username or parts.password:
        raise SourceError("An address with a user name or password in it is not fetched")
    if allow_private_hosts:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceUnavailableError(f"The host {parts.hostname} is not known") from None
    for *_, address in found:
        _require_public(str(address[0]), parts.hostname)


def _require_public(address: str, host: str) -> None:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    if not mapped.is_global or mapped.is_multicast:
        raise SourceError(f"{host} is a private address; the settings do not allow it")


class PoliteClient:
    """Fetches pages of one service. A context manager; one for each run."""

    def __init__(self, options: SourceOptions, *, interval: float, max_body: int = MAX_BODY) -> None:
        """``interval`` are the seconds between two requests that the service asks for; the options may lengthen it."""
        self._interval = options.request_interval if options.request_interval is not None else interval
        self._allow_private_hosts = options.allow_private_hosts
        self._max_body = max_body
        self._stop = options.stop or threading.Event()
        self._next_request = 0.0
        self._client = httpx.Client(
            headers={
                "User-Agent": _USER_AGENT.format(contact=options.contact or "no contact given"),
                "Accept-Encoding": "gzip",
            },
            timeout=httpx.Timeout(options.timeout, connect=min(options.timeout, LONGEST_CONNECT)),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, parameters: Mapping[str, str] | None = None, *, also: frozenset[int] = frozenset()) -> Page:
        """The page at ``url``. ``also`` are statuses besides 200 whose body the caller understands.

        Raises ``SourceUnavailableError`` when no attempt succeeds, ``SourceError`` when another would be no use,
        ``StoppedError`` as soon as the run is to end.
        """
        reason = ""
        for attempt in range(ATTEMPTS):
            self._wait_for_turn()
            try:
                return self._unless_stopped(lambda: self._follow(url, parameters, also))
            except _TryAgainError as failure:
                reason = str(failure)
                asked = failure.pause
            except httpx.TimeoutException:
                reason, asked = "did not answer in time", None
            except httpx.InvalidURL as error:
                raise SourceError(f"{url} is no http or https address ({error})") from None
            except httpx.HTTPError as error:
                reason, asked = f"broke the connection ({type(error).__name__})", None
            if asked is not None and asked > LONGEST_RETRY_AFTER:
                wait_for = f"{asked:.0f} s" if asked <= 86_400 else "more than a day"
                raise SourceUnavailableError(f"{_host(url)} asks to wait {wait_for}; the run can be resumed later")
            if attempt + 1 < ATTEMPTS:
                self._pause(attempt, asked)
        raise SourceUnavailableError(f"{_host(url)} {reason}; tried {ATTEMPTS} times")

    def _wait_for_turn(self) -> None:
        seconds = self._next_request - time.monotonic()
        if seconds > 0:
            pause(seconds, self._stop)
        self._next_request = time.monotonic() + self._interval

    def _pause(self, attempt: int, asked: float | None) -> None:
        growing = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.75, 1.25)
        pause(asked if asked is not None else growing, self._stop)

    def _unless_stopped(self, fetch: Callable[[], Page]) -> Page:
        """What ``fetch`` returns or raises. It runs beside, so that nobody who wants to stop waits for its answer."""
        answer: Future[Page] = Future()

        def run() -> None:
            try:
                answer.set_result(fetch())
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=run, name="import-request", daemon=True).start()
        while not wait([answer], timeout=_LOOK_SECONDS).done:
            if self._stop.is_set():
                raise StoppedError
        return answer.result()

    def _follow(self, url: str, parameters: Mapping[str, str] | None, also: frozenset[int]) -> Page:
        """Fetch once, following redirects that stay on the host and its port."""
        check_url(url, allow_private_hosts=self._allow_private_hosts)
        for _ in range(_REDIRECTS + 1):
            with self._client.stream("GET", url, params=dict(parameters) if parameters else None) as response:
                self._check_peer(response)
                if not response.is_redirect:
                    return self._page(response, also)
                target = _joined(str(response.url), response.headers["location"])
            if split_url(target)[0].hostname != urlsplit(url).hostname:
                raise SourceError(f"{_host(url)} redirects to another host ({_host(target)}), which is not followed")
            if not is_same_service(url, target):
                raise SourceError(f"{_host(url)} redirects to another of its ports, which is not followed")
            check_url(target, allow_private_hosts=self._allow_private_hosts)
            url, parameters = target, None
        raise SourceError(f"{_host(url)} redirects in circles")

    def _check_peer(self, response: httpx.Response) -> None:
        """The address that was really talked to: a name can resolve differently from one moment to the next."""
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream is not None else None
        if peer and not self._allow_private_hosts:
            _require_public(str(peer[0]), response.url.host)

    def _page(self, response: httpx.Response, also: frozenset[int]) -> Page:
        status = response.status_code
        if status in _RETRIED and status not in also:
            raise _TryAgainError(f"answered {status}", _retry_after(response.headers.get("retry-after")))
        if status != 200 and status not in also:
            raise SourceError(f"{response.url.host} answered {status} to {response.url.path}")
        return Page(status, self._body(response), response.headers.get("content-type", ""))

    def _body(self, response: httpx.Response) -> bytes:
        """The whole body, decompressed here so that no chunk of a gzip bomb is ever held.

        A gzip body may have several members (RFC 1952, 2.2); padding behind the last one is left.
        """
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in {"identity", "gzip", "x-gzip", ""}:
            raise SourceError(f"{response.url.host} sent a body in an encoding that was not asked for ({encoding})")
        unpacker = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        deadline = time.monotonic() + WHOLE_REQUEST
        body = bytearray()
        for chunk in response.iter_raw():
            rest = chunk
            while rest:
                if unpacker and unpacker.eof:
                    if not rest.startswith(_GZIP_START):
                        break
                    unpacker = zlib.decompressobj(wbits=31)
                room = self._max_body - len(body) + 1
                try:
                    body += unpacker.decompress(rest, room) if unpacker else rest
                except zlib.error:
                    raise _TryAgainError("sent a damaged gzip body") from None
                if len(body) > self._max_body:
                    raise SourceError(f"{response.url.host} sent more than {self._max_body // 1024**2} MB at once")
                rest = unpacker.unused_data if unpacker else b""
            if time.monotonic() > deadline:
                raise _TryAgainError(f"had not sent a whole response after {WHOLE_REQUEST:.0f} s")
        if unpacker and not unpacker.eof:
            raise _TryAgainError("broke off in the middle of a response")
        return bytes(body)


def _retry_after(value: str | None) -> float | None:
    """Seconds from a ``Retry-After`` header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None


def is_same_service(url: str, target: str) -> bool:
    """True when ``target`` is served where ``url`` is: by the same port, or by https where plain http was asked."""
    (before, port_before), (after, port_after) = split_url(url), split_url(target)
    if (before.scheme, after.scheme) == ("https", "http"):
        return False
    asked = _DEFAULT_PORTS.get(before.scheme) if port_before is None else port_before
    told = _DEFAULT_PORTS.get(after.scheme) if port_after is None else port_after
    return asked == told or (before.scheme, asked, after.scheme, told) == ("http", 80, "https", 443)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise SourceError(f"{_host(url)} redirects to what is no address") from None


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
