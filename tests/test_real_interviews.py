"""The five real interviews, where they stand beside the project: offsets only, none of their text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sample_archive import assert_quoted, bundled

from eval.gold import FOLDER, load_gold
from index.build import build_index
from index.model import Kind
from index.store import open_index
from rag.chain import ask
from rag.conversation import Exchange
from rag.filters import Filters
from rag.retrieve import Retriever

REAL = Path(__file__).parent.parent.parent / "shared" / "transcripts"
# Where the first and the last words of each interview stand, and the year it is from.
SPOKEN = {
    "000_87cd6fb89785e3a4": (1392, 6821, "2016"),
    "001_f78c835db4602e1d": (1206, 32682, "2024"),
    "002_700406c4b17dab9b": (1687, 19667, "2024"),
    "003_3430793bcf9c7bfe": (808, 13952, "2025"),
    "004_00fc6f42bdf96616": (1960, 13526, "2024"),
}
JUNK = re.compile(r"二维码|二維碼|扫码|公众号|责任编辑|責任編輯|热搜|相关阅读|!\[|\]\(|@\w+\.")
QUESTIONS = {gold.id: gold for gold in load_gold(FOLDER / "interviews.jsonl")}
ASKED = [
    *("a-001", "a-005", "a-016", "a-018"),  # Simplified Chinese
    *("a-008", "a-023", "a-024"),  # Traditional Chinese
    *("a-051", "b-050"),  # English
    *("a-055", "a-057", "b-055"),  # Japanese
    *("a-058", "a-059"),  # Spanish
]

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="the five real interviews are not here: they stand in ../shared/transcripts"
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("real")
    report = build_index([REAL], folder, bundled())
    assert (report.refused, set(report.indexed)) == ((), set(SPOKEN))
    return Retriever(open_index(folder), bundled())


def test_each_is_read_from_its_first_to_its_last_words(real: Retriever) -> None:
    for doc, (first, last, year) in SPOKEN.items():
        spoken = [turn for turn in real.index.turns(doc) if turn.kind is Kind.INTERVIEW]
        assert (min(turn.start for turn in spoken), max(turn.end for turn in spoken)) == (first, last)
        assert real.index.document(doc).date[:4] == year
        assert real.index.document(doc).language == ("zh-Hant" if doc.startswith("003") else "zh-Hans")


def test_no_passage_is_page_junk(real: Retriever) -> None:
    for passage in real.index.passages:
        first, last, _ = SPOKEN[passage.doc]
        assert passage.kind is not Kind.INTERVIEW or first <= passage.start < passage.end <= last
        assert not JUNK.search(real.view.text(passage)), passage.id
        inside = [e for e in real.index.excluded(passage.doc) if e.start < passage.end and passage.start < e.end]
        assert {excluded.reason for excluded in inside} <= {"label", "rule"}, passage.id


@pytest.mark.parametrize("name", ASKED)
def test_a_question_in_any_language_is_answered_from_the_right_interview(real: Retriever, name: str) -> None:
    gold = QUESTIONS[name]
    answer = ask(real, gold.question)
    assert answer.answered
    assert answer.language == gold.language
    assert {span.doc for span in gold.evidence} & {citation.doc for citation in answer.citations}
    for citation in answer.citations:
        assert_quoted(real, citation)
        assert not JUNK.search(citation.quote)


@pytest.mark.parametrize(
    ("before", "follow_up", "alone"),
    [
        ("奥特曼怎么看AI的风险?", "那马斯克呢?", "马斯克怎么看AI的风险?"),
        ("奧特曼怎麼看人工智慧的風險?", "那馬斯克呢?", "馬斯克怎麼看人工智慧的風險?"),
        ("What does Altman think about the risks of AI?", "And Musk?", "What does Musk think about the risks of AI?"),
    ],
)
def test_a_follow_up_about_somebody_else_is_answered_in_their_words(
    real: Retriever, before: str, follow_up: str, alone: str
) -> None:
    first = ask(real, before)
    answer = ask(real, follow_up, history=[Exchange(before, first.answer)])
    assert (answer.answered, answer.question, answer.asked_as) == (True, follow_up, alone)
    first_cited = answer.citations[0]
    turn = real.view.turn(first_cited.doc, first_cited.turn)
    assert real.view.speaker(first_cited.doc, turn).person == "Elon Musk"
    for citation in answer.citations:
        assert_quoted(real, citation)


def test_one_person_is_found_under_every_name(real: Retriever) -> None:
    for name in ("altman", "Sam Altman", "奥特曼", "阿爾特曼", "阿尔特曼", "山姆·奥特曼", "薩姆·阿爾特曼"):
        answer = ask(real, "奥特曼怎么看核聚变?", filters=Filters(speakers=(name,)))
        assert answer.answered
        persons = {
            real.index.speakers(citation.doc)[real.view.turn(citation.doc, sentence.turn).label].person
            for citation in answer.citations
            for doc, sentence in real.index.sentences
            if doc == citation.doc and sentence.start == citation.quote_start
        }
        assert persons == {"Sam Altman"}


def test_dates_choose_the_interview(real: Retriever) -> None:
    hits = real.search("马斯克", 50, Filters(until="2016")).hits
    assert {hit.doc for hit in hits} == {"000_87cd6fb89785e3a4"}
    hits = real.search("核聚变", 50, Filters(since="2025")).hits
    assert {hit.doc for hit in hits} == {"003_3430793bcf9c7bfe"}
