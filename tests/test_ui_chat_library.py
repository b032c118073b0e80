"""The library page: what it shows with and without an index, and what its buttons do."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from fake_embedding import FakeEmbedding, interview, write_interview
from streamlit.testing.v1 import AppTest

from index.build import build_index
from index.store import open_index
from rag.view import View
from ui import chat_archive
from ui.archive_changes import Outcome
from ui.chat_jobs import Jobs, jobs_of
from ui.chat_startup import Startup

HOSTILE = "<img src=x onerror=alert(1)> **bold** $x$ :smile: [a](javascript:alert(1))"


def script(index: str) -> None:
    from ui.chat_library import library_page
    from ui.chat_startup import Startup

    library_page(Startup(index=index))


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on this page asks the model a question, and what is indexed here needs no real one."""
    monkeypatch.setattr("index.embedding_choice._load", lambda name: FakeEmbedding())
    monkeypatch.setattr(chat_archive, "open_retriever", lambda folder, embedding, reranker: _Retriever(folder))


class _Retriever:
    def __init__(self, folder: Path) -> None:
        self.index = open_index(folder)
        self.view = View(self.index)


def opened(folder: Path) -> AppTest:
    page = AppTest.from_function(script, kwargs={"index": str(folder)}, default_timeout=20).run()
    assert not page.exception
    return page


def finished(page: AppTest, folder: Path) -> AppTest:
    """The page after the job that was begun on it."""
    job = jobs_of(str(folder)).latest
    assert job is not None
    assert job.ended.wait(30)
    page.run()
    assert not page.exception
    return page


def click(page: AppTest, label: str) -> AppTest:
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button if not button.disabled]


def texts(page: AppTest) -> str:
    return "\n".join(text.value for text in page.text)


def test_without_an_index_files_can_be_added(folder: Path) -> None:
    page = opened(folder)
    assert "There are no interviews yet" in page.markdown[0].value
    assert labels(page) == []
    files = [("茶.md", interview("林岚", "茶园").encode(), "text/markdown"), ("空.txt", b"", "text/plain")]
    page.file_uploader[0].set_value(files).run()
    page = finished(click(page, "Add 2 to the archive"), folder)
    assert [warning.value.split(" · ")[:2] for warning in page.warning] == [["1 added", "1 refused"]]
    assert "空.txt: the file is empty" in texts(page)
    assert list(page.dataframe[0].value["title"]) == ["对话林岚：茶园"]
    assert page.file_uploader[0].value == []
    assert labels(page) == ["Dismiss", "Re-index"]
    assert (Startup(index=str(folder)).uploads / "茶.md").exists()
    page = click(page, "Dismiss")
    assert not page.warning
    assert "空.txt" not in texts(page)


def test_the_table_the_newest_first(folder: Path, talks: Path) -> None:
    write_interview(talks / "old.md", "石川", HOSTILE).write_text(
        interview("石川", HOSTILE).replace("2024-05-03", "2016-09"), encoding="utf-8"
    )
    build_index([talks], folder, FakeEmbedding())
    page = opened(folder)
    table = page.dataframe[0].value
    assert list(table["date"]) == ["2024-05-03", "2024-05-03", "2016-09"]
    assert list(table["title"])[2] == f"对话石川：{HOSTILE}"
    assert list(table["speakers"])[2] == "主持人, 石川"
    assert list(table["language"]) == ["简体中文"] * 3
    assert list(table["turns"]) == [12, 12, 12]
    said = [*page.markdown, *page.caption, *page.title, *page.subheader, *page.button, *page.get("expander")]
    assert not [one for one in said if "alert(1)" in str(getattr(one, "value", "")) + str(getattr(one, "label", ""))]


def test_removing_asks_first_and_says_what_becomes_of_the_files(
    folder: Path, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Startup(index=str(folder)).uploads
    build_index([talks, write_interview(uploads / "茶.md", "林岚", "茶园").parent], folder, FakeEmbedding())
    select(monkeypatch, "茶", "桥")
    page = click(opened(folder), "Remove 2")
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "Their files are deleted too" in said
    assert "stay where they are" in said
    assert f"{uploads.resolve() / '茶.md'}" in texts(page)
    assert f"{talks / '桥.txt'}" in texts(page)
    page.button(key="confirm removal").click()
    select(monkeypatch)
    page = finished(page.run(), folder)
    assert [success.value.split(" · ")[:2] for success in page.success] == [["1 unchanged", "2 removed"]]
    assert list(page.dataframe[0].value["title"]) == ["对话林岚：灯塔"]
    assert (talks / "桥.txt").exists()
    assert not (uploads / "茶.md").exists()


def select(monkeypatch: pytest.MonkeyPatch, *docs: str) -> None:
    """Have rows of the table selected, which AppTest cannot: those whose title ends in these words."""
    real = st.dataframe
    ends = {"茶": "茶园", "桥": "大桥"}

    def selected(data: dict[str, list[str]], **options: Any) -> SimpleNamespace:
        real(data, **options)
        rows = [at for at, title in enumerate(data["title"]) if any(title.endswith(ends[doc]) for doc in docs)]
        return SimpleNamespace(selection=SimpleNamespace(rows=rows))

    monkeypatch.setattr("ui.chat_library_table.st.dataframe", selected)


def test_opening_in_read(folder: Path, talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([talks], folder, FakeEmbedding())
    select(monkeypatch, "桥")
    page = click(opened(folder), "Open in Read")
    assert page.session_state["go to"] == ("read", {"doc": "桥"})


def test_indexing_again_and_a_source_that_is_gone(folder: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    write_interview(talks / "山.md", "石川", "山路")
    page = finished(click(opened(folder), "Re-index"), folder)
    assert [success.value.split(" · ")[:2] for success in page.success] == [["1 new or changed", "2 unchanged"]]
    talks.rename(talks.with_name("moved"))
    page.run()
    assert any("Not to be found now" in caption.value for caption in page.caption)
    assert str(talks) in texts(page)
    page = finished(click(page, "Re-index"), folder)
    assert [warning.value for warning in page.warning] == ["Nothing to do"]
    assert f"{talks}: no such file or folder" in texts(page)
    assert len(page.dataframe[0].value) == 3


def test_a_damaged_index_can_be_made_anew(folder: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    (folder / "verbatim-index.json").write_text("{")
    page = opened(folder)
    assert [error.value for error in page.error] == ["The index cannot be used"]
    page = finished(click(page, "Re-index"), folder)
    assert not page.error
    assert sorted(page.dataframe[0].value["title"]) == ["对话周桥：大桥", "对话林岚：灯塔"]
    assert "It was built again from the files" in texts(page)


def test_a_damaged_index_of_which_nothing_is_known_can_be_begun_anew(folder: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    (folder / "generation-000001" / "manifest.json").write_text("{")
    page = opened(folder)
    assert [error.value for error in page.error] == ["The index cannot be used"]
    assert labels(page) == []  # there is nothing to index again
    page.file_uploader[0].set_value(("茶.md", interview("林岚", "茶园").encode(), "text/markdown")).run()
    page = finished(click(page, "Add 1 to the archive"), folder)
    assert not page.error
    assert list(page.dataframe[0].value["title"]) == ["对话林岚：茶园"]


def test_the_last_interview_is_removed_and_another_added(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(folder)
    page.file_uploader[0].set_value(("茶.md", interview("林岚", "茶园").encode(), "text/markdown")).run()
    page = finished(click(page, "Add 1 to the archive"), folder)
    select(monkeypatch, "茶")
    page = click(page.run(), "Remove 1")
    page.button(key="confirm removal").click()
    select(monkeypatch)
    page = finished(page.run(), folder)
    for shown in (page, opened(folder)):
        assert not shown.error
        assert "There are no interviews yet" in shown.markdown[0].value
        assert labels(shown) == ["Dismiss"]
    page.file_uploader[0].set_value(("船.txt", interview("周桥", "渡船").encode(), "text/plain")).run()
    page = finished(click(page, "Add 1 to the archive"), folder)
    assert list(page.dataframe[0].value["title"]) == ["对话周桥：渡船"]


def test_sources_that_may_not_be_read(folder: Path, talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([talks], folder, FakeEmbedding())
    real = os.stat

    def stat(path: Any, **options: Any) -> os.stat_result:
        if str(path) == str(talks):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, **options)

    monkeypatch.setattr(os, "stat", stat)
    page = opened(folder)
    assert f"{talks}: Permission denied" in texts(page)
    assert len(page.dataframe[0].value) == 2


def test_two_sessions(folder: Path, talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([talks], folder, FakeEmbedding())
    one, other = opened(folder), opened(folder)
    write_interview(talks / "山.md", "石川", "山路")
    jobs = jobs_of(str(folder))
    begin = Jobs.begin
    monkeypatch.setattr(Jobs, "begin", lambda *_: None)  # another session was a moment earlier
    other = click(other, "Re-index")
    assert [toast.value for toast in other.toast] == [
        "The archive is being changed; this can begin when that is finished."
    ]
    monkeypatch.setattr(Jobs, "begin", begin)
    assert jobs.latest is None
    finished(click(one, "Re-index"), folder)
    other.run()
    assert len(other.dataframe[0].value) == 3
    assert [success.value.split(" · ")[0] for success in other.success] == ["1 new or changed"]
    other = click(other, "Dismiss")
    assert not other.success
    one.run()
    assert one.success


def test_a_job_that_runs_is_shown_and_nothing_else_can_begin(folder: Path, talks: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    go_on = threading.Event()

    def work(progress: Any) -> Outcome:
        progress.stage("indexing", 126_948)
        progress.advance(31_737)
        go_on.wait(30)
        raise OSError(28, "No **space**")

    job = jobs_of(str(folder)).begin("again", work)
    assert job is not None
    while not job.done:
        time.sleep(0.01)
    page = opened(folder)
    [bar] = page.get("progress")
    assert bar.proto.value == 25
    assert bar.proto.text.startswith("Indexing again · Reading and embedding · 25 % of 126.9 kB · ")
    assert labels(page) == []
    go_on.set()
    page = finished(page, folder)
    assert [error.value for error in page.error] == ["This could not be done"]
    assert "OSError: [Errno 28] No **space**" in texts(page)
    assert labels(page) == ["Dismiss", "Re-index"]
