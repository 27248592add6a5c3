"""The page about the API: its operations, read from the OpenAPI schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that can be asked.

    ``parameters`` are names of the query string with their meaning, ``fields`` what each thing in the answer has.
    """

    path: str
    meaning: str
    parameters: Sequence[tuple[str, str]]
    fields: Sequence[str]

    @property
    def is_address(self) -> bool:
        """Whether the path can be followed as it stands, for it has no part to fill in."""
        return "{" not in self.path


@cache
def operations() -> list[Operation]:
    """Every operation of the schema, in its order; the schema is a matter of the code, so it is read once."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # no annotations
    return [
        Operation(
            path=path,
            meaning=operation.get("description", ""),
            parameters=[
                (parameter["name"], parameter.get("description", ""))
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query"
            ],
            fields=_fields(operation, schema["components"]["schemas"]),
        )
        for path, by_method in schema["paths"].items()
        for operation in by_method.values()
    ]


def _fields(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """The fields of what is answered; of a list, those of each of its results."""

    def named(reference: Mapping[str, str]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = schemas[reference["$ref"].rpartition("/")[2]]["properties"]
        return found

    fields = named(operation["responses"]["200"]["content"]["application/json"]["schema"])
    return list(named(fields["results"]["items"]) if "results" in fields else fields)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list of operations."""
    return render(request, "works/api_docs.html", {"operations": operations()})
