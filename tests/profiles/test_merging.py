"""A merge takes followers and waiting claims along; owners stand in its way."""

from __future__ import annotations

import pytest

from profiles.merging import merge_records, undo_act
from profiles.models import Claim, Follow, Ticket, User
from tests.factories import ClaimFactory, FollowFactory
from tests.profiles.people import account
from tests.works.attribution.shang import CURATOR, Shangs
from works.attribution.contradictions import DecisionError

pytestmark = pytest.mark.django_db
Kind = Ticket.Kind


class TestMerging:
    def test_followers_and_waiting_claims_go_along_and_come_back(self, shangs: Shangs, reader: User) -> None:
        both = account("Both")
        FollowFactory.create(author=shangs.trader, user=reader)
        for author in (shangs.physicist, shangs.trader):
            FollowFactory.create(author=author, user=both)
        claim = ClaimFactory.create(author=shangs.trader)
        batch = merge_records(shangs.physicist, shangs.trader, CURATOR)
        claim.refresh_from_db()
        assert claim.author == shangs.physicist
        assert set(Follow.objects.values_list("user", "author")) == {
            (reader.pk, shangs.physicist.pk),
            (both.pk, shangs.physicist.pk),
        }
        undo_act(batch, CURATOR)
        claim.refresh_from_db()
        assert claim.author == shangs.trader
        assert set(Follow.objects.values_list("user", "author")) == {
            (reader.pk, shangs.trader.pk),
            (both.pk, shangs.physicist.pk),
            (both.pk, shangs.trader.pk),
        }

    def test_an_owned_page_does_not_go(self, shangs: Shangs, owner: User) -> None:
        with pytest.raises(DecisionError, match="is the one to keep"):
            merge_records(shangs.trader, shangs.physicist, CURATOR)

    def test_two_owners_settle_their_claims_first(self, shangs: Shangs, owner: User) -> None:
        ClaimFactory.create(author=shangs.trader, state=Claim.State.ACCEPTED)
        with pytest.raises(DecisionError, match=r"Both .* have an owner"):
            merge_records(shangs.physicist, shangs.trader, CURATOR)
