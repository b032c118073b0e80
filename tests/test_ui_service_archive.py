"""The served index: a newer one takes its place, requests end on the one they began with, damage changes nothing."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from fake_embedding import write_interview
from hand_made import AnyEmbedder

from index.build import build_index, remove_documents
from index.errors import IndexMissing
from index.generations import POINTER
from ui import service_archive
from ui.archive import Archive
from ui.service_archive import ServedArchive
from ui.service_metrics import Metrics


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_archive, "load_embedder", lambda name: AnyEmbedder())


def served(folder: Path) -> ServedArchive:
    return ServedArchive(Archive(folder, folder, None, ""), None, Metrics())


def test_a_newer_index_is_served_and_the_old_one_ends_with_its_last_request(talks: Path, folder: Path) -> None:
    build_index([talks], folder, AnyEmbedder())
    archive = served(folder)
    archive.refresh()
    with archive.lease() as old:
        assert set(old.index.docs) == {"灯塔", "桥"}
        write_interview(talks / "茶.md", "石川", "茶园")
        build_index([talks], folder, AnyEmbedder())
        archive.refresh()
        with archive.lease() as new:
            assert set(new.index.docs) == {"灯塔", "桥", "茶"}
        assert old.search("最大的困难").hits  # still open
    with pytest.raises(sqlite3.ProgrammingError):
        old.index.turns("灯塔")  # closed with its last request
    with archive.lease() as current:
        assert current is new
        assert current.embedder is old.embedder  # the model is not loaded again
        assert current.index.turns("茶")


def test_without_an_index_each_request_is_told_until_there_is_one(talks: Path, folder: Path) -> None:
    archive = served(folder)
    archive.refresh()
    assert isinstance(archive.problem, IndexMissing)
    with pytest.raises(IndexMissing), archive.lease():
        pass
    build_index([talks], folder, AnyEmbedder())
    archive.refresh()
    assert archive.problem is None
    remove_documents(["灯塔", "桥"], folder)
    archive.refresh()
    with pytest.raises(IndexMissing), archive.lease():
        pass


def test_a_damaged_newer_index_leaves_the_old_one_where_it_is(
    talks: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build_index([talks], folder, AnyEmbedder())
    archive = served(folder)
    archive.refresh()
    pointer = folder / POINTER
    kept = pointer.read_bytes()
    pointer.write_bytes(b"{")
    archive.refresh()
    archive.refresh()
    with archive.lease() as retriever:
        assert retriever.search("最大的困难").hits
    assert [record.getMessage() for record in caplog.records].count(
        "index not opened"
    ) == 1  # told once, not each second
    pointer.write_bytes(kept)
    archive.refresh()
    assert archive.problem is None


def test_no_lease_fails_while_the_index_is_written_again_and_again(talks: Path, folder: Path) -> None:
    build_index([talks], folder, AnyEmbedder())
    archive = served(folder)
    archive.refresh()
    problems, asked, over = list[BaseException](), list[int](), threading.Event()

    def ask() -> None:
        try:
            while not over.is_set():
                with archive.lease() as retriever:
                    asked.append(len(retriever.search("最大的困难是什么", 3).hits))
        except BaseException as error:  # noqa: BLE001 - the test is to see it
            problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(6):
        write_interview(talks / f"{number}.md", "石川", f"茶园{number}")
        build_index([talks], folder, AnyEmbedder())
        archive.refresh()
    over.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert min(asked) > 0
    with archive.lease() as retriever:
        assert len(retriever.index.docs) == 8


def test_the_watcher_finds_a_newer_index_by_itself(talks: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_archive, "LOOK", 0.01)
    archive = served(folder)
    archive.start()
    try:
        build_index([talks], folder, AnyEmbedder())
        for _ in range(1000):
            if archive.problem is None:
                break
            threading.Event().wait(0.01)
        with archive.lease() as retriever:
            assert len(retriever.index.docs) == 2
    finally:
        archive.close()
