"""What `verbatim serve` refuses, and what it makes of its options."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_archive import sample_index
from small_archive import verbatim

from index.errors import EmbeddingMismatch, InputError
from ui.archive import Archive
from ui.cli_serve import check_archive, checked_access, checked_origins, known_hosts, listen, offered
from ui.service_access import AccessRules
from ui.token_changes import add_token
from ui.writing import Writing

WRITING = Writing("", 60, 3000, False, False)


def test_other_machines_are_not_let_in_without_a_token(tmp_path: Path) -> None:
    assert not checked_access(tmp_path / ".verbatim", None, "127.0.0.1", [], 600, False).is_required
    assert not checked_access(tmp_path / ".verbatim", None, "::1", [], 600, False).is_required
    for host in ("0.0.0.0", "::", "192.168.1.7", "archive.example.org"):
        with pytest.raises(InputError, match="verbatim token add"):
            checked_access(tmp_path / ".verbatim", None, host, [], 600, False)
    assert not checked_access(tmp_path / ".verbatim", None, "0.0.0.0", [], 600, True).is_required


def test_neither_are_those_behind_a_proxy(tmp_path: Path) -> None:
    file = tmp_path / "verbatim-tokens.toml"
    with pytest.raises(InputError, match="others are let in"):
        checked_access(tmp_path / ".verbatim", None, "127.0.0.1", ["archive.example.org"], 600, False)
    add_token(file, "newsroom")
    assert checked_access(tmp_path / ".verbatim", None, "127.0.0.1", ["archive.example.org"], 600, False).is_required


def test_a_token_file_that_is_named_must_have_one(tmp_path: Path) -> None:
    folder, named = tmp_path / ".verbatim", tmp_path / "elsewhere.toml"
    with pytest.raises(InputError, match=r"--tokens .*elsewhere\.toml"):
        checked_access(folder, named, "127.0.0.1", [], 600, False)
    add_token(named, "newsroom")
    assert checked_access(folder, named, "127.0.0.1", [], 600, False) == AccessRules(named, True, 600)


def test_what_no_time_will_mend_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no index")
    with pytest.raises(InputError):
        check_archive(Archive(tmp_path / "file", tmp_path / "file", None, ""))
    index = sample_index(tmp_path)
    with pytest.raises(EmbeddingMismatch):
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        check_archive(Archive(index, index, "openai:other", ""))
    check_archive(Archive(index, index, None, ""))
    check_archive(Archive(tmp_path / "not yet", tmp_path / "not yet", None, ""))


def test_with_a_token_they_are_and_need_it(tmp_path: Path) -> None:
    file = tmp_path / "verbatim-tokens.toml"
    add_token(file, "newsroom")
    rules = checked_access(tmp_path / ".verbatim", None, "0.0.0.0", [], 60, False)
    assert (rules.file, rules.is_required, rules.rate) == (file, True, 60)
    with pytest.raises(InputError, match="has tokens"):
        checked_access(tmp_path / ".verbatim", None, "0.0.0.0", [], 60, True)


def test_a_token_that_is_over_is_none(tmp_path: Path) -> None:
    file = tmp_path / "verbatim-tokens.toml"
    add_token(file, "old", expires=datetime(2020, 2, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="no token that is valid"):
        checked_access(tmp_path / ".verbatim", None, "0.0.0.0", [], 600, False)


def test_the_command_says_so(tmp_path: Path) -> None:
    done = verbatim("serve", "--host", "0.0.0.0", "--index", tmp_path / ".verbatim")
    assert done.exit_code == 2
    assert "verbatim token add NAME" in done.stderr
    assert done.stdout == ""


def test_by_which_names_it_may_be_called() -> None:
    assert "localhost" in known_hosts("127.0.0.1", [])
    assert known_hosts("0.0.0.0", []) == ()
    assert "archive.example.org" in known_hosts("0.0.0.0", ["archive.example.org"])
    for name in ("https://archive.example.org", "a b", "archive.example.org:443", ""):
        with pytest.raises(InputError, match="--public-host"):
            known_hosts("127.0.0.1", [name])


def test_origins_are_what_browsers_send() -> None:
    assert checked_origins(["https://notes.example.org", "http://localhost:3000"])
    for origin in ("*", "notes.example.org", "https://notes.example.org/", "https://", "null", "https://a.example/x"):
        with pytest.raises(InputError, match="--origin"):
            checked_origins([origin])


def test_the_chat_models_it_offers() -> None:
    assert [one.llm for one in offered(["openai:a", "openai:b", "openai:a"], WRITING)] == ["openai:a", "openai:b"]
    assert offered([], WRITING) == ()
    for name in ("openai", "openai:", ":x"):
        with pytest.raises(InputError, match="provider:model"):
            offered([name], WRITING)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port}: cannot listen there"):
            listen("127.0.0.1", port)
        done = verbatim("serve", "--port", str(port), "--index", tmp_path / ".verbatim")
    assert (done.exit_code, "name another --port" in done.stderr) == (2, True)


def test_a_provider_that_there_is_not_ends_the_start(tmp_path: Path) -> None:
    done = verbatim("serve", "--llm", "nosuch:model", "--index", tmp_path / ".verbatim", "--port", "0")
    assert (done.exit_code, "there is no provider 'nosuch'" in done.stderr) == (2, True)
