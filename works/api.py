"""The read-only API, version 1: works, authors, topics and institutions, a page at a time by cursor."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from works.api_paging import MostWorksFirst, NewestFirst
from works.at_once import among
from works.attribution.records import people_after_split, record_now
from works.models import (
    Attribution,
    Author,
    Authorship,
    Institution,
    Topic,
    Work,
    WorkIdentifier,
    WorkTopic,
    WorkVersion,
)
from works.models.catalogue import WorkQuerySet
from works.name_forms import fold
from works.name_search import begins_a_word
from works.paging import MAX_ID
from works.query_terms import clean_query, parse_terms
from works.text_matches import text_query

Row = TypeVar("Row", bound=Model)

#: A work of 3,000 authors lists this many in the API; ``author_count`` tells that there are more.
NAMES_LISTED = 500


class SplitRecordError(Exception):
    """Whom an author record stood for is to be chosen: it was split into several."""

    def __init__(self, author: Author) -> None:
        super().__init__(author.pk)
        self.author = author


class Gone(exceptions.APIException):
    status_code = HTTPStatus.GONE
    default_detail = "This record is no longer shown."
    default_code = "gone"


def present_author(author_id: int) -> Author | None:
    """The author record that an id of the API means now, ``None`` for an id that none ever had.

    Raises ``SplitRecordError`` and, for a hidden record, ``Gone``.
    """
    author = record_now(author_id)
    if author is not None and author.status == Author.Status.SPLIT:
        raise SplitRecordError(author)
    if author is not None and author.status == Author.Status.HIDDEN:
        raise Gone
    return author


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


class ChoicesSerializer(serializers.Serializer[dict[str, object]]):
    """Whom a split record may stand for."""

    detail = serializers.CharField()
    choices = AuthorSerializer(many=True)


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
        author = present_author(int(value))
        if author is None:
            return works.none()
        # By their ids: PostgreSQL would rather walk the whole listing in search of the works of one author.
        attributed = Attribution.objects.filter(author=author).values_list("work", flat=True)
        return works.filter(pk__in=among(list(attributed)))


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

    def handle_exception(self, exc: Exception) -> Response:
        """Like the pages, answer 300 where an author has to be chosen."""
        if not isinstance(exc, SplitRecordError):
            return super().handle_exception(exc)
        choices: dict[str, object] = {
            "detail": "This record was split: its works are those of several people.",
            "choices": people_after_split(exc.author),
        }
        context = self.get_serializer_context()
        return Response(ChoicesSerializer(choices, context=context).data, HTTPStatus.MULTIPLE_CHOICES)


GONE = OpenApiResponse(description="Deleted at its source, or hidden")
CHOOSE = OpenApiResponse(ChoicesSerializer, "The author record was split; choices are those that have its works now")
REFUSED = OpenApiResponse(description="A parameter cannot be what it is; the answer says which and why")


@extend_schema_view(
    list=extend_schema(responses={200: WorkSerializer(many=True), 300: CHOOSE, 400: REFUSED, 410: GONE}),
    retrieve=extend_schema(
        description="One work with its versions and authors.", responses={200: WorkDetailSerializer, 410: GONE}
    ),
)
class WorkViewSet(PublicViewSet[Work]):
    """Works, newest first."""

    queryset = Work.objects.defer("search").prefetch_related(
        "identifiers", Prefetch("work_topics", WorkTopic.objects.select_related("topic").order_by("position"))
    )
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = WorkFilter
    pagination_class = NewestFirst

    def get_serializer_class(self) -> type[WorkSerializer]:
        return WorkDetailSerializer if self.action == "retrieve" else WorkSerializer

    def get_queryset(self) -> QuerySet[Work]:
        works = super().get_queryset()
        if self.action != "retrieve":
            return works.filter(is_deleted=False)
        authorships = Authorship.objects.filter(position__lt=NAMES_LISTED).select_related("attribution")
        return works.prefetch_related("versions", Prefetch("authorships", authorships.order_by("position")))

    def get_object(self) -> Work:
        work: Work = super().get_object()
        if work.is_deleted:
            raise Gone
        return work


@extend_schema_view(
    list=extend_schema(responses={200: AuthorSerializer(many=True), 400: REFUSED}),
    retrieve=extend_schema(
        description="One author record.",
        responses={
            200: AuthorSerializer,
            301: OpenApiResponse(description="Merged into another record, whose address is in Location"),
            300: CHOOSE,
            410: GONE,
        },
    ),
)
class AuthorViewSet(PublicViewSet[Author]):
    """Public author records, those with the most works first."""

    queryset = Author.objects.public()
    serializer_class = AuthorSerializer
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = AuthorFilter
    pagination_class = MostWorksFirst

    def retrieve(self, request: Request, pk: str) -> Response:
        """The record as it is now, at its own address."""
        author = present_author(int(pk))
        if author is None:
            raise Http404
        if author.pk == int(pk):
            return Response(self.get_serializer(author).data)
        address = reverse("api-author-detail", args=[author.pk])
        query = request.META.get("QUERY_STRING", "")
        return Response(
            {"detail": f"Merged into author {author.pk}.", "author": author.pk},
            HTTPStatus.MOVED_PERMANENTLY,
            headers={"Location": f"{address}?{query}" if query else address},
        )


@extend_schema_view(retrieve=extend_schema(description="One topic by its code."))
class TopicViewSet(PublicViewSet[Topic]):
    """Topics, those with the most works first."""

    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    pagination_class = MostWorksFirst
    lookup_field = "code"
    lookup_value_regex = r"[A-Za-z0-9.\-]{1,64}"

    def get_object(self) -> Topic:
        """Schemes may share a code; the page of a code shows the same one."""
        found = self.get_queryset().filter(code=self.kwargs["code"]).order_by("pk").first()
        if found is None:
            raise Http404
        return found


@extend_schema_view(retrieve=extend_schema(description="One institution."))
class InstitutionViewSet(PublicViewSet[Institution]):
    """Institutions, those with the most works first."""

    queryset = Institution.objects.all()
    serializer_class = InstitutionSerializer
    pagination_class = MostWorksFirst
