"""Addresses of people: researcher pages, claims, invitations, corrections, one's own pages."""

from __future__ import annotations

from django.urls import include, path, re_path

from profiles.views import (
    account,
    answers,
    changes,
    claims,
    corrections,
    curation,
    follows,
    invitations,
    machine,
    me,
    researcher,
    tickets,
)

of_a_researcher = [
    path("", researcher.researcher, name="researcher"),
    path("works/", researcher.works, name="researcher-works"),
    path("works/<int:authorship_id>/why/", researcher.why, name="researcher-why"),
    path("collaborators/", researcher.collaborators, name="researcher-collaborators"),
    path("corrections/", corrections.menu, name="researcher-corrections"),
    path("corrections/<slug:what>/", corrections.correct, name="researcher-correct"),
    path("history/", changes.history, name="researcher-history"),
    path("split/", curation.split, name="researcher-split"),
    path("follow/", follows.follow, name="researcher-follow"),
    path("unfollow/", follows.unfollow, name="researcher-unfollow"),
    path("claim/", claims.claim, name="researcher-claim"),
    path("invite/", invitations.invite, name="researcher-invite"),
    re_path(r"^cite\.(?P<ending>bib|ris)$", machine.cite, name="researcher-cite"),
    path("feed.atom", machine.feed, name="researcher-feed"),
    path("card/", machine.card, name="researcher-card"),
    path("card.json", machine.card_json, name="researcher-card-json"),
]

urlpatterns = [
    path("researchers/<int:author_id>-<str:slug>/", include(of_a_researcher)),
    path("researchers/<int:author_id>/", researcher.by_id, name="researcher-by-id"),
    path("corrections/", tickets.overview, name="corrections"),
    path("corrections/mine/", tickets.mine, name="corrections-mine"),
    path("corrections/queue/", curation.queue, name="corrections-queue"),
    path("corrections/merge/", curation.merge, name="corrections-merge"),
    path("corrections/answers/", answers.answers, name="canned-answers"),
    path("corrections/answers/new/", answers.answer, name="canned-answer-new"),
    path("corrections/answers/<int:answer_id>/", answers.answer, name="canned-answer"),
    path("corrections/tickets/<int:ticket_id>/", tickets.ticket, name="ticket"),
    path("corrections/changes/<int:batch_id>/", changes.change, name="change"),
    path("corrections/changes/<int:batch_id>/undo/", changes.undo_change, name="change-undo"),
    path("corrections/events/<int:event_id>/undo/", changes.undo_one, name="event-undo"),
    path("me/", me.overview, name="me"),
    path("me/feed/", me.feed, name="me-feed"),
    path("me/following/", me.following, name="me-following"),
    path("me/settings/", me.settings, name="me-settings"),
    path("me/settings/delete/", account.delete, name="account-delete"),
    path("me/claim/end/", claims.end_claim, name="claim-end"),
    path("me/invitations/<int:invitation_id>/", invitations.answer, name="invitation-answer"),
    path("me/invitations/<int:invitation_id>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
]
