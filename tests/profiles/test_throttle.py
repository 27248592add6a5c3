"""Storms of corrections from one account are slowed, and nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from profiles import throttle
from profiles.corrections import Wish, carry_out, open_ticket
from profiles.merging import undo_act
from profiles.models import Ticket, User
from profiles.throttle import Limit, ThrottledError
from tests.profiles.people import account
from tests.profiles.wishes import not_by, page_of
from tests.works.attribution.shang import CURATOR, Shangs, author_of

pytestmark = pytest.mark.django_db
Kind = Ticket.Kind


class TestThrottle:
    def test_tickets(self, client: Client, shangs: Shangs, reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "TICKETS", Limit(2, timedelta(days=1), "24 hours"))
        client.force_login(reader)
        for name in ("Y. Shang", "Shang Yue", "Y Shang"):
            answer = client.post(page_of(shangs.physicist, "name"), {"typed": name, "statement": "Because."})
        assert answer.status_code == 429
        assert "You have made 2 correction requests in the last 24 hours" in answer.text
        assert "Y Shang" in answer.text
        assert "Because." in answer.text, "nothing is lost"
        assert Ticket.objects.count() == 2
        Ticket.objects.update(opened_at=datetime.now(UTC) - timedelta(days=2))
        assert client.post(page_of(shangs.physicist, "name"), {"typed": "Y Shang"}).status_code == 302

    def test_acts(self, shangs: Shangs, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "OWN_ACTS", Limit(1, timedelta(hours=1), "hour"))
        batch = carry_out(not_by(shangs), owner, "owner")
        with pytest.raises(ThrottledError):
            carry_out(Wish(Kind.NOT_MINE, shangs.physicist, [shangs.physics[1]]), owner, "owner")
        undo_act(batch, CURATOR)
        assert author_of(shangs.physics[1]) == shangs.physicist.pk

    def test_another_account_is_not_slowed(self, shangs: Shangs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "TICKETS", Limit(1, timedelta(days=1), "24 hours"))
        for name in ("Rosa", "Rolf"):
            open_ticket(not_by(shangs), account(name), "")
        assert Ticket.objects.count() == 2
