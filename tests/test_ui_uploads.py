"""Files that a browser sends: under which name they are kept, and what is never done with them."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import StorageError
from index.readers import SUFFIXES
from ui.uploads import (
    LONG_AGO,
    LONGEST,
    MOST_FILES,
    UPLOAD_MB,
    Sent,
    Stored,
    clear_leftovers,
    safe_name,
    store_all,
    take_back,
)

ENDINGS = st.sampled_from([*SUFFIXES, ".MD", ".Txt"])
PARTS = st.sampled_from(
    ["..", "/", "\\", ".", "con", "NUL", "C:", "\0", "\u202e", " ", "茶", "👩‍🚀", "-", "é", "~", "\ud800"]
)
NAMES = st.one_of(st.text(max_size=400), st.lists(PARTS, max_size=12).map("".join))


def store(uploads: Path, *files: tuple[str, bytes]) -> list[Stored]:
    """Store the files; what they replace is forgotten at the next call."""
    shutil.rmtree(earlier_of(uploads), ignore_errors=True)
    return store_again(uploads, *files)


def store_again(uploads: Path, *files: tuple[str, bytes]) -> list[Stored]:
    earlier_of(uploads).mkdir(parents=True, exist_ok=True)
    sent = (Sent(name, data) for name, data in files)
    return store_all(sent, uploads, earlier_of(uploads), lambda n: None)


def earlier_of(uploads: Path) -> Path:
    return uploads.with_name("earlier")


@given(NAMES, ENDINGS)
def test_a_name_is_one_part_that_is_neither_hidden_nor_long(before: str, suffix: str) -> None:
    stem, kept = safe_name(before + suffix)
    assert kept == suffix.lower()
    name = stem + kept
    assert len(name.encode()) <= LONGEST < 255  # which also says that it is UTF-8
    assert not set(name) & set('/\\<>:"|?*') and name.isprintable()
    assert stem == "" or (Path("uploads") / name).name == name
    assert not stem.startswith((".", "-", " ")) and not stem.endswith((".", " "))
    assert stem.split(".")[0].strip().casefold() not in ("con", "nul")


@given(NAMES, ENDINGS)
def test_a_safe_name_stays_what_it_is(before: str, suffix: str) -> None:
    stem, kept = safe_name(before + suffix)
    if stem:
        assert safe_name(stem + kept) == (stem, kept)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\x\\y.txt", "y.txt"),
        ("a\x00b.md", "ab.md"),
        ("\u202etxt.md", "txt.md"),
        ("con.txt", "_con.txt"),
        ("COM1.tar.md", "_COM1.tar.md"),
        ("console.txt", "console.txt"),
        (".hidden.md", "hidden.md"),
        ("--index.md", "index.md"),
        ("對話 林嵐（上）.MD", "對話 林嵐（上）.md"),
        ("a\u0300.md", "à.md"),
        ("tea 🍵.markdown", "tea 🍵.markdown"),
        ('what?: "this" <now>.txt', "what__ _this_ _now_.txt"),
        ("talk.txt. ", "talk.txt"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert "".join(safe_name(given_name)) == kept


def test_names_that_leave_nothing() -> None:
    assert safe_name("....md") == ("", ".md")
    assert safe_name("../../etc/passwd") == ("passwd", "")
    assert safe_name("") == ("", "")


def test_long_names_stay_apart() -> None:
    one, other = safe_name("茶" * 400 + "一.md")[0], safe_name("茶" * 400 + "二.md")[0]
    assert one != other
    assert one.startswith("茶" * 60)


def test_new_same_and_replaced(tmp_path: Path) -> None:
    uploads = tmp_path / "deep" / "uploads"
    [new] = store(uploads, ("茶.md", b"one"))
    assert (new.state, new.name, new.path) == ("new", "茶.md", uploads / "茶.md")
    assert stat.S_IMODE(uploads.stat().st_mode) == 0o700
    assert store(uploads, ("茶.md", b"one"))[0].state == "same"
    [replaced] = store(uploads, ("folder/茶.md", b"two"))
    assert (replaced.state, replaced.name) == ("replaced", "茶.md")
    assert (uploads / "茶.md").read_bytes() == b"two"
    take_back(replaced, earlier_of(uploads))
    assert (uploads / "茶.md").read_bytes() == b"one"
    [other] = store(uploads, ("船.md", b"one"))
    take_back(other, earlier_of(uploads))
    assert [path.name for path in uploads.iterdir()] == ["茶.md"]


def test_whoever_begins_again_is_told_the_same_and_takes_the_same_back(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    store(uploads, ("old.md", b"one"), ("kept.md", b"same"))
    files = ("old.md", b"two"), ("new.md", b"three"), ("kept.md", b"same"), ("a/new.md", b"four"), ("new.md", b"three")
    told = store(uploads, *files)
    assert [(one.state, one.problem) for one in told] == [
        ("replaced", ""),
        ("new", ""),
        ("same", ""),
        ("refused", "twice"),
        ("same", ""),
    ]
    assert store_again(uploads, *files) == told
    for one in told:
        take_back(one, earlier_of(uploads))
    assert {path.name: path.read_bytes() for path in uploads.iterdir()} == {"old.md": b"one", "kept.md": b"same"}


def test_what_is_replaced_is_kept_where_the_disk_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    uploads = tmp_path / "uploads"
    store(uploads, ("tea.md", b"one"))
    [replaced] = store(uploads, ("tea.md", b"two"))
    assert replaced.state == "replaced"
    take_back(replaced, earlier_of(uploads))
    assert (uploads / "tea.md").read_bytes() == b"one"


def test_a_file_that_lies_on_the_disk_is_read_when_its_turn_comes(tmp_path: Path) -> None:
    lying, uploads = tmp_path / "0001", tmp_path / "uploads"
    lying.write_bytes(b"one")
    earlier_of(uploads).mkdir()
    [stored] = store_all([Sent("tea.md", lying)], uploads, earlier_of(uploads), lambda n: None)
    assert stored.state == "new"
    assert (uploads / "tea.md").read_bytes() == b"one"


def test_what_is_refused(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    (uploads / "folder.md").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("mine")
    (uploads / "link.txt").symlink_to(tmp_path / "outside.txt")
    stored = store(
        uploads,
        ("people.toml", b"[[person]]"),
        ("run.sh", b"#!"),
        ("....md", b"x"),
        ("big.txt", b"x" * (UPLOAD_MB * 2**20 + 1)),
        ("folder.md", b"x"),
        ("link.txt", b"x"),
        ("a/tea.md", b"one"),
        ("b\\tea.md", b"two"),
    )
    assert [one.problem for one in stored] == ["kind", "kind", "name", "size", "occupied", "occupied", "", "twice"]
    assert (uploads / "tea.md").read_bytes() == b"one"
    assert (tmp_path / "outside.txt").read_text() == "mine"
    assert sorted(path.name for path in uploads.iterdir()) == ["folder.md", "link.txt", "tea.md"]


def test_no_more_than_so_many_at_once(tmp_path: Path) -> None:
    stored = store(tmp_path / "uploads", *((f"{number}.md", b"x") for number in range(MOST_FILES + 2)))
    assert [one.problem for one in stored[MOST_FILES:]] == ["many", "many"]
    assert len(list((tmp_path / "uploads").iterdir())) == MOST_FILES


def test_a_link_or_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").write_text("x")
    for name in ("link", "file"):
        with pytest.raises(StorageError, match=name):
            store(tmp_path / name, ("tea.md", b"x"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = tmp_path / "uploads"
    store(uploads, ("tea.md", b"one"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        store(uploads, ("tea.md", b"two"))
    assert [(path.name, path.read_bytes()) for path in uploads.iterdir()] == [("tea.md", b"one")]


def test_what_was_left_long_ago_is_cleared_away(tmp_path: Path) -> None:
    store(tmp_path, ("tea.md", b"one"))
    for name, age in ((".incoming-a", LONG_AGO + 60), (".incoming-b", 60.0), (".hidden", LONG_AGO + 60)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    (tmp_path / ".earlier-a").mkdir()
    (tmp_path / ".earlier-a" / "tea.md").write_bytes(b"before")
    os.utime(tmp_path / ".earlier-a", (0, 0))
    clear_leftovers(tmp_path)
    clear_leftovers(tmp_path / "missing")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", ".incoming-b", "tea.md"]


def test_another_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads, real = tmp_path / "uploads", os.replace

    def within(source: str, target: Path) -> None:
        if Path(source).parent != target.parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target)

    monkeypatch.setattr(os, "replace", within)
    assert [one.state for one in store(uploads, ("茶.md", b"one"))] == ["new"]
    [replaced] = store(uploads, ("茶.md", b"two"))
    take_back(replaced, earlier_of(uploads))
    assert {path.name: path.read_bytes() for path in uploads.iterdir()} == {"茶.md": b"one"}
    assert [path.name for path in earlier_of(uploads).iterdir()] == ["茶.md"]
