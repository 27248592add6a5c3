from __future__ import annotations

import pytest
from django.db import transaction

from tests.works.records import record
from works.institutions import link_works, load_institutions, recognise
from works.load import load
from works.models import AuthorshipInstitution, Institution
from works.records import BylineRecord, InstitutionRecord

pytestmark = pytest.mark.django_db

HOUSE = InstitutionRecord(
    source="ror", ror="03yrm5c26", name="University of Placename", aliases=("Universität Ortsname",), country_code="IE"
)


def test_institutions_are_created_then_left_alone_then_changed() -> None:
    assert load_institutions([HOUSE]) == (1, 0)
    assert load_institutions([HOUSE]) == (0, 0)
    moved = InstitutionRecord(source="ror", ror="03yrm5c26", name="Placename University", city="Newtown")
    assert load_institutions([moved]) == (0, 1)
    assert Institution.objects.get().city == "Newtown"
    assert set(Institution.objects.get().names.values_list("name_key", flat=True)) == {"placename university"}


def test_a_printed_affiliation_names_an_institution_by_any_of_its_names() -> None:
    load_institutions([HOUSE])
    (institution,) = Institution.objects.values_list("pk", flat=True)
    lines = ["Dept. of Engines, University of Placename, Ireland", "Universitat Ortsname", "University of Elsewhere"]
    assert recognise(lines) == {lines[0]: [institution], lines[1]: [institution]}


def test_a_name_that_two_institutions_share_names_neither() -> None:
    load_institutions([HOUSE, InstitutionRecord(source="ror", ror="042nb2s44", name="University of Placename")])
    assert recognise(["University of Placename"]) == {}


def test_works_are_linked_by_id_and_by_printed_name_once() -> None:
    load_institutions([HOUSE])
    bylines = [
        BylineRecord("Ada Lovelace", rors=("03yrm5c26",)),
        BylineRecord("Charles Babbage", affiliations=("The University of Placename",)),
        BylineRecord("Mary Somerville", affiliations=("At home",)),
    ]
    with transaction.atomic():
        works = load([record(bylines=bylines)]).work_ids
    assert link_works(works) == 2
    assert link_works(works) == 0
    assert AuthorshipInstitution.objects.count() == 2
