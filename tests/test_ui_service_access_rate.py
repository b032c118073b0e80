"""How often a token may be used, and what is read of a request that is refused: nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from guarded_service import START, Service, problem

from ui.token_changes import add_token


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


@pytest.fixture
def service(file: Path) -> Service:
    return Service(file, is_required=True, rate=0)


@pytest.fixture
def clock(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service, whose clock the counting of requests goes by too."""
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: service.now.timestamp()))
    return service


def test_requests_are_counted_over_a_minute(clock: Service) -> None:
    text, _ = add_token(clock.file, "newsroom", rate=3)
    for second in (0, 10, 20):
        clock.now = START + timedelta(seconds=second)
        assert clock.ask(token=text).status_code == 200
    response = clock.ask(token=text)
    assert problem(response) == (429, "rate-limited", None)
    assert response.headers["retry-after"] == "40"  # at second 60 the first is a minute ago
    clock.now = START + timedelta(seconds=59.5)
    assert clock.ask(token=text).headers["retry-after"] == "1"
    clock.now = START + timedelta(seconds=60.5)
    assert clock.ask(token=text).status_code == 200
    assert clock.ask(token=text).headers["retry-after"] == "10"  # 9.5 until second 70


def test_each_token_has_its_own_count(clock: Service) -> None:
    own, _ = add_token(clock.file, "own", rate=2)
    other, _ = add_token(clock.file, "other", rate=2)
    assert [clock.ask(token=own).status_code for _ in range(3)] == [200, 200, 429]
    assert clock.ask(token=other).status_code == 200
    assert clock.ask("/healthz", own).status_code == 200


@pytest.mark.parametrize(
    ("default", "own", "expected"),
    [
        (2, None, [200, 200, 429]),
        (2, 1, [200, 429, 429]),
        (2, 0, [200] * 3),
        (0, None, [200] * 3),
        (0, 1, [200, 429, 429]),
    ],
)
def test_the_rate_of_all_and_that_of_one(file: Path, default: int, own: int | None, expected: list[int]) -> None:
    service = Service(file, is_required=True, rate=default)
    text, _ = add_token(file, "newsroom", rate=own)
    assert [service.ask(token=text).status_code for _ in range(3)] == expected


def test_what_is_refused_is_not_counted(clock: Service) -> None:
    text, _ = add_token(clock.file, "newsroom", rate=1)
    assert [clock.ask("/v1/jobs/1", text).status_code for _ in range(2)] == [403, 403]
    assert [clock.ask(token=text).status_code for _ in range(2)] == [200, 429]
    clock.now += timedelta(seconds=60.5)  # 429s do not make it longer
    assert clock.ask(token=text).status_code == 200


def test_the_body_of_a_refused_request_is_not_read(clock: Service) -> None:
    text, _ = add_token(clock.file, "newsroom", rate=1)
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    assert clock.ask(method="POST", content=body()).status_code == 401
    assert clock.ask(method="POST", token="vb_wrong", content=body()).status_code == 401
    assert clock.ask("/v1/interviews", text, "POST", content=body()).status_code == 403
    assert read == []
    assert clock.ask(method="POST", token=text, content=body()).text == "1"
    assert read == [b"x"]
    assert clock.ask(method="POST", token=text, content=body()).status_code == 429
    assert read == [b"x"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ((b"Content-Length", b"65536"), None),
        ((b"Content-Length", b"65537"), "close"),
        ((b"Content-Length", b"9" * 5000), "close"),
        ((b"Content-Length", b"x"), "close"),
        ((b"Transfer-Encoding", b"chunked"), "close"),
        ((b"Accept", b"*/*"), None),
    ],
)
def test_a_long_body_is_not_waited_for(service: Service, header: tuple[bytes, bytes], expected: str | None) -> None:
    add_token(service.file, "newsroom")
    response = service.ask(headers=[header])
    assert response.status_code == 401
    assert response.headers.get("connection") == expected
