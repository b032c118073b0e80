"""What goes wrong in the service, as a client is told: problem details (RFC 9457), without paths, keys or traces.

Every answer that is an error is made here. What stands in the log besides is found by its request id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from index.errors import (
    ChatModelUnavailable,
    EmbeddingMismatch,
    EmbeddingUnavailable,
    IndexDamaged,
    IndexFromNewerVersion,
    IndexLocked,
    IndexMissing,
    InputError,
    RerankerUnavailable,
    StorageError,
    VerbatimError,
)

MOST_ERRORS, LONGEST_POINTER = 20, 200  # told of one request
MEDIA_TYPE = "application/problem+json"
TITLES = {
    "bad-request": "The request cannot be read",
    "unauthorized": "A token is needed",
    "forbidden": "This is not allowed here",
    "not-found": "There is no such thing here",
    "model_not_found": "There is no such model here",  # as OpenAI writes it
    "method-not-allowed": "This cannot be done here",
    "not-acceptable": "Nothing of the kind that is asked for",
    "request-timeout": "The request came too slowly",
    "conflict": "This cannot be done now",
    "too-large": "The request is too large",
    "unsupported-type": "This kind of content is not taken",
    "unusable": "The request asks for something that cannot be done",
    "rate-limited": "Too many requests",
    "internal": "Something went wrong here",
    "no-index": "There is no index to answer from",
    "unavailable": "The service cannot do this now",
    "busy": "Too many requests are waiting",
    "too-slow": "It took too long",
    "no-room": "The disk refused",
}
BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    409: "conflict",
    413: "too-large",
    415: "unsupported-type",
    422: "unusable",
    429: "rate-limited",
    503: "unavailable",
    504: "too-slow",
    507: "no-room",
}
# What a message of the index would tell of the machine's folders is said without them.
WITHOUT_PATHS: Mapping[type[VerbatimError], tuple[int, str, str]] = {
    IndexMissing: (503, "no-index", "Nothing has been indexed yet."),
    IndexDamaged: (503, "no-index", "The index is damaged; whoever runs the service finds in its log what to do."),
    IndexFromNewerVersion: (503, "no-index", "The index was written by a newer Verbatim than this service."),
    EmbeddingMismatch: (503, "no-index", "The index was made with another embedding than this service is to use."),
    EmbeddingUnavailable: (503, "unavailable", "The embedding model cannot be used now."),
    RerankerUnavailable: (503, "unavailable", "The reranker cannot be used now."),
    ChatModelUnavailable: (503, "unavailable", "The chat model cannot be used now."),
    IndexLocked: (503, "unavailable", "The index is being written by another program. Try again."),
    StorageError: (507, "no-room", "The disk refused to write or read: it may be full."),
}

_log = logging.getLogger("verbatim.service")


class Problem(Exception):
    """An error as the client is told it: `kind` is one of TITLES, `errors` say what is wrong with which field."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)


def problem_of(error: VerbatimError) -> Problem:
    """What a client is told of an error of the index or of a question."""
    if isinstance(error, InputError):  # about what the client sent
        return Problem(422, "unusable", str(error))
    for kind, told in WITHOUT_PATHS.items():
        if isinstance(error, kind):
            return Problem(*told)
    return Problem(500, "internal", "The log has more under this request id.")


def told(error: Problem | VerbatimError) -> Problem:
    """The same, of either; what is no fault of the client's goes into the log as it is."""
    if isinstance(error, Problem):
        return error
    problem = problem_of(error)
    if problem.status >= 500:
        _log.error("request failed", extra={"problem": str(error)})
    return problem


def problem_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """The members of a problem. `error` has the same once more, as clients of OpenAI's API look for it."""
    body: dict[str, Any] = {
        "type": f"urn:verbatim:problem:{problem.kind}",
        "title": TITLES[problem.kind],
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.errors:
        body["errors"] = [dict(one) for one in problem.errors]
    body["error"] = {"message": problem.detail, "type": problem.kind, "param": None, "code": problem.kind}
    return body


def problem_response(problem: Problem, request_id: str) -> JSONResponse:
    """The answer that tells a problem."""
    body = problem_body(problem, request_id)
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """The id under which the log has a request."""
    return str(getattr(request.state, "request_id", ""))


def install_problem_handlers(app: FastAPI) -> None:
    """Have every error that a route raises told as a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(error, request_id_of(request))

    @app.exception_handler(VerbatimError)
    async def _verbatim(request: Request, error: VerbatimError) -> JSONResponse:
        return problem_response(told(error), request_id_of(request))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        kind = BY_STATUS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods(request))  # Starlette names those of one route only
        problem = Problem(error.status_code, kind, f"{error.detail}", headers=headers)
        return problem_response(problem, request_id_of(request))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if problem := _unread(request, error):
            return problem_response(problem, request_id_of(request))
        found = error.errors()
        errors = [{"pointer": _pointer(one["loc"]), "detail": str(one["msg"])} for one in found[:MOST_ERRORS]]
        told = "; ".join(f"{one['pointer']}: {one['detail']}" for one in errors[:5])
        told += f"; and {len(found) - 5:,} more" if len(found) > 5 else ""
        return problem_response(Problem(422, "unusable", told, errors=errors), request_id_of(request))


def _methods(request: Request) -> list[str]:
    """What may be done at the address of a request."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    asked = ((method, {**request.scope, "method": method}) for method in known)
    return [method for method, scope in asked if any(one.matches(scope)[0] is Match.FULL for one in request.app.routes)]


def _unread(request: Request, error: RequestValidationError) -> Problem | None:
    """The body as a whole is not what is taken; None where only something in it is wrong."""
    bodies = [one for one in error.errors() if one["loc"][0] == "body"]
    if bodies and "json" not in request.headers.get("content-type", "").lower():
        return Problem(415, "unsupported-type", "Send JSON, with the header Content-Type: application/json.")
    for one in bodies:
        if one["type"] == "json_invalid":
            return Problem(400, "bad-request", f"This is not JSON, from character {one['loc'][-1]} on.")
    return None


def _pointer(place: Sequence[int | str]) -> str:
    """Where in the request, as a JSON pointer (RFC 6901) behind the part of it: "body#/filters/since"."""
    part, *rest = map(str, place)
    pointer = f"{part}#" + "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in rest)
    return pointer if len(pointer) <= LONGEST_POINTER else f"{pointer[:LONGEST_POINTER]}…"
