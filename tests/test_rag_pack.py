"""What a model is shown: which stretches, of whom, in what order, and within how many tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hand_made import Talk, answered, asked, going_on, make_retriever, summed_up
from hypothesis import given
from hypothesis import strategies as st

from index.model import Role
from rag.pack import HEADING_TOKENS, Packed, Source, pack, source_at, tokens_of
from rag.retrieve import Retriever

# Far enough apart that the order of the passages is theirs.
NEAR = {"春天雾大。": 0.95, "夏天雨多。": 0.85, "秋天风急。": 0.75, "冬天雪深。": 0.65, "有雾。": 0.9, "没雾了。": 0.8}
SEASONS: Talk = [
    [asked("一年怎么过？"), answered("春天雾大。", "夏天雨多。")],
    [going_on("秋天风急。", "冬天雪深。")],
]
OTHER: Talk = [[asked("岛上呢？", label="陈默"), answered("有雾。", label="周伟")]]


def retriever_of(folder: Path, dates: dict[str, str] | None = None, **talks: Talk) -> Retriever:
    return make_retriever(folder / "index", talks, lambda text: NEAR.get(text, 0.1), dates)


def packed(retriever: Retriever, question: str = "天气？", top_k: int = 8, tokens: int = 3000) -> Packed:
    return pack(retriever, retriever.rank(question), top_k, tokens)


def told(sources: Sequence[Source]) -> list[tuple[int, str, str]]:
    return [(source.n, source.speaker.name, source.text) for source in sources]


def test_question_stands_before_its_answer(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, other=OTHER)
    [question, answer] = packed(retriever).sources
    assert told([question, answer]) == [(1, "陈默", "岛上呢？"), (2, "周伟", "有雾。")]
    assert (question.speaker.role, answer.speaker.role) == (Role.HOST, Role.GUEST)
    assert retriever.view.text_of("other")[answer.start : answer.end] == answer.text
    assert (answer.doc, answer.turn) == ("other", 1)


def test_best_passage_comes_first(tmp_path: Path) -> None:
    found = packed(retriever_of(tmp_path, other=OTHER, seasons=SEASONS)).sources
    assert [source.doc for source in found] == ["seasons", "seasons", "other", "other"]
    assert [source.n for source in found] == [1, 2, 3, 4]


def test_what_two_passages_share_is_there_once(tmp_path: Path) -> None:
    found = packed(retriever_of(tmp_path, seasons=SEASONS)).sources
    assert [(name, "".join(text.split())) for _, name, text in told(found)] == [
        ("主持人", "一年怎么过？"),
        ("林岚", "春天雾大。夏天雨多。秋天风急。冬天雪深。"),
    ]


def test_passage_is_made_whole_where_there_is_room(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, seasons=SEASONS)
    # 15 for each heading; 6 for the question, 9 for the eight characters and two full stops of the first passage.
    part = 2 * HEADING_TOKENS + 6 + 9
    found = packed(retriever, top_k=1, tokens=part)
    assert told(found.sources) == [(1, "主持人", "一年怎么过？"), (2, "林岚", "春天雾大。夏天雨多。")]
    assert found.tokens == part
    whole = packed(retriever, top_k=1, tokens=100)
    assert "".join(whole.sources[-1].text.split()) == "春天雾大。夏天雨多。秋天风急。冬天雪深。"
    assert part < whole.tokens <= 100


def test_passage_that_does_not_fit_makes_room_for_the_next(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, other=OTHER, seasons=SEASONS)
    assert packed(retriever, tokens=10).sources == ()
    assert packed(retriever, tokens=10).tokens == 0
    small = packed(retriever, tokens=2 * HEADING_TOKENS + 4 + 3)
    assert told(small.sources) == [(1, "陈默", "岛上呢？"), (2, "周伟", "有雾。")]


def test_every_passage_gets_its_place_before_any_is_whole(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, other=OTHER, seasons=SEASONS)
    enough_for_parts = (2 * HEADING_TOKENS + 16) * 2 + (2 * HEADING_TOKENS + 7)
    docs = {source.doc for source in packed(retriever, tokens=enough_for_parts).sources}
    assert docs == {"seasons", "other"}


def test_no_more_passages_than_asked_for(tmp_path: Path) -> None:
    found = packed(retriever_of(tmp_path, other=OTHER, seasons=SEASONS), top_k=1).sources
    assert {source.doc for source in found} == {"seasons"}


@pytest.mark.parametrize(
    ("question", "first"),
    [("雾有什么变化？", "early"), ("霧後來呢？", "early"), ("How did the fog change?", "early"), ("雾呢？", "late")],
)
def test_question_over_time_is_answered_from_the_oldest(tmp_path: Path, question: str, first: str) -> None:
    talks: dict[str, Talk] = {
        "late": [[asked("岛上呢？"), answered("有雾。")]],
        "early": [[asked("岛上呢？"), answered("没雾了。")]],
        "undated": [[asked("岛上呢？"), answered("风大。")]],
    }
    retriever = retriever_of(tmp_path, {"late": "2024-01", "early": "2009"}, **talks)
    docs = list(dict.fromkeys(source.doc for source in packed(retriever, question).sources))
    assert (docs[0], docs[-1]) == (first, "undated")


def test_editors_words_have_no_question(tmp_path: Path) -> None:
    found = packed(retriever_of(tmp_path, page=[[summed_up("春天雾大。")]])).sources
    assert told(found) == [(1, "Editor", "春天雾大。")]


def test_nothing_found_is_nothing_packed(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, other=OTHER)
    assert packed(retriever, top_k=0).sources == ()


def test_source_that_holds_an_offset(tmp_path: Path) -> None:
    retriever = retriever_of(tmp_path, other=OTHER, seasons=SEASONS)
    text = retriever.view.text_of("seasons")
    start = text.index("夏天雨多")
    found = source_at(retriever, "seasons", start, start + 5)
    assert (found.n, found.speaker.name, found.text) == (0, "林岚", "春天雾大。夏天雨多。")
    question = source_at(retriever, "other", retriever.view.text_of("other").index("岛上"), 10)
    assert question.speaker.name == "陈默"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("雾", 1), ("雾大。", 3), ("fog", 1), ("fog and rain", 4), ("カメラ", 3), ("雾 fog", 3), ("a" * 10, 3)],
)
def test_tokens_are_counted_by_script(text: str, tokens: int) -> None:
    assert tokens_of(text) == tokens


@given(tokens=st.integers(0, 200), top_k=st.integers(0, 4))
def test_budget_is_kept(packing: Retriever, tokens: int, top_k: int) -> None:
    found = packed(packing, tokens=tokens, top_k=top_k)
    assert found.tokens <= tokens
    assert sum(HEADING_TOKENS + tokens_of(source.text) for source in found.sources) <= tokens
    assert [source.n for source in found.sources] == list(range(1, len(found.sources) + 1))


@pytest.fixture(scope="module")
def packing(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return retriever_of(tmp_path_factory.mktemp("pack"), other=OTHER, seasons=SEASONS)
