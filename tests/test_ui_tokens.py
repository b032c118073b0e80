"""The file of the service's tokens: what is kept, what is refused, and that nothing is lost between writers."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from token_files import ENTRY, names, posix

from index.errors import InputError
from ui.chat_startup import Startup
from ui.token_changes import add_token, remove_token
from ui.tokens import (
    TokenFile,
    default_tokens_file,
    find,
    read_tokens,
    warning_about,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/a/.verbatim", "/a/verbatim-tokens.toml"),
        ("/a/archive", "/a/archive-tokens.toml"),
        ("/a/..archive", "/a/archive-tokens.toml"),
        ("/", "/verbatim-tokens.toml"),
    ],
)
@posix
def test_the_file_is_beside_the_index(folder: str, expected: str) -> None:
    assert default_tokens_file(Path(folder)) == Path(expected)


def test_the_same_place_as_the_uploads(tmp_path: Path) -> None:
    uploads = Startup(str(tmp_path / ".verbatim")).uploads
    assert default_tokens_file(tmp_path / ".verbatim") == uploads.with_name("verbatim-tokens.toml")


def test_no_file_has_no_tokens(file: Path) -> None:
    assert read_tokens(file) == ()
    with pytest.raises(InputError, match=r"is gone.*verbatim token add"):
        TokenFile(file).tokens(must_exist=True)


def test_each_token_is_found_and_no_other(file: Path) -> None:
    texts = {name: add_token(file, name)[0] for name in ("one", "two", "three")}
    tokens = read_tokens(file)
    for name, text in texts.items():
        found = find(tokens, text.encode())
        assert found is not None
        assert found.name == name
    wrong = [b"", b"vb_", texts["one"].encode()[:-1], texts["one"].upper().encode(), b"\xff\x00", b"x" * 10_000_000]
    assert [find(tokens, text) for text in wrong] == [None] * len(wrong)
    assert find(tokens, tokens[0].sha256.encode()) is None  # the hash is no token
    assert find((), b"vb_x") is None


def test_every_token_is_compared(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, first = add_token(file, "one")
    _, second = add_token(file, "two")
    compared: list[str] = []

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return one == other

    monkeypatch.setattr("ui.tokens.hmac.compare_digest", compare)
    assert find(read_tokens(file), text.encode()) == first
    assert compared == [first.sha256, second.sha256]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2027-01-31", datetime(2027, 2, 1, tzinfo=UTC)),  # that day is its last
        ("2027-01-31T18:00:00Z", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31T18:00:00+08:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
        ("2027-01-31T18:00:00", datetime(2027, 1, 31, 18, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_token(file: Path, written: str, moment: datetime) -> None:
    file.write_text(f"{ENTRY}expires = {written}\n", encoding="utf-8")
    [token] = read_tokens(file)
    assert token.expires == moment
    assert token.expires.tzinfo == UTC
    assert token.is_over(moment)
    assert not token.is_over(moment.replace(microsecond=0) - datetime.resolution)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[[token]\n", "cannot be read as TOML"),
        ("\udcff", "cannot be read as TOML"),
        ("x = " + "[" * 5000, "cannot be read as TOML"),
        ("tokens = []\n", "tokens means nothing here"),
        ("token = 3\n", "valid list"),
        ("[token]\nname = 'a'\n", "valid list"),
        (ENTRY + "expire = 2027-01-01\n", "number 1: expire: Unexpected"),  # a typing error must not make it last
        (ENTRY + 'expires = "2027-01-01"\n', "number 1: expires: write a day"),
        (ENTRY + "expires = 9999-12-31\n", "number 1: expires: this is outside"),
        (ENTRY + "expires = 12:00:00\n", "number 1: expires: write a day"),
        (ENTRY + 'rate = "60"\n', "number 1: rate: "),
        (ENTRY + "rate = -1\n", "number 1: rate: "),
        (ENTRY + "rate = 1.5\n", "number 1: rate: "),
        (ENTRY + "rate = true\n", "number 1: rate: "),
        (ENTRY.replace('["read"]', '["write"]'), "number 1: scopes: write"),
        (ENTRY.replace('["read"]', '["read", "all"]'), "number 1: scopes: write"),
        (ENTRY.replace('["read"]', "[{}]"), "number 1: scopes: write"),
        (ENTRY.replace('["read"]', '"read"'), "number 1: scopes: write"),
        (ENTRY.replace("0" * 64, "0" * 63), "number 1: sha256: "),
        (ENTRY.replace("0" * 64, "vb_secret"), "number 1: sha256: "),
        (ENTRY.replace('"newsroom"', '"a\\nb"'), "number 1: name: a name is one line"),
        (ENTRY.replace('name = "newsroom"\n', ""), "number 1: name: Field required"),
        (ENTRY + ENTRY, "two of its tokens have one name"),
        (ENTRY + ENTRY.replace("newsroom", "other"), "two of its tokens have one sha256"),
    ],
)
def test_a_broken_file_says_what_is_wrong(file: Path, content: str, told: str) -> None:
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        read_tokens(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert told in message
    assert "secret" not in message
    assert "\n" not in message
    with pytest.raises(InputError):
        add_token(file, "two")
    assert file.read_bytes() == content.encode("utf-8", "surrogateescape")  # not written over


def test_what_is_no_file_of_tokens(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of tokens"):
        read_tokens(tmp_path)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(InputError, match="no file of tokens"):
        read_tokens(large)
    with pytest.raises(InputError, match="there is no folder"):
        add_token(tmp_path / "nowhere" / "tokens.toml", "one")


@posix
def test_links_that_lead_nowhere_and_pipes(tmp_path: Path, file: Path) -> None:
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    with pytest.raises(InputError, match=r"loop\.toml: cannot be read \("):
        read_tokens(loop)
    with pytest.raises(InputError, match="cannot be read"):
        add_token(loop, "one")
    os.mkfifo(file)
    with pytest.raises(InputError, match="no file of tokens"):  # and does not wait for somebody to write into it
        read_tokens(file)


@posix
def test_others_on_the_machine(file: Path) -> None:
    add_token(file, "one")
    file.chmod(0o604)
    assert names(file) == ["one"]
    assert "chmod o-r" in warning_about(file)
    watched = TokenFile(file)
    assert len(watched.tokens()) == 1
    file.chmod(0o602)  # seen, though its text is the same
    with pytest.raises(InputError, match="everyone on this machine can write"):
        watched.tokens()


def test_changes_are_seen(file: Path) -> None:
    watched = TokenFile(file)
    assert watched.tokens() == ()
    add_token(file, "one")
    assert [token.name for token in watched.tokens()] == ["one"]
    add_token(file, "two")
    assert [token.name for token in watched.tokens()] == ["one", "two"]
    remove_token(file, "one")
    assert [token.name for token in watched.tokens()] == ["two"]
    kept = file.read_bytes()
    file.write_text("broken [", encoding="utf-8")
    for _ in range(2):  # what is wrong is remembered, and told again
        with pytest.raises(InputError, match="cannot be read as TOML"):
            watched.tokens()
    file.write_bytes(kept)
    assert [token.name for token in watched.tokens()] == ["two"]
    file.unlink()
    assert watched.tokens() == ()


def test_a_file_that_has_not_changed_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_token(file, "one")
    watched = TokenFile(file)
    tokens = watched.tokens()
    monkeypatch.setattr("ui.tokens._content", None)
    assert watched.tokens() is tokens


def test_a_failure_that_nobody_thought_of_does_not_count_as_no_tokens(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_token(file, "one")
    watched = TokenFile(file)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("ui.tokens._parsed", fail)
        for _ in range(2):
            with pytest.raises(MemoryError):
                watched.tokens()
    assert [token.name for token in watched.tokens()] == ["one"]


def test_threads_see_whole_files(file: Path) -> None:
    add_token(file, "always")
    watched = TokenFile(file)
    failed: list[InputError | AssertionError | IndexError] = []
    is_done = threading.Event()

    def look() -> None:
        try:
            while not is_done.is_set():
                assert watched.tokens()[0].name == "always"
        except (InputError, AssertionError, IndexError) as error:
            failed.append(error)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    for number in range(10):
        add_token(file, f"t{number}")
    is_done.set()
    for looker in lookers:
        looker.join()
    assert failed == []
