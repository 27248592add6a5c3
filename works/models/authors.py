"""The belief beside the printed record: author records, and which authorship belongs to which of them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from works.address_patterns import numbered
from works.models.catalogue import Authorship, Work, slug_of
from works.models.fields import PlainJSONField

#: Records with at least this many works, about one in twenty, have a name index of their own.
LEADING_WORKS = 5


class AuthorQuerySet(models.QuerySet["Author"]):
    def public(self) -> AuthorQuerySet:
        """Author records that pages list: neither merged away nor hidden, with at least one work."""
        return self.filter(status=Author.Status.ACTIVE, work_count__gt=0)


class Author(models.Model):
    """One public author record: what the system believes to be one person. Ids are never reused.

    ``level`` is the verification level L0 to L4 of DESIGN section 6. ``name_forms``, ``years`` and ``affiliations`` are
    summaries recomputed whenever the attributed works change: ``[[name, works], ...]``, ``[[year, works], ...]`` and
    ``[[affiliation, first_year, last_year, works], ...]``. ``revision`` grows with every such change and keys caches.
    ``chosen_name`` is the name form that the owner or a curator chose to show; else the printed forms decide.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        MERGED = "merged", "Merged into another record"
        SPLIT = "split", "Split into several records"
        HIDDEN = "hidden", "Hidden"

    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="absorbed")
    display_name = models.TextField()
    chosen_name = models.TextField(blank=True, db_default="", default="")
    family = models.TextField(blank=True)
    given = models.TextField(blank=True)
    name_key = models.TextField()
    block = models.TextField(blank=True)
    # Null, not empty, so that any number of records may be without an ORCID.
    orcid = models.CharField(max_length=19, null=True, unique=True)  # noqa: DJ001
    homepage = models.URLField(max_length=300, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    is_open_to_collaborate = models.BooleanField(default=True)
    work_count = models.PositiveIntegerField(default=0)
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)
    name_forms = models.JSONField(default=list)
    years = models.JSONField(default=list)
    affiliations = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    objects = AuthorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__lte=4), name="author_level_0_to_4"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="author_merged_has_target",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="author_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["block", "name_key"], name="author_block_name"),
            models.Index(fields=["name_key"], name="author_name"),
            GinIndex(fields=["name_key"], name="author_name_trgm", opclasses=["gin_trgm_ops"]),
            # For the first letters of a name: the few records with many works, which are shown first (name_search).
            GinIndex(
                fields=["name_key"],
                name="author_leading_trgm",
                opclasses=["gin_trgm_ops"],
                condition=Q(work_count__gte=LEADING_WORKS),
            ),
            models.Index(fields=["-work_count", "id"], name="author_by_works"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return numbered("researcher", self.pk, self.slug)

    @property
    def slug(self) -> str:
        return slug_of(self.display_name, "researcher")


class Attribution(models.Model):
    """The decision that an authorship belongs to an author.

    ``confidence`` is a calibrated probability in 0..1, ``reasons`` the evidence in the compact form of
    ``works.attribution.reasons``. ``work`` repeats the authorship's work so that the database itself refuses to give
    two positions of one work to the same person; the check waits for the end of the transaction, so works can swap.
    That the work exists, the authorship's own foreign key guarantees.
    """

    class DecidedBy(models.TextChoices):
        MACHINE = "machine", "Worked out from the record"
        OWNER = "owner", "Confirmed by the researcher"
        CURATOR = "curator", "Decided by a curator"
        ORCID = "orcid", "Stated by ORCID"
        COAUTHORS = "coauthor", "Confirmed by two verified co-authors"

    authorship = models.OneToOneField(Authorship, on_delete=models.CASCADE, primary_key=True)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="attributions", db_index=False)
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="attributions", db_constraint=False)
    confidence = models.FloatField(default=1.0)
    decided_by = models.CharField(max_length=8, choices=DecidedBy, default=DecidedBy.MACHINE)
    reasons = PlainJSONField(default=list)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "work"], name="attribution_author_work", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="attribution_confidence_is_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authorship_id}: {self.author_id}"


class DirtyBlock(models.Model):
    """A name block whose authorships changed since it was last resolved.

    Imports only append, and a block may stand here several times, so that parallel imports never wait for one another.
    """

    block = models.TextField()
    #: Whether everything in the block is to be decided anew: facts changed, or people decided. Else works were added.
    is_whole = models.BooleanField(default=False, db_default=False)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["block"], name="dirtyblock_block")]

    def __str__(self) -> str:
        return self.block


class ResolvedBlock(models.Model):
    """A large block with the number of authorships it had when it was last resolved whole."""

    block = models.TextField(primary_key=True)
    authorships = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.block


class TouchedAuthor(models.Model):
    """An author whose works or verification changed since the tables derived from them were last brought up to date.

    Append-only like ``DirtyBlock``; whoever keeps derived tables takes the rows away.
    """

    # A queue: a mark whose record is gone is taken away like any other.
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.author_id)


class StaleSummary(models.Model):
    """An author of whose works something changed that the record sums up, while who wrote them stayed as it was.

    Append-only like ``DirtyBlock``; the next resolution works the summaries out anew and takes the rows away.
    """

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "stale summaries"

    def __str__(self) -> str:
        return str(self.author_id)


class AttributionStatistics(models.Model):
    """How common names, words, places and venues are in the catalogue (``works.attribution.statistics``); one row.

    Works up to the id ``newest_work`` are counted, as descriptions of this ``version`` hash them. The tables can always
    be made anew from the catalogue.
    """

    version = models.IntegerField(db_default=0, default=0)
    tables = models.BinaryField()
    newest_work = models.BigIntegerField()
    works = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "attribution statistics"

    def __str__(self) -> str:
        return f"{self.works} works"


class WorkDescription(models.Model):
    """The hashed facts of a work (``works.attribution.descriptions``), made by the code of this ``version``.

    Whoever changes a work takes its description away; it can always be made anew.
    """

    work = models.OneToOneField(Work, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.IntegerField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.work_id)
