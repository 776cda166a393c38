"""The description of the API, completed by what holds for every operation."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from shicheng.api.guards import Token
from shicheng.api.schemas.common import Problem

Json = dict[str, Any]
PREFIX: Final = "/api/v1/"
_KEY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Up to 200 characters. The same request with the same key within a day has one effect, one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_LIMITS: Final[Json] = {
    name: {"description": words, "schema": {"type": "string"}}
    for name, words in (
        ("RateLimit", "What is left, and the seconds until everything is allowed again."),
        ("RateLimit-Policy", "Requests allowed in a window of seconds."),
        ("Retry-After", "Seconds to wait, where the limit is used up."),
    )
}


def binary(*kinds: str) -> Json:
    """What an operation says that answers with bytes, of one of these types."""
    return {"responses": {200: {"description": "OK", "content": {kind: {"schema": _BYTES} for kind in kinds}}}}


_BYTES: Final[Json] = {"type": "string", "format": "binary"}
_OCTETS: Final[Json] = {"application/octet-stream": {"schema": _BYTES}}
RANGED: Final[Json] = {
    "parameters": [
        {
            "name": "Range", "in": "header", "required": False, "description": "One range, such as bytes=0-1023.",
            "schema": {"type": "string", "pattern": "^bytes=[0-9]{1,15}-[0-9]{0,15}$"},
        }
    ],
    "responses": {
        200: {"description": "The whole file", "content": _OCTETS},
        206: {"description": "The range", "content": _OCTETS},
        416: {"description": "No such range"},
    },
}  # fmt: skip


class Utf8Renderer(JSONRenderer):
    """Writes Chinese as it is; half characters, which no UTF-8 can hold, as the escapes JSON has for them."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write an answer."""
        return json.dumps(data, cls=self.encoder_class, ensure_ascii=False).encode("utf-8", "backslashreplace")


class DescribedApi(NinjaAPI):
    """A ninja API whose description says what its door does: tokens, problems, keys, limits."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name operations after their functions: generated clients get methods of these names."""
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Json | None = None) -> Any:
        """The whole description, the same for everyone who asks."""
        schema = super().get_openapi_schema(path_prefix=PREFIX if path_prefix is None else path_prefix)
        guards = {
            (operation.operation_id or self.get_openapi_operation_id(operation)): operation.auth_callbacks
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
        }
        for methods in schema["paths"].values():
            for method, described in methods.items():
                _complete(described, method, guards[described["operationId"]])
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
        schema["components"]["schemas"].update(shape.pop("$defs", {}))
        schema["components"]["schemas"]["Problem"] = shape
        schema["components"]["securitySchemes"] = {"Token": dict(Token.openapi_security_schema)}
        schema["components"]["responses"] = {
            "Problem": {
                "description": "A problem (RFC 9457)",
                "headers": _LIMITS,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        }
        return schema


def _complete(described: Json, method: str, guards: Any) -> None:
    permissions = [code for guard in guards for code in guard.permissions]
    if all(isinstance(guard, Token) for guard in guards):
        described["security"] = [{"Token": []}]
    else:
        described["security"] = [{}, {"Token": []}]
    if permissions:
        described["x-permissions"] = permissions
    if method == "post":
        described["parameters"] = [*described["parameters"], dict(_KEY)]
    responses = described["responses"] = {str(status): one for status, one in described["responses"].items()}
    responses["4XX"] = {"$ref": "#/components/responses/Problem"}
    responses["5XX"] = {"$ref": "#/components/responses/Problem"}
