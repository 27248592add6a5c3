"""The pages that Django makes without a request: in the frame of the site, within its security policy."""

from __future__ import annotations

import re

from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.views.defaults import server_error

INLINE = re.compile(r"<style|\sstyle=|<script")


def assert_ours(answer: HttpResponseBase, status: int, words: str) -> None:
    page = getattr(answer, "content", b"").decode()
    assert answer.status_code == status
    assert words in page
    assert 'class="site-header"' in page
    assert INLINE.search(page) is None


def test_a_form_without_its_token() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
    assert_ours(answer, 403, "sent from an outdated page")


def test_a_name_that_is_not_ours() -> None:
    assert_ours(Client().get("/", headers={"Host": "elsewhere.example"}), 400, "not understood")


def test_a_fault() -> None:
    assert_ours(server_error(RequestFactory().get("/")), 500, "could not be made")
