"""A researcher page for machines: schema.org JSON-LD and the JSON of the embeddable card."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from profiles.heads import ResearcherHead
from profiles.pages import ResearcherPage

HTML_MARKS = {ord(mark): f"\\u{ord(mark):04X}" for mark in "<>&\u2028\u2029"}
"""Characters that could end a script element, as JSON escapes."""


def json_ld(page: ResearcherPage, site: str) -> SafeString:
    """A ``ProfilePage`` about a ``Person``, safe inside a script element. Facts of the record only."""
    author = page.head.author
    url = site + author.get_absolute_url()
    person = {
        "@type": "Person",
        "@id": f"{url}#person",
        "url": url,
        "name": author.display_name,
        "givenName": author.given,
        "familyName": author.family,
        "alternateName": [name for name, _works in author.name_forms if name != author.display_name],
        "description": page.description,
        "identifier": f"https://orcid.org/{author.orcid}" if author.orcid else "",
        "sameAs": [link for link in (author.orcid and f"https://orcid.org/{author.orcid}", author.homepage) if link],
        "affiliation": [{"@type": "Organization", "name": place.name} for place in page.affiliations[:3]],
        "knowsAbout": list(dict.fromkeys(entry.topic.name or entry.topic.code for entry in page.topics[:10])),
    }
    document = {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": url,
        "dateCreated": author.created_at.isoformat(),
        "dateModified": author.modified_at.isoformat(),
        "mainEntity": {key: value for key, value in person.items() if value},
    }
    text = json.dumps(document, ensure_ascii=False).translate(HTML_MARKS)
    return mark_safe(text)  # noqa: S308 - every character that HTML could act on is escaped above


def card_facts(head: ResearcherHead, site: str) -> dict[str, Any]:
    """What the embeddable card says, for sites that draw their own."""
    author, trust = head.author, head.trust
    return {
        "id": author.pk,
        "name": author.display_name,
        "url": site + author.get_absolute_url(),
        "orcid": author.orcid,
        "works": author.work_count,
        "years": [author.first_year, author.last_year],
        "followers": head.followers,
        "is_claimed": head.is_owned,
        "trust": {
            "score": trust.score,
            "label": trust.label,
            "level": trust.level.number,
            "formula": trust.formula,
            "explanation": trust.explanation,
        }
        if trust
        else None,
    }
