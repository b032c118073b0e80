"""Changes to an archive: files added, interviews taken out, the index made anew."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fake_embedding import FakeEmbedding, interview, write_interview

from index.build import Silent, build_index
from index.collect import Refused
from index.errors import IndexMissing, InputError
from index.store import open_index
from ui import archive_changes
from ui.archive_changes import (
    Outcome,
    add_files,
    has_uploads,
    index_again,
    missing_sources,
    remove_interviews,
    sources_of,
)
from ui.uploads import Sent

TEA = Sent("茶.md", interview("林岚", "茶园").encode())
OTHER_TEA = Sent("茶.md", interview("林岚", "新茶园").encode())
BOAT = Sent("C:\\talks\\船.txt", interview("周桥", "渡船").encode())
EMPTY = Sent("empty.md", b"")


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "verbatim-uploads"


def add(folder: Path, uploads: Path, *files: Sent) -> Outcome:
    return add_files(files, uploads, folder, FakeEmbedding(), Silent())


def again(folder: Path, uploads: Path) -> Outcome:
    return index_again(uploads, folder, FakeEmbedding(), Silent())


def docs(folder: Path) -> list[str]:
    with open_index(folder) as index:
        return sorted(row.doc for row in index.documents())


def test_files_are_added_and_what_is_no_interview_is_not_kept(folder: Path, uploads: Path) -> None:
    outcome = add(folder, uploads, TEA, BOAT, EMPTY, Sent("notes.zip", b"PK"))
    assert [(one.name, one.state) for one in outcome.files] == [
        ("茶.md", "new"),
        ("船.txt", "new"),
        ("empty.md", "refused"),
        ("notes.zip", "refused"),
    ]
    assert outcome.files[2].reason == "the file is empty"
    assert outcome.files[3].problem == "kind"
    assert outcome.report is not None
    assert outcome.report.refused == ()
    assert docs(folder) == ["船", "茶"]
    assert sorted(path.name for path in uploads.iterdir()) == ["船.txt", "茶.md"]


def test_an_upload_of_the_same_name_replaces_the_earlier_one(folder: Path, uploads: Path) -> None:
    add(folder, uploads, TEA)
    outcome = add(folder, uploads, OTHER_TEA)
    assert (outcome.files[0].state, outcome.files[0].doc) == ("replaced", "茶")
    same = add(folder, uploads, OTHER_TEA)
    assert (same.files[0].state, same.files[0].doc) == ("same", "茶")
    assert [path.name for path in uploads.iterdir()] == ["茶.md"]
    with open_index(folder) as index:
        assert "新茶园" in index.text("茶")


def test_a_replacement_that_is_no_interview_is_undone(folder: Path, uploads: Path) -> None:
    add(folder, uploads, TEA)
    outcome = add(folder, uploads, Sent("茶.md", b" "))
    assert outcome.files[0].state == "refused"
    assert (uploads / "茶.md").read_bytes() == TEA.data
    report = again(folder, uploads).report
    assert report is not None
    assert (report.unchanged, report.refused) == (("茶",), ())
    assert docs(folder) == ["茶"]


def test_uploading_leaves_interviews_from_elsewhere_alone(folder: Path, uploads: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    (talks / "桥.txt").unlink()
    add(folder, uploads, TEA)
    assert docs(folder) == ["桥", "灯塔", "茶"]


def test_nothing_is_kept_when_the_index_cannot_be_written(
    folder: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, uploads, TEA)

    def fail(*_: object) -> None:
        raise InputError("people.toml is faulty")

    monkeypatch.setattr(archive_changes, "build_place", fail)
    with pytest.raises(InputError):
        add(folder, uploads, OTHER_TEA, BOAT)
    assert {path.name: path.read_bytes() for path in uploads.iterdir()} == {"茶.md": TEA.data}


def test_only_refused_files_touch_no_index(folder: Path, uploads: Path) -> None:
    outcome = add(folder, uploads, Sent("people.toml", b""))
    assert outcome.report is None
    assert not folder.exists()


def test_indexing_again_looks_at_all_sources(folder: Path, uploads: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    add(folder, uploads, TEA)
    (talks / "桥.txt").unlink()
    write_interview(talks / "山.md", "石川", "山路")
    outcome = again(folder, uploads)
    assert outcome.unread == ()
    assert outcome.report is not None
    assert (outcome.report.indexed, outcome.report.removed) == (("山",), ("桥",))
    assert docs(folder) == ["山", "灯塔", "茶"]


def test_a_source_that_is_gone_is_named_and_its_interviews_stay(folder: Path, uploads: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    add(folder, uploads, TEA)
    talks.rename(talks.with_name("moved"))
    outcome = again(folder, uploads)
    assert [(one.path, one.reason) for one in outcome.unread] == [(str(talks), "no such file or folder")]
    assert docs(folder) == ["桥", "灯塔", "茶"]
    (uploads / "茶.md").unlink()  # an empty folder is no reason to lose its interviews either
    outcome = again(folder, uploads)
    assert outcome.report is None
    assert len(outcome.unread) == 2
    assert docs(folder) == ["桥", "灯塔", "茶"]


def test_a_source_that_may_not_be_read_is_named_with_the_reason(
    folder: Path, uploads: Path, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([talks], folder, FakeEmbedding())
    add(folder, uploads, TEA)
    assert missing_sources(uploads, folder) == []
    (uploads / "茶.md").unlink()
    uploads.rmdir()
    close(monkeypatch, talks)
    assert missing_sources(uploads, folder) == [
        Refused(str(talks), "Permission denied"),
        Refused(str(uploads), "No such file or directory"),
    ]
    outcome = again(folder, uploads)
    assert [one.path for one in outcome.unread] == [str(talks), str(uploads)]
    assert docs(folder) == ["桥", "灯塔", "茶"]


def test_a_folder_that_may_not_be_listed(
    folder: Path, uploads: Path, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([talks], folder, FakeEmbedding())
    uploads.mkdir()
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != talks and real(path, mode))
    assert missing_sources(uploads, folder) == [Refused(str(talks), "Permission denied")]
    close(monkeypatch, uploads)
    assert not has_uploads(uploads)
    assert sources_of(uploads, folder) == [talks]


def close(monkeypatch: pytest.MonkeyPatch, closed: Path) -> None:
    """Let the system refuse this folder, as it does everybody but root in another's home."""
    for name in ("stat", "lstat", "listdir", "scandir"):
        monkeypatch.setattr(os, name, partial(_unless_closed, getattr(os, name), closed))


def _unless_closed(real: Callable[..., Any], closed: Path, path: str, **options: Any) -> Any:
    if isinstance(path, str | Path) and Path(path).is_relative_to(closed):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return real(path, **options)


def test_uploads_that_no_index_knows_are_a_source(folder: Path, uploads: Path) -> None:
    assert sources_of(uploads, folder) == []
    assert not has_uploads(uploads)
    uploads.mkdir()
    (uploads / ".incoming-x").write_text("half")
    assert not has_uploads(uploads)
    write_interview(uploads / "茶.md", "林岚", "茶园")
    assert sources_of(uploads, folder) == [uploads]
    again(folder, uploads)
    assert docs(folder) == ["茶"]
    assert sources_of(uploads, folder) == [uploads]


def test_removing_deletes_the_files_of_uploads_only(folder: Path, uploads: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    add(folder, uploads, TEA, BOAT)
    outcome = remove_interviews(["茶", "桥", "茶"], uploads, folder)
    assert outcome.deleted == ("茶",)
    assert outcome.report is not None
    assert sorted(outcome.report.removed) == ["桥", "茶"]
    assert docs(folder) == ["灯塔", "船"]
    assert [path.name for path in uploads.iterdir()] == ["船.txt"]
    assert (talks / "桥.txt").exists()


def test_removing_the_last_interview_removes_the_index(folder: Path, uploads: Path) -> None:
    add(folder, uploads, TEA)
    remove_interviews(["茶"], uploads, folder)
    with pytest.raises(IndexMissing):
        open_index(folder)
    assert list(uploads.iterdir()) == []


def test_removing_the_last_interview_while_it_is_read(folder: Path, uploads: Path) -> None:
    add(folder, uploads, TEA)
    with open_index(folder):
        remove_interviews(["茶"], uploads, folder)
        assert sources_of(uploads, folder) == []
        assert again(folder, uploads) == Outcome()
        add(folder, uploads, BOAT)
        assert docs(folder) == ["船"]


SAID = [
    "我是二〇〇九年开始种茶的，那年春天我辞掉了城里的工作，回到外婆留下的山坡上。",
    "春天最多，大概三百斤，秋天只有八十斤，因为我们秋天只采一次，剩下的叶子留着养树。",
    "二〇一六年的霜冻冻死了一半茶树，邻居们把自家的苗分给了我，我到现在都记得。",
    "茶树要三年才能采，头两年只有草，我就在行间种豆子，卖豆子的钱买了第一口锅。",
    "外婆说火候不在锅里在手心，手心觉得烫了就翻，这句话我用了十年才听懂。",
    "第一批茶卖给了镇上的邮差，他骑车挨家送信，也挨家替我送茶，收来的钱用橡皮筋扎好。",
    "后来有人出高价要包下整座山，我说树还小，等它们再长几年，你先回去把杯子洗干净。",
    "下雨天不采茶，我们就在堂屋里修竹篓，一个冬天能修四十只，够用到第二年谷雨。",
]


def test_what_its_reader_says_of_a_file_and_that_it_is_there_already(folder: Path, uploads: Path, talks: Path) -> None:
    (talks / "radio.md").write_text("# 山坡上的茶\n\n" + "\n\n".join(f"林岚：{one}" for one in SAID), encoding="utf-8")
    build_index([talks], folder, FakeEmbedding())
    cues = "\n\n".join(f"00:0{at}:00.000 --> 00:0{at}:30.000\n{one}" for at, one in enumerate(SAID))
    outcome = add(folder, uploads, Sent("茶.vtt", f"WEBVTT\n\n{cues}\n".encode()), BOAT)
    subtitles, boat = outcome.files
    assert subtitles.state == boat.state == "new"
    [warning] = subtitles.warnings
    assert "no speaker labels found" in warning
    assert subtitles.same_as == ("山坡上的茶",)
    assert boat.warnings == ()
    assert outcome.report is not None
    assert outcome.report.warnings == ()  # told with its file


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "a.srt",
            f"1\n00:00:01,000 --> 00:00:04,000\n林岚：{SAID[0]}\n\n2\n00:00:05,000 --> 00:00:09,000\n{SAID[1]}\n",
        ),
        ("b.html", f"<html><body><p><b>林岚：</b>{SAID[0]}</p><p><b>周桥：</b>{SAID[1]}</p></body></html>"),
        ("c.JSON", '{"segments": [{"start": 0.0, "end": 4.0, "text": "' + SAID[0] + '"}]}'),
    ],
)
def test_other_formats_are_taken(folder: Path, uploads: Path, name: str, data: str) -> None:
    [one] = add(folder, uploads, Sent(name, data.encode())).files
    assert (one.state, one.reason) == ("new", "")
    assert one.path is not None
    assert one.path.name == name.lower()
    assert docs(folder) == [name[0]]


def test_two_formats_of_one_name_are_two_interviews(folder: Path, uploads: Path) -> None:
    page = f"<html><body><p><b>周桥：</b>{SAID[2]}</p><p><b>林岚：</b>{SAID[3]}</p></body></html>"
    outcome = add(folder, uploads, TEA, Sent("茶.html", page.encode()))
    assert [one.state for one in outcome.files] == ["new", "new"]
    assert len(docs(folder)) == 2
