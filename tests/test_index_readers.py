"""Bytes become text: the encodings of real pages, and the files that are no text at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import readers
from index.errors import InputError
from index.readers import read_file
from index.readers.bounds import MAX_BYTES
from index.readers.plain import decode

SIMPLIFIED = "问：灯塔什么时候停用的？\n答：一九九八年冬天，我们关了最后一盏灯，锁门下山。\n" * 20
TRADITIONAL = "問：燈塔什麼時候停用的？\n答：一九九八年冬天，我們關了最後一盞燈，鎖門下山。\n" * 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_simplified_text_is_read_in_its_encoding(encoding: str) -> None:
    source = decode(SIMPLIFIED.encode(encoding))
    assert source is not None
    assert source.text == SIMPLIFIED
    assert source.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5"])
def test_traditional_text_is_read_in_its_encoding(encoding: str) -> None:
    source = decode(TRADITIONAL.encode(encoding))
    assert source is not None
    assert source.text == TRADITIONAL


def test_western_quotes_of_windows_are_read() -> None:
    page = "Anna: It’s a “quiet” café, isn’t it?\nBen: Très quiet – naïve, even. " * 30
    source = decode(page.encode("cp1252"))
    assert source is not None
    assert source.text == page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_offsets_are_those_of_the_decoded_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(SIMPLIFIED.replace("\n", "\r\n").encode(encoding))
    source = read_file(path)
    with path.open(encoding=source.encoding, newline="") as file:
        assert file.read() == source.text
    assert "\r\n" in source.text
    assert not source.text.startswith("\ufeff")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_a_file_cut_off_inside_a_character_is_read_with_a_warning(encoding: str) -> None:
    data = SIMPLIFIED.encode(encoding)[:-3]  # half of the full stop before the newline goes
    if encoding == "utf-16-le":
        data = data[:-2]
    source = decode(data[: len(data) // 2 * 2 - 1])
    assert source is not None
    assert source.text[:200] == SIMPLIFIED[:200]
    assert source.text.count("\ufffd") <= 1


def test_a_broken_character_is_named_in_a_warning() -> None:
    source = decode(SIMPLIFIED.encode() + b"\xe7\x81")
    assert source is not None
    assert source.text == SIMPLIFIED + "\ufffd"
    assert "1 characters" in source.warnings[0]


def test_encoded_lone_surrogates_are_read_as_damage() -> None:
    source = decode(SIMPLIFIED.encode() + b"\xed\xa0\x80")
    assert source is not None
    assert source.text.startswith(SIMPLIFIED)
    assert source.warnings


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
        b"PK\x03\x04" + b"\x14\0\0\0\x08\0" * 200,
        b"\x01\x02\x03\x04" * 100,
    ],
)
def test_what_is_no_text_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"picture\.txt: (not a text file|damaged)"):
        read_file(path)


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", "\ufeff".encode(), "\ufeff\n".encode("utf-16-le")])
def test_an_empty_file_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"empty\.md.*empty"):
        read_file(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt.*cannot be read"):
        read_file(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(InputError, match=r"folder\.txt.*cannot be read"):
        read_file(tmp_path / "folder.txt")


def test_a_giant_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "giant.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room
    with pytest.raises(InputError, match=r"giant\.txt.*MB is more than the .* MB"):
        read_file(path)


def test_the_suffix_may_be_written_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "TALK.TXT"
    path.write_text(SIMPLIFIED, encoding="utf-8", newline="")
    assert read_file(path).text == SIMPLIFIED
    assert {".txt", ".md"} <= readers.SUFFIXES


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    source = decode(data)
    assert source is None or "\0" not in source.text


@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    source = decode(text.encode("utf-8", "replace"))
    if source is not None and not text.startswith(("\ufeff", "\ufffe")):
        assert source.encoding == "utf-8"
        assert source.text == text.encode("utf-8", "replace").decode()
