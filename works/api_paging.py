"""Pages of the API by keyset: a cursor is the place of a row in the order of its list. So ``next`` reaches every row
exactly once however many share a value, and a page costs the same however deep it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar, cast

from django.db.models import Model, Q, QuerySet
from rest_framework import pagination, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from works.paging import SEPARATOR, date_cursor, encode_cursor, number_cursor

#: The values of the fields of an order, of which the last is the id.
Place = Sequence[date | int]

CURSOR = "cursor"
SIZE = "page_size"
USUAL_SIZE = 50
LARGEST_SIZE = 200
#: How a cursor begins that asks for the rows before its place.
BEFORE = f"before{SEPARATOR}"


class Keyset(pagination.BasePagination, ABC):
    """A page behind or before a place, with the addresses of the pages beside it (``None`` where there is none)."""

    #: Fields with ``-`` before those that fall; the last one is the id.
    order: ClassVar[tuple[str, ...]]
    next_address: str | None = None
    previous_address: str | None = None

    @abstractmethod
    def place(self, text: str) -> Place | None:
        """The values of the fields that a cursor holds, ``None`` when it was made up."""

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows asked for. Raises ``ValidationError``, answered by 400, for a cursor that no answer gave."""
        text = request.query_params.get(CURSOR, "")
        is_backward = text.startswith(BEFORE)
        start = self.place(text.removeprefix(BEFORE))
        if text and start is None:
            raise serializers.ValidationError({CURSOR: ["Not a cursor of this list: follow next or previous."]})
        size = _size(request)
        found = _first(
            cast("QuerySet[Any]", queryset), _turned(self.order) if is_backward else self.order, start, size + 1
        )
        rows, is_more = found[:size], len(found) > size
        if is_backward:
            rows.reverse()
        self._link(request.build_absolute_uri(), rows, is_more, is_backward, start)
        return rows

    def _link(self, address: str, rows: Sequence[Model], is_more: bool, is_backward: bool, start: Place | None) -> None:
        """Find the addresses beside the page.

        A page that begins behind a place has rows before it, one that ends before a place has rows behind it. Where the
        rows of a page are gone by now, the way back is to the beginning of the list.
        """
        ahead = behind = None
        if rows:
            ahead = replace_query_param(address, CURSOR, self._cursor(rows[-1]))
            behind = replace_query_param(address, CURSOR, BEFORE + self._cursor(rows[0]))
        elif start is not None:
            ahead = behind = remove_query_param(address, CURSOR)
        self.next_address = ahead if is_backward or is_more else None
        self.previous_address = behind if (is_more if is_backward else start is not None) else None

    def _cursor(self, row: Model) -> str:
        return encode_cursor(*(getattr(row, field.removeprefix("-")) for field in self.order))

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_address, "previous": self.previous_address, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        def address(meaning: str) -> dict[str, Any]:
            return {"type": "string", "format": "uri", "nullable": True, "description": meaning}

        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": address("The page behind this one; null on the last. Following it reaches every record once."),
                "previous": address("The page before this one; null on the first."),
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        def parameter(name: str, meaning: str, schema: dict[str, Any]) -> dict[str, Any]:
            return {"name": name, "in": "query", "required": False, "description": meaning, "schema": schema}

        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": USUAL_SIZE}
        return [
            parameter(
                CURSOR,
                "Where a page begins; next and previous have it. Any other is answered by 400",
                {"type": "string"},
            ),
            parameter(SIZE, f"How many in one answer, {USUAL_SIZE} unless given, at most {LARGEST_SIZE}", size),
        ]


class NewestFirst(Keyset):
    order = ("-listed_on", "-pk")

    def place(self, text: str) -> Place | None:
        return date_cursor(text)


class MostWorksFirst(Keyset):
    order = ("-work_count", "pk")

    def place(self, text: str) -> Place | None:
        return number_cursor(text, len(self.order))


def _size(request: Request) -> int:
    asked = number_cursor(request.query_params.get(SIZE, ""), 1)
    return min(asked[0], LARGEST_SIZE) if asked and asked[0] else USUAL_SIZE


def _turned(order: Sequence[str]) -> tuple[str, ...]:
    return tuple(field.removeprefix("-") if field.startswith("-") else f"-{field}" for field in order)


def _first(rows: QuerySet[Any], order: Sequence[str], start: Place | None, wanted: int) -> list[Any]:
    """The first ``wanted`` rows behind a place.

    The rows that share its first value are a query of their own, and so on: an index answers each from the place on,
    while one condition for all would have it read every row of an equal value again for each page.
    """
    ordered = rows.order_by(*order)
    if start is None:
        return list(ordered[:wanted])
    found: list[Any] = []
    for behind in _behind(order, start):
        if len(found) < wanted:
            found += ordered.filter(behind)[: wanted - len(found)]
    return found


def _behind(order: Sequence[str], start: Place) -> Iterator[Q]:
    """Conditions that, one after the other, hold for all rows behind a place, the nearest ones first."""
    fields = [field.removeprefix("-") for field in order]
    for shared in reversed(range(len(order))):
        lookup = "lt" if order[shared].startswith("-") else "gt"
        equal = dict(zip(fields[:shared], start, strict=False))
        yield Q(**equal, **{f"{fields[shared]}__{lookup}": start[shared]})
