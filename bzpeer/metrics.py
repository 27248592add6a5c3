"""``/metrics`` for Prometheus: figures of all web processes of this machine, in one answer.

Every process keeps its figures in files below one folder (``PROMETHEUS_MULTIPROC_DIR``, see prometheus_client), and
whichever process is asked adds them up.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures. With ``METRICS_TOKEN`` set only for who sends it as a bearer token, and for staff."""
    if settings.METRICS_TOKEN and not (_is_scraper(request) or request.user.is_staff):
        return HttpResponse("Send the token of METRICS_TOKEN.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    response: HttpResponse = ExportToDjangoView(request)
    response["Cache-Control"] = "no-store"
    return response


def fresh_folder(parent: Path) -> Path:
    """The folder for the figures of processes about to start, without those of processes that are gone."""
    folder = parent / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _is_scraper(request: HttpRequest) -> bool:
    return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
