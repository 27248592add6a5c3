"""Addresses of the research graph and of trust."""

from __future__ import annotations

from django.urls import path

from graph.views import context, downloads, explorer, paths, slices, trust

urlpatterns = [
    path("graph/", explorer.explorer, name="graph-explorer"),
    path("graph/path/", paths.path, name="graph-path"),
    path("graph/download.<slug:ending>", downloads.download, name="graph-download"),
    path("researchers/<int:author_id>-<str:slug>/graph/", slices.researcher, name="researcher-graph"),
    path("researchers/<int:author_id>-<str:slug>/context/", context.page, name="researcher-context"),
    path("works/<int:work_id>-<slug:slug>/graph/", slices.work, name="work-graph"),
    path("topics/<str:code>/graph/", slices.topic, name="topic-graph"),
    path("institutions/<int:institution_id>-<slug:slug>/graph/", slices.institution, name="institution-graph"),
    path("researchers/<int:author_id>-<str:slug>/trust/", trust.page, name="researcher-trust"),
    path("researchers/<int:author_id>-<str:slug>/trust.json", trust.signed, name="researcher-trust-json"),
    path("trust/key.json", trust.key, name="trust-key"),
]
