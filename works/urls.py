"""Addresses of the catalogue: search, listings, works, topics, institutions, names, and the API."""

from __future__ import annotations

from django.urls import include, path

from works.views import crawlers, home, institution, listing, name, quality, search, topic, work

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("autocomplete/", search.autocomplete, name="autocomplete"),
    path("listing/", listing.listing, name="listing"),
    path("works/<int:work_id>-<slug:slug>/", work.work, name="work"),
    path("works/<int:work_id>/", work.work, name="work-by-id"),
    path("works/<int:work_id>-<slug:slug>/authors/", work.authors, name="work-authors"),
    path("works/<int:work_id>-<slug:slug>/cite.<slug:extension>", work.cite, name="cite-work"),
    path("topics/", topic.topics, name="topics"),
    path("topics/<str:code>/", topic.topic, name="topic"),
    path("institutions/", institution.institutions, name="institutions"),
    path("institutions/<int:institution_id>-<slug:slug>/", institution.institution, name="institution"),
    path("institutions/<int:institution_id>/", institution.institution, name="institution-by-id"),
    path("names/<str:key>/", name.name, name="name"),
    path("quality/", quality.quality, name="quality"),
    path("sitemap.xml", crawlers.sitemap_index, name="sitemap"),
    path("sitemap-<str:section>-<int:part>.xml", crawlers.sitemap_part, name="sitemap-part"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("api/", include("works.api_urls")),
]
