"""Who is let into the service: tokens, scopes, rates, and a file of tokens that changes or breaks meanwhile."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from guarded_service import CHALLENGE, INVALID, START, Service, problem
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Message

from ui.service_access import OPEN, scope_needed
from ui.token_changes import add_token, remove_token
from ui.tokens import READ, READ_AND_WRITE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


@pytest.fixture
def service(file: Path) -> Service:
    return Service(file, is_required=True, rate=0)


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/healthz", None),
        ("HEAD", "/readyz", None),
        ("GET", "/openapi.json", None),
        ("POST", "/healthz", "read"),
        ("OPTIONS", "/healthz", "read"),
        ("GET", "//healthz", "read"),
        ("GET", "/healthz/", "read"),
        ("GET", "/HEALTHZ", "read"),
        ("GET", "/healthz\n", "read"),
        ("GET", "healthz", "read"),
        ("GET", "", "read"),
        ("GET", "/", "read"),
        ("GET", "/metrics", "read"),
        ("GET", "/docs", "read"),
        ("POST", "/v1/ask", "read"),
        ("POST", "/v1/search", "read"),
        ("POST", "/v1/chat/completions", "read"),
        ("GET", "/v1/models", "read"),
        ("GET", "/v1/passages/a:1", "read"),
        ("GET", "/v1/interviews", "read"),
        ("HEAD", "/v1/interviews/a", "read"),
        ("POST", "/v1/interviews", "write"),
        ("POST", "/v1/interviews/", "write"),
        ("POST", "/v1/interviews\n", "write"),
        ("DELETE", "/v1/interviews/a", "write"),
        ("PUT", "/v1/interviews/a", "write"),
        ("delete", "/v1/interviews/a", "write"),
        ("GET", "/v1/jobs", "write"),
        ("GET", "/v1/jobs/1/events", "write"),
        ("DELETE", "/v1/jobs/1", "write"),
        ("GET", "/nowhere", "read"),
    ],
)
def test_what_a_request_needs(method: str, path: str, needed: str | None) -> None:
    assert scope_needed(method, path) == needed


@given(
    st.sampled_from(["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "get", ""]),
    st.text() | st.sampled_from(sorted(OPEN)),
)
@example("GET", "/healthz/../v1/ask")
@example("GET", "/healthz;/v1/ask")
@example("GET", "/openapi.json?x")
def test_all_else_needs_a_token(method: str, path: str) -> None:
    assert (scope_needed(method, path) is None) == (path in OPEN and method in ("GET", "HEAD"))


@given(st.sampled_from(sorted(OPEN)), st.text(min_size=1), st.booleans())
def test_what_only_looks_open_needs_a_token(path: str, more: str, is_before: bool) -> None:
    assert scope_needed("GET", more + path if is_before else path + more) is not None


# For each: no token, a wrong one, one that is over, one that may read, one that may write.
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/healthz", [200, 200, 200, 200, 200]),
        ("HEAD", "/readyz", [200, 200, 200, 200, 200]),
        ("GET", "/openapi.json", [200, 200, 200, 200, 200]),
        ("GET", "/metrics", [401, 401, 401, 200, 200]),
        ("POST", "/v1/ask", [401, 401, 401, 200, 200]),
        ("GET", "/v1/interviews/a", [401, 401, 401, 200, 200]),
        ("POST", "/v1/interviews", [401, 401, 401, 403, 200]),
        ("DELETE", "/v1/interviews/a", [401, 401, 401, 403, 200]),
        ("GET", "/v1/jobs/1", [401, 401, 401, 403, 200]),
        ("GET", "/nowhere", [401, 401, 401, 200, 200]),
    ],
)
def test_who_may_what(service: Service, method: str, path: str, expected: list[int]) -> None:
    over, _ = add_token(service.file, "over", READ_AND_WRITE, START)
    reads, _ = add_token(service.file, "reads")
    writes, _ = add_token(service.file, "writes", READ_AND_WRITE)
    tokens = [None, "vb_wrong", over, reads, writes]
    assert [service.ask(path, token, method).status_code for token in tokens] == expected


def test_what_those_who_are_refused_are_told(service: Service) -> None:
    over, _ = add_token(service.file, "over", READ_AND_WRITE, START)
    reads, _ = add_token(service.file, "reads")
    assert problem(service.ask()) == (401, "unauthorized", CHALLENGE)
    assert problem(service.ask(token="vb_wrong")) == (401, "unauthorized", INVALID)
    insufficient = f'{CHALLENGE}, error="insufficient_scope", scope="write"'
    assert problem(service.ask("/v1/jobs/1", reads)) == (403, "forbidden", insufficient)
    assert service.ask(token=over).content == service.ask(token="vb_wrong").content
    assert service.inner.scopes == []


def test_who_it_is_is_noted(service: Service) -> None:
    reads, _ = add_token(service.file, "reads")
    writes, _ = add_token(service.file, "编辑部", READ_AND_WRITE)
    assert service.ask(token=reads).status_code == 200
    assert service.inner.state == {"token_name": "reads", "scopes": READ}
    assert service.ask(token=writes).status_code == 200
    assert service.inner.state == {"token_name": "编辑部", "scopes": READ_AND_WRITE}
    assert service.ask("/healthz", writes).status_code == 200
    assert service.inner.state == {"token_name": "", "scopes": frozenset()}


def test_those_who_are_refused_have_the_request_id_of_the_log(service: Service) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    state = {"request_id": "r-1"}
    scope = {"type": "http", "method": "GET", "path": "/v1/ask", "headers": [], "state": state}
    service.file.write_text("", encoding="utf-8")
    asyncio.run(service.access(scope, receive, send))
    assert sent[0]["status"] == 401
    assert b'"request_id":"r-1"' in sent[1]["body"]


def test_a_token_works_until_its_end(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    text, _ = add_token(service.file, "newsroom", expires=START + timedelta(seconds=1))
    assert service.ask(token=text).status_code == 200
    service.now += timedelta(seconds=1)
    with caplog.at_level(logging.INFO, "verbatim.service"):
        assert problem(service.ask(token=text)) == (401, "unauthorized", INVALID)
    assert [(record.message, vars(record)["token_name"]) for record in caplog.records] == [
        ("a token was sent that works no more", "newsroom")
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"Bearer ", b"", 200),
        (b"bearer ", b"", 200),
        (b"BEARER  ", b" ", 200),
        (b"Bearer\t", b"", 401),
        (b"Bearer", b"", 401),
        (b"Bearer ", b", Bearer x", 401),
        (b"Bearer ", b" x", 401),
        (b"Bearer x ", b"", 401),
        (b"Basic ", b"", 401),
        (b"", b"", 401),
        (b"Bearer ", "é".encode(), 401),
        (b"Bearer \xff\xfe", b"", 401),
        (b"Bearer ", b"x" * 100_000, 401),
    ],
)
def test_how_a_token_is_sent(service: Service, before: bytes, after: bytes, expected: int) -> None:
    text = add_token(service.file, "newsroom")[0].encode()
    assert service.ask(headers=[(b"AUTHORIZATION", before + text + after)]).status_code == expected


def test_two_headers_are_one_too_many(service: Service) -> None:
    text = add_token(service.file, "newsroom")[0].encode()
    right, wrong, other = b"Bearer " + text, b"Bearer vb_wrong", b"Basic eDp5"
    for pair in ([right, right], [right, wrong], [wrong, right], [other, right]):
        response = service.ask(headers=[(b"Authorization", value) for value in pair])
        assert problem(response) == (401, "unauthorized", INVALID)
    assert problem(service.ask(headers=[(b"Authorization", other)])) == (401, "unauthorized", CHALLENGE)


def test_a_token_in_the_address_is_none(service: Service) -> None:
    text, _ = add_token(service.file, "newsroom")
    for name in ("access_token", "token", "Authorization"):
        assert service.ask(f"/v1/search?{name}={text}").status_code == 401


def test_behind_a_prefix_the_same_is_needed(service: Service) -> None:
    reads, _ = add_token(service.file, "reads")
    assert service.ask("/archive/v1/jobs/1", reads, root_path="/archive").status_code == 403
    assert service.ask("/archive/healthz", root_path="/archive").status_code == 200
    assert service.ask("/archives/healthz", root_path="/archive").status_code == 401


def test_without_tokens_on_this_machine_all_may(file: Path) -> None:
    service = Service(file, is_required=False, rate=1)
    for _ in range(3):  # and as often as they like
        assert service.ask("/v1/interviews", method="POST").status_code == 200
        assert service.inner.state == {"token_name": "", "scopes": READ_AND_WRITE}
    assert service.ask(token="what a client must have to be content").status_code == 200


def test_the_first_token_closes_the_service_and_it_stays_closed(file: Path) -> None:
    service = Service(file, is_required=False, rate=0)
    assert service.ask().status_code == 200
    text, _ = add_token(file, "one")
    assert service.ask().status_code == 401
    assert service.ask(token=text).status_code == 200
    remove_token(file, "one")
    assert problem(service.ask(token=text)) == (401, "unauthorized", INVALID)
    assert service.ask().status_code == 401
    file.unlink()
    assert problem(service.ask()) == (503, "unavailable", None)


def test_a_token_that_is_removed_works_no_more(service: Service) -> None:
    one, _ = add_token(service.file, "one")
    two, _ = add_token(service.file, "two")
    assert [service.ask(token=token).status_code for token in (one, two)] == [200, 200]
    remove_token(service.file, "one")
    assert [service.ask(token=token).status_code for token in (one, two)] == [401, 200]


def test_where_a_token_is_required_no_file_lets_nobody_in(service: Service) -> None:
    assert problem(service.ask(token="vb_x")) == (503, "unavailable", None)
    assert service.ask("/healthz").status_code == 200


@pytest.mark.parametrize("is_required", [True, False])
def test_a_broken_file_lets_nobody_in(file: Path, is_required: bool, caplog: pytest.LogCaptureFixture) -> None:
    service = Service(file, is_required, rate=0)
    text, _ = add_token(file, "one")
    kept = file.read_bytes()
    file.write_bytes(kept + b"[")
    with caplog.at_level(logging.INFO, "verbatim.service"):
        for _ in range(3):
            response = service.ask(token=text)
            assert problem(response) == (503, "unavailable", None)
            assert str(file) not in response.text
        assert service.ask("/healthz").status_code == 200
        file.write_bytes(kept)
        assert service.ask(token=text).status_code == 200
    assert [record.message for record in caplog.records] == [
        "nobody gets in: the tokens cannot be used",  # once
        "the tokens can be used again",
    ]
    assert "cannot be read as TOML" in vars(caplog.records[0])["problem"]
    with caplog.at_level(logging.ERROR, "verbatim.service"):
        file.write_bytes(kept + b"[")
        assert service.ask(token=text).status_code == 503
    assert len(caplog.records) == 3  # broken again, told again


def test_a_file_that_was_broken_and_is_gone_lets_nobody_in(file: Path) -> None:
    service = Service(file, is_required=False, rate=0)
    file.write_text("[", encoding="utf-8")
    assert service.ask().status_code == 503
    file.unlink()
    assert service.ask().status_code == 503


def test_what_is_no_request(service: Service) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(service.access({"type": "lifespan"}, receive, send))
    assert [scope["type"] for scope in service.inner.scopes] == ["lifespan"]
    asyncio.run(service.access({"type": "websocket", "path": "/healthz", "headers": []}, receive, send))
    assert [scope["type"] for scope in service.inner.scopes] == ["lifespan"]
    assert sent == [{"type": "websocket.close", "code": 1008}]
