"""How far cited words carry a sentence: each sign by hand, and what they come to."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from island_talks import island, said_by, shown

from rag.retrieve import Retriever
from rag.support import MOST_CLAUSES, SIGNS, WEIGHTS, Claim, signs, support

FOG = "雾号是二〇〇九年停的，那年我三十岁。"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return island(tmp_path_factory.mktemp("support"), nearness)


def nearness(text: str) -> float:
    return {FOG: 0.9, "夏天的票不卖给游客。": 0.7}.get(text, 0.3)


def claim(retriever: Retriever, text: str) -> Claim:
    return Claim(retriever, text, shown(retriever))


def test_nothing_cited_carries_nothing(retriever: Retriever) -> None:
    assert support(claim(retriever, FOG), []) == 0.0


def test_nearness_is_of_the_nearest_sentence(retriever: Retriever) -> None:
    kind, found = signs(claim(retriever, "雾号停了"), said_by(retriever, "韩琳"))
    assert kind == "same"
    assert found["near"] == pytest.approx(0.9, abs=1e-3)
    assert found["nearer"] == pytest.approx(0.9 - 0.7, abs=1e-3)
    _, found = signs(claim(retriever, "雾号停了"), said_by(retriever, "周伟"))
    assert found["near"] == pytest.approx(0.7, abs=1e-3)
    assert found["nearer"] == pytest.approx(0.7 - 0.9, abs=1e-3)
    _, found = signs(claim(retriever, "雾号停了"), said_by(retriever, "韩琳", "周伟"))
    assert found["nearer"] == pytest.approx(0.9 - 0.3, abs=1e-3)


def test_copied_sentence_is_said_whole(retriever: Retriever) -> None:
    cited = said_by(retriever, "韩琳")
    _, found = signs(claim(retriever, FOG), cited)
    assert (found["said"], found["least"]) == pytest.approx((1.0, 1.0))
    assert found["room"] == pytest.approx(math.log(len(cited[0].text) + 1))
    assert support(claim(retriever, FOG), cited) > 0.9


def test_invented_half_shows_in_its_clause(retriever: Retriever) -> None:
    _, found = signs(claim(retriever, "雾号是二〇〇九年停的，企鹅跳舞唱歌"), said_by(retriever, "韩琳"))
    assert 0 < found["said"] < 1
    assert found["least"] == 0


def test_numbers_are_the_same_in_every_writing(retriever: Retriever) -> None:
    _, digits = signs(claim(retriever, "雾号是2009年停的，那年我30岁"), said_by(retriever, "韩琳"))
    assert digits["said"] == pytest.approx(1.0)


def test_script_and_width_do_not_matter(retriever: Retriever) -> None:
    cited = said_by(retriever, "韩琳")
    plain = signs(claim(retriever, "雾号是2009年停的"), cited)
    assert signs(claim(retriever, "霧號是２００９年停的"), cited) == plain


def test_ahead_is_over_the_best_of_the_others(retriever: Retriever) -> None:
    cited, sources = said_by(retriever, "韩琳"), shown(retriever)
    copy = replace(cited[0], n=99)
    _, found = signs(Claim(retriever, FOG, (*sources, copy)), cited)
    assert found["ahead"] == pytest.approx(0.0)
    _, found = signs(Claim(retriever, FOG, tuple(cited)), cited)
    assert found["ahead"] == pytest.approx(1.0)


def test_english_about_chinese_is_held_against_its_translation(retriever: Retriever) -> None:
    cited = said_by(retriever, "韩琳")
    kind, near = signs(claim(retriever, "The boat is on the island"), cited)
    assert (kind, set(near)) == ("translated", set(SIGNS["translated"]))
    _, far = signs(claim(retriever, "The penguins sang an opera"), cited)
    assert near["said"] > far["said"]


def test_language_without_a_dictionary_is_left_to_the_vectors(retriever: Retriever) -> None:
    kind, found = signs(claim(retriever, "¿Cuándo se calló la sirena de niebla?"), said_by(retriever, "韩琳"))
    assert (kind, set(found)) == ("other", {"near", "nearer"})


def test_what_is_no_language_is_held_against_the_words(retriever: Retriever) -> None:
    kind, found = signs(claim(retriever, "⟦ΩЖ⟧ 🚂"), said_by(retriever, "韩琳"))
    assert kind == "same"
    assert found["said"] == 0


def test_vectors_alone_do_not_carry_a_sentence_of_the_same_language(retriever: Retriever) -> None:
    assert support(claim(retriever, "企鹅跳舞唱歌"), said_by(retriever, "韩琳")) == 0.0


def test_names_of_speakers_do_not_count(retriever: Retriever) -> None:
    assert claim(retriever, "韩琳说雾号停了很久").plain == "说雾号停了很久"


def test_short_clauses_go_with_their_neighbours(retriever: Retriever) -> None:
    assert claim(retriever, "是的，雾号是那年停的，船不来了").clauses == ["是的 雾号是那年停的", "船不来了"]
    assert claim(retriever, "").clauses == [""]


def test_long_text_has_few_clauses(retriever: Retriever) -> None:
    assert len(claim(retriever, "雾号停了很久，" * 2000).clauses) <= 2 * MOST_CLAUSES


def test_every_sign_has_its_weight() -> None:
    assert {kind: {*names, "constant"} for kind, names in SIGNS.items()} == {
        kind: set(weights) for kind, weights in WEIGHTS.items()
    }


@given(text=st.text(max_size=80))
def test_support_is_between_nothing_and_all(retriever: Retriever, text: str) -> None:
    assert 0 <= support(claim(retriever, text), said_by(retriever, "韩琳")) <= 1
