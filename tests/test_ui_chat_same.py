"""On the page: when words were said, and interviews that are the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fake_embedding import FakeEmbedding

from index.build import build_index
from index.store import open_index
from rag.view import View
from ui.chat_read import _top
from ui.chat_same import same_data, same_text, with_same
from ui.chat_text import speaking
from ui.chat_turns import turns_data

SAID = [
    "The old ferry ran twice a day, once for the post and once for whoever had missed it, and nobody found that odd.",
    "We painted the hull every spring with what was left over from the lighthouse, so it was white above, red below.",
    "In the winter of the long frost the river froze, and my father walked the letters across on a pair of planks.",
    "People think the bridge ended it. The bridge only ended the timetable; the talk went on in the waiting room.",
    "I sold the engine to a sawmill upriver and kept the bell, which my daughter rings when the soup is on the table.",
]
HOSTILE = "<b>Ferry</b> [x](javascript:1)"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    """One interview as a recording's transcript and as a web page."""
    talks = tmp_path_factory.mktemp("same")
    head = f'---\ntitle: "{HOSTILE}"\noutlet: River Radio\nurl: https://youtu.be/abcdefghijk\n---\n\n'
    times = ("00:00:05", "00:00:40", "00:59:50", "01:00:00", "01:02:03")
    turns = "\n\n".join(f"[{time}] Ida Holm: {one}" for time, one in zip(times, SAID, strict=True))
    asked = "[00:00:01] Host: What was the ferry like?\n\n"
    (talks / "radio.md").write_text(head + asked + turns, encoding="utf-8")
    page = "".join(f"<p><b>Ida Holm:</b> {one}</p>" for one in SAID)
    (talks / "page.html").write_text(
        "<html><head><title>The last ferry</title></head><body><p><b>Host:</b> What was the ferry like?</p>"
        f"{page}</body></html>",
        encoding="utf-8",
    )
    build_index([talks], talks / "index", FakeEmbedding())
    with open_index(talks / "index") as index:
        yield View(index)


def test_the_others_are_told_by_title_outlet_language_and_format(view: View) -> None:
    with speaking("en"):
        [other] = same_data(view, "page", view.document("page").same_as)
        assert other == {"doc": "radio", "label": f"{HOSTILE} (River Radio, English, .md)", "lang": "en"}
    with speaking("zh-Hans"):
        assert same_text(view.document("page"), view.document("radio")) == "The last ferry（英文，.html）"
        assert same_text(view.document("page")) == "The last ferry（英文）"


def test_of_two_that_are_alike_the_file_is_told(view: View) -> None:
    row = view.document("page")
    with speaking("en"):
        assert same_text(replace(row, path="/talks/copy.html"), row) == "The last ferry (English, copy.html)"
        assert same_text(replace(row, title="Bells"), row) == "Bells (English)"


def test_one_that_has_left_since_is_not_offered(view: View) -> None:
    assert same_data(view, "page", ("gone",)) == []
    assert [one["doc"] for one in same_data(view, "gone", ("page",))] == ["page"]


def test_each_quotation_of_an_answer_has_its_own(view: View) -> None:
    with speaking("en"):
        data = with_same(view, {"blocks": [{"doc": "page", "also_in": ("radio",)}, {"doc": "", "also_in": ()}]})
    assert [[one["doc"] for one in block["same"]] for block in data["blocks"]] == [["radio"], []]


def test_the_head_of_an_interview_names_them(view: View) -> None:
    with speaking("en"):
        assert [one["doc"] for one in _top(view, view.document("radio"))["same"]] == ["page"]


def test_turns_have_their_time_and_the_link_to_it(view: View) -> None:
    with speaking("en"):
        drawn = turns_data(view, "radio", view.turns_of("radio"))
        assert drawn[0]["time"] == {"text": "0:01", "url": "https://youtu.be/abcdefghijk?t=1"}
        told = [time["text"] for turn in drawn for time in (turn["time"], *turn["times"]) if time["text"]]
        assert (told[0], told[-1]) == ("0:01", "1:02:03")
        untimed = turns_data(view, "page", view.turns_of("page"))
    assert not [time for turn in untimed for time in (turn["time"], *turn["times"]) if time["text"] or time["url"]]
