"""Where --store points to, and that no password of it is ever shown."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.milvus_place import TOKEN, is_milvus, parse_place, told


@pytest.mark.parametrize(
    ("store", "uri", "shown", "token"),
    [
        ("milvus://db.example:19531/talks", "http://db.example:19531", "milvus://db.example:19531/talks", ""),
        ("milvus://db.example/talks", "http://db.example:19530", "milvus://db.example:19530/talks", ""),
        ("milvus://[::1]:19530/t_1", "http://[::1]:19530", "milvus://[::1]:19530/t_1", ""),
        ("milvuss://db.example/talks", "https://db.example:19530", "milvuss://db.example:19530/talks", ""),
        ("milvus://db.example/talks?secure=true", "https://db.example:19530", "milvuss://db.example:19530/talks", ""),
        ("milvus://ann:s%40fe@h/talks", "http://h:19530", "milvus://h:19530/talks", "ann:s@fe"),
    ],
)
def test_a_server(store: str, uri: str, shown: str, token: str) -> None:
    place = parse_place(store)
    assert (place.uri, place.shown, place.token, place.file) == (uri, shown, token, None)


def test_a_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "abc123")
    assert parse_place("milvus://h/talks").token == "abc123"
    assert parse_place("milvus://ann:own@h/talks").token == "ann:own"
    assert "abc123" not in repr(parse_place("milvus://h/talks"))


def test_a_file() -> None:
    place = parse_place("milvus-lite:///data/my%20talks/all.db/talks")
    assert place.file is not None
    assert (place.file.as_posix(), place.name) == ("/data/my talks/all.db", "talks")
    assert place.shown == "milvus-lite:///data/my%20talks/all.db/talks"


@pytest.mark.parametrize(
    "store",
    [
        "milvus://h",
        "milvus://h/",
        "milvus://h/ta-lks",
        "milvus://h/2talks",
        "milvus://h/访谈",
        "milvus://h/a/b",
        "milvus:///talks",
        "milvus://h:port/talks",
        "milvus://h:99999/talks",
        "milvus://[::1/talks",
        "milvus://h/talks?tls=1",
        "milvus-lite:///data/all.sqlite/talks",
        "milvus-lite:///talks",
        "postgres://h/talks",
        "talks",
    ],
)
def test_what_is_no_place_is_an_input_error_that_says_how_to_write_one(store: str) -> None:
    with pytest.raises(InputError, match="milvus://host:port/name"):
        parse_place(store)


@given(st.text())
def test_any_text_is_a_place_or_an_input_error(text: str) -> None:
    for store in (text, f"milvus://{text}", f"milvus-lite:///{text}"):
        with suppress(InputError):
            assert parse_place(store).name


@pytest.mark.parametrize("where", ["h/ta lks", "h:port/talks", "h/talks?x=1", "h/a/b"])
def test_no_password_in_messages(where: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_place(f"milvus://ann:hunter2@{where}")
    assert "hunter2" not in str(caught.value)


def test_what_milvus_says_is_told_without_the_password() -> None:
    place = parse_place("milvus://ann:hunter2@h/talks")
    said = told(place, RuntimeError("cannot do it for ann:hunter2 (hunter2)\n  at proxy"))
    assert said == "milvus://h:19530/talks failed: cannot do it for … (…) at proxy"


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("auth check failure, please check username and password are correct", "refuses these credentials"),
        ("PrivilegeLoad: permission deny to ann in the `default` database", "refuses these credentials"),
        ("Fail connecting to server on h:19530, illegal connection params or server unavailable", "cannot be reached"),
    ],
)
def test_what_milvus_refuses_says_what_to_do(reason: str, advice: str) -> None:
    said = told(parse_place("milvus://ann:hunter2@h/talks"), RuntimeError(reason))
    assert advice in said
    assert "hunter2" not in said


@pytest.mark.parametrize(("store", "means"), [("milvus://h/a", True), ("milvus-lite:///a", True), (".verbatim", False)])
def test_which_stores_are_milvus(store: str, means: bool) -> None:
    assert is_milvus(store) is means
