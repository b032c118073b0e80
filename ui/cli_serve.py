"""What `verbatim serve` does after its options are read: the service on uvicorn, until it is told to stop."""

from __future__ import annotations

import logging
import re
import signal
import socket
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn

from index.errors import (
    ChatModelUnavailable,
    IndexDamaged,
    IndexFromNewerVersion,
    IndexMissing,
    InputError,
    StorageError,
)
from rag.retrieve import open_retriever
from ui.archive import Archive
from ui.cli_chat import is_loopback
from ui.messages import tell
from ui.service import create_app
from ui.service_access import AccessRules
from ui.service_logs import configure_logs
from ui.service_protocol import timed_protocol
from ui.service_setup import Service, Setup
from ui.tokens import default_tokens_file, read_tokens, warning_about
from ui.writing import Writing, kept_model

LOCAL = ("localhost", "127.0.0.1", "::1")
IDLE = 15  # seconds that a connection is kept without a request
CONNECTIONS = 1000  # beyond these uvicorn itself answers 503, in a few bytes
BACKLOG = 512

_log = logging.getLogger("verbatim.service")


def run_serve(setup: Setup, host: str, port: int, grace: float, with_questions: bool) -> None:
    """Serve until SIGTERM or Ctrl-C, then let running answers finish for at most `grace` seconds.

    Raises InputError where host and port cannot be listened on, for a provider of chat models that there is not, and
    what check_archive does.
    """
    check_archive(setup.archive)
    for writing in setup.writings:
        with suppress(ChatModelUnavailable):  # its key or its package may come; /readyz says so
            kept_model(writing.llm, writing.seconds)
    listening = listen(host, port)
    configure_logs(with_questions, "info")
    for warning in _warnings(setup, host):
        _log.warning(warning)
    app = create_app(setup)
    metrics = app.state.service.metrics
    config = uvicorn.Config(
        app,
        http=timed_protocol(setup.limits, metrics.count_rejected),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=max(1, round(grace)),
        backlog=BACKLOG,
        reset_contextvars=True,  # a connection's next request begins with nothing of the one before
    )
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}"
    token_needed = setup.access.is_required or bool(read_tokens(setup.access.file))
    _log.info("serving", extra={"address": address, "token_needed": token_needed})
    if sys.stderr.isatty():
        tell(f"the service is at {address} (Ctrl-C ends it)")
    signal.signal(signal.SIGTERM, _ended)
    _Server(config, app.state.service).run(sockets=[listening])


def _ended(sig: int, frame: FrameType | None) -> None:
    """uvicorn raises SIGTERM once more when it has stopped: that is no failure, and the process ends by itself."""


class _Server(uvicorn.Server):
    """uvicorn's server; one that is told to stop also ends the streams of jobs, for which it would wait."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._service.jobs:  # in a thread: a signal may come while the lock of the jobs is held
            threading.Thread(target=self._service.jobs.stop, args=(0,), name="stopping jobs").start()
        super().handle_exit(sig, frame)


def _warnings(setup: Setup, host: str) -> list[str]:
    is_local = is_loopback(host) and {*LOCAL, host}.issuperset(setup.hosts)
    is_open = not (is_local or setup.access.is_required)
    open_to_all = "no token is asked for: whoever reaches this service can read the archive and change it"
    return [text for text in (open_to_all if is_open else "", warning_about(setup.access.file)) if text]


def check_archive(archive: Archive) -> None:
    """Raise InputError, EmbeddingMismatch or EmbeddingUnavailable for what no time will mend: a file in the place of
    the index, another embedding than the one it was made with. An index may come later.
    """
    with suppress(IndexMissing, IndexDamaged, IndexFromNewerVersion, StorageError):
        open_retriever(archive.place, archive.embedding).index.close()


def checked_access(
    folder: Path, named: Path | None, host: str, public: list[str], rate: int, without_tokens: bool
) -> AccessRules:
    """Who may use the service, by the token file that is `named`, else by the one beside the index in `folder`.

    Raises InputError where others could reach it, or a token file is named, and there is no valid token.
    """
    file = named or default_tokens_file(folder)
    is_local = is_loopback(host) and not public
    tokens = read_tokens(file)
    if without_tokens and tokens:
        raise InputError(f"--without-tokens, but {file} has tokens: leave out the one, or remove the others")
    is_required = not without_tokens and (not is_local or named is not None)
    if is_required and all(token.is_over(datetime.now(UTC)) for token in tokens):
        why = "others are let in" if named is None else "a file of tokens is named"
        raise InputError(
            f"{why}, and {file} has no token that is valid: make one with `verbatim token add NAME`"
            f"{f' --tokens {file}' if named else ''}, or say --without-tokens to let everyone who reaches the service "
            "read the archive and change it"
        )
    return AccessRules(file, is_required=is_required, rate=rate)


def known_hosts(host: str, public: list[str]) -> tuple[str, ...]:
    """The names by which the service may be called: any where it listens for others and none is given.

    A page elsewhere could else give itself the address of this machine, and ask from there. Raises InputError.
    """
    for name in public:
        if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:]+\]", name):
            raise InputError(f"--public-host {name}: give the name alone, as in archive.example.org")
    return (*LOCAL, host, *public) if public or is_loopback(host) else ()


def checked_origins(origins: list[str]) -> tuple[str, ...]:
    """The web pages that may ask the service. Raises InputError for what is no origin."""
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != origin or not parts.hostname:
            raise InputError(f"--origin {origin}: write it as a browser does, as in https://notes.example.org")
    return tuple(origins)


def offered(llms: list[str], writing: Writing) -> tuple[Writing, ...]:
    """How each of the chat models is to write. Raises InputError for a string that names none."""
    for llm in llms:
        provider, _, name = llm.partition(":")
        if not provider.strip() or not name.strip():
            raise InputError(f"{llm!r} names no chat model: write provider:model, as in openai:gpt-5-mini")
    return tuple(replace(writing, llm=llm.strip()) for llm in dict.fromkeys(llms))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises InputError."""
    with ExitStack() as opened:
        try:
            [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            listening = opened.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(BACKLOG)
        except (OSError, OverflowError, UnicodeError) as error:  # the last where a name cannot be one of a host
            problem = getattr(error, "strerror", None) or str(error)
            where = f"--host {host}, --port {port}"
            raise InputError(f"{where}: cannot listen there ({problem}); name another --port") from None
        opened.pop_all()
    return listening
