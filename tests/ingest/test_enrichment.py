from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from ingest.models import ImportRun
from ingest.pipeline import work_shard
from ingest.runs import start_run
from ingest.sources.base import SourceOptions
from tests.factories import WorkFactory, WorkIdentifierFactory
from tests.replay.server import ReplayServer, Reply, Request
from works.models import Work

pytestmark = pytest.mark.django_db


def service(request: Request) -> Reply:
    """Knows one published version, and one work that the catalogue has not."""
    items = [
        {
            "DOI": "10.1000/known",
            "title": ["A title"],
            "container-title": ["Journal of Tests"],
            "type": "journal-article",
        },
        {"DOI": "10.1000/stranger", "title": ["Another title"], "type": "journal-article"},
    ]
    return Reply(json.dumps({"status": "ok", "message": {"items": items}}).encode())


def test_crossref_is_asked_for_the_dois_of_the_catalogue_and_creates_nothing(settings: Settings) -> None:
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    work = WorkFactory.create(venue="")
    WorkIdentifierFactory.create(work=work, scheme="doi", value="10.1000/known")
    with ReplayServer(service) as server:
        options = SourceOptions(base_url=server.url, request_interval=0)
        run = start_run("crossref", options)
        work_shard(run.pk, 0, "test")
        assert server.requests[0].parameters["filter"] == "doi:10.1000/known"
    run.refresh_from_db()
    work.refresh_from_db()
    assert run.state == ImportRun.State.RUNNING, run.error
    assert (run.updated, run.rejected) == (1, 1)
    assert work.venue == "Journal of Tests"
    assert Work.objects.count() == 1
