"""The least that a service of this kind can do, for comparison: JSON in, JSON out, on the same server.

python -m eval.bench_service_bare
"""

from __future__ import annotations

import socket
import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI(docs_url=None, redoc_url=None)


class Question(BaseModel):
    """The body of a request, and of its answer."""

    question: Annotated[str, Field(min_length=1, max_length=2000)]


@app.post("/bare")
async def bare(body: Question) -> Question:
    """The same again."""
    return body


def main() -> None:
    """Serve on a free port of this machine, and say which."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(f"the service is at http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app, http="httptools", ws="none", log_config=None, access_log=False, server_header=False, proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
