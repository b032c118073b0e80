"""What a user would otherwise have built: cut as the tutorial cuts, ranked as it ranks, exact at its offsets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fake_embedding import write_interview
from hand_made import AnyEmbedder
from sample_archive import chance_retriever

from eval.baselines import OVERLAP, PIECE, baseline
from eval.extras import BASELINES, require, require_baseline
from eval.run import LOOKED_THROUGH
from index.build import build_index
from index.errors import InputError
from index.store import open_index
from rag.chain import MAX_CHARS
from rag.conversation import Exchange
from rag.retrieve import Retriever


class Watch:
    """Remembers what it is told of the progress."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps = 0

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))

    def advance(self, n: int) -> None:
        self.steps += n


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())


def ask(name: str, retriever: Retriever, question: str, history: Sequence[Exchange] = ()) -> tuple[str, ...]:
    return tuple(hit.passage_id for hit in baseline(name, retriever, Watch())(question, history).hits)


@pytest.mark.parametrize("name", BASELINES)
def test_pieces_are_the_source_at_their_offsets(retriever: Retriever, name: str) -> None:
    reply = baseline(name, retriever, Watch())("老魏为什么不再用油灯？", ())
    assert [hit.rank for hit in reply.hits] == list(range(1, LOOKED_THROUGH + 1))
    assert [hit.score for hit in reply.hits] == sorted((hit.score for hit in reply.hits), reverse=True)
    for hit in reply.hits:
        assert hit.text == retriever.index.text(hit.doc)[hit.start : hit.end]
        assert 0 < len(hit.text) <= PIECE


@pytest.mark.parametrize("name", BASELINES)
def test_the_answer_is_the_beginning_of_the_best_piece(retriever: Retriever, name: str) -> None:
    answer, best = (reply := baseline(name, retriever, Watch())("Who won the cup?", ())).answer, reply.hits[0]
    [citation] = answer.citations
    assert answer.answered
    assert citation.quote == best.text[:MAX_CHARS]
    assert citation.quote == retriever.index.text(citation.doc)[citation.quote_start : citation.quote_end]
    assert (citation.n, citation.speaker, citation.doc) == (1, "", best.doc)
    assert answer.answer == f"{citation.quote} [1]"
    assert [(sentence.text, sentence.citations) for sentence in answer.sentences] == [(citation.quote, (1,))]
    assert answer.asked_as == answer.question == "Who won the cup?"
    assert answer.timings["total"] > 0


def test_pieces_hold_all_of_the_text_and_overlap_little(tmp_path: Path) -> None:
    file = write_interview(tmp_path / "桥.txt", "周桥", "大桥", exchanges=9)
    build_index([file], tmp_path / "index", AnyEmbedder())
    retriever = Retriever(open_index(tmp_path / "index"), AnyEmbedder())
    hits = sorted(baseline("bm25", retriever, Watch())("大桥", ()).hits, key=lambda hit: hit.start)
    text = retriever.index.text("桥")
    assert 2 < len(hits) < LOOKED_THROUGH
    place = 0
    for hit in hits:
        assert not text[place : hit.start].strip()
        assert place - hit.start <= OVERLAP
        place = hit.end
    assert not text[place:].strip()
    retriever.index.close()


def test_bm25_finds_the_words(retriever: Retriever) -> None:
    [best, *_] = baseline("bm25", retriever, Watch())("卡罗湾大桥的斜拉索", ()).hits
    assert best.doc == "bridge-engineer" or "斜拉索" in best.text


def test_langchain_ranks_by_the_archives_embedding(retriever: Retriever) -> None:
    watch = Watch()
    hits = baseline("langchain", retriever, watch)("灯塔", ()).hits
    question = AnyEmbedder().encode_query("灯塔")
    for hit in hits[:3]:
        assert hit.score == pytest.approx(float(AnyEmbedder().encode_passages([hit.text])[0] @ question), abs=1e-5)
    [(stage, total)] = watch.stages
    assert (stage, watch.steps) == ("embedding", total)


@pytest.mark.parametrize("name", BASELINES)
def test_they_do_not_look_at_what_was_asked_before(retriever: Retriever, name: str) -> None:
    before = (Exchange("春天能做多少茶？", "三百斤。"),)
    assert ask(name, retriever, "那秋天呢？", before) == ask(name, retriever, "那秋天呢？")


def test_what_is_missing_is_named_with_what_installs_it() -> None:
    for name in BASELINES:
        require_baseline(name)
    with pytest.raises(InputError, match="--baseline haystack: there is no such baseline; there are langchain, bm25"):
        require_baseline("haystack")
    with pytest.raises(InputError, match=r'--html needs the package some-thing: pip install "\.\[eval\]"'):
        require("--html", {"json": "json", "some_thing": "some-thing"})
