"""Questions put to a system: what is recorded of each reply, and the scores worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np
import pytest
from hand_made import AnyEmbedder, ChosenEmbedder, answered, asked, make_retriever

from eval.gold import Evidence, Gold
from eval.records import Cited, EvidenceRank, Retrieved
from eval.run import KEPT, Reply, run, score, verbatim, with_similarity
from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Hit
from rag.conversation import Exchange
from rag.retrieve import Retriever

SAID = "春天我们做了四百一十二斤茶。"
TALKS = {
    "tea": [
        [asked("你们一年做多少茶叶？"), answered(SAID)],
        [asked("冬天大家都做什么？"), answered("冬天修房子，也修路。")],
    ],
    "boats": [[asked("船是谁造的？", label="记者"), answered("船是外公造的。", label="周桥")]],
}


@pytest.fixture
def retriever(tmp_path: Path) -> Retriever:
    nearness = {SAID: 0.9, "冬天修房子，也修路。": 0.6, "船是外公造的。": 0.4}
    return make_retriever(tmp_path / "index", TALKS, lambda text: nearness.get(text, 0.2))


def gold(retriever: Retriever, **changes: object) -> Gold:
    """What they make in spring, but for `changes`."""
    start = retriever.index.text("tea").index(SAID)
    good = Gold(
        id="tea-1",
        question="春天做多少茶？",
        language="zh-Hans",
        category="fact",
        gold_answer="四百多斤。",
        key_facts=(("412",), ("三百", "300")),
        evidence=(Evidence("tea", start, start + len(SAID), "林岚"),),
        answerable=True,
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def hit(retriever: Retriever, rank: int, doc: str, words: str) -> Hit:
    text = retriever.index.text(doc)
    start = text.index(words)
    end = start + len(words)
    name = f"{doc}:{start}-{end}"
    return Hit(rank, 1.0 / rank, name, doc, doc, "", ("林岚",), "", start, end, (1, 1), words, None, ())


def answer(retriever: Retriever, quote: str = SAID, **changes: object) -> Answer:
    """An answer that quotes 林岚, but for `changes`."""
    cited = hit(retriever, 2, "tea", quote)
    citation = Citation(
        cited.rank, cited.score, cited.passage_id, cited.doc, cited.title, cited.date, cited.speakers, "",
        cited.start, cited.end, cited.turns, cited.text, None, (), 1, "林岚", quote, cited.start, cited.end, "",
        Role.GUEST, Kind.INTERVIEW, 1,
    )  # fmt: skip
    good = Answer(
        question="春天做多少茶？",
        asked_as="春天做多少茶？",
        answer=f"{quote} [1]",
        answered=True,
        language="zh-Hans",
        mode="extractive",
        model="",
        sentences=(AnswerSentence(quote, (1,), "supported", 1.0),),
        citations=(citation,),
        timings={"rank": 0.1, "total": 0.25},
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def declined(retriever: Retriever) -> Answer:
    return answer(retriever, answer="这些访谈没有谈到这一点。", answered=False, sentences=(), citations=())


def test_the_scores_of_an_answer(retriever: Retriever) -> None:
    hits = (hit(retriever, 1, "boats", "船是外公造的。"), hit(retriever, 2, "tea", SAID))
    outcome = score(gold(retriever), Reply(answer(retriever), hits), retriever)
    assert outcome.scores == {
        "recall@1": 0.0,
        "recall@3": 1.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "mrr": 0.5,
        "ndcg@10": pytest.approx(1 / log2(3)),
        "chars@5": 7.0 + 14.0,
        "wrongly_declined": 0.0,
        "key_facts": 0.5,
        "answer_chars": 14.0,
        "same_language": 1.0,
        "citation_recall": 1.0,
        "citation_precision": 1.0,
        "attribution": 1.0,
        "verbatim": 1.0,
    }
    assert outcome.seconds == 0.25


def test_what_is_kept_of_a_reply(retriever: Retriever) -> None:
    before = (Exchange("你们种什么？", "茶。"),)
    hits = (hit(retriever, 1, "boats", "船是外公造的。"), hit(retriever, 2, "tea", SAID))
    question = gold(retriever, history=before)
    outcome = score(question, Reply(answer(retriever), hits), retriever)
    [span] = question.evidence
    assert (outcome.id, outcome.history, outcome.interviews) == ("tea-1", ("你们种什么？",), ("tea",))
    assert (outcome.split, outcome.gold_answer, outcome.answer) == (question.split, "四百多斤。", f"{SAID} [1]")
    assert outcome.sentences == ((SAID, (1,)),)
    assert outcome.citations == (Cited(1, "tea", "林岚", SAID, span.start, span.end),)
    assert outcome.evidence == (EvidenceRank("tea", span.start, span.end, 2),)
    assert outcome.retrieved[1] == Retrieved(2, "tea", span.start, span.end, ("林岚",), SAID, (0,))
    assert outcome.retrieved[0].holds == ()


def test_the_rank_of_evidence_is_looked_for_beyond_the_hits_that_are_kept(retriever: Retriever) -> None:
    others = [replace(hit(retriever, 1, "boats", "船是外公造的。"), rank=rank) for rank in range(1, 20)]
    hits = (*others, replace(hit(retriever, 1, "tea", SAID), rank=20))
    outcome = score(gold(retriever), Reply(answer(retriever), hits), retriever)
    assert [one.rank for one in outcome.evidence] == [20]
    assert len(outcome.retrieved) == KEPT
    assert (outcome.scores["recall@10"], outcome.scores["mrr"]) == (0.0, 0.05)


def test_a_question_that_was_declined(retriever: Retriever) -> None:
    reply = Reply(declined(retriever), ())
    wrongly = score(gold(retriever), reply, retriever).scores
    assert {"wrongly_declined": 1.0, "abstention_precision": 0.0, "key_facts": 0.0}.items() <= wrongly.items()
    assert wrongly.keys().isdisjoint({"answer_chars", "same_language", "citation_recall", "attribution", "verbatim"})
    nobody_says = gold(retriever, answerable=False, evidence=(), key_facts=(), gold_answer="")
    assert score(nobody_says, reply, retriever).scores == {"abstention_recall": 1.0, "abstention_precision": 1.0}


def test_a_question_nobody_answers_has_no_recall(retriever: Retriever) -> None:
    nobody_says = gold(retriever, answerable=False, evidence=(), key_facts=(), gold_answer="")
    scores = score(nobody_says, Reply(answer(retriever), (hit(retriever, 1, "tea", SAID),)), retriever).scores
    assert scores["abstention_recall"] == 0.0
    assert scores["citation_precision"] == 0.0
    assert scores.keys().isdisjoint({"recall@5", "mrr", "chars@5", "key_facts", "abstention_precision"})


def test_tokens_are_counted_where_they_are_known(retriever: Retriever) -> None:
    with_model = answer(retriever, usage={"prompt_tokens": 100, "completion_tokens": 20})
    assert score(gold(retriever), Reply(with_model, ()), retriever).scores["tokens"] == 120.0


def test_the_first_question_is_asked_twice_and_counted_once(retriever: Retriever) -> None:
    heard: list[tuple[str, Sequence[Exchange]]] = []

    def system(question: str, history: Sequence[Exchange]) -> Reply:
        heard.append((question, history))
        return Reply(answer(retriever), ())

    before = (Exchange("你们种什么？", "茶。"),)
    questions = [gold(retriever), gold(retriever, id="tea-2", question="那秋天呢？", history=before)]
    assert [one.id for one in run(questions, system, retriever)] == ["tea-1", "tea-2"]
    assert heard == [("春天做多少茶？", ()), ("春天做多少茶？", ()), ("那秋天呢？", before)]
    assert list(run([], system, retriever)) == []


def test_verbatim_is_asked_as_a_user_asks_it(retriever: Retriever) -> None:
    reply = verbatim(retriever)("春天做多少茶？", ())
    assert [one.rank for one in reply.hits] == [1, 2, 3]
    assert reply.hits[0].doc == "tea"
    assert reply.answer.question == "春天做多少茶？"
    for one in reply.hits:
        assert one.text == retriever.index.text(one.doc)[one.start : one.end]


class Silent:
    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int) -> None: ...


def test_similarity_is_the_cosine_of_both_answers(retriever: Retriever) -> None:
    good = score(gold(retriever), Reply(answer(retriever), ()), retriever)
    blank = replace(good, id="blank", gold_answer=" ")
    silent = replace(good, id="silent", answered=False)
    nearness = {SAID: 0.6, "四百多斤。": 0.8}
    embedder = ChosenEmbedder(nearness.__getitem__)
    found = with_similarity({"a": [good, blank, silent], "b": [good]}, embedder, Silent())
    # (0.6, 0.8) · (0.8, 0.6)
    assert [one.scores.get("similarity") for one in found["a"]] == [pytest.approx(0.96), None, None]
    assert found["b"][0].scores == {**good.scores, "similarity": found["a"][0].scores["similarity"]}
    assert with_similarity({"a": [blank]}, embedder, Silent()) == {"a": [blank]}


def test_similarity_embeds_each_text_once(retriever: Retriever) -> None:
    good = score(gold(retriever), Reply(answer(retriever), ()), retriever)
    embedder = AnyEmbedder()
    [first, second] = with_similarity({"a": [good, replace(good, id="2")]}, embedder, Silent())["a"]
    assert first.scores["similarity"] == second.scores["similarity"]
    assert embedder._fake.given == [SAID, "四百多斤。"]
    assert np.isfinite(first.scores["similarity"])
