"""`verbatim token`: making tokens, listing them without their hashes, removing them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from index.errors import InputError
from ui.cli_errors import ErrorsAsMessages
from ui.cli_token import last_moment, token
from ui.tokens import READ, READ_AND_WRITE, find, read_tokens

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


def run(*args: str | Path, env: dict[str, str] | None = None) -> Result:
    """The group as the command line has it: errors are messages."""
    app = typer.Typer(cls=ErrorsAsMessages)
    app.add_typer(token, name="token")
    return CliRunner().invoke(app, ["token", *map(str, args)], env=env, prog_name="verbatim")


def test_a_token_is_printed_alone_and_once(file: Path) -> None:
    result = run("add", "newsroom", "--tokens", file)
    assert result.exit_code == 0
    [text] = result.stdout.splitlines()
    [made] = read_tokens(file)
    assert find([made], text.encode()) == made
    assert (made.name, made.scopes, made.expires, made.rate) == ("newsroom", READ, None, None)
    assert text not in result.stderr
    assert f"newsroom may read. Only a hash is kept, in {file}" in result.stderr
    assert "it is the first" in result.stderr
    assert "it is the first" not in run("add", "other", "--tokens", file).stderr


def test_what_it_may_and_how_long(file: Path) -> None:
    result = run("add", "编辑部", "--write", "--expires", "2999-12-30", "--rate", "60", "--tokens", file)
    assert "编辑部 may read and write until 2999-12-31 00:00 UTC." in result.stderr
    [made] = read_tokens(file)
    assert (made.scopes, made.expires, made.rate) == (READ_AND_WRITE, datetime(2999, 12, 31, tzinfo=UTC), 60)


def test_the_file_is_beside_the_index_or_as_the_environment_says(tmp_path: Path, file: Path) -> None:
    assert run("add", "one", "--index", tmp_path / ".archive").exit_code == 0
    assert [made.name for made in read_tokens(tmp_path / "archive-tokens.toml")] == ["one"]
    assert run("add", "two", env={"VERBATIM_TOKENS": str(file)}).exit_code == 0
    assert [made.name for made in read_tokens(file)] == ["two"]
    assert run("list", "--index", tmp_path / ".archive").stdout.splitlines()[1].startswith("one ")


def test_the_list_has_no_hashes(file: Path) -> None:
    run("add", "newsroom", "--tokens", file)
    run("add", "archivist", "--write", "--expires", "2999-12-30T18:00Z", "--rate", "6000", "--tokens", file)
    run("add", "free", "--rate", "0", "--tokens", file)
    result = run("list", "--tokens", file)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    today = f"{read_tokens(file)[0].created:%Y-%m-%d %H:%M} UTC"
    assert lines[0] == "Token May Made Works until Requests a minute"
    assert lines[1] == f"newsroom read {today} it is removed as the service says"
    assert lines[2].startswith("archivist read and write ")
    assert lines[2].endswith("2999-12-30 18:00 UTC 6,000")
    assert lines[3].endswith("any number")
    as_json = run("list", "--json", "--tokens", file)
    for made in read_tokens(file):
        assert made.sha256 not in result.stdout + as_json.stdout
    assert [json.loads(line) for line in as_json.stdout.splitlines()][1] == {
        "name": "archivist",
        "scopes": ["read", "write"],
        "created": read_tokens(file)[1].created.isoformat(),
        "expires": "2999-12-30T18:00:00+00:00",
        "expired": False,
        "rate": 6000,
    }


def test_a_token_that_is_over_is_marked(file: Path) -> None:
    run("add", "newsroom", "--tokens", file)
    with file.open("a", encoding="utf-8") as written:
        written.write("expires = 2020-01-01\n")
    assert "2020-01-02 00:00 UTC, over" in run("list", "--tokens", file).stdout
    [record] = run("list", "--json", "--tokens", file).stdout.splitlines()
    assert json.loads(record)["expired"] is True


def test_no_tokens_is_exit_code_1(file: Path) -> None:
    for args in (["list"], ["list", "--json"]):
        result = run(*args, "--tokens", file)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"no tokens in {file}: verbatim token add NAME makes one" in result.stderr


def test_removing(file: Path) -> None:
    run("add", "one", "--tokens", file)
    run("add", "two", "--tokens", file)
    result = run("remove", "one", "--tokens", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"one is removed; 1 token left in {file}" in result.stderr
    assert "lets nobody in" in run("remove", "two", "--tokens", file).stderr
    assert read_tokens(file) == ()


def test_a_removed_entry_takes_nothing_else_along(file: Path) -> None:
    for name in ("one", "two", "three"):
        run("add", name, "--tokens", file)
    run("remove", "two", "--tokens", file)
    assert [made.name for made in read_tokens(file)] == ["one", "three"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["add", "taken"], "has a token called taken"),
        (["add", ""], "NAME is empty"),
        (["add", "a\x1b[31mb"], "a name is one line"),
        (["add", "x", "--expires", "tomorrow"], "--expires 'tomorrow' is not a date"),
        (["add", "x", "--expires", ""], "--expires '' is not a date"),  # what an unset variable gives
        (["add", "x", "--expires", "2020-01-01"], "is over already"),
        (["add", "x", "--rate", "-1"], "--rate"),
        (["add", "x", "--rate", "60001"], "--rate"),
        (["remove", "nobody"], "has no token called nobody: it has taken"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2(file: Path, args: list[str], told: str) -> None:
    run("add", "taken", "--tokens", file)
    before = file.read_bytes()
    result = run(*args, "--tokens", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert file.read_bytes() == before


def test_a_broken_file_is_exit_code_2(file: Path) -> None:
    file.write_text("[[token]]\nname = 1\n", encoding="utf-8")
    for args in (["add", "one"], ["list"], ["remove", "one"]):
        result = run(*args, "--tokens", file)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "[[token]] number 1: name: " in result.stderr


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 2, tzinfo=UTC)),  # today is a day on which it works
        ("2027-01-31", datetime(2027, 2, 1, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 3, 1, tzinfo=UTC)),
        ("2027-01-31T18:00", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31 18:00:30", datetime(2027, 1, 31, 18, 0, 30, tzinfo=UTC)),
        ("2027-01-31T18:00Z", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31T18:00+08:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_days_and_moments(written: str, moment: datetime) -> None:
    assert last_moment(written, NOW) == moment


def test_without_a_date_it_has_no_end() -> None:
    assert last_moment(None, NOW) is None


@pytest.mark.parametrize(
    "written",
    [
        "2027",
        "2027-02-29",
        "2027-1-1",
        "20270131",
        "2027-W01-1",
        "2027-01-31T25:00",
        "9999-12-31",
        "٢٠٢٧-٠١-٣١",
        " 2027-01-31",
        "2027-01-31\n",
        "2026-02-28",
        "2026-03-01T12:00Z",
        "0001-01-01T00:00+14:00",
    ],
)
def test_what_is_no_date_or_is_over(written: str) -> None:
    with pytest.raises(InputError, match=r"^--expires .*(is not a date|is over already)"):
        last_moment(written, NOW)
