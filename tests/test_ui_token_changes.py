"""Adding and removing tokens: what is kept, what is refused, and that nothing is lost between writers."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import tomlkit
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from token_files import ENTRY, names, posix

from index.errors import InputError, StorageError
from ui import token_changes
from ui.token_changes import add_token, remove_token
from ui.tokens import (
    LONGEST_NAME,
    READ,
    READ_AND_WRITE,
    read_tokens,
    warning_about,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


def test_only_the_hash_is_kept(file: Path) -> None:
    text, token = add_token(file, "newsroom", READ_AND_WRITE, datetime(2027, 1, 1, tzinfo=UTC), 60)
    assert text.startswith("vb_")
    assert len(text) == 3 + 43  # 32 bytes in base64, without padding
    written = file.read_text(encoding="utf-8")
    assert text not in written
    assert text.removeprefix("vb_") not in written
    assert sha256(text.encode()).hexdigest() in written
    assert read_tokens(file) == (token,)
    assert (token.name, token.scopes, token.rate) == ("newsroom", READ_AND_WRITE, 60)
    assert token.expires == datetime(2027, 1, 1, tzinfo=UTC)


@posix
def test_it_is_for_its_owner_alone(file: Path) -> None:
    add_token(file, "newsroom")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert warning_about(file) == ""


@posix
def test_a_file_for_a_group_stays_so(file: Path) -> None:
    add_token(file, "one")
    file.chmod(0o640)
    add_token(file, "two")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@posix
def test_a_link_stays_one(tmp_path: Path, file: Path) -> None:
    real = tmp_path / "elsewhere" / "real.toml"
    real.parent.mkdir()
    file.symlink_to(real)
    add_token(file, "one")
    assert file.is_symlink()
    assert names(real) == ["one"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "a\x1b[31m",
        "a\x00",
        "a\u202eb",
        "\ud800",
        "a\u2028b",
        "a" * (LONGEST_NAME + 1),
    ],
)
def test_names_that_are_none(file: Path, name: str) -> None:
    with pytest.raises(InputError, match="a name is"):
        add_token(file, name)
    assert not file.exists()


def test_a_name_is_there_once(file: Path) -> None:
    add_token(file, "caf\u00e9")
    for same in ("caf\u00e9", "cafe\u0301"):  # one letter, or a letter and its accent
        with pytest.raises(InputError, match="has a token called"):
            add_token(file, same)
    add_token(file, "编辑部")
    assert names(file) == ["café", "编辑部"]
    assert remove_token(file, "cafe\u0301") == 1
    assert names(file) == ["编辑部"]


def test_removing_what_is_not_there(file: Path) -> None:
    with pytest.raises(InputError, match="it has none"):
        remove_token(file, "one")
    assert not file.exists()
    add_token(file, "one")
    before = file.read_bytes()
    with pytest.raises(InputError, match="it has one"):
        remove_token(file, "two")
    assert file.read_bytes() == before


def test_what_people_wrote_stays(file: Path) -> None:
    file.write_text(f"\ufeff# ours\r\n{ENTRY}# ask Ann before\n", encoding="utf-8", newline="")
    add_token(file, "two")
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# ours\n")
    assert "# ask Ann before\n" in written
    assert names(file) == ["newsroom", "two"]


def test_entries_in_another_way_of_writing_are_not_lost(file: Path) -> None:
    fields = ", ".join(ENTRY.splitlines()[1:])
    file.write_text(f"token = [{{ {fields} }}]\n", encoding="utf-8")
    add_token(file, "two")
    assert names(file) == ["newsroom", "two"]
    assert remove_token(file, "newsroom") == 1
    assert names(file) == ["two"]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd"), st.sampled_from([None, 0, 7]))))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_adding_and_removing_is_what_a_dict_does(
    file: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[bool, str, int | None]]
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    file.unlink(missing_ok=True)
    expected: dict[str, int | None] = {}
    for is_added, name, rate in steps:
        if is_added == (name in expected):
            continue  # refused, as tested above
        if is_added:
            add_token(file, name, rate=rate)
            expected[name] = rate
        else:
            assert remove_token(file, name) == len(expected) - 1
            del expected[name]
    assert {token.name: token.rate for token in read_tokens(file)} == expected


ADDING = """
import sys
from pathlib import Path
from ui.token_changes import add_token
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    add_token(Path(sys.argv[1]), f"{sys.argv[2]}{number}")
"""


def test_processes_that_add_at_once_lose_nothing(file: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with ExitStack() as stack:
        adding = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", ADDING, file, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
                )
            )
            for name in "ab"
        ]
        for process in adding:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        for process in adding:
            assert process.stdin is not None
            process.stdin.write(b"\n")
            process.stdin.flush()
        assert [process.wait(timeout=60) for process in adding] == [0, 0]
    assert sorted(names(file)) == sorted(f"{name}{number}" for name in "ab" for number in range(12))
    assert [path.name for path in file.parent.iterdir() if not path.name.endswith(".lock")] == [file.name]


def test_another_that_writes_too_long(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_changes, "WAIT_SECONDS", 0.05)
    with FileLock(file.with_name(f".{file.name}.lock")), pytest.raises(InputError, match="being written by another"):
        add_token(file, "one")
    add_token(file, "one")


def test_a_disk_that_refuses_leaves_what_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_token(file, "one")
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StorageError, match=r"cannot be written \(No space left.*as before"):
            add_token(file, "two")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if not path.name.endswith(".lock")] == [file.name]


def test_scopes_read_alone_by_default(file: Path) -> None:
    assert add_token(file, "one")[1].scopes == READ
    entry = tomlkit.parse(file.read_text(encoding="utf-8"))["token"][0]
    assert entry["scopes"] == ["read"]
    assert set(entry) == {"name", "sha256", "scopes", "created"}
