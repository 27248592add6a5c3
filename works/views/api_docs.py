"""The page about the API: its operations as a list that needs no script, and Swagger UI to try them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that can be asked; ``parameters`` are names of the query string with their meaning."""

    path: str
    meaning: str
    parameters: Sequence[tuple[str, str]]

    @property
    def is_address(self) -> bool:
        """Whether the path can be followed as it stands, for it has no part to fill in."""
        return "{" not in self.path


@cache
def operations() -> list[Operation]:
    """Every operation of the schema, in its order; the schema is a matter of the code, so it is read once."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # no types there
    return [
        Operation(
            path=path,
            meaning=operation.get("description", ""),
            parameters=[
                (parameter["name"], parameter.get("description", ""))
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query"
            ],
        )
        for path, by_method in schema["paths"].items()
        for operation in by_method.values()
    ]


class ApiDocs(SpectacularSwaggerSplitView):
    """drf-spectacular's page with the list of operations beside it."""

    url_name = "api-schema"
    template_name = "works/api_docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # no types there
        # The page's own script asks the same view, and gets no page.
        if isinstance(answer.data, dict):
            answer.data["operations"] = operations()
        return answer
