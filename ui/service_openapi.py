"""What the service's own description (GET /openapi.json) says besides the routes: problems, links, tokens, examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ui.service_access import scope_needed
from ui.service_problems import TITLES

Responses = dict[int | str, dict[str, Any]]
DESCRIPTION = """
Answers questions about an archive of interview transcripts, each sentence with the words of the person who said it.

Offsets count characters (code points) of the source text of an interview, the text that `verbatim show DOC --source`
prints: `quote` is `source[quote_start:quote_end]`. Errors are problem details (RFC 9457) with a `request_id`, which
stands in the answer's `X-Request-ID` and in the log.
"""
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id", "error"],
    "properties": {
        "type": {"type": "string", "enum": [f"urn:verbatim:problem:{kind}" for kind in TITLES]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "error": {
            "type": "object",
            "description": "The same once more, as clients of OpenAI's API look for it.",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
            },
        },
    },
}
WHY = {
    400: "It cannot be read.",
    401: "There is no token, or not one that is valid.",
    403: "The token does not allow it, or the service is read-only.",
    404: "There is no such thing.",
    408: "The request came too slowly.",
    409: "It cannot be done now.",
    413: "It is too large.",
    415: "This kind of content is not taken.",
    422: "Something in it cannot be used; `errors` says what.",
    429: "Too many requests with this token; `Retry-After` has seconds.",
    500: "Something went wrong here.",
    503: "There is no index, or too many requests are waiting.",
    504: "It took too long.",
    507: "The disk refused.",
}
ALWAYS = (400, 401, 403, 408, 413, 429, 500, 503)
TO_PASSAGE = {
    "operationId": "read_passage",
    "parameters": {"passage_id": "$response.body#/hits/0/passage_id"},
    "description": "The best passage, with what stands around it.",
}
TO_CITED = {
    "operationId": "read_passage",
    "parameters": {"passage_id": "$response.body#/citations/0/passage_id"},
    "description": "The first passage that the answer cites.",
}
TO_INTERVIEW = {
    "operationId": "read_interview",
    "parameters": {"doc": "$response.body#/interviews/0/doc"},
    "description": "The first interview of the list.",
}
EVENT = {  # as FastAPI describes events
    "type": "object",
    "required": ["data"],
    "properties": {"event": {"type": "string"}, "data": {"type": "string", "contentMediaType": "application/json"}},
}
EVENTS = {"text/event-stream": {"itemSchema": EVENT}}


def problem_responses(*statuses: int) -> Responses:
    """The problems that a route can have, besides those that any can."""
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": WHY[status], "content": told} for status in sorted({*ALWAYS, *statuses})}


SEARCH_RESPONSES = {200: {"links": {"passage": TO_PASSAGE}}, **problem_responses(422, 504)}
ASK_RESPONSES = {200: {"content": EVENTS, "links": {"cited": TO_CITED}}, **problem_responses(422, 504)}
LIST_RESPONSES = {200: {"links": {"interview": TO_INTERVIEW}}, **problem_responses(422, 504)}
INTERVIEW_RESPONSES = problem_responses(404, 422, 504)
PASSAGE_RESPONSES = problem_responses(404, 422, 504)


def describe(app: FastAPI) -> None:
    """Have the description say which token each route needs, and what a problem looks like."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI's documentation has it


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title="Verbatim", version=app.version, description=DESCRIPTION.strip(), routes=app.routes)
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": "verbatim token add"}}
    components["schemas"]["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which no route answers with
        components["schemas"].pop(unused, None)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            scope = scope_needed(method.upper(), path)
            operation["security"] = [{"token": [scope]}] if scope else []
    return schema
