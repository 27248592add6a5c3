"""Collaboration paths and the trust receipt as pages."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from graph.models import TrustChange
from graph.refresh import refresh_all
from tests.factories import AuthorFactory, ClaimFactory, UserFactory, printed_work
from works.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]
VERIFIER = Path(settings.BASE_DIR) / "static" / "tools" / "verify_trust_receipt.py"


def chain(*names: str) -> list[Author]:
    people = [AuthorFactory.create(display_name=name) for name in names]
    for one, other in itertools.pairwise(people):
        printed_work([one, other], title=f"A work of {one} and {other}")
    refresh_all()
    return people


def test_a_path_names_the_people_and_the_works_between_them(client: Client) -> None:
    ada, _, cho = chain("Ada Lovelace", "Ben Okri", "Cho Chang")
    page = client.get(f"/graph/path/?from={ada.pk}&to={cho.pk}").content.decode()
    assert "2 collaborations apart" in page
    assert "Ben Okri" in page
    assert "A work of Ada Lovelace and Ben Okri" in page


def test_the_fields_name_who_was_found_and_lead_to_the_same_again(client: Client) -> None:
    ada, ben = chain("Ada Lovelace", "Ben Okri")
    chain("Cho Chang", "Ben Okri")
    page = client.get(f"/graph/path/?from={ada.pk}&to={ben.pk}").content.decode()
    fields = {"from": f"Ada Lovelace ({ada.pk})", "to": f"Ben Okri ({ben.pk})"}
    assert [f'value="{text}"' in page for text in fields.values()] == [True, True]
    assert "written together" in client.get("/graph/path/", fields).content.decode()


def test_names_are_understood_and_namesakes_offered(client: Client) -> None:
    _, ben = chain("Ada Lovelace", "Ben Okri")
    chain("Cho Chang", "Ben Okri")

    def answer(start: str, end: str) -> str:
        return client.get("/graph/path/", {"from": start, "to": end}).content.decode()

    assert "written together" in answer("Ada Lovelace", f"researcher:{ben.pk}")
    assert "Several records are called" in answer("Ada Lovelace", "Ben Okri")
    assert "Nobody here is called" in answer("Ada Lovelace", "Zoe Zilch")


def test_a_merged_record_stands_for_the_one_it_leads_to(client: Client) -> None:
    ada, ben = chain("Ada Lovelace", "Ben Okri")
    merged = AuthorFactory.create(status=Author.Status.MERGED, merged_into=ada)
    page = client.get(f"/graph/path/?from={merged.pk}&to={ben.pk}").content.decode()
    assert "Ada Lovelace" in page
    assert "written together" in page


def test_a_profile_asks_how_the_reader_is_connected(client: Client) -> None:
    _, ben = chain("Ada Lovelace", "Ben Okri")
    link = f"/graph/path/?to={ben.pk}"
    assert link in client.get(ben.get_absolute_url()).content.decode()
    assert "From whom to" in client.get(link).content.decode()


def test_strangers_are_told_so(client: Client) -> None:
    ada, _ = chain("Ada Lovelace", "Ben Okri")
    cho, _ = chain("Cho Chang", "Dan Dare")
    page = client.get(f"/graph/path/?from={ada.pk}&to={cho.pk}").content.decode()
    assert "No chain of co-authors joins" in page


@pytest.mark.parametrize("query", ["", "from=%00&to=%00", "from=1&to=99999999999999999999999", "to=x" + "y" * 5000])
def test_garbage_is_no_error(client: Client, query: str) -> None:
    assert client.get(f"/graph/path/?{query}").status_code == 200


def test_an_owner_gets_the_way_to_an_introduction(client: Client) -> None:
    ada, _, cho = chain("Ada Lovelace", "Ben Okri", "Cho Chang")
    user = UserFactory.create()
    ClaimFactory.create(author=ada, user=user, state="accepted")
    client.force_login(user)
    assert "could introduce you" in client.get(f"/graph/path/?to={cho.pk}").content.decode()


def test_the_receipt_page_shows_terms_evidence_and_history(client: Client) -> None:
    ada, ben = chain("Ada Lovelace", "Ben Okri")
    Author.objects.filter(pk=ben.pk).update(level=3)
    refresh_all(cause=TrustChange.Cause.CLAIM)
    page = client.get(f"{ada.get_absolute_url()}trust/").content.decode()
    for text in ("Close collaborators", "A work of Ada Lovelace and Ben Okri", "The verification level changed"):
        assert text in page


def test_a_receipt_without_a_score_says_so(client: Client) -> None:
    ada = AuthorFactory.create()
    assert "Not worked out yet" in client.get(f"{ada.get_absolute_url()}trust/").content.decode()
    assert client.get(f"{ada.get_absolute_url()}trust.json").status_code == 404


def verify(document: object, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return verify_all([document], folder, *options)


def verify_all(documents: Iterable[object], folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    files = []
    for number, document in enumerate(documents):
        files.append(folder / f"receipt-{number}.json")
        files[-1].write_text(json.dumps(document), encoding="utf-8")
    return subprocess.run([sys.executable, VERIFIER, *files, *options], capture_output=True, text=True, check=False)


def small_network() -> list[Author]:
    """Twelve authors, two of them verified, with works of two to four people."""
    people = [AuthorFactory.create(level=3 if number in (0, 7) else 1) for number in range(12)]
    for number in range(12):
        printed_work([people[(number + step) % 12] for step in (0, 1, 3, 7)[: 2 + number % 3]])
    refresh_all()
    return people


def test_the_verifier_computes_the_signed_receipt_again(client: Client, tmp_path: Path) -> None:
    ada, *_ = chain("Ada Lovelace", "José Müller", "王 伟")
    document = client.get(f"{ada.get_absolute_url()}trust.json").json()
    key = client.get("/trust/key.json").json()["public_key"]
    done = verify(document, tmp_path, "--key", key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signature holds" in done.stdout


def test_the_standing_of_everyone_follows_from_the_receipts_of_the_co_authors(client: Client, tmp_path: Path) -> None:
    people = small_network()
    documents = [client.get(f"{author.get_absolute_url()}trust.json").json() for author in people]
    assert sum(float(one["receipt"]["facts"]["standing"]["flow"]) > 0 for one in documents) > 6
    done = verify_all(documents, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_receipts_that_contradict_each_other_are_found(client: Client, tmp_path: Path) -> None:
    people = small_network()
    documents = [client.get(f"{author.get_absolute_url()}trust.json").json() for author in people]
    tie = next(tie for one in documents for tie in one["receipt"]["facts"]["standing"]["ties"]["shown"])
    tie["flow"] = f"{float(tie['flow']) + 0.001:.6f}"
    assert "a flow that" in verify_all(documents, tmp_path).stdout
    tie["weight"] = f"{float(tie['weight']) - 0.001:.9f}"
    assert "has two weights" in verify_all(documents, tmp_path).stdout


@pytest.mark.parametrize(
    ("part", "value"), [("flow", "0.400000"), ("flow", "0.000000"), ("level", 1), ("weight", "9.")]
)
def test_a_flow_that_does_not_follow_from_its_ties_is_found(
    client: Client, tmp_path: Path, part: str, value: object
) -> None:
    ada, ben, _ = chain("Ada Lovelace", "Ben Okri", "Cho Chang")
    Author.objects.filter(pk=ada.pk).update(level=3)
    refresh_all()
    document = client.get(f"{ben.get_absolute_url()}trust.json").json()
    standing = document["receipt"]["facts"]["standing"]
    (standing if part == "flow" else standing["ties"]["shown"][0])[part] = value
    done = verify(document, tmp_path)
    assert done.returncode == 1
    assert "WRONG  standing: " in done.stdout


def test_the_receipt_page_names_the_ties_that_bring_standing(client: Client) -> None:
    ada, ben, _ = chain("Ada Lovelace", "Ben Okri", "Cho Chang")
    address = f"{ben.get_absolute_url()}trust/"
    assert "no verified author is within 8 steps" in client.get(address).content.decode()
    Author.objects.filter(pk=ada.pk).update(level=3)
    refresh_all()
    page = client.get(address).content.decode()
    assert "It comes over 2 of 2 collaborations" in page
    assert "L3" in page


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("receipt", "score"), 99, "stated"),
        (("receipt", "facts", "works", "count"), 19, "named where"),
        (("receipt", "facts", "level"), 4, "stated"),
        (("receipt", "author", "name"), "Mallory", "does not fit"),
        (("signature", "public_key"), base64.b64encode(bytes(32)).decode(), "WRONG"),
    ],
)
def test_the_verifier_finds_what_was_tampered_with(
    client: Client, tmp_path: Path, path: tuple[str, ...], value: object, said: str
) -> None:
    ada, *_ = chain("Ada Lovelace", "Ben Okri")
    document = client.get(f"{ada.get_absolute_url()}trust.json").json()
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    done = verify(document, tmp_path)
    assert done.returncode == 1
    assert said in done.stdout


def test_the_verifier_refuses_what_is_no_receipt(tmp_path: Path) -> None:
    assert verify({"a": 1}, tmp_path).returncode == 2
