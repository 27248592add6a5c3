"""The read-only API, version 1: works, authors, topics and institutions, a page at a time by cursor."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from works.api_paging import MostWorksFirst, NewestFirst
from works.models import Author, Authorship, Institution, Topic, Work, WorkIdentifier, WorkTopic, WorkVersion
from works.models.catalogue import WorkQuerySet
from works.name_forms import fold
from works.name_search import begins_a_word
from works.paging import MAX_ID
from works.query_terms import clean_query, parse_terms
from works.text_matches import text_query

Row = TypeVar("Row", bound=Model)

#: A work of 3,000 authors lists this many in the API; ``author_count`` tells that there are more.
NAMES_LISTED = 500


class IdentifierSerializer(serializers.ModelSerializer[WorkIdentifier]):
    url = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = WorkIdentifier
        fields = ("scheme", "value", "url")


class VersionSerializer(serializers.ModelSerializer[WorkVersion]):
    class Meta:
        model = WorkVersion
        fields = ("number", "submitted_at", "size_kb")


class TopicSerializer(serializers.ModelSerializer[Topic]):
    class Meta:
        model = Topic
        fields = ("scheme", "code", "name", "work_count")


class AuthorshipSerializer(serializers.ModelSerializer[Authorship]):
    """One printed position; ``author`` is the id of the author record it is attributed to, if any."""

    author = serializers.IntegerField(source="attribution.author_id", read_only=True, allow_null=True, default=None)
    confidence = serializers.FloatField(source="attribution.confidence", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Authorship
        fields = ("position", "raw_name", "affiliations", "orcid", "is_group", "author", "confidence")


class WorkSerializer(serializers.ModelSerializer[Work]):
    """A work as lists give it."""

    identifiers = IdentifierSerializer(many=True, read_only=True)
    topics = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Work
        fields = (
            "id", "url", "kind", "title", "abstract", "byline", "author_count", "authors_complete", "year", "submitted",
            "updated", "journal_ref", "venue", "comments", "code_links", "is_withdrawn", "source", "identifiers",
            "topics",
        )  # fmt: skip

    def get_topics(self, work: Work) -> list[str]:
        """Codes, the primary one first."""
        return [link.topic.code for link in work.work_topics.all()]

    def get_url(self, work: Work) -> str:
        return str(self.context["request"].build_absolute_uri(work.get_absolute_url()))


class WorkDetailSerializer(WorkSerializer):
    """A work with its versions and its printed author list (the first 500 positions)."""

    versions = VersionSerializer(many=True, read_only=True)
    authorships = AuthorshipSerializer(many=True, read_only=True)

    class Meta:
        model = Work
        fields = (*WorkSerializer.Meta.fields, "versions", "authorships")


class AuthorSerializer(serializers.ModelSerializer[Author]):
    """A public author record."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Author
        fields = (
            "id", "url", "display_name", "family", "given", "orcid", "level", "work_count", "first_year", "last_year",
            "name_forms", "years", "affiliations",
        )  # fmt: skip

    def get_url(self, author: Author) -> str:
        return str(self.context["request"].build_absolute_uri(author.get_absolute_url()))


class InstitutionSerializer(serializers.ModelSerializer[Institution]):
    class Meta:
        model = Institution
        fields = ("id", "ror", "name", "acronyms", "kinds", "country_code", "city", "website", "status", "work_count")


class WorkFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    q = filters.CharFilter(method="matching", label="Full text, as in the search box")
    topic = filters.CharFilter(method="with_topic", label="Code of a topic, such as cs.CL")
    author = filters.NumberFilter(method="by_author", label="Id of an author record", min_value=0, max_value=MAX_ID)
    year = filters.NumberFilter(label="Year of the first version", min_value=0, max_value=9999)

    class Meta:
        model = Work
        fields = ("q", "topic", "author", "year")

    def matching(self, works: WorkQuerySet, name: str, value: str) -> WorkQuerySet:
        terms = parse_terms(clean_query(value))
        return works.filter(search=text_query(terms)) if terms else works.none()

    def with_topic(self, works: WorkQuerySet, name: str, value: str) -> WorkQuerySet:
        topic = Topic.objects.filter(code=value).first()
        return works.in_topic(topic) if topic else works.none()

    def by_author(self, works: WorkQuerySet, name: str, value: int) -> WorkQuerySet:
        return works.filter(attributions__author=int(value))


class AuthorFilter(filters.FilterSet):  # type: ignore[misc]  # as above
    q = filters.CharFilter(method="named", label="Words that begin the words of the name")
    orcid = filters.CharFilter(label="ORCID iD with hyphens")

    class Meta:
        model = Author
        fields = ("q", "orcid")

    def named(self, authors: QuerySet[Author], name: str, value: str) -> QuerySet[Author]:
        words = fold(clean_query(value)).split()
        for word in words:
            authors = authors.filter(begins_a_word("name_key", word))
        return authors if words else authors.none()


class PublicViewSet(viewsets.ReadOnlyModelViewSet[Row]):
    """Records that anyone may read. Nobody is logged in here, so every answer is the same for all and may be cached."""

    authentication_classes = ()
    lookup_value_regex = "[0-9]{1,18}"


@extend_schema_view(retrieve=extend_schema(description="One work with its versions and authors."))
class WorkViewSet(PublicViewSet[Work]):
    """Works, newest first."""

    queryset = (
        Work.objects.listed()
        .defer("search")
        .prefetch_related(
            "identifiers", Prefetch("work_topics", WorkTopic.objects.select_related("topic").order_by("position"))
        )
    )
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = WorkFilter
    pagination_class = NewestFirst

    def get_serializer_class(self) -> type[WorkSerializer]:
        return WorkDetailSerializer if self.action == "retrieve" else WorkSerializer

    def get_queryset(self) -> QuerySet[Work]:
        works = super().get_queryset()
        if self.action != "retrieve":
            return works
        authorships = Authorship.objects.filter(position__lt=NAMES_LISTED).select_related("attribution")
        return works.prefetch_related("versions", Prefetch("authorships", authorships.order_by("position")))


@extend_schema_view(retrieve=extend_schema(description="One author record."))
class AuthorViewSet(PublicViewSet[Author]):
    """Public author records, those with the most works first."""

    queryset = Author.objects.public()
    serializer_class = AuthorSerializer
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = AuthorFilter
    pagination_class = MostWorksFirst


@extend_schema_view(retrieve=extend_schema(description="One topic by its code."))
class TopicViewSet(PublicViewSet[Topic]):
    """Topics, those with the most works first."""

    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    pagination_class = MostWorksFirst
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9.\-]{1,64}"


@extend_schema_view(retrieve=extend_schema(description="One institution."))
class InstitutionViewSet(PublicViewSet[Institution]):
    """Institutions, those with the most works first."""

    queryset = Institution.objects.all()
    serializer_class = InstitutionSerializer
    pagination_class = MostWorksFirst
