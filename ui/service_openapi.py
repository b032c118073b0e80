"""What the service's own description (GET /openapi.json) says besides the routes: problems, links, tokens, examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ui.service_access import scope_needed
from ui.service_examples import EXAMPLES
from ui.service_openai_records import Chunk
from ui.service_problems import TITLES

Responses = dict[int | str, dict[str, Any]]
Schema = dict[str, Any]
VERSION = "3.2.0"  # of OpenAPI: the first that can describe the events of a stream
SCHEMAS = "#/components/schemas/"
DESCRIPTION = """
Answers questions about an archive of interview transcripts, each sentence with the words of the person who said it.

Offsets count characters (code points) of the source text of an interview, the text that `verbatim show DOC --source`
prints: `quote` is `source[quote_start:quote_end]`. Errors are problem details (RFC 9457) with a `request_id`, which
stands in the answer's `X-Request-ID` and in the log.
"""
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457); `errors` says in which fields, as JSON pointers.",
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
OPEN = (400, 500, 503)
ALWAYS = (401, 403, 408, 413, 429)
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
RETRY_AFTER = {"description": "Seconds until it is worth trying again.", "schema": {"type": "integer", "minimum": 1}}
CHALLENGE = {"description": "What is needed (RFC 6750).", "required": True, "schema": {"type": "string"}}
HEADERS: dict[int, Schema] = {
    401: {"headers": {"WWW-Authenticate": CHALLENGE}},
    429: {"headers": {"Retry-After": RETRY_AFTER}},
    503: {"headers": {"Retry-After": RETRY_AFTER}},
}
# What fields of these records are, where neither their names nor the records' descriptions say it.
PLACE = {
    "score": "How well it fits; only to be compared within one answer.",
    "passage_id": "Opens it: GET /v1/passages/{passage_id}.",
    "doc": "The interview's name: GET /v1/interviews/{doc}.",
    "date": "As precise as it is known: a year, a month or a day; else empty.",
    "section": "The heading that it stands under; else empty.",
    "turns": "The numbers of its first and its last turn.",
    "url": "Where the interview is in the web, at that time if the address can say so; else empty.",
}
MEANINGS = {
    "Hit": PLACE,
    "Citation": PLACE,
    "PassageRecord": PLACE,
    "InterviewRecord": {"doc": PLACE["doc"], "date": PLACE["date"]},
    "TurnRecord": {"section": PLACE["section"]},
    "Answer": {
        "answered": "Whether the interviews say it.",
        "mode": "Whether it is made of quotations, or written by a chat model.",
        "model": "The chat model that wrote it; empty for quotations.",
        "language": "That of the question.",
    },
    "AnswerSentence": {"support_score": "From 0 to 1.", "citations": "The `n` of each."},
}


def problem_responses(*statuses: int) -> Responses:
    """The problems that a route can have, besides those that any can that needs a token."""
    return open_responses(*ALWAYS, *statuses)


def open_responses(*statuses: int) -> Responses:
    """The problems that a route can have which needs no token."""
    content = {"application/problem+json": {"schema": component("Problem")}}
    return {
        status: {"description": WHY[status], "content": content} | HEADERS.get(status, {})
        for status in sorted({*OPEN, *statuses})
    }


def component(record: str) -> Schema:
    """The schema of a component."""
    return {"$ref": f"{SCHEMAS}{record}"}


def event(record: Schema, name: str = "") -> Schema:
    """The schema of a server-sent event that has a record as JSON; without a name the event has none."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": record}
    if not name:
        return {"type": "object", "required": ["data"], "properties": {"data": data}}
    return {"type": "object", "required": ["event", "data"], "properties": {"event": {"const": name}, "data": data}}


def events(*kinds: Schema) -> dict[str, Any]:
    """The content of a response that is a stream of such events."""
    return {"text/event-stream": {"itemSchema": {"anyOf": list(kinds)}}}


SENTENCE = {
    "type": "object",
    "description": "A sentence, with the citations that it is the first to use.",
    "required": ["sentence", "citations"],
    "properties": {
        "sentence": component("AnswerSentence"),
        "citations": {"type": "array", "items": component("Citation")},
    },
}
ANSWER_EVENTS = events(
    event(SENTENCE, "sentence"), event(component("Answer"), "answer"), event(component("Problem"), "problem")
)
SEARCH_RESPONSES = {200: {"links": {"passage": TO_PASSAGE}}, **problem_responses(415, 422, 504)}
ASK_RESPONSES = {
    200: {
        "description": "The answer; or, as events, each `sentence`, then the whole `answer`, or a `problem` midway.",
        "content": ANSWER_EVENTS,
        "links": {"cited": TO_CITED},
    },
    **problem_responses(415, 422, 504),
}
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
    address = app.state.service.setup.public_url
    schema = get_openapi(
        title="Verbatim",
        version=app.version,
        openapi_version=VERSION,
        description=DESCRIPTION.strip(),
        servers=[{"url": address}] if address else None,
        routes=app.routes,
    )
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": "verbatim token add"}}
    components["schemas"] = _records(components["schemas"])
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            scope = scope_needed(method.upper(), path)
            if example := EXAMPLES.get(operation["operationId"]):  # FastAPI would leave out what is null
                operation["responses"]["200"]["content"]["application/json"]["example"] = example
            operation["security"] = [{"token": [scope]}] if scope else []
    return schema


def _records(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """What routes answer with, as FastAPI has it, with what only streams and errors have, and what their fields are."""
    chunk = Chunk.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    found: dict[str, Schema] = chunk.pop("$defs") | schemas | {"Chunk": chunk, "Problem": PROBLEM}
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which no route answers with
        found.pop(unused, None)
    for record, fields in MEANINGS.items():
        for field, meaning in fields.items():
            if field in found[record]["properties"]:
                found[record]["properties"][field]["description"] = meaning
    return found
