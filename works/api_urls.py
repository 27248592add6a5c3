"""Addresses under /api/: version 1, its schema and its documentation."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from works.api import AuthorViewSet, InstitutionViewSet, TopicViewSet, WorkViewSet
from works.views import api_docs

router = SimpleRouter()
router.register("works", WorkViewSet, basename="api-work")
router.register("authors", AuthorViewSet, basename="api-author")
router.register("topics", TopicViewSet, basename="api-topic")
router.register("institutions", InstitutionViewSet, basename="api-institution")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api")),
    path("v1/", api_docs.beginning, name="api"),
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", api_docs.page, name="api-docs"),
]
