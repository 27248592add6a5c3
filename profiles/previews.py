"""What a merge or a split would change, shown side by side before anybody decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from graph.edges import CLOSE_STRENGTH, CLOSE_WORKS
from graph.models import AuthorTopic, Collaboration, TrustSnapshot
from graph.trust import Facts, compute
from profiles.claims import owner_claim
from profiles.models import Claim, Follow, Ticket
from works.attribution.contradictions import DecisionError, against_joining, refuse_shared_works
from works.attribution.records import absorbed_records
from works.models import Attribution, Author, Decision
from works.portraits import SMALL_TEAM, Portrait, portraits
from works.text_matches import in_listing_order

WORKS_LISTED = 400
"""Works that a form lists for choosing; of an author with more, the newest. A form may have 500 fields at most."""


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a side-by-side page."""

    portrait: Portrait
    trust: int | None
    followers: int
    owner: Claim | None
    waiting_claims: int
    decided: int
    newest: Sequence[Attribution]

    @property
    def author(self) -> Author:
        return self.portrait.author


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Two records and what joining them would do.

    ``conflicts`` and ``obstacles`` forbid it, ``doubts`` speak against it. Trust is given without standing, which is
    computed after.
    """

    kept: Side
    gone: Side
    redirected: Sequence[int]
    trust_before: int
    trust_after: int
    followers_after: int
    conflicts: Sequence[Decision]
    obstacles: Sequence[str]
    doubts: Sequence[str]
    tickets: Sequence[Ticket]


@dataclass(slots=True)
class WorkGroup:
    """Works of one record that hang together by their co-authors, newest first; names of the most frequent of those."""

    attributions: list[Attribution]
    companions: list[str] = field(default_factory=list)

    @property
    def key(self) -> int:
        """The group's name in forms: the smallest of its authorship ids."""
        return min(row.authorship_id for row in self.attributions)


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What moving works away would leave and make: of each new record its name in the form, its works, its trust.

    Trust is given without standing, which is computed after.
    """

    moved: int
    stays: int
    trust_before: int
    trust_after: int
    new: Sequence[tuple[str, int, int]]
    followers: int
    is_owned: bool


def side_of(author: Author) -> Side:
    """One record as the side-by-side pages show it; eight queries."""
    works = Attribution.objects.filter(author=author)
    newest = in_listing_order(by_index=False, of="work__")
    snapshot = TrustSnapshot.objects.filter(author=author).first()
    return Side(
        portrait=portraits([author], with_co_authors=True)[0],
        trust=snapshot.score if snapshot else None,
        followers=Follow.objects.filter(author=author).count(),
        owner=owner_claim(author),
        waiting_claims=Claim.objects.open().filter(author=author).count(),
        decided=works.exclude(decided_by=Attribution.DecidedBy.MACHINE).count(),
        newest=list(works.select_related("work", "authorship").defer("work__search").order_by(*newest)[:5]),
    )


def preview_merge(kept: Author, gone: Author) -> MergePreview:
    """What would become of the two records; nothing is changed."""
    ours, theirs = side_of(kept), side_of(gone)
    users = Follow.objects.filter(author__in=[kept, gone]).values("user").distinct()
    return MergePreview(
        kept=ours,
        gone=theirs,
        redirected=sorted(absorbed_records(gone.pk)),
        trust_before=_trust_of([kept.pk], kept.work_count, kept.level),
        trust_after=_trust_of([kept.pk, gone.pk], kept.work_count + gone.work_count, max(kept.level, gone.level)),
        followers_after=users.count(),
        conflicts=against_joining(kept.pk, gone.pk),
        obstacles=_obstacles(kept, gone, theirs),
        doubts=_doubts(kept, gone, ours, theirs),
        tickets=list(Ticket.objects.open().filter(Q(author=gone) | Q(other=gone)).order_by("pk")),
    )


def preview_split(author: Author, parts: Mapping[str, Collection[int]]) -> SplitPreview:
    """What would become of the record and of the new ones, by their names in the form; nothing is changed."""
    works = Attribution.objects.filter(author=author, work__is_deleted=False)
    total = works.count()
    new = []
    for name, part in parts.items():
        away = works.filter(pk__in=part)
        number = away.count()
        new.append((name, number, _trust_of_works(away, number, 1)))
    moved = sum(number for _name, number, _trust in new)
    rest = works.exclude(pk__in=set[int]().union(*parts.values()))
    return SplitPreview(
        moved=moved,
        stays=total - moved,
        trust_before=_trust_of([author.pk], total, author.level),
        trust_after=_trust_of_works(rest, total - moved, author.level),
        new=new,
        followers=Follow.objects.filter(author=author).count(),
        is_owned=owner_claim(author) is not None,
    )


def work_groups(author: Author) -> list[WorkGroup]:
    """The works of a record as groups that share co-authors, the largest group first; a hint where to cut."""
    works = Attribution.objects.filter(author=author, work__is_deleted=False).select_related("work", "authorship")
    rows = list(works.defer("work__search").order_by(*in_listing_order(by_index=False, of="work__"))[:WORKS_LISTED])
    beside: dict[int, dict[int, str]] = defaultdict(dict)
    others = Attribution.objects.filter(work__in=[row.work_id for row in rows], work__author_count__lte=SMALL_TEAM)
    for work, other, name in others.exclude(author=author).values_list("work_id", "author_id", "author__display_name"):
        beside[work][other] = name
    root_of = _roots({row.work_id: set(beside[row.work_id]) for row in rows})
    groups: dict[int, WorkGroup] = {}
    for row in rows:
        groups.setdefault(root_of[row.work_id], WorkGroup([])).attributions.append(row)
    for group in groups.values():
        group.companions = _most_frequent([beside[row.work_id] for row in group.attributions])
    return sorted(groups.values(), key=lambda group: -len(group.attributions))


def _roots(people_on: dict[int, set[int]]) -> dict[int, int]:
    """Each work with the first work of its connected group."""
    root = {work: work for work in people_on}

    def find(work: int) -> int:
        while root[work] != work:
            root[work] = root[root[work]]
            work = root[work]
        return work

    seen: dict[int, int] = {}
    for work, people in people_on.items():
        for person in people:
            root[find(work)] = find(seen.setdefault(person, work))
    return {work: find(work) for work in people_on}


def _most_frequent(casts: Sequence[dict[int, str]]) -> list[str]:
    counts: dict[int, int] = defaultdict(int)
    names: dict[int, str] = {}
    for cast in casts:
        names |= cast
        for person in cast:
            counts[person] += 1
    return [names[person] for person in sorted(counts, key=lambda person: (-counts[person], person))[:4]]


def _obstacles(kept: Author, gone: Author, theirs: Side) -> list[str]:
    found = []
    try:
        refuse_shared_works(kept.pk, gone.pk)
    except DecisionError as problem:
        found.append(str(problem))
    if theirs.owner is not None:
        found.append(f"The page of {gone.display_name} ({gone.pk}) has an owner, so it cannot be the one that goes.")
    return found


def _doubts(kept: Author, gone: Author, ours: Side, theirs: Side) -> list[str]:
    found = []
    if kept.orcid and gone.orcid and kept.orcid != gone.orcid:
        found.append(f"Different ORCID iDs: {kept.orcid} and {gone.orcid}.")
    if kept.block != gone.block:
        found.append(f"The names are filed apart: “{kept.display_name}” and “{gone.display_name}”.")
    if not {name.author_id for name in ours.portrait.co_authors} & {n.author_id for n in theirs.portrait.co_authors}:
        found.append("No frequent co-author in common.")
    if not set(ours.portrait.topics) & set(theirs.portrait.topics):
        found.append("No frequent topic in common.")
    return found


def _trust_of(authors: Sequence[int], works: int, level: int) -> int:
    """The score of the works of these records together, standing left out."""
    topics = AuthorTopic.objects.filter(author__in=authors).values("topic").distinct().count()
    ties: dict[int, tuple[int, float]] = {}
    rows = Collaboration.objects.filter(Q(a__in=authors) | Q(b__in=authors)).values_list("a", "b", "works", "strength")
    for a, b, shared, strength in rows:
        other = b if a in authors else a
        if other not in authors:
            before = ties.get(other, (0, 0.0))
            ties[other] = (before[0] + shared, before[1] + strength)
    close = sum(shared >= CLOSE_WORKS or strength >= CLOSE_STRENGTH for shared, strength in ties.values())
    return compute(Facts(works, topics, close, level)).score


def _trust_of_works(works: QuerySet[Attribution], count: int, level: int) -> int:
    """The score that a record with just these works would have, standing left out."""
    ids = works.values("work")
    topics = works.filter(work__work_topics__isnull=False).values("work__work_topics__topic").distinct().count()
    shared: dict[int, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    beside = Attribution.objects.filter(work__in=ids, work__author_count__gt=1).exclude(pk__in=works.values("pk"))
    for other, authors in beside.values_list("author_id", "work__author_count"):
        number, strength = shared[other]
        shared[other] = (number + 1, strength + 1 / (authors - 1))
    close = sum(number >= CLOSE_WORKS or strength >= CLOSE_STRENGTH for number, strength in shared.values())
    return compute(Facts(count, topics, close, level)).score
