from __future__ import annotations

import gzip
import io
import socket
import threading
from itertools import pairwise

import msgspec
import pytest

from ingest.sources import http
from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError, StoppedError
from ingest.sources.http import ATTEMPTS, PoliteClient, check_url
from tests.replay.server import ReplayServer, Reply, in_turn

LOCAL = SourceOptions(contact="mailto:staff@example.org", allow_private_hosts=True, request_interval=0)


def fetch(server: ReplayServer, options: SourceOptions = LOCAL, max_body: int = 1_000_000) -> http.Page:
    with PoliteClient(options, interval=3.0, max_body=max_body) as web:
        return web.get(server.url, {"verb": "Identify"})


def test_a_page_comes_whole_and_the_server_learns_whom_to_write_to(pauses: list[float]) -> None:
    with ReplayServer(in_turn(Reply(b"hello", headers={"Content-Type": "text/xml"}))) as server:
        assert fetch(server) == (200, b"hello", "text/xml")
    assert server.requests[0].parameters == {"verb": "Identify"}
    assert "mailto:staff@example.org" in server.requests[0].headers["user-agent"]


def test_gzip_is_unpacked(pauses: list[float]) -> None:
    packed = Reply(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})
    with ReplayServer(in_turn(packed)) as server:
        assert fetch(server).body == b"hello"


@pytest.mark.parametrize("behind", [b"", b"\0" * 512])
def test_all_members_of_a_gzip_body_are_unpacked(pauses: list[float], behind: bytes) -> None:
    body = gzip.compress(b"hello ") + gzip.compress(b"") + gzip.compress(b"world") + behind
    with ReplayServer(in_turn(Reply(body, headers={"Content-Encoding": "gzip"}))) as server:
        assert fetch(server).body == b"hello world"


def test_members_of_a_gzip_body_are_bounded_together(pauses: list[float]) -> None:
    body = gzip.compress(b"0" * 700_000) * 2
    with (
        ReplayServer(in_turn(Reply(body, headers={"Content-Encoding": "gzip"}))) as server,
        pytest.raises(SourceError, match="more than 1 MB"),
    ):
        fetch(server, max_body=2**20)


def test_requests_keep_the_interval_of_the_service(pauses: list[float]) -> None:
    options = SourceOptions(allow_private_hosts=True)
    with ReplayServer(in_turn(Reply(b"x"))) as server, PoliteClient(options, interval=3.0) as web:
        web.get(server.url)
        web.get(server.url)
    (pause,) = pauses
    assert 2.5 < pause <= 3.0


def test_503_with_retry_after_waits_so_long_and_tries_again(pauses: list[float]) -> None:
    busy = Reply(b"busy", status=503, headers={"Retry-After": "17"})
    with ReplayServer(in_turn(busy, busy, Reply(b"done"))) as server:
        assert fetch(server).body == b"done"
    assert pauses == [17.0, 17.0]


def test_pauses_grow_when_the_server_names_none(pauses: list[float]) -> None:
    with (
        ReplayServer(in_turn(Reply(status=500))) as server,
        pytest.raises(SourceUnavailableError, match="answered 500"),
    ):
        fetch(server)
    assert len(server.requests) == ATTEMPTS
    assert all(later > earlier for earlier, later in pairwise(pauses))


def test_a_server_that_asks_for_hours_is_left_for_a_later_run(pauses: list[float]) -> None:
    busy = Reply(status=503, headers={"Retry-After": "7200"})
    with ReplayServer(in_turn(busy)) as server, pytest.raises(SourceUnavailableError, match="asks to wait 7200 s"):
        fetch(server)
    assert pauses == []


def test_a_server_that_asks_for_longer_than_any_number_is_told_of_in_words(pauses: list[float]) -> None:
    busy = Reply(status=503, headers={"Retry-After": "9" * 400})
    with ReplayServer(in_turn(busy)) as server, pytest.raises(SourceUnavailableError, match="wait more than a day"):
        fetch(server)


def test_a_server_that_hangs_times_out(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ATTEMPTS", 2)
    hasty = msgspec.structs.replace(LOCAL, timeout=0.05)
    with ReplayServer(in_turn(Reply(hangs=True))) as server, pytest.raises(SourceUnavailableError, match="in time"):
        fetch(server, hasty)


def test_a_server_that_falls_silent_in_the_middle_of_a_body_is_asked_again(pauses: list[float]) -> None:
    silent = Reply(b"half", announced_length=100, stalls=True)
    with ReplayServer(in_turn(silent, Reply(b"whole"))) as server:
        assert fetch(server, msgspec.structs.replace(LOCAL, timeout=0.05)).body == b"whole"


def test_a_body_that_breaks_off_is_asked_for_again(pauses: list[float]) -> None:
    with ReplayServer(in_turn(Reply(b"half", announced_length=100), Reply(b"whole"))) as server:
        assert fetch(server).body == b"whole"


def test_a_gzip_body_that_breaks_off_is_asked_for_again(pauses: list[float]) -> None:
    half = Reply(gzip.compress(b"hello" * 500)[:-9], headers={"Content-Encoding": "gzip"})
    with ReplayServer(in_turn(half, Reply(b"whole"))) as server:
        assert fetch(server).body == b"whole"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_bodies_and_gzip_bombs_are_bounded(pauses: list[float], encoding: str) -> None:
    content = io.BytesIO(b"0" * 20_000_000).getvalue()
    body = gzip.compress(content) if encoding == "gzip" else content
    with (
        ReplayServer(in_turn(Reply(body, headers={"Content-Encoding": encoding}))) as server,
        pytest.raises(SourceError, match="more than 1 MB"),
    ):
        fetch(server, max_body=2**20)


def test_encodings_that_were_not_asked_for_are_refused(pauses: list[float]) -> None:
    with (
        ReplayServer(in_turn(Reply(b"x", headers={"Content-Encoding": "br"}))) as server,
        pytest.raises(SourceError, match="not asked for"),
    ):
        fetch(server)


def test_redirects_on_the_host_are_followed_and_to_another_refused(pauses: list[float]) -> None:
    with ReplayServer(in_turn(Reply(status=302, headers={"Location": "/moved"}), Reply(b"here"))) as server:
        assert fetch(server).body == b"here"
    away = Reply(status=301, headers={"Location": "http://169.254.169.254/latest/"})
    with ReplayServer(in_turn(away)) as server, pytest.raises(SourceError, match="redirects to another host"):
        fetch(server)
    circle = Reply(status=302, headers={"Location": "/oai"})
    with ReplayServer(in_turn(circle)) as server, pytest.raises(SourceError, match="in circles"):
        fetch(server)


def test_a_redirect_to_another_port_of_the_host_is_refused(pauses: list[float]) -> None:
    with ReplayServer(in_turn(Reply(b"secret"))) as other:
        moved = Reply(status=302, headers={"Location": other.url})
        with ReplayServer(in_turn(moved)) as server, pytest.raises(SourceError, match="another of its ports"):
            fetch(server)
    assert other.requests == []


@pytest.mark.parametrize(
    ("url", "target", "stays"),
    [
        ("http://a.example/x", "https://a.example/x", True),
        ("http://a.example:80/x", "https://a.example:443/", True),
        ("https://a.example/x", "https://a.example:443/y", True),
        ("http://a.example:8080/x", "http://a.example:8080/y", True),
        ("http://a.example:8080/x", "https://a.example:8080/x", True),
        ("http://a.example:8080/x", "http://a.example/x", False),
        ("http://a.example:8080/x", "https://a.example/x", False),
        ("http://a.example/x", "https://a.example:8443/x", False),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example:8443/x", "http://a.example:8443/x", False),
    ],
)
def test_where_a_redirect_stays(url: str, target: str, stays: bool) -> None:
    assert http.is_same_service(url, target) is stays


@pytest.mark.parametrize("location", ["http://[::1", "http://127.0.0.1:99999999/", "http://a b/", "http://\x01/"])
def test_a_redirect_to_what_is_no_address_ends_in_one_line(pauses: list[float], location: str) -> None:
    moved = Reply(status=302, headers={"Location": location})
    with ReplayServer(in_turn(moved)) as server, pytest.raises(SourceError) as refusal:
        fetch(server)
    assert "\n" not in str(refusal.value)


def test_errors_of_the_client_are_not_tried_again(pauses: list[float]) -> None:
    with ReplayServer(in_turn(Reply(status=404))) as server, pytest.raises(SourceError, match="answered 404"):
        fetch(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.8/x", "http://192.168.1.1/", "http://169.254.169.254/",
        "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_unless_allowed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="private address"):
        check_url(url, allow_private_hosts=False)
    check_url(url, allow_private_hosts=True)


def test_names_that_lead_to_private_addresses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    with pytest.raises(SourceError, match="private address"):
        check_url("https://innocent.example.org/", allow_private_hosts=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "example.org", "https://u:p@example.org/", "http://x:99999999",
        "http://[::1", "http://x:port/",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(SourceError):
        check_url(url, allow_private_hosts=True)


def test_the_address_that_answered_is_checked_too(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "check_url", lambda *_args, **_named: None)
    options = SourceOptions(request_interval=0)
    with ReplayServer(in_turn(Reply(b"secret"))) as server, pytest.raises(SourceError, match="private address"):
        fetch(server, options)


def stopped_after(seconds: float) -> threading.Event:
    stop = threading.Event()
    threading.Timer(seconds, stop.set).start()
    return stop


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"busy", status=503, headers={"Retry-After": "600"}),
        Reply(status=500),
        Reply(hangs=True),
        Reply(b"half", announced_length=100, stalls=True),
    ],
)
def test_who_is_asked_to_stop_waits_for_nothing(reply: Reply) -> None:
    # Each of these would keep the run for minutes: a test that hangs has failed.
    patient = msgspec.structs.replace(LOCAL, timeout=600.0, stop=stopped_after(0.1))
    with ReplayServer(in_turn(reply)) as server, pytest.raises(StoppedError):
        fetch(server, patient)
    assert len(server.requests) == 1


def test_who_is_asked_to_stop_does_not_wait_for_the_next_turn() -> None:
    options = SourceOptions(allow_private_hosts=True, request_interval=600, stop=stopped_after(0.3))
    with ReplayServer(in_turn(Reply(b"x"))) as server, PoliteClient(options, interval=3.0) as web:
        web.get(server.url)
        with pytest.raises(StoppedError):
            web.get(server.url)
    assert len(server.requests) == 1
