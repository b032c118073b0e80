"""By which names the service may be called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from asgi_calls import call
from starlette.responses import Response

from ui.service_edge import Edge, KnownHosts
from ui.service_metrics import Metrics

HOSTS = ("localhost", "127.0.0.1", "[::1]", "Archive.Example")


def named(*hosts: str) -> Mapping[str, Any]:
    return {"headers": [(b"host", host.encode()) for host in hosts]}


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST:", "127.0.0.1:1", "[::1]", "[::1]:8000", "archive.example"]
)
def test_a_known_host_is_let_in(host: str) -> None:
    assert call(KnownHosts(Response("in"), HOSTS), **named(host)).body == b"in"


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("",),
        ("evil.example",),
        ("localhost.evil.example",),
        ("evil.example@localhost",),
        ("localhost@evil.example",),
        ("localhost/evil.example",),
        ("localhost:80:80",),
        ("localhost:x",),
        (" localhost",),
        ("[::1]evil.example",),
        ("[localhost]",),
        ("::1",),
        ("localhost", "localhost"),
        ("evil.example", "localhost"),
        ("ｌocalhost",),
    ],
)
def test_any_other_host_is_turned_away(hosts: tuple[str, ...]) -> None:
    answer = call(Edge(KnownHosts(Response("in"), HOSTS), metrics=Metrics()), **named(*hosts))
    told = json.loads(answer.body)
    assert (answer.status, told["type"]) == (400, "urn:verbatim:problem:bad-request")
    assert told["request_id"] == answer.headers["x-request-id"]


def test_without_hosts_any_is_let_in() -> None:
    for hosts in ((), ("evil.example",)):
        assert call(KnownHosts(Response("in"), ()), **named(*hosts)).body == b"in"
