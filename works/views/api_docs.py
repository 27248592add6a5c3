"""The page about the API: its operations, read from the OpenAPI schema; and the address where the API begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that can be asked.

    ``parameters`` are names of the query string with their meaning, ``fields`` what each thing in the answer has,
    ``other_answers`` are status codes with what they mean.
    """

    path: str
    meaning: str
    parameters: Sequence[tuple[str, str]]
    fields: Sequence[str]
    other_answers: Sequence[tuple[str, str]]

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
            other_answers=[
                (status, answer["description"])
                for status, answer in sorted(operation["responses"].items())
                if status != "200"
            ],
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


@require_safe
@vary_on_headers("Accept")
def beginning(request: HttpRequest) -> HttpResponse:
    """Where the API begins: the addresses of its lists as JSON. A browser is led to the page about them."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        return redirect("api-docs")
    lists = {operation.path.split("/")[-2]: operation.path for operation in operations() if operation.is_address}
    addresses = lists | {"docs": reverse("api-docs"), "schema": reverse("api-schema")}
    return JsonResponse({name: request.build_absolute_uri(address) for name, address in addresses.items()})
