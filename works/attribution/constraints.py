"""What people decided, as the engine and the writer of resolutions need it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product

from django.db.models import Q

from works.at_once import among_texts
from works.attribution.engine import Constraints, Pair
from works.attribution.records import present_records
from works.models import Attribution, Authorship, Decision
from works.names import Agreement, compare_names, parse_name

WITNESSES = 12
"""Surest authorships of a record that stand for it where a decision keeps somebody apart from the whole record."""


def constraints_for(blocks: Sequence[str]) -> Constraints:
    """Pairs of authorships in these blocks that people decided to be one person, or two.

    Which record an authorship was put in by hand is not repeated here: the engine reads that from the attributions.
    The engine passes over pairs that reach into other blocks; those attributions are decided and hold by themselves.
    """
    listed = among_texts(blocks)
    inside = Q(authorship__block__in=listed) | Q(other_authorship__block__in=listed)
    decisions = list(Decision.objects.standing().filter(inside).exclude(kind=Decision.Kind.MINE))
    named = {pk for decision in decisions for pk in (decision.author_id, decision.other_id) if pk is not None}
    now = present_records(named)
    witnesses = _witnesses(
        {now[pk] for decision in decisions if decision.kind != Decision.Kind.SAME for pk in _records(decision)}, blocks
    )
    must: set[Pair] = set()
    cannot: set[Pair] = set()
    for decision in decisions:
        one, other = decision.authorship_id, decision.other_authorship_id
        if decision.kind == Decision.Kind.SAME:
            if one and other:
                must.add((one, other))
            continue
        ours = witnesses.get(now[decision.author_id], [])
        if decision.kind == Decision.Kind.NOT_MINE:
            cannot |= {(one, witness) for witness in ours if witness != one} if one else set()
        elif decision.other_id is not None:
            theirs = witnesses.get(now[decision.other_id], [])
            pairs = product({*ours, *([one] if one else [])}, {*theirs, *([other] if other else [])})
            cannot |= {pair for pair in pairs if pair[0] != pair[1]}
    return Constraints(sorted(must), sorted(cannot))


def forbidden_pairs(authorships: Collection[int]) -> set[tuple[int, int]]:
    """``(authorship, author)`` that a standing *not mine* rules out, by the records that the authors are now."""
    rows = Decision.objects.standing().filter(kind=Decision.Kind.NOT_MINE, authorship__isnull=False)
    wanted = set(authorships)
    pairs = [pair for pair in rows.values_list("authorship_id", "author_id") if pair[0] in wanted]
    now = present_records({author for _, author in pairs})
    return {(authorship, now[author]) for authorship, author in pairs}


def reattach() -> int:
    """Find the authorships of decisions whose author list was replaced by a new version of the work.

    A decision is put on the position of its work that prints a compatible name, when there is exactly one; *mine* then
    holds there at once. Returns how many were put back.
    """
    lost = Decision.objects.standing().filter(
        kind__in=[Decision.Kind.MINE, Decision.Kind.NOT_MINE], authorship=None, work__isnull=False
    )
    return sum(_reattach(decision) for decision in lost.select_related("author"))


def _reattach(decision: Decision) -> bool:
    printed = parse_name(decision.printed)
    positions = [
        position
        for position in Authorship.objects.filter(work=decision.work_id, is_group=False)
        if compare_names(parse_name(position.raw_name), printed) > Agreement.CONFLICT
    ]
    if len(positions) != 1:
        return False
    position = positions[0]
    about = Decision.objects.standing().filter(kind=decision.kind, authorship=position)
    if about.filter(Q(kind=Decision.Kind.MINE) | Q(author=decision.author_id)).exists():
        return False
    decision.authorship = position
    decision.save(update_fields=["authorship"])
    if decision.kind == Decision.Kind.MINE:
        author = present_records([decision.author_id])[decision.author_id]
        Attribution.objects.update_or_create(
            authorship=position,
            defaults={
                "author_id": author,
                "work_id": position.work_id,
                "confidence": 1.0,
                "decided_by": decision.role,
            },
        )
    return True


def _records(decision: Decision) -> list[int]:
    return [pk for pk in (decision.author_id, decision.other_id) if pk is not None]


def _witnesses(authors: Collection[int], blocks: Sequence[str]) -> dict[int, list[int]]:
    """The surest authorships of each record within these blocks."""
    found: dict[int, list[int]] = {}
    listed = among_texts(blocks)
    rows = Attribution.objects.filter(author__in=authors, authorship__block__in=listed)
    for author, authorship in rows.order_by("-confidence", "pk").values_list("author_id", "pk"):
        surest = found.setdefault(author, [])
        if len(surest) < WITNESSES:
            surest.append(authorship)
    return found
