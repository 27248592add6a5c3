"""The page of a printed name: every author record under it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.addresses import name_url
from works.name_forms import fold
from works.namesakes import namesakes, printed_under
from works.query_terms import clean_query


@require_safe
def name(request: HttpRequest, key: str) -> HttpResponse:
    """Records under the name whose key is ``key`` with hyphens for spaces (``shang-yue``)."""
    name_key = fold(clean_query(key.replace("-", " ")))
    if not name_key:
        raise Http404("No name has this key")
    if key != name_key.replace(" ", "-"):
        return HttpResponsePermanentRedirect(name_url(name_key))
    printed = printed_under(name_key)
    page = namesakes(printed, clean_query(request.GET.get("cursor", "")))
    if not page.rows and not page.is_continued:
        raise Http404("No author record has this name")
    context = {
        "name": printed.values_list("raw_name", flat=True).first() or "",
        "page": page,
        "first_query": "",
        "next_query": urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, "works/name.html", context)
