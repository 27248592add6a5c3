"""A service that fails in the middle of a harvest: the run ends in one line, and goes on when the service is back."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from ingest import heart, runs
from ingest.digest import facts_digest
from ingest.models import ImportRun, SourceRecord
from ingest.pipeline import work_shard
from ingest.sources.base import SourceOptions
from tests.ingest.helpers import DATA
from tests.replay.server import ReplayServer, Reply, Request
from works.models import Work

pytestmark = pytest.mark.django_db

PAGES = {None: "page-1.xml", "token-2": "page-2.xml", "token-3": "page-3.xml"}
State = ImportRun.State
XML = {"Content-Type": "text/xml"}


@pytest.fixture(autouse=True)
def _quick(pauses: list[float], settings: Settings) -> None:
    """Retries do not wait, nor does anybody for an answer; this machine may be asked."""
    settings.IMPORT_TIMEOUT = 0.3
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


def page(request: Request) -> bytes:
    return (DATA / "oai" / PAGES[request.parameters.get("resumptionToken")]).read_bytes()


def well(request: Request) -> Reply:
    return Reply(page(request), headers=XML)


def bomb() -> bytes:
    return gzip.compress(b"<a>" + b"0" * (80 * 1024 * 1024))


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;">'
    b'<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]><OAI-PMH>&lol3;</OAI-PMH>'
)
FAULTS: dict[str, Callable[[Request], Reply]] = {
    "truncated": lambda request: Reply(page(request)[:400], headers=XML, announced_length=90_000),
    "hangs": lambda request: Reply(hangs=True),
    "hangs in the middle": lambda request: Reply(
        page(request)[:400], headers=XML, announced_length=90_000, stalls=True
    ),
    "broken XML": lambda request: Reply(page(request)[:400] + b"<<<", headers=XML),
    "unavailable": lambda request: Reply(status=503, headers={"Retry-After": "1"}),
    "another host": lambda request: Reply(status=302, headers={"Location": "http://elsewhere.example/oai"}),
    "gzip bomb": lambda request: Reply(bomb(), headers=XML | {"Content-Encoding": "gzip"}),
    "entity bomb": lambda request: Reply(BILLION_LAUGHS, headers=XML),
}


def harvest(server: ReplayServer) -> ImportRun:
    options = SourceOptions(base_url=server.url, request_interval=0)
    run = runs.start_run("arxiv-oai", options, batch_size=2)
    work_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    return run


def digest() -> dict[str, str]:
    with transaction.atomic(), connection.cursor() as cursor:
        return facts_digest(cursor)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_harvest_that_breaks_off_ends_in_one_line_and_goes_on_later(fault: str) -> None:
    with ReplayServer(well) as server:
        whole = harvest(server)
        undisturbed = digest()
    assert whole.created == 9
    SourceRecord.objects.all().delete()
    Work.objects.all().delete()

    def answer(request: Request) -> Reply:
        ill = request.parameters.get("resumptionToken") == "token-3"
        return FAULTS[fault](request) if ill else well(request)

    with ReplayServer(answer) as server:
        run = harvest(server)
        assert run.state == State.FAILED
        assert run.error
        assert "\n" not in run.error
        assert 0 < run.created < 9
        assert run.created == Work.objects.count()
        server.answer = well
        assert runs.resume_run(run.pk)
        work_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    assert (run.state, run.created, run.seen) == (State.RUNNING, 9, 9)
    assert digest() == undisturbed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", [Reply(status=503, headers={"Retry-After": "600"}), Reply(hangs=True)])
def test_a_harvest_that_is_stopped_while_it_waits_for_the_service_ends(
    answer: Reply, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    # Here pauses are waited for, and a heart looks whether the run is to stop.
    monkeypatch.undo()
    monkeypatch.setattr(heart, "LOOK_SECONDS", 0.05)
    settings.IMPORT_TIMEOUT = 600.0
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    run = runs.start_run("arxiv-oai", SourceOptions(base_url="http://127.0.0.1:1/", request_interval=0), batch_size=2)

    def first_page_then_nothing(request: Request) -> Reply:
        if "resumptionToken" not in request.parameters:
            return well(request)
        # As somebody who presses Stop on the run's page.
        runs.stop_run(run.pk)
        connection.close()
        return answer

    with ReplayServer(first_page_then_nothing) as server:
        ImportRun.objects.filter(pk=run.pk).update(options=run.options | {"base_url": server.url})
        assert not work_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    # The first page has three records, a batch two: what is read of an unfinished batch comes again.
    assert (run.state, run.seen, run.error) == (State.STOPPED, 2, "")
    with ReplayServer(well) as server:
        ImportRun.objects.filter(pk=run.pk).update(options=run.options | {"base_url": server.url})
        assert runs.resume_run(run.pk)
        assert work_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    assert (run.created, run.seen) == (9, 9)
