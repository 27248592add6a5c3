"""The researcher page: works, graph and identity put together from a constant number of queries.

``profiles.heads`` holds the one query behind every page of a researcher; ``researcher_page`` adds what the full page
shows: eight more queries for three works or three thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, QuerySet
from django.http import QueryDict

from graph import charts
from graph.elements import years_phrase
from graph.models import AuthorInstitution, AuthorTopic
from profiles.access import is_curator, may_decide_claims
from profiles.collaborators import Collaborator, first_collaborators
from profiles.heads import ResearcherHead
from profiles.models import Claim, Follow, User
from profiles.published import Controls, ControlsForm, PublishedWork, kinds_of, published
from works.addresses import name_url
from works.models import Author, Topic
from works.paging import Page

TOPICS_OFFERED = 60
INSTITUTIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Where the author worked, as printed or as the recognised institution."""

    name: str
    url: str
    years: str
    works: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Where a signed-in person stands towards the page. ``claim`` is their current claim, on this page or another."""

    user: User
    is_following: bool
    claim: Claim | None
    waiting_claims: int | None

    def has_claimed(self, author: Author) -> bool:
        return self.claim is not None and self.claim.author_id == author.pk

    @property
    def may_correct(self) -> bool:
        """Whether the person is an owner or a curator; what they may do with a page is decided there."""
        return is_curator(self.user) or (self.claim is not None and self.claim.is_accepted)


@dataclass(frozen=True, slots=True)
class ResearcherPage:
    """Everything that the full page shows to anyone."""

    head: ResearcherHead
    description: str
    topics: Sequence[AuthorTopic]
    collaborators: Page[Collaborator]
    affiliations: Sequence[Affiliation]
    years: charts.Chart | None
    controls: Controls
    form: ControlsForm
    works: Page[PublishedWork]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The numbers under the name, with the words of one or many."""
        head = self.head
        close = head.snapshot.close_collaborators if head.snapshot else 0
        topics = head.snapshot.topics if head.snapshot else len(self.topics)
        return [
            (_word("work", head.author.work_count), head.author.work_count),
            (_word("follower", head.followers), head.followers),
            (_word("topic", topics), topics),
            (_word("close collaborator", close), close),
        ]

    @property
    def affiliation(self) -> Affiliation | None:
        """The latest one."""
        return self.affiliations[0] if self.affiliations else None

    @property
    def name_url(self) -> str:
        """The page of everyone with this printed name."""
        return name_url(self.head.author.name_key)

    @property
    def first_query(self) -> str:
        """The query string of the first page of works."""
        return self.controls.query()

    @property
    def next_query(self) -> str:
        """The query string of the next page of works, empty on the last."""
        return self.controls.query(cursor=self.works.next_cursor) if self.works.next_cursor else ""


def viewer_towards(user: User, author: Author) -> Viewer:
    """One query; one more for who has claimed a page, and for staff who see how many claims on the record wait."""
    claims = Claim.objects.current().filter(user=user)
    standing = User.objects.filter(pk=user.pk).values_list(
        Exists(Follow.objects.filter(user=user, author=author)), Exists(claims)
    )
    # An account can be deleted meanwhile.
    is_following, has_claim = standing.first() or (False, False)
    return Viewer(
        user=user,
        is_following=is_following,
        claim=claims.select_related("author").first() if has_claim else None,
        waiting_claims=Claim.objects.open().filter(author=author).count() if may_decide_claims(user) else None,
    )


def researcher_page(head: ResearcherHead, query: QueryDict) -> ResearcherPage:
    """The full page for what the query string asks of the list of works."""
    author = head.author
    topics = list(_topics_of(author))
    form = ControlsForm(
        query,
        years=sorted((year for year, _works in author.years), reverse=True),
        topics=[entry.topic for entry in topics],
        kinds=kinds_of(author),
    )
    controls = Controls.of(form)
    collaborators = first_collaborators(author)
    return ResearcherPage(
        head=head,
        description=describe([entry.topic for entry in topics], [c.author for c in collaborators.rows if c.is_close]),
        topics=topics,
        collaborators=collaborators,
        affiliations=_affiliations_of(author),
        years=charts.works_per_year(dict(author.years)),
        controls=controls,
        form=form,
        works=published(author, controls, query.get("cursor", "")),
    )


def describe(topics: Sequence[Topic], companions: Sequence[Author]) -> str:
    """One line made of facts only: what the works are about, and with whom most of them were written."""
    # Two schemes can have a subject of one name: cs.IT and math.IT are both Information Theory.
    subjects = list(dict.fromkeys(topic.name or topic.code for topic in topics))[:3]
    about = (
        f"Publishes on {_listed(subjects)}" if subjects else "An author of imported works whose topics are not known"
    )
    names = [author.display_name for author in companions[:3]]
    return f"{about}, most often with {_listed(names)}." if names else f"{about}."


def _topics_of(author: Author) -> QuerySet[AuthorTopic]:
    found = AuthorTopic.objects.filter(author=author).select_related("topic")
    return found.order_by("-works", "topic__scheme", "topic__code")[:TOPICS_OFFERED]


def _affiliations_of(author: Author) -> list[Affiliation]:
    """Recognised institutions, latest first; printed affiliations as long as none is recognised."""
    links = AuthorInstitution.objects.filter(author=author).select_related("institution")
    recognised = [
        Affiliation(
            name=link.institution.name,
            url=link.institution.get_absolute_url(),
            years=years_phrase(link.first_year, link.last_year),
            works=link.works,
        )
        for link in links.order_by("-last_year", "-works", "institution")[:INSTITUTIONS_SHOWN]
    ]
    printed = sorted(author.affiliations, key=lambda entry: (entry[2] or 0, entry[3]), reverse=True)
    return recognised or [
        Affiliation(name, "", years_phrase(first, last), works)
        for name, first, last, works in printed[:INSTITUTIONS_SHOWN]
    ]


def _listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _word(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
