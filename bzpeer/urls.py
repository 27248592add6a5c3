"""Every address of the site, app by app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from bzpeer.metrics import metrics

admin.autodiscover()

urlpatterns = [
    path("", include("works.urls")),
    path("", include("graph.urls")),
    path("", include("profiles.urls")),
    path("", include("ingest.urls")),
    path("", include("bzpeer.site_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
]

handler403 = "bzpeer.denied.denied"
handler404 = "bzpeer.not_found.not_found"
