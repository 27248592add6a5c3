from __future__ import annotations

import io
import logging.config
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.test import Client


def test_a_request_that_is_refused_is_one_line_in_the_log(client: Client) -> None:
    configured: dict[str, Any] = deepcopy(settings.LOGGING)
    written = io.StringIO()
    configured["handlers"]["console"]["stream"] = written
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(configured)
    try:
        assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    finally:
        root.handlers, root.level = before
    assert "Invalid HTTP_HOST header: 'elsewhere.example'" in written.getvalue()
    assert "Traceback" not in written.getvalue()
