"""The words that a citation shows: the sentences of a source that say most of what cites it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import AnyEmbedder, Talk, answered, asked, make_retriever

from index.build import build_index
from index.store import open_index
from rag.pack import Source, pack
from rag.quote import LONGEST, quote
from rag.retrieve import Retriever
from rag.support import Claim

TALKS: dict[str, Talk] = {
    "tea": [
        [
            asked("一年怎么过？"),
            answered(
                "清早起来先看天气。", "春天采茶三百斤。", "秋天采茶八十斤。", "冬天修房子和石头路。", "夏天卖菌子。"
            ),
        ]
    ]
}


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return make_retriever(tmp_path_factory.mktemp("quote") / "index", TALKS, lambda text: 0.5)


def sources(retriever: Retriever, question: str = "采茶？") -> tuple[Source, ...]:
    return pack(retriever, retriever.rank(question), 8, 3000).sources


def quoted(retriever: Retriever, claim: str, n: int = 2) -> str:
    given = sources(retriever)
    source = next(one for one in given if one.n == n)
    start, end = quote(Claim(retriever, claim, given), source)
    assert source.start <= start < end <= source.end
    return retriever.view.text_of(source.doc)[start:end]


def test_the_sentence_that_says_it_is_quoted(tea: Retriever) -> None:
    assert quoted(tea, "林岚说冬天修房子和石头路") == "冬天修房子和石头路。"
    assert quoted(tea, "夏天卖菌子") == "夏天卖菌子。"


def test_what_stands_in_two_sentences_is_quoted_from_both(tea: Retriever) -> None:
    assert quoted(tea, "春天采茶三百斤，秋天采茶八十斤") == "春天采茶三百斤。秋天采茶八十斤。"


def test_a_quotation_has_no_more_than_a_few_sentences(tea: Retriever) -> None:
    found = quoted(tea, "看天气，春天三百斤，秋天八十斤，冬天修房子和石头路，夏天卖菌子")
    assert 2 <= found.count("。") <= LONGEST == 3


def test_nearness_decides_where_words_do_not_tell(tmp_path: Path) -> None:
    near = {"秋天采茶八十斤。": 0.9}
    retriever = make_retriever(tmp_path / "index", TALKS, lambda text: near.get(text, 0.3))
    assert quoted(retriever, "xyzzy") == "秋天采茶八十斤。"


def test_a_quotation_does_not_run_over_a_picture(tmp_path: Path) -> None:
    text = (
        "# 对话林岚：茶园\n\n主持人：山上的春天是什么样子的呢？\n\n林岚：春天山上的茶树都开满了白色的小花。\n\n"
        "![花](https://example.org/flower.png)\n\n那时候外婆每天清早背着竹篓上山采茶。\n\n"
        "主持人：后来谁来帮忙呢？\n\n林岚：邻居们把自家的茶苗分给了我们家。\n"
    )
    (tmp_path / "tea.md").write_text(text, encoding="utf-8")
    embedder = AnyEmbedder()
    build_index([tmp_path / "tea.md"], tmp_path / "index", embedder)
    retriever = Retriever(open_index(tmp_path / "index"), embedder)
    found = {
        quoted(retriever, "春天茶树开满了白色的小花，外婆每天清早背着竹篓上山采茶", source.n)
        for source in sources(retriever)
        if source.speaker.name == "林岚"
    }
    assert found
    assert not any("flower.png" in one for one in found)
