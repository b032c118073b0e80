"""Retrieval: scores that can be worked out on paper, filters before ranking, and questions of every kind.

With two passages each signal is +1 for the nearer and -1 for the other (standard scores), so that a score is a sum of
weights: those of FIRST, as the embedding of the tests has no trained map.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hand_made import Said, Talk, answered, asked, make_retriever, summed_up
from hypothesis import given
from hypothesis import strategies as st
from sample_archive import chance_retriever, folder_of

from index.errors import EmbeddingMismatch, IndexMissing, InputError
from index.store import open_index
from rag.filters import Filters
from rag.question import LONGEST_QUESTION, usable
from rag.retrieve import ENOUGH, FIRST, PROMOTED, Retriever, open_retriever

UNKNOWN = "xyzzy"  # a question that shares no word with anything
MORNING: Talk = [[asked("何时？", label="沈默"), answered("清早。", label="林岚")]]
SEASIDE: Talk = [[asked("何地？", label="沈默"), answered("海边。", label="周桥")]]


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())


def scores(retriever: Retriever, question: str = UNKNOWN, filters: Filters | None = None) -> dict[str, float]:
    """The score of the best passage of each interview."""
    hits = retriever.search(question, 100, filters or Filters()).hits
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return {hit.doc: hit.score for hit in reversed(hits)}


def two(folder: Path, nearness: Mapping[str, float], question: str = UNKNOWN) -> dict[str, object]:
    """Scores of MORNING and SEASIDE. `nearness` is by sentence, or by "first" and "second" for the passages."""

    def near(text: str) -> float:
        passage = "first" if "林岚" in text else "second" if "周桥" in text else text
        return nearness.get(passage, 0.1)

    found = scores(make_retriever(folder, {"first": MORNING, "second": SEASIDE}, near), question)
    return {doc: pytest.approx(score, abs=1e-3) for doc, score in found.items()}


def test_passage_and_best_sentence(tmp_path: Path) -> None:
    expected = FIRST["passage"] - FIRST["sentence"]
    assert two(tmp_path, {"first": 0.9, "海边。": 0.8}) == {"first": expected, "second": -expected}


def test_the_question_a_passage_answers(tmp_path: Path) -> None:
    # Both have a sentence of 0.7; only in the first it is the interviewer who says it.
    assert two(tmp_path, {"何时？": 0.7, "海边。": 0.7}) == {"first": FIRST["asked"], "second": -FIRST["asked"]}


def test_words(tmp_path: Path) -> None:
    assert two(tmp_path, {}, "海边") == {"first": -FIRST["words"], "second": FIRST["words"]}


def test_words_count_as_far_as_the_archive_has_them(tmp_path: Path) -> None:
    # Rarity ln(1 + (N - n + 0.5) / (n + 0.5)) of N = 2 passages: ln 2 for a word that one has, ln 6 for an unknown one.
    known = FIRST["words"] * math.log(2) / (math.log(2) + math.log(6))
    assert two(tmp_path, {}, f"海边 {UNKNOWN}") == {"first": -known, "second": known}


def test_the_words_of_a_person_the_question_names_go_first(tmp_path: Path) -> None:
    # The name stands in the second passage, as its label, too.
    assert two(tmp_path, {}, "周桥") == {"first": -FIRST["words"], "second": FIRST["words"] + FIRST["named"]}


def test_editors_come_after_the_interview(tmp_path: Path) -> None:
    talks = {"first": MORNING, "summary": [[summed_up("海边很冷。")]]}
    assert scores(make_retriever(tmp_path, talks, lambda text: 0.5)) == {"first": 0.0, "summary": FIRST["editors"]}
    assert FIRST["editors"] < 0


def test_what_is_filtered_out_has_no_part_in_the_scores(tmp_path: Path) -> None:
    def near(text: str) -> float:
        numbers = {"清早": 0.6, "海边": 0.5, "何时": 0.55, "何地": 0.45, "独自": 0.4, "远": -0.9, "近": 0.99}
        return next((number for word, number in numbers.items() if word in text), 0.5)

    alone = {"first": MORNING, "second": SEASIDE, "monologue": [[answered("他独自说话。")]]}
    others = {"near": [[asked("近吗？"), answered("很近。")]], "far": [[asked("远吗？"), answered("很远。")]]}
    expected = scores(make_retriever(tmp_path / "alone", alone, near))
    together = make_retriever(tmp_path / "together", {**alone, **others}, near)
    assert set(scores(together)) == {*alone, *others}
    found = scores(together, filters=Filters(interviews=tuple(alone)))
    assert found == pytest.approx(expected, abs=1e-5)


def test_of_a_speaker_only_the_own_sentences_count(tmp_path: Path) -> None:
    talks = {
        "one": [[asked("早？"), answered("晚。"), answered("雾最大。", label="周桥")]],
        "two": [[asked("冷？"), answered("热。"), answered("雾最小。", label="周桥")]],
    }
    near = {"雾最大。": 0.9, "雾最小。": 0.3, "晚。": 0.1, "热。": 0.6, "早？": 0.1, "冷？": 0.1}
    retriever = make_retriever(tmp_path, talks, lambda text: near.get(text, 0.5))
    assert scores(retriever)["one"] > scores(retriever)["two"]
    lin = scores(retriever, filters=Filters(speakers=("林岚",)))
    assert lin["two"] == pytest.approx(FIRST["sentence"], abs=1e-3)


# everybody asked about is heard

NEAR = "雪雨风雹霜露雷"  # the nearer the earlier
NEARNESS = {weather: 0.9 - 0.02 * place for place, weather in enumerate(NEAR)}


def passage(weather: str, label: str = "林岚") -> list[Said]:
    return [asked(f"{weather}呢？"), answered(f"{weather}很大。", label=label)]


def order(folder: Path, talks: Mapping[str, Talk], question: str, filters: Filters | None = None) -> str:
    """The passages in the order they are found, by their weather; what is not NEAR is far."""
    nearness = {**dict.fromkeys("云虹", 0.1), **NEARNESS}
    retriever = make_retriever(
        folder, talks, lambda text: next(near for weather, near in nearness.items() if weather in text)
    )
    hits = retriever.search(question, 100, filters or Filters()).hits
    return "".join(next(weather for weather in nearness if weather in hit.text) for hit in hits)


def test_a_comparing_question_promotes_the_best_of_another_interview(tmp_path: Path) -> None:
    talks = {"first": [passage(weather) for weather in NEAR], "second": [passage("云"), passage("虹")]}
    assert (PROMOTED, ENOUGH) == (3, 5)
    assert order(tmp_path / "1", talks, UNKNOWN) == "雪雨风雹霜露雷云虹"
    assert order(tmp_path / "2", talks, "Do both agree?") == "雪雨风云雹霜露雷虹"
    assert order(tmp_path / "3", talks, "Do both agree?", Filters(interviews=("first",))) == NEAR


def test_an_interview_among_the_first_stays_where_it_is(tmp_path: Path) -> None:
    first, second = [passage(weather) for weather in "雪雨风雹露雷"], [passage("霜")]
    assert order(tmp_path, {"first": first, "second": second}, "Do both agree?") == NEAR  # 霜 is the fifth of them


def test_each_of_the_guests_compared_is_heard(tmp_path: Path) -> None:
    """Both are in one interview: another one's guest, whom nobody asked about, is not what is missing."""
    talk = [*(passage(weather) for weather in NEAR), passage("云", "周桥")]
    talks = {"first": talk, "second": [passage("虹", "沈默")]}
    assert order(tmp_path / "1", talks, "Do 林岚 and 周桥 differ?") == "雪雨风云雹霜露雷虹"
    assert order(tmp_path / "2", talks, "Who are 林岚 and 周桥?") == "雪雨风雹霜露雷云虹"


def test_of_two_guests_compared_both_may_be_promoted(tmp_path: Path) -> None:
    talks = {
        "first": [passage(weather, "沈默") for weather in NEAR],
        "second": [passage("云", "周桥"), passage("虹", "林岚")],
    }
    found = order(tmp_path, talks, "林岚和周桥有什么不同？")
    assert set("云虹") <= set(found[:ENOUGH])
    assert sorted(found) == sorted(f"{NEAR}云虹")


def test_a_person_named_alone_is_compared_with_another_interview(tmp_path: Path) -> None:
    talks = {"first": [passage(weather) for weather in NEAR], "second": [passage("云", "周桥")]}
    assert order(tmp_path, talks, "林岚前后有什么不同？") == "雪雨风云雹霜露雷"


def test_a_hit_says_where_it_stands(chance: Retriever) -> None:
    hits = chance.search("雾", top_k=100).hits
    assert len(hits) > 50
    index = chance.index
    by_id = {passage.id: passage for passage in index.passages}
    for hit in hits:
        passage, document = by_id[hit.passage_id], index.document(hit.doc)
        assert hit.text == index.text(hit.doc)[hit.start : hit.end]
        assert (hit.doc, hit.start, hit.end, hit.section) == (passage.doc, passage.start, passage.end, passage.section)
        assert (hit.title, hit.date) == (document.title, document.date)
        assert hit.turns == (passage.first_turn, passage.last_turn)
        assert set(hit.speakers) <= {*document.speakers, "Editor"}
        assert hit.speakers
    assert len({hit.passage_id for hit in hits}) == len(hits)


def test_top_k(chance: Retriever) -> None:
    assert len(chance.search("雾", top_k=3).hits) == 3
    assert chance.search("雾", top_k=3).hits == chance.search("雾", top_k=10).hits[:3]
    assert chance.search("雾", top_k=0).hits == ()


def test_filters_that_leave_nothing_find_nothing(chance: Retriever) -> None:
    assert chance.search("雾", filters=Filters(until="1900")).hits == ()


def test_names_the_archive_does_not_have_are_errors(chance: Retriever) -> None:
    with pytest.raises(InputError, match="no speaker called"):
        chance.search("雾", filters=Filters(speakers=("Nobody",)))
    with pytest.raises(InputError, match="No interview is called"):
        chance.search("雾", filters=Filters(interviews=("nowhere",)))


def test_timings_name_each_stage(chance: Retriever) -> None:
    assert set(chance.search("雾").timings) == {"filter", "embed", "search", "compare", "score", "fold"}


# questions


@pytest.mark.parametrize(
    "question",
    ["", "   ", "\u3000\n\t", "\x00\x01\x1b\x7f\x85", "\udcff\ud800", "\u200b\u202e", "？！…", "😀", "<>&;|$"],
)
def test_a_question_without_a_word_is_an_error(chance: Retriever, question: str) -> None:
    with pytest.raises(InputError, match="question"):
        chance.search(question)


def test_a_question_that_is_too_long_is_an_error(chance: Retriever) -> None:
    assert chance.search("雾" * LONGEST_QUESTION).hits
    with pytest.raises(InputError, match="10,001 characters; 10,000"):
        chance.search("雾" * (LONGEST_QUESTION + 1))


def test_what_is_left_of_a_question() -> None:
    assert usable(" 雾\x00\x1b是\ud800什么\t？\r\n") == "雾 是什么 ？"
    assert usable("a\udcff😀") == "a😀"
    assert usable("<b>*雾*</b> (?:.+") == "<b>*雾*</b> (?:.+"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_a_question_or_an_input_error(question: str) -> None:
    try:
        cleaned = usable(question)
    except InputError:
        return
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in cleaned)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert usable(cleaned) == cleaned


# opening, sharing


def test_another_embedding_than_made_it_is_an_error(chance: Retriever, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingMismatch, match=r"fake, not bundled.*verbatim index"):
        open_retriever(folder_of(chance), "bundled")
    with pytest.raises(IndexMissing):
        open_retriever(tmp_path)


def test_threads_find_what_one_alone_finds(chance: Retriever) -> None:
    questions = [f"第{number}个晚上的雾" for number in range(40)]
    alone = [chance.search(question).hits for question in questions]
    fresh = Retriever(open_index(folder_of(chance)), chance.embedder)  # nothing in it is loaded yet
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda question: fresh.search(question).hits, questions))
    fresh.index.close()
    assert together == alone
