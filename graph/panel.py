"""The side panel of the explorer: a few facts about the selected node and its ties in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.elements import Kind, Node, Slice, counted, years_phrase
from works.markup import opening
from works.models import Author, Institution, Topic, Work

LONGEST_ABSTRACT = 900


@dataclass(frozen=True, slots=True)
class Panel:
    """``facts`` are label and value; ``abstract`` is a work's, cut; ``ties`` the other ends with their reasons."""

    facts: tuple[tuple[str, str], ...]
    abstract: str
    ties: tuple[tuple[Node, str], ...]


def panel_of(drawn: Slice, node: Node) -> Panel:
    """What is known of a node of the picture: one query for the facts."""
    facts, abstract = _facts(node)
    return Panel(tuple(facts), abstract, tuple(_ties(drawn, node)))


def _ties(drawn: Slice, node: Node) -> Sequence[tuple[Node, str]]:
    nodes = {known.key: known for known in drawn.nodes}
    found = []
    for edge in drawn.edges:
        if edge.source == node.key:
            found.append((nodes[edge.target], edge.reason))
        elif edge.target == node.key:
            found.append((nodes[edge.source], edge.reason))
    return found


def _facts(node: Node) -> tuple[list[tuple[str, str]], str]:
    if node.kind == Kind.RESEARCHER:
        author = Author.objects.select_related("trust").filter(pk=node.id).first()
        return (_author_facts(author), "") if author else ([], "")
    if node.kind == Kind.WORK:
        work = Work.objects.filter(pk=node.id).first()
        if work is None:
            return [], ""
        facts = [("Published", str(work.year or "undated")), ("Authors", f"{work.author_count:,}")]
        return facts, opening(work.abstract, LONGEST_ABSTRACT)
    if node.kind == Kind.TOPIC:
        topic = Topic.objects.filter(code=node.id).first()
        return ([("Code", topic.code), ("Works", f"{topic.work_count:,}")], "") if topic else ([], "")
    place = Institution.objects.filter(pk=node.id).first()
    if place is None:
        return [], ""
    where = ", ".join(part for part in (place.city, place.country_code) if part)
    return [("Works", f"{place.work_count:,}"), *([("Where", where)] if where else [])], ""


def _author_facts(author: Author) -> list[tuple[str, str]]:
    facts = [("Published", counted(author.work_count, "work"))]
    span = years_phrase(author.first_year, author.last_year)
    if span:
        facts.append(("Years", span))
    trust = getattr(author, "trust", None)
    if trust is not None:
        facts.append(("Trust", f"{trust.score} of 100, {trust.computed.label.lower()}"))
    return facts
