"""A factory per model (``WorkFactory.create(title=...)``), and ``printed_work``: a work with its author list at once.

``create`` rather than a call, because it is typed by the model that it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from graph.models import AuthorInstitution, AuthorTopic, Collaboration, TrustSnapshot
from ingest.models import ImportRun, RejectedRecord, Source
from profiles.models import Claim, Follow, User
from works.models import (
    Attribution,
    Author,
    Authorship,
    AuthorshipInstitution,
    Institution,
    Topic,
    Work,
    WorkIdentifier,
    WorkTopic,
    WorkVersion,
)
from works.names import block_key, name_key, parse_name
from works.rows import title_key

PASSWORD = "correct horse battery"


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic
        django_get_or_create = ("scheme", "code")

    scheme = Topic.Scheme.ARXIV
    code = factory.Sequence(lambda n: f"cs.T{n}")
    name = factory.LazyAttribute(lambda topic: f"Subject {topic.code}")
    work_count = 1


class InstitutionFactory(DjangoModelFactory[Institution]):
    class Meta:
        model = Institution

    name = factory.Sequence(lambda n: f"University of Placename {n}")
    name_key = factory.LazyAttribute(lambda institution: title_key(institution.name))
    city = "Placename"
    country_code = "IE"
    work_count = 1


class WorkFactory(DjangoModelFactory[Work]):
    """A listed preprint without authors; ``year`` follows ``submitted``."""

    class Meta:
        model = Work

    source = "arxiv-snapshot"
    title = factory.Sequence(lambda n: f"On the theory of wandering engines, part {n}")
    title_key = factory.LazyAttribute(lambda work: title_key(work.title))
    abstract = "We study engines that wander."
    submitted = date(2021, 5, 17)
    year = factory.LazyAttribute(lambda work: work.submitted.year if work.submitted else None)


class WorkVersionFactory(DjangoModelFactory[WorkVersion]):
    class Meta:
        model = WorkVersion

    work = factory.SubFactory(WorkFactory)
    number = 1


class WorkIdentifierFactory(DjangoModelFactory[WorkIdentifier]):
    class Meta:
        model = WorkIdentifier

    work = factory.SubFactory(WorkFactory)
    scheme = WorkIdentifier.Scheme.ARXIV
    value = factory.Sequence(lambda n: f"2105.{n:05d}")


class WorkTopicFactory(DjangoModelFactory[WorkTopic]):
    class Meta:
        model = WorkTopic

    work = factory.SubFactory(WorkFactory)
    topic = factory.SubFactory(TopicFactory)


class AuthorFactory(DjangoModelFactory[Author]):
    """A public record; the name is split and keyed from ``display_name``."""

    class Meta:
        model = Author

    display_name = factory.Sequence(lambda n: f"Ada Lovelace{n}")
    family = factory.LazyAttribute(lambda author: parse_name(author.display_name).family)
    given = factory.LazyAttribute(lambda author: parse_name(author.display_name).given)
    name_key = factory.LazyAttribute(lambda author: name_key(parse_name(author.display_name)))
    block = factory.LazyAttribute(lambda author: block_key(parse_name(author.display_name)))
    work_count = 1
    first_year = 2021
    last_year = 2021


class AuthorshipFactory(DjangoModelFactory[Authorship]):
    class Meta:
        model = Authorship

    work = factory.SubFactory(WorkFactory)
    position = 0
    raw_name = "Ada Lovelace"
    family = factory.LazyAttribute(lambda authorship: parse_name(authorship.raw_name).family)
    given = factory.LazyAttribute(lambda authorship: parse_name(authorship.raw_name).given)
    name_key = factory.LazyAttribute(lambda authorship: name_key(parse_name(authorship.raw_name)))
    block = factory.LazyAttribute(lambda authorship: block_key(parse_name(authorship.raw_name)))


class AuthorshipInstitutionFactory(DjangoModelFactory[AuthorshipInstitution]):
    class Meta:
        model = AuthorshipInstitution

    authorship = factory.SubFactory(AuthorshipFactory)
    institution = factory.SubFactory(InstitutionFactory)


class AttributionFactory(DjangoModelFactory[Attribution]):
    class Meta:
        model = Attribution

    authorship = factory.SubFactory(AuthorshipFactory)
    work = factory.SelfAttribute("authorship.work")
    author = factory.SubFactory(AuthorFactory)


class UserFactory(DjangoModelFactory[User]):
    """An account that can log in with ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    name = factory.Sequence(lambda n: f"Reader {n}")
    password = factory.django.Password(PASSWORD)


class ClaimFactory(DjangoModelFactory[Claim]):
    class Meta:
        model = Claim

    author = factory.SubFactory(AuthorFactory)
    user = factory.SubFactory(UserFactory)


class FollowFactory(DjangoModelFactory[Follow]):
    class Meta:
        model = Follow

    author = factory.SubFactory(AuthorFactory)
    user = factory.SubFactory(UserFactory)


class CollaborationFactory(DjangoModelFactory[Collaboration]):
    """``a`` must have the smaller id, which two new authors have in this order."""

    class Meta:
        model = Collaboration

    a = factory.SubFactory(AuthorFactory)
    b = factory.SubFactory(AuthorFactory)
    works = 1
    strength = 1.0
    trust_strength = 1.0


class AuthorTopicFactory(DjangoModelFactory[AuthorTopic]):
    class Meta:
        model = AuthorTopic

    author = factory.SubFactory(AuthorFactory)
    topic = factory.SubFactory(TopicFactory)
    works = 1


class AuthorInstitutionFactory(DjangoModelFactory[AuthorInstitution]):
    class Meta:
        model = AuthorInstitution

    author = factory.SubFactory(AuthorFactory)
    institution = factory.SubFactory(InstitutionFactory)
    works = 1


class TrustSnapshotFactory(DjangoModelFactory[TrustSnapshot]):
    class Meta:
        model = TrustSnapshot

    author = factory.SubFactory(AuthorFactory)
    formula = 1
    works = 1
    topics = 1
    close_collaborators = 0
    level = 1
    score = 2
    computed_at = factory.LazyFunction(timezone.now)


class SourceFactory(DjangoModelFactory[Source]):
    class Meta:
        model = Source
        django_get_or_create = ("slug",)

    slug = "sample"
    name = "Sample corpus"


class ImportRunFactory(DjangoModelFactory[ImportRun]):
    class Meta:
        model = ImportRun

    source = factory.SubFactory(SourceFactory)


class RejectedRecordFactory(DjangoModelFactory[RejectedRecord]):
    class Meta:
        model = RejectedRecord

    run = factory.SubFactory(ImportRunFactory)
    position = factory.Sequence(int)
    reason = "Title is empty"
    raw = '{"id": "2105.00001", "title": ""}'


def printed_work(
    names: Sequence[str | Author], *, topics: Sequence[str] = (), arxiv: str = "", doi: str = "", **fields: Any
) -> Work:
    """A work with its author list: a string is a printed name without a record, an ``Author`` gets its position."""
    raw_names = [name.display_name if isinstance(name, Author) else name for name in names]
    work: Work = WorkFactory.create(byline=", ".join(raw_names), author_count=len(names), **fields)
    for position, (name, raw_name) in enumerate(zip(names, raw_names, strict=True)):
        authorship = AuthorshipFactory.create(work=work, position=position, raw_name=raw_name)
        if isinstance(name, Author):
            AttributionFactory.create(authorship=authorship, author=name)
    for position, code in enumerate(topics):
        WorkTopicFactory.create(work=work, topic=TopicFactory.create(code=code), position=position)
    for scheme, value in (("arxiv", arxiv), ("doi", doi)):
        if value:
            WorkIdentifierFactory.create(work=work, scheme=scheme, value=value)
    return work
