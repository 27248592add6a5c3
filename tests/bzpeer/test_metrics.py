from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from bzpeer.metrics import fresh_folder
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_figures_are_open_unless_a_token_is_set(client: Client, settings: Settings) -> None:
    open_ = client.get("/metrics")
    assert open_.status_code == 200
    assert b"django_http_requests_before_middlewares_total" in open_.content
    settings.METRICS_TOKEN = "a-long-token"
    refused = client.get("/metrics")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert b"django_http" not in refused.content
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer a-long-token"}).status_code == 200


def test_a_view_has_no_more_lines_than_are_told_apart(client: Client, settings: Settings) -> None:
    client.get("/topics/")
    lines = client.get("/metrics").content.decode().splitlines()
    counted = [
        line for line in lines if 'method="GET",view="topics"' in line and "latency" in line and "bucket" in line
    ]
    assert len(counted) == len(settings.PROMETHEUS_LATENCY_BUCKETS) == 8


def test_staff_read_them_without_a_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    client.force_login(UserFactory.create())
    assert client.get("/metrics").status_code == 401
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get("/metrics").status_code == 200


def test_figures_of_processes_that_are_gone_are_left_out(tmp_path: Path) -> None:
    (fresh_folder(tmp_path) / "counter_1.db").touch()
    assert not list(fresh_folder(tmp_path).iterdir())
