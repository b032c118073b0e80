"""An answer as it grows: what is shown and when, which numbers it gets, and what a sentence is worth."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hand_made import Talk, answered, asked, make_retriever
from hypothesis import given
from hypothesis import strategies as st

from index.model import Kind, Role
from rag.answer import Finding
from rag.check import Checked, level
from rag.citations import Drafted, drafted
from rag.compose import Composition, check_sentence, joined
from rag.pack import Source, pack
from rag.retrieve import Retriever

TALKS: dict[str, Talk] = {
    "tea": [[asked("一年做多少茶？"), answered("春天我们做了四百一十二斤茶。", "秋天只有八十斤，因为只采一次。")]],
    "boats": [[asked("船是谁造的？", label="记者"), answered("船是外公用杉木造的。", label="周桥")]],
}
SPRING, AUTUMN, BOAT = (
    "林岚说，春天做了四百一十二斤茶",
    "林岚说，秋天只有八十斤，因为只采一次",
    "周桥说，船是外公用杉木造的",
)
INVENTED = "林岚喜欢骑马去海边看日出"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("compose") / "index"
    return make_retriever(folder, TALKS, lambda text: 0.5, {"tea": "2024-05-03", "boats": "2019"})


@pytest.fixture
def empty(retriever: Retriever) -> Composition:
    """Nothing yet; its sources are 1 and 2 of the tea, the question first, then 3 and 4 of the boats."""
    return begun(retriever)


def begun(retriever: Retriever, strict: bool = False) -> Composition:
    ranking = retriever.rank("春天做多少茶？")
    sources = pack(retriever, ranking, 8, 3000).sources
    assert [source.speaker.name for source in sources] == ["主持人", "林岚", "记者", "周桥"]
    return Composition(retriever, ranking, sources, strict)


def one(text: str) -> Drafted:
    [sentence] = drafted([text])
    return sentence


def add(composition: Composition, *sentences: str) -> list[bool]:
    return [composition.add(one(sentence)) for sentence in sentences]


def scores(monkeypatch: pytest.MonkeyPatch, values: dict[str, float]) -> None:
    """Have each part be worth this much, whatever it cites."""

    def checked(_: Retriever, text: str, cited: Sequence[Source], sources: Sequence[Source]) -> Checked:
        return Checked(tuple(cited), level(values[text]), values[text], ())

    monkeypatch.setattr("rag.compose.check", checked)


# citations


def test_a_citation_is_the_words_and_where_they_stand(retriever: Retriever, empty: Composition) -> None:
    assert add(empty, f"{SPRING}[2]。") == [True]
    [sentence], [citation] = empty.sentences, empty.citations
    assert (sentence.text, sentence.citations, sentence.support) == (f"{SPRING}。", (1,), "supported")
    assert sentence.findings == ()
    assert (citation.n, citation.doc, citation.date, citation.turn) == (1, "tea", "2024-05-03", 1)
    assert (citation.speaker, citation.role, citation.kind) == ("林岚", Role.GUEST, Kind.INTERVIEW)
    assert citation.quote == "春天我们做了四百一十二斤茶。"
    assert retriever.index.text("tea")[citation.quote_start : citation.quote_end] == citation.quote
    assert citation.start <= citation.quote_start < citation.quote_end <= citation.end


def test_numbers_count_up_in_the_order_they_appear(empty: Composition) -> None:
    add(empty, f"{BOAT}[4]。", f"{AUTUMN}[2]。", f"{SPRING}[2]。", f"{BOAT}[4]。")
    assert [sentence.citations for sentence in empty.sentences] == [(1,), (2,), (3,), (1,)]
    assert [(citation.n, citation.speaker) for citation in empty.citations] == [(1, "周桥"), (2, "林岚"), (3, "林岚")]
    assert joined(empty.sentences) == f"{BOAT}。 [1] {AUTUMN}。 [2] {SPRING}。 [3] {BOAT}。 [1]"


def test_two_parts_of_a_sentence_cite_each_their_own(empty: Composition) -> None:
    add(empty, f"{SPRING}[2]，{BOAT}[4]。")
    assert [sentence.citations for sentence in empty.sentences] == [(1, 2)]
    assert [citation.speaker for citation in empty.citations] == ["林岚", "周桥"]


def test_a_mark_that_leads_nowhere_is_told_and_put_right(empty: Composition) -> None:
    add(empty, f"{SPRING}[99]。")
    assert empty.sentences[0].support == "supported"
    assert [finding.kind for finding in empty.sentences[0].findings] == ["no such citation", "repaired"]
    assert empty.sentences[0].findings[0].detail == "99"
    assert empty.citations[0].speaker == "林岚"


def test_a_wrong_mark_is_put_right_and_that_is_recorded(empty: Composition) -> None:
    add(empty, f"{SPRING}[4]。")
    assert empty.sentences[0].findings == (Finding("repaired", "4"),)
    assert empty.citations[0].quote == "春天我们做了四百一十二斤茶。"


def test_without_a_mark_nothing_is_supported_however_true(empty: Composition) -> None:
    add(empty, f"{BOAT}[4]。", f"{SPRING}。")
    last = empty.sentences[-1]
    assert (last.citations, last.support, last.support_score, last.findings) == (
        (),
        "unsupported",
        0.0,
        (Finding("uncited"),),
    )


# what is shown


def test_nothing_is_shown_before_something_is_supported(empty: Composition) -> None:
    assert add(empty, f"{INVENTED}[2]。", f"{SPRING}。") == [False, False]
    assert (empty.sentences, empty.citations, empty.refused) == ([], [], 2)
    assert add(empty, f"{SPRING}[2]。", f"{INVENTED}[2]。") == [True, True]
    assert [sentence.support for sentence in empty.sentences] == [
        "unsupported",
        "unsupported",
        "supported",
        "unsupported",
    ]
    assert empty.refused == 0


def test_strict_leaves_out_what_is_unsupported(retriever: Retriever) -> None:
    strict = begun(retriever, strict=True)
    assert add(strict, f"{INVENTED}[2]。", f"{SPRING}[2]。", f"{BOAT}。") == [False, True, False]
    assert [sentence.text for sentence in strict.sentences] == [f"{SPRING}。"]
    assert (strict.dropped, strict.refused) == (2, 2)


def test_what_is_weak_is_shown(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    scores(monkeypatch, {SPRING: 0.3})
    for composition in (begun(retriever), begun(retriever, strict=True)):
        assert add(composition, f"{SPRING}[2]。") == [True]
        assert [(found.support, found.support_score) for found in composition.sentences] == [("weak", 0.3)]


# what a sentence is worth


def test_a_sentence_is_worth_what_its_worst_part_is(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    scores(monkeypatch, {SPRING: 0.9, AUTUMN: 0.25, BOAT: 0.6})
    sources = begun(retriever).sources
    checked = check_sentence(retriever, one(f"{SPRING}[2]，{AUTUMN}[2]，{BOAT}[4]。"), sources)
    assert checked.score == 0.25
    assert [[source.n for source in part.cited] for _, part in checked.parts] == [[2], [2], [4]]


def test_a_sentence_that_was_cut_off_says_so(empty: Composition) -> None:
    empty.add(one(f"{SPRING}[2]"), cut_off=True)
    assert empty.sentences[0].findings == (Finding("cut off"),)


@given(
    st.lists(st.sampled_from([f"{SPRING}[2]。", f"{BOAT}[4]。", f"{INVENTED}[1]。", f"{AUTUMN}。", f"{BOAT}[2, 99]。"]))
)
def test_numbers_and_citations_always_agree(retriever: Retriever, reply: list[str]) -> None:
    composition = begun(retriever)
    add(composition, *reply)
    seen = list(dict.fromkeys(n for sentence in composition.sentences for n in sentence.citations))
    assert seen == [citation.n for citation in composition.citations] == list(range(1, len(seen) + 1))
    shown = [sentence.text for sentence in composition.sentences]
    assert shown == [one(sentence).text for sentence in reply][: len(shown)]
    assert len(shown) in (0, len(reply))
    assert not shown or any(sentence.support != "unsupported" for sentence in composition.sentences)
