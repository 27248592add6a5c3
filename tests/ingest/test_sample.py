from __future__ import annotations

import pytest

from ingest.sources import get_source
from ingest.sources.base import SourceError, SourceOptions
from ingest.sources.sample import FILES
from tests.ingest.helpers import parsed_items
from works.identifiers import normalised_title
from works.records import InstitutionRecord, WorkRecord

SOURCE = get_source("sample")


def sample_works() -> list[WorkRecord]:
    return [record for record in parsed_items(SOURCE, SourceOptions()) if isinstance(record, WorkRecord)]


def test_the_sample_is_whole_and_nothing_in_it_doubles() -> None:
    SOURCE.check(SourceOptions())
    parsed = parsed_items(SOURCE, SourceOptions())
    institutions = [record.name for record in parsed if isinstance(record, InstitutionRecord)]
    assert len(institutions) == 12
    assert "City University of Hong Kong" in institutions
    records = sample_works()
    assert len(records) == 5050
    assert len({record.key for record in records}) == 5050
    seeds = records[5000:]
    known = {normalised_title(record.title) for record in records[:5000]}
    assert not known & {normalised_title(record.title) for record in seeds}
    assert sum(path.stat().st_size for path in FILES) < 3_000_000


def test_the_five_people_have_their_works() -> None:
    records = sample_works()
    count = {
        person: sum(person in [byline.name for byline in record.bylines] for record in records)
        for person in ("Yue Shang", "Ru He", "Pengjie Wang", "Shudong Huang", "Fajie Yuan")
    }
    # Works on the seed pages; the 5,000 arXiv records hold further ones of namesakes and of the same people.
    assert count["Yue Shang"] >= 5
    assert count["Ru He"] >= 2
    assert count["Pengjie Wang"] >= 9
    assert count["Shudong Huang"] >= 18
    assert count["Fajie Yuan"] >= 19


def test_what_the_list_of_works_knows_completes_the_pages() -> None:
    records = {record.title: record for record in sample_works()}
    grokking = records["Is Grokking a Computational Glass Relaxation?"]
    assert [byline.name for byline in grokking.bylines] == ["Xiaotian Zhang", "Yue Shang", "Entao Yang", "Ge Zhang"]
    assert grokking.bylines[1].affiliations[0] == "Department of Physics, City University of Hong Kong"
    assert grokking.submitted is not None
    assert grokking.submitted.year == 2025  # the page prints 2026
    assert records["SAS: Self-Augmentation Strategy for Language Model Pre-training"].year == 2021  # the page: 2023
    cut = records["Practice on Long Behavior Sequence Modeling in Tencent Advertising"]
    assert (len(cut.bylines), cut.authors_complete, cut.authors_missing) == (25, False, 2)


def test_the_sample_takes_no_files() -> None:
    with pytest.raises(SourceError, match="brings its own"):
        SOURCE.check(SourceOptions(inputs=("x",)))
