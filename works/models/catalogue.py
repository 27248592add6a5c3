"""The printed record: works with versions, identifiers, topics and authorships, and the institutions they name.

Nothing here says which person wrote what; that belief is kept beside it, in ``works.models.authors``.
"""

from __future__ import annotations

from typing import get_args

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.text import slugify

from works.address_patterns import coded, numbered
from works.name_forms import romanised
from works.records import WorkKind
from works.search_marks import MARKS_SQL
from works.unspaced import WITH_PAIRS_SQL

SLUG_LENGTH = 60


def slug_of(text: str, fallback: str) -> str:
    """The readable part of an address: ASCII words cut at a word boundary, ``fallback`` when nothing is left."""
    slug = slugify(romanised(text))
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rsplit("-", 1)[0]
    return slug or fallback


class Topic(models.Model):
    """A subject: an arXiv category, an OpenAlex topic, an ACM or MSC class."""

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv category"
        OPENALEX = "openalex", "OpenAlex topic"
        ACM = "acm", "ACM class"
        MSC = "msc", "MSC class"

    scheme = models.CharField(max_length=10, choices=Scheme)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    work_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="topic_scheme_code")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return coded("topic", self.code)


class Institution(models.Model):
    """A research organisation; ``ror`` is the bare id of the Research Organization Registry (``05gq02987``)."""

    # Null, not empty, so that any number of institutions may be without a ROR id.
    ror = models.CharField(max_length=9, null=True, unique=True)  # noqa: DJ001
    name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300, help_text="Folded name for matching printed affiliations.")
    other_names = ArrayField(models.CharField(max_length=300), default=list)
    acronyms = ArrayField(models.CharField(max_length=60), default=list)
    kinds = ArrayField(models.CharField(max_length=30), default=list)
    domains = ArrayField(models.CharField(max_length=120), default=list)
    country_code = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True)
    website = models.URLField(max_length=300, blank=True)
    status = models.CharField(max_length=10, default="active")
    work_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            GinIndex(fields=["name_key"], name="institution_name_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return numbered("institution", self.pk, slug_of(self.name, "institution"))


class InstitutionName(models.Model):
    """A folded name under which an institution is printed: its names, aliases and labels, but not its acronyms."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="names")
    name_key = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name_key", "institution"], name="institution_name_once")]

    def __str__(self) -> str:
        return self.name_key


class WorkQuerySet(models.QuerySet["Work"]):
    def listed(self) -> WorkQuerySet:
        """Works that pages show: not deleted at their source."""
        return self.filter(is_deleted=False)

    def in_topic(self, topic: Topic) -> WorkQuerySet:
        """Works with this topic in any position."""
        return self.filter(pk__in=WorkTopic.objects.filter(topic=topic).values("work"))

    def tested_for_topic(self, topic: Topic) -> WorkQuerySet:
        """The same as ``in_topic`` for conditions that leave few works: each is looked up in the links of topics.

        A scalar subquery, because PostgreSQL makes a join of anything else and reads all links of the topic for it.
        """
        link = WorkTopic.objects.filter(topic=topic, work=models.OuterRef("pk")).values("pk")[:1]
        return self.alias(topic_link=models.Subquery(link)).filter(topic_link__isnull=False)

    def at_institution(self, institution: Institution) -> WorkQuerySet:
        """Works with an author whose printed affiliation was recognised as this institution."""
        links = AuthorshipInstitution.objects.filter(institution=institution)
        return self.filter(pk__in=links.values("authorship__work"))


def _english(column: str, weight: str) -> SearchVector:
    """The words of a column, and the pairs of characters of those that no spaces part."""
    return SearchVector(models.Func(column, template=WITH_PAIRS_SQL), weight=weight, config="bzpeer_english")


class Work(models.Model):
    """One scholarly work with all its versions. Text is kept as printed, formulas included; LaTeX accents are
    spelled in Unicode.

    ``title_key`` is the folded title used to match records without a shared identifier. ``byline`` is the printed
    author list joined for search and one-line listings. ``authors_missing`` counts authors that a cut list is known to
    lack. ``listed_on`` orders listings and is never empty: the day of submission, else the first day of the year, else
    of year 1.
    """

    class Kind(models.TextChoices):
        PREPRINT = "preprint", "Preprint"
        ARTICLE = "article", "Article"
        CONFERENCE = "conference", "Conference paper"
        BOOK = "book", "Book"
        CHAPTER = "chapter", "Chapter"
        DATASET = "dataset", "Dataset"
        THESIS = "thesis", "Thesis"
        REVIEW = "review", "Review"
        OTHER = "other", "Other"

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PREPRINT)
    source = models.CharField(max_length=20, help_text="Slug of the source whose facts lead.")
    source_rank = models.SmallIntegerField(default=50)
    title = models.TextField()
    title_key = models.TextField()
    abstract = models.TextField(blank=True)
    byline = models.TextField(blank=True)
    author_count = models.PositiveIntegerField(default=0)
    authors_complete = models.BooleanField(default=True)
    authors_missing = models.PositiveIntegerField(null=True)
    year = models.SmallIntegerField(null=True)
    submitted = models.DateField(null=True)
    updated = models.DateField(null=True)
    announced = models.DateField(null=True)
    comments = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    venue = models.TextField(blank=True)
    report_no = models.TextField(blank=True)
    licence = models.TextField(blank=True)
    submitter = models.TextField(blank=True)
    code_links = ArrayField(models.TextField(), default=list)
    is_withdrawn = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)
    listed_on = models.GeneratedField(
        expression=Coalesce(
            "submitted",
            models.Func(
                Least(Greatest(Coalesce("year", 1), 1), 9999),
                models.Value(1),
                models.Value(1),
                function="make_date",
                output_field=models.DateField(),
            ),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=models.Func(
            _english("title", weight="A")
            + SearchVector("byline", weight="B", config="bzpeer_names")
            + _english("abstract", weight="C"),
            template=f"(%(expressions)s) || {MARKS_SQL}",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = WorkQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="work_search"),
            models.Index(fields=["-listed_on", "-id"], name="work_newest"),
            models.Index(models.F("title_key"), name="work_title_key"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=get_args(WorkKind)), name="work_kind_known")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return numbered("work", self.pk, self.slug)

    @property
    def slug(self) -> str:
        return slug_of(self.title, "work")

    @property
    def kind_name(self) -> str:
        """The kind in words, for lists: ``get_kind_display`` flattens all choices for every row anew."""
        return self.Kind(self.kind).label


class WorkIdentifier(models.Model):
    """An outside identifier of a work in its normal form; one value belongs to one work."""

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"
        OPENALEX = "openalex", "OpenAlex"
        BZPEER = "local", "This catalogue"

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=10, choices=Scheme)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_scheme_value")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @property
    def scheme_name(self) -> str:
        """The scheme in words, for lists."""
        return self.Scheme(self.scheme).label

    @property
    def url(self) -> str | None:
        """Where the identifier leads, ``None`` for our own."""
        prefix = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/", "openalex": "https://openalex.org/"}
        return prefix[self.scheme] + self.value if self.scheme in prefix else None


class WorkVersion(models.Model):
    """One submitted version of a work, numbered from 1."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField(null=True)
    size_kb = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "number"], name="version_work_number")]

    def __str__(self) -> str:
        return f"v{self.number}"


class WorkTopic(models.Model):
    """A topic of a work; position 0 is the primary one."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="work_topics", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="work_topics", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "topic"], name="worktopic_work_topic")]
        indexes = [models.Index(fields=["topic", "work"], name="worktopic_topic_work")]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.topic_id}"


class Authorship(models.Model):
    """One author position of a work exactly as printed; ``position`` counts from 0.

    ``family``, ``given`` and ``suffix`` are the split name, ``name_key`` its folded form and ``block`` the folded
    family name with the first initial (see ``works.names``). A group ("LHCb Collaboration") is printed but is no person
    and has an empty ``block``.
    """

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="authorships", db_index=False)
    position = models.PositiveSmallIntegerField()
    raw_name = models.TextField()
    family = models.TextField()
    given = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    name_key = models.TextField()
    block = models.TextField(blank=True)
    is_group = models.BooleanField(default=False)
    affiliations = ArrayField(models.TextField(), default=list)
    orcid = models.CharField(max_length=19, blank=True)
    email = models.TextField(blank=True)
    rors = ArrayField(
        models.CharField(max_length=9), default=list, help_text="Institutions that the source names by id."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["work", "position"], name="authorship_work_position", deferrable=models.Deferrable.DEFERRED
            )
        ]
        indexes = [models.Index(fields=["block", "name_key"], name="authorship_block_name")]

    def __str__(self) -> str:
        return self.raw_name


class AuthorshipInstitution(models.Model):
    """A printed affiliation recognised as an institution."""

    authorship = models.ForeignKey(
        Authorship, on_delete=models.CASCADE, db_index=False, related_name="institution_links"
    )
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="authorship_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authorship", "institution"], name="authorship_institution_once")
        ]

    def __str__(self) -> str:
        return f"{self.authorship_id}: {self.institution_id}"
