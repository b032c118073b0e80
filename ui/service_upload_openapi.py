"""What the service's description says of changes of the archive: the form, examples, links, problems."""

from __future__ import annotations

from typing import Any

from index.collect import READABLE
from ui.service_job_records import JobRecord
from ui.service_openapi import Responses, problem_responses
from ui.uploads import MOST_FILES, UPLOAD_MB

FILE = {"name": "tea.md", "state": "new", "doc": "tea", "problem": "", "reason": "", "warnings": [], "same_as": []}
NO_FILE = FILE | {"name": "empty.md", "state": "refused", "doc": "", "reason": "the file is empty"}
DONE: dict[str, Any] = {
    "id": "000641f3a5b2c7d8",
    "kind": "add",
    "state": "done",
    "phase": "",
    "done": 8,
    "total": 8,
    "created": "2026-11-22T14:00:00.000Z",
    "ended": "2026-11-22T14:00:03.120Z",
    "doc": "",
    "files": [FILE, NO_FILE],
    "report": {
        "indexed": ["tea"],
        "unchanged": 5,
        "removed": [],
        "refused": [],
        "warnings": [],
        "interviews": 6,
        "passages": 512,
        "seconds": 3.0712,
    },
    "problem": "",
    "reason": "",
}
BEGUN = {"state": "queued", "done": 0, "total": 0, "ended": "", "report": None}
QUEUED: dict[str, Any] = (
    DONE | BEGUN | {"files": [one | {"state": "waiting", "doc": "", "reason": ""} for one in (FILE, NO_FILE)]}
)
DELETING: dict[str, Any] = DONE | BEGUN | {"kind": "remove", "doc": "tea", "files": []}
LINKS = {
    "job": {
        "operationId": "read_job",
        "parameters": {"id": "$response.body#/id"},
        "description": "How far it is, and what became of each file.",
    },
    "events": {
        "operationId": "watch_job",
        "parameters": {"id": "$response.body#/id"},
        "description": "The same as events, until it has ended.",
    },
}
LOCATION = {"Location": {"description": "Where the job is told.", "schema": {"type": "string"}}}


def _accepted(example: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": "It will be done, even if the service is stopped meanwhile.",
        "model": JobRecord,
        "headers": LOCATION,
        "links": LINKS,
        "content": {"application/json": {"example": example}},
    }


ADD: Responses = {202: _accepted(QUEUED), **problem_responses(415, 422, 507)}
DELETE: Responses = {
    202: _accepted(DELETING),
    204: {"description": "It is gone."},
    **problem_responses(404, 422, 507),
}
JOB: Responses = {
    200: {"content": {"application/json": {"example": DONE}}, "links": {"events": LINKS["events"]}},
    **problem_responses(404, 422, 507),
}
JOBS: Responses = {
    200: {
        "content": {"application/json": {"example": {"jobs": [DONE]}}},
        "links": {
            "job": {
                "operationId": "read_job",
                "parameters": {"id": "$response.body#/jobs/0/id"},
                "description": "The newest of them.",
            }
        },
    },
    **problem_responses(507),
}
EVENT = {  # as FastAPI describes events
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "done"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/JobRecord"},
        },
    },
}
EVENTS: Responses = {
    200: {
        "description": "`progress` and, at the end, `done`: the data of each is the job.",
        "content": {"text/event-stream": {"itemSchema": EVENT}},
    },
    **problem_responses(404, 422, 507),
}
NAME = {
    "description": f"Whose file name ends in one of {READABLE}.",
    "schema": {"type": "string"},
    "example": 'form-data; name="files"; filename="tea.md"',
}
UPLOAD_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_FILES,
                            "items": {"type": "string", "format": "binary", "maxLength": UPLOAD_MB * 2**20},
                        }
                    },
                },
                "encoding": {"files": {"headers": {"Content-Disposition": NAME}}},
            }
        },
    }
}
