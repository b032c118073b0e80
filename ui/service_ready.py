"""Whether the chat model can be reached: looked at now and then, beside the requests, without asking it anything."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Literal
from urllib.parse import urlsplit

from index.errors import VerbatimError
from rag.llm import address_of
from ui.writing import Writing, kept_model

EVERY = 30.0  # seconds
CONNECT = 3.0
Reach = Literal["none", "unknown", "ok", "unreachable"]

_log = logging.getLogger("verbatim.service")


class ModelProbe:
    """How the default chat model was found at the last look: "none" where the service has none, "unknown" where its
    package does not say where it is.
    """

    def __init__(self, writing: Writing | None) -> None:
        self._writing = writing
        self._ended = threading.Event()
        self.reach: Reach = "unknown" if writing else "none"

    def start(self) -> None:
        """Look from now on, in a thread."""
        if self._writing:
            threading.Thread(target=self._watch, args=(self._writing,), name="model probe", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()

    def _watch(self, writing: Writing) -> None:
        while True:
            reach, problem = reach_of(writing)
            if reach != self.reach:
                level = logging.WARNING if problem else logging.INFO
                _log.log(level, "chat model", extra={"model": writing.llm, "reach": reach, "problem": problem})
            self.reach = reach
            if self._ended.wait(EVERY):
                return


def reach_of(writing: Writing) -> tuple[Reach, str]:
    """Whether something listens where the model is, and why not; "unreachable" as well without its package or key."""
    try:
        address = urlsplit(address_of(kept_model(writing.llm, writing.seconds)))
        host, port = address.hostname, address.port or (80 if address.scheme == "http" else 443)
    except (VerbatimError, ValueError) as error:
        return "unreachable", str(error)
    if not host:
        return "unknown", ""
    try:
        socket.create_connection((host, port), CONNECT).close()
    except OSError as error:
        return "unreachable", f"{host}:{port}: {error.strerror or error}"
    return "ok", ""
