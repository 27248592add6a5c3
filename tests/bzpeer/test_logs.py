from __future__ import annotations

import io
import logging.config
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.profiles.people import account


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log of a server would hold."""
    configured: dict[str, Any] = deepcopy(settings.LOGGING)
    written = io.StringIO()
    configured["handlers"]["console"]["stream"] = written
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(configured)
    yield written
    root.handlers, root.level = before


def test_a_request_that_is_refused_is_one_line_in_the_log(client: Client, written: io.StringIO) -> None:
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    assert "Invalid HTTP_HOST header: 'elsewhere.example'" in written.getvalue()
    assert "Traceback" not in written.getvalue()


@pytest.mark.django_db
def test_a_missing_right_is_one_line_in_the_log(client: Client, written: io.StringIO) -> None:
    client.force_login(account("Ada Lovelace"))
    assert client.get("/imports/").status_code == 403
    assert "/imports/" in written.getvalue()
    assert "Traceback" not in written.getvalue()
