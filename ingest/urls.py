"""Addresses of the import dashboard."""

from __future__ import annotations

from django.urls import path

from ingest.views import rejects, run, start

urlpatterns = [
    path("imports/", start.dashboard, name="imports"),
    path("imports/new/<slug:slug>/", start.start, name="import-start"),
    path("imports/runs/<int:run_id>/", run.run_page, name="import-run"),
    path("imports/runs/<int:run_id>/stop/", run.stop, name="import-stop"),
    path("imports/runs/<int:run_id>/resume/", run.resume, name="import-resume"),
    path("imports/runs/<int:run_id>/carry-out/", run.carry_out, name="import-carry-out"),
    path("imports/runs/<int:run_id>/changes/", run.changes, name="import-changes"),
    path("imports/runs/<int:run_id>/rejects/", rejects.rejects, name="import-rejects"),
    path("imports/runs/<int:run_id>/rejects/retry/", rejects.retry_reason, name="import-retry"),
    path("imports/runs/<int:run_id>/rejects/set-aside/", rejects.set_aside, name="import-set-aside"),
    path("imports/runs/<int:run_id>/rejects/reopen/", rejects.reopen, name="import-reopen"),
    path("imports/rejects/<int:reject_id>/set-aside/", rejects.set_aside_one, name="import-reject-set-aside"),
    path("imports/rejects/<int:reject_id>/reopen/", rejects.reopen_one, name="import-reject-reopen"),
    path("imports/rejects/<int:reject_id>/", rejects.reject, name="import-reject"),
]
