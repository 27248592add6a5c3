"""Canned answers: curators write, change and delete them; tickets keep what they were told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from profiles.models import CannedAnswer, User
from tests.profiles.people import account

pytestmark = pytest.mark.django_db


def test_some_come_with_the_program(client: Client, curator: User) -> None:
    page = client.get(reverse("canned-answers")).text
    assert CannedAnswer.objects.count() >= 5
    for answer in CannedAnswer.objects.all():
        assert answer.title in page


def test_write_change_delete(client: Client, curator: User) -> None:
    client.post(reverse("canned-answer-new"), {"title": "Ask the journal", "text": "The journal printed it so."})
    answer = CannedAnswer.objects.get(title="Ask the journal")
    assert answer.changed_by == curator
    address = reverse("canned-answer", args=[answer.pk])
    client.post(address, {"title": "Ask the journal", "text": "Ask the journal to print an erratum."})
    assert "erratum" in client.get(reverse("canned-answers")).text
    client.post(address, {"do": "delete"})
    assert not CannedAnswer.objects.filter(pk=answer.pk).exists()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("title", "text"), [("", "Text"), ("Title", ""), ("T" * 81, "Text"), ("Title", "T" * 2001)])
def test_what_cannot_be_kept(client: Client, curator: User, title: str, text: str) -> None:
    before = CannedAnswer.objects.count()
    assert client.post(reverse("canned-answer-new"), {"title": title, "text": text}).status_code == 409
    assert CannedAnswer.objects.count() == before


def test_a_title_once(client: Client, curator: User) -> None:
    for status in (302, 409):
        answer = client.post(reverse("canned-answer-new"), {"title": "Twice", "text": "Text"})
        assert answer.status_code == status


def test_for_curators_only(client: Client) -> None:
    client.force_login(account("Rosa Reader"))
    answer = CannedAnswer.objects.create(title="Kept", text="Text")
    for address in (
        reverse("canned-answers"),
        reverse("canned-answer-new"),
        reverse("canned-answer", args=[answer.pk]),
    ):
        assert client.get(address).status_code == 403
    assert client.post(reverse("canned-answer", args=[answer.pk]), {"do": "delete"}).status_code == 403
    assert CannedAnswer.objects.filter(pk=answer.pk).exists()
