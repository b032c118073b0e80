"""What clients call the files that they send, in each of the ways in which they write that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from job_queues import BOAT, TEA, new_queue, running
from upload_client import app_of, form, job_of, part, problem

from ui.service_form import decoded, extended_name


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with running(new_queue(tmp_path)) as queue, TestClient(app_of(queue), raise_server_exceptions=False) as client:
        yield client


def file(names: bytes, data: bytes = TEA) -> bytes:
    return b'Content-Disposition: form-data; name="files"' + names + b"\r\n\r\n" + data


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (b"; filename*=utf-8''%E9%87%87%E8%AE%BF.md", "采访.md"),  # older urllib3
        (b"; filename=\"=?utf-8?B?6YeH6K6/Lm1k?=\"; filename*=utf-8''%E9%87%87%E8%AE%BF.md", "采访.md"),  # .NET
        (b"; filename*=UTF-8'zh'%E9%87%87.md; filename=x.md", "采.md"),
        (b"; filename*=ISO-8859-1''caf%E9.md", "café.md"),
        (b"; filename=x.md; filename*=utf-8''%E9.md", "x.md"),  # which is not UTF-8
        (b"; filename=x.md; filename*=utf-7''y.md", "x.md"),
        (b"; filename=\"a; filename*=utf-8''y.md\"", "a; filename*=utf-8''y.md"),
        (b"; filename*=utf-8''..%2F..%2Fy.md", "y.md"),
        (b'; filename="%E9%87%87%20%E8%AE%BF.md"', "采 访.md"),  # aiohttp
        (b'; filename="what %22now%22.md"', 'what "now".md'),  # browsers
        (b'; filename="a%0D%0Ab.md"', "a b.md"),
        ('; filename="采访 100%25.md"'.encode(), "采访 100%25.md"),
        (b'; filename="100% tea.md"', "100% tea.md"),
        (b'; filename="caf%E9.md"', "caf%E9.md"),
    ],
)
def test_names_as_clients_write_them(client: TestClient, names: bytes, name: str) -> None:
    [taken] = job_of(client, client.post("/v1/interviews", **form(file(names))))["files"]
    assert (taken["name"], taken["state"]) == (name, "new")


def test_a_field_that_was_left_empty_is_no_file(client: TestClient) -> None:
    empty = part(b"", b"")
    told = problem(client.post("/v1/interviews", **form(empty)), 422, "unusable")
    assert told["errors"] == [{"pointer": "body#/files", "detail": "none"}]
    job = job_of(client, client.post("/v1/interviews", **form(empty, part(b"boat.md", BOAT), empty)))
    assert [(one["name"], one["state"]) for one in job["files"]] == [("boat.md", "new")]
    told = problem(client.post("/v1/interviews", **form(part(b"", TEA))), 422, "unusable")  # content without a name
    assert told["errors"][0]["detail"].startswith("not a kind of file")


@given(st.text(st.sampled_from('%aE9"é/ 茶\\')))
def test_a_name_is_decoded_whole_or_not_at_all(name: str) -> None:
    shown = decoded(name)
    assert shown == name or (name.isascii() and len(shown) < len(name))


@given(st.binary(), st.lists(st.sampled_from([b";", b' "', b"\\", b"filename*", b"=", b"utf-8''", b"%E9", b"x"])))
def test_any_header_can_be_read(raw: bytes, pieces: list[bytes]) -> None:
    extended_name(raw)
    extended_name(b"".join(pieces))
    assert extended_name(b"".join(pieces).replace(b'"', b"") + b"; filename*=utf-8''y.md") is not None


def test_a_long_header_takes_no_time() -> None:
    assert extended_name(b"form-data; " + b'\\"' * 100_000) is None
