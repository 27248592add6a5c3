from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from ingest import upload_handler
from ingest.models import ImportRun
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/imports/new/arxiv-snapshot/"


def send(client: Client, size: int) -> int:
    return client.post(ADDRESS, {"file": SimpleUploadedFile("a.jsonl", b"x" * size)}).status_code


def test_a_request_beyond_the_bound_is_refused_unread(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORT_UPLOAD_MAX_BYTES = 10_000
    monkeypatch.setattr(upload_handler, "BESIDE_THE_FILE", 1_000)
    staff = Client()
    staff.force_login(UserFactory.create(is_staff=True))
    assert send(staff, 200_000) == 400
    assert not ImportRun.objects.exists()


def test_files_of_others_are_never_kept(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    kept: list[object] = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.MemoryFileUploadHandler.file_complete", lambda *_: kept.append("memory")
    )
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryFileUploadHandler.file_complete", lambda *_: kept.append("disk")
    )
    anyone = Client(enforce_csrf_checks=True)
    assert send(anyone, 100) == 403
    anyone.force_login(UserFactory.create())
    assert send(anyone, 100) == 403
    assert kept == []
