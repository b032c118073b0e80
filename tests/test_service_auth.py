"""Who may do what, for every route that the service describes, and for what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from fake_embedding import write_two_interviews
from fastapi.testclient import TestClient
from hand_made import AnyEmbedder
from httpx2 import Response

from index.build import build_index
from ui import service_archive
from ui.archive import Archive
from ui.service import create_app
from ui.service_access import AccessRules
from ui.service_setup import Setup
from ui.token_changes import add_token, remove_token
from ui.tokens import READ, READ_AND_WRITE

OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/openapi.json")}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
CHALLENGE = 'Bearer realm="verbatim"'
INVALID = f'{CHALLENGE}, error="invalid_token"'
KNOWN = {"doc": "灯塔", "passage_id": "灯塔:0-1", "model": "verbatim", "id": "0" * 16}
# Other ways to write addresses: none of them is open, and none leads to what a token may not do.
ODD_PATHS = (
    "/",
    "/v1",
    "/v1/",
    "/v2/search",
    "/docs",
    "/redoc",
    "/healthz/",
    "//healthz",
    "/healthz//",
    "/HEALTHZ",
    "/%68ealthz/x",
    "/openapi.json/",
    "/openapi.json%2F..%2Fv1/jobs",
    "/v1/jobs/",
    "/v1//jobs",
    "//v1/jobs",
    "/V1/jobs",
    "/v1/Jobs",
    "/v1%2Fjobs",
    "/v1/jobs%2F",
    "/v1/interviews/",
    "/v1/interviews//",
    "/v1/interviews%2F灯塔",
    "/v1/interviews/..%2Fjobs",
    "/v1/interviews/%2e%2e/jobs",
    "/v1/interviews;x",
    "/v1/search?token={}",
    "/v1/search?access_token={}",
)


class Tokens(NamedTuple):
    file: Path
    reader: str
    writer: str
    over: str


class Route(NamedTuple):
    method: str
    path: str

    @property
    def scope(self) -> str:
        """What the route needs, by the written rule: changes and jobs need to write, what shows no archive nothing."""
        if self in OPEN:
            return ""
        is_change = self.path.startswith("/v1/interviews") and self.method in ("POST", "DELETE")
        return "write" if is_change or self.path.startswith("/v1/jobs") else "read"


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    file = tmp_path_factory.mktemp("tokens") / "tokens.toml"
    reader, writer = add_token(file, "reader", READ)[0], add_token(file, "writer", READ_AND_WRITE)[0]
    over = add_token(file, "over", READ_AND_WRITE, expires=datetime(2020, 1, 1, tzinfo=UTC))[0]
    return Tokens(file, reader, writer, over)


@pytest.fixture(scope="module")
def client(tokens: Tokens) -> Iterator[TestClient]:
    """A client of the whole service, on an archive that may be changed."""
    folder = tokens.file.parent / "index"
    build_index([write_two_interviews(folder.parent / "talks")], folder, AnyEmbedder())
    setup = Setup(Archive(folder, folder, None, ""), AccessRules(tokens.file, True, 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_archive, "load_embedder", lambda name: AnyEmbedder())
        with TestClient(create_app(setup), base_url="http://localhost", follow_redirects=False) as client:
            yield client


def routes_of(client: TestClient) -> list[Route]:
    """All that is described, so that none that is added is forgotten, and the description itself."""
    described = client.get("/openapi.json").json()
    found = [Route(method.upper(), path) for path, methods in described["paths"].items() for method in methods]
    return [*found, Route("GET", "/openapi.json")]


def ask(
    client: TestClient, method: str, path: str, token: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return client.request(method, path, headers={**sent, **(headers or {})})


def refused(response: Response) -> tuple[int, str | None]:
    """Status and challenge; what is refused is told in a problem, and nothing else."""
    told = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert told["status"] == response.status_code
    return response.status_code, response.headers.get("www-authenticate")


def test_each_route_lets_in_whom_the_rule_lets_in(client: TestClient, tokens: Tokens) -> None:
    routes = routes_of(client)
    assert len(routes) >= 15
    assert {route for route in routes if not route.scope} == OPEN
    for method, template in routes:
        path, scope = template.format(**KNOWN), Route(method, template).scope
        if not scope:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}):
                assert ask(client, method, path, headers=headers).status_code == 200
            continue
        assert refused(ask(client, method, path)) == (401, CHALLENGE), (method, path)
        for bad in ("wrong", "vb_" + "0" * 43, tokens.reader[:-1], tokens.reader + "x", tokens.over, "", "é"):
            got = client.request(method, path, headers={b"Authorization": f"Bearer {bad}".encode()})
            assert refused(got) == (401, INVALID), (method, path, bad)
        for malformed in (tokens.writer, f"Basic {tokens.writer}", f"Token {tokens.writer}", f"Bearer{tokens.writer}"):
            assert refused(ask(client, method, path, headers={"Authorization": malformed}))[0] == 401
        if scope == "write":
            challenge = f'{CHALLENGE}, error="insufficient_scope", scope="write"'
            assert refused(ask(client, method, path, tokens.reader)) == (403, challenge), (method, path)
        else:
            assert ask(client, method, path, tokens.reader).status_code not in (401, 403), (method, path)


def test_a_token_that_may_write_may_do_everything(client: TestClient, tokens: Tokens) -> None:
    """Last of all the deletion, which is done."""
    for method, template in sorted(routes_of(client), key=lambda route: route.method == "DELETE"):
        done = ask(client, method, template.format(**KNOWN), tokens.writer)
        assert done.status_code not in (401, 403, 405, 500), (method, template)
    assert ask(client, "GET", "/v1/interviews/灯塔", tokens.reader).status_code == 404  # it was deleted, and not before
    assert ask(client, "GET", "/v1/interviews/桥", tokens.reader).status_code == 200


def test_other_methods_and_addresses_are_closed_as_well(client: TestClient, tokens: Tokens) -> None:
    known = {(route.method, route.path.format(**KNOWN)) for route in routes_of(client)}
    paths = [path.format(tokens.writer) for path in ODD_PATHS]
    for method, path in product(METHODS, [*paths, *sorted({path for _, path in known})]):
        if ("GET" if method == "HEAD" else method, path) in OPEN:
            continue
        nobody = ask(client, method, path)
        assert nobody.status_code == 401, (method, path)
        assert nobody.headers["www-authenticate"] == CHALLENGE
        meant = Route(method, unquote(path.partition("?")[0]))  # as the routes see it, and so must the rule
        if meant in known:
            assert (ask(client, method, path, tokens.reader).status_code == 403) == (meant.scope == "write"), path
            continue
        assert ask(client, method, path, tokens.reader).status_code in (403, 404, 405), (method, path)
        somebody = ask(client, method, path, tokens.writer)
        assert somebody.status_code in (404, 405), (method, path)
        if somebody.status_code == 405:
            assert method not in somebody.headers["allow"].split(", ")


def test_who_is_refused_learns_nothing(client: TestClient, tokens: Tokens) -> None:
    """What is there and what is not are refused in the same words, and no body is looked at before."""
    for method, there, absent in (
        ("GET", "/v1/interviews/桥", "/v1/interviews/nobody"),
        ("DELETE", "/v1/interviews/桥", "/v1/interviews/nobody"),
        ("GET", "/v1/jobs", "/v1/jobs/0"),
        ("GET", "/v1/models/verbatim", "/v1/nothing"),
        ("POST", "/v1/ask", "/v1/nothing"),
        ("POST", "/v1/interviews", "/v1/interviews/x/y"),
    ):
        for token in (None, "wrong", tokens.over, *([tokens.reader] if Route(method, there).scope == "write" else [])):
            seen = []
            for path in (there, absent):
                got = ask(client, method, path, token, {"X-Request-ID": "same"})
                headers = {name: value for name, value in got.headers.items() if name != "date"}
                seen.append((got.status_code, got.content, headers))
            assert seen[0][0] in (401, 403)
            assert seen[0] == seen[1], (method, there, token)


def test_tokens_change_while_it_runs(client: TestClient, tokens: Tokens) -> None:
    added, _ = add_token(tokens.file, "later", READ)
    assert ask(client, "GET", "/v1/interviews", added).status_code == 200
    remove_token(tokens.file, "later")
    assert refused(ask(client, "GET", "/v1/interviews", added)) == (401, INVALID)
    assert ask(client, "GET", "/v1/interviews", tokens.reader).status_code == 200


def test_a_token_in_two_headers_or_anywhere_else_is_none(client: TestClient, tokens: Tokens) -> None:
    twice = [("Authorization", f"Bearer {tokens.reader}"), ("Authorization", f"Bearer {tokens.writer}")]
    assert client.get("/v1/interviews", headers=twice).status_code == 401
    for name in ("X-Authorization", "Proxy-Authorization", "X-API-Key", "api-key", "Cookie"):
        assert client.get("/v1/interviews", headers={name: f"Bearer {tokens.writer}"}).status_code == 401
    assert client.get(f"/v1/interviews?token={tokens.writer}&authorization=Bearer {tokens.writer}").status_code == 401
