"""Institutions: the index, and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.items import work_items
from works.models import Institution, Work
from works.name_search import search_institutions
from works.query_terms import clean_query
from works.search import listed_page


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """Institutions named in imported works, those with the most works first."""
    page = search_institutions("", clean_query(request.GET.get("cursor", "")))
    next_query = urlencode({"cursor": page.next_cursor}) if page.next_cursor else ""
    return render(request, "works/institutions.html", {"page": page, "first_query": "", "next_query": next_query})


@require_safe
def institution(request: HttpRequest, institution_id: int, slug: str = "") -> HttpResponse:
    """One institution with the works that name it, newest first."""
    found = get_object_or_404(Institution, pk=institution_id)
    address = found.get_absolute_url()
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    page = listed_page(Work.objects.listed().at_institution(found), clean_query(request.GET.get("cursor", "")))
    context = {
        "institution": found,
        "items": work_items(page.rows),
        "page": page,
        "first_query": "",
        "next_query": urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, "works/institution.html", context)
