"""One contract for both stores: what a folder says of an archive, Milvus says too. milvus-lite stands in for Milvus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hand_made import AnyEmbedder
from sample_archive import SAMPLES

from index.build import build_index
from index.errors import InputError
from index.model import Kind
from index.opened import OpenedIndex
from index.store import Index, open_index
from rag.filters import Filters, matching_documents
from rag.retrieve import Retriever

pytest.importorskip("pymilvus", reason="the extra verbatim[milvus] is not installed")
pytest.importorskip("milvus_lite", reason="milvus-lite has no wheel for this platform")

from index.milvus import open_milvus
from index.milvus_build import build_in_milvus

GOLD = SAMPLES.parent / "gold" / "samples.jsonl"
QUESTIONS = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()][:24]


@dataclass(frozen=True)
class Both:
    """The samples in a folder and in Milvus, with vectors that mean nothing."""

    folder: Index
    milvus: OpenedIndex

    def retriever(self, store: str) -> Retriever:
        return Retriever(cast(Index, getattr(self, store)), AnyEmbedder())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("stores")
    build_index([SAMPLES], folder / "index", AnyEmbedder())
    store = f"milvus-lite://{folder.as_posix()}/milvus.db/samples"
    build_in_milvus([SAMPLES], store, AnyEmbedder())
    with open_index(folder / "index") as local, open_milvus(store) as remote:
        yield Both(local, remote)


@pytest.fixture(params=["folder", "milvus"])
def index(both: Both, request: pytest.FixtureRequest) -> OpenedIndex:
    opened: OpenedIndex = getattr(both, request.param)
    return opened


def test_texts_are_the_files(index: OpenedIndex) -> None:
    assert sorted(index.docs) == sorted(path.stem for path in SAMPLES.iterdir())
    for row in index.documents():
        assert index.text(row.doc) == Path(row.path).read_bytes().decode(row.encoding)
        assert index.source(row.doc).text == index.text(row.doc)


def test_every_passage_stands_in_its_interview(index: OpenedIndex) -> None:
    assert len(index.passages) == len(index.lexical) == len(index.passage_vectors) == index.manifest.passages > 0
    assert len(index.sentences) == len(index.sentence_vectors) == index.manifest.sentences > 0
    for doc, (first, last) in index.passages_of.items():
        turns = {turn.number: turn for turn in index.turns(doc)}
        for passage in index.passages[first:last]:
            assert passage.doc == doc
            assert passage.section == turns[passage.first_turn].section == index.section(doc, passage.first_turn)
            assert index.text(doc)[passage.start : passage.end].strip()


def test_who_speaks_is_who_is_listed(index: OpenedIndex) -> None:
    for row in index.documents():
        speakers = index.speakers(row.doc)
        assert set(row.speakers) == {one.name for one in speakers.values() if one.name}
        labels = {turn.label for turn in index.turns(row.doc) if turn.kind is Kind.INTERVIEW}
        assert labels <= set(speakers)
    assert {one.doc for one in index.all_speakers()} == set(index.docs)


def test_an_unknown_interview_is_an_input_error_with_the_nearest_names(index: OpenedIndex) -> None:
    with pytest.raises(InputError, match="Did you mean night-trains"):
        index.document("night-train")
    with pytest.raises(InputError, match="No interview is called"):
        index.text("半\ud83d")


def test_the_index_checks_itself(index: OpenedIndex) -> None:
    index.check()


@pytest.mark.parametrize("said", ["documents", "all_speakers", "aliases"])
def test_both_say_the_same_of_the_archive(both: Both, said: str) -> None:
    assert getattr(both.milvus, said)() == getattr(both.folder, said)()


@pytest.mark.parametrize("said", ["document", "source", "turns", "excluded", "times", "speakers"])
def test_both_say_the_same_of_each_interview(both: Both, said: str) -> None:
    for doc in both.folder.docs:
        assert getattr(both.milvus, said)(doc) == getattr(both.folder, said)(doc)


def test_both_have_the_same_rows(both: Both) -> None:
    assert both.milvus.docs == both.folder.docs
    assert list(both.milvus.passages) == list(both.folder.passages)
    assert list(both.milvus.sentences) == list(both.folder.sentences)
    for name in ("passages", "sentences"):
        assert (both.milvus.table(name) == both.folder.table(name)).all()
        means = f"{name}_means"
        np.testing.assert_allclose(both.milvus.table(means), both.folder.table(means), atol=1e-6)
    for doc in both.folder.docs:
        for ours, theirs in zip(both.milvus.vectors_of(doc), both.folder.vectors_of(doc), strict=True):
            assert ours[0] == theirs[0]
            np.testing.assert_allclose(ours[1], theirs[1], atol=1e-6)


@pytest.mark.parametrize("what", ["passage_vectors", "sentence_vectors"])
def test_both_give_rows_the_same_cosines(both: Both, what: str) -> None:
    local, remote = getattr(both.folder, what), getattr(both.milvus, what)
    vector = AnyEmbedder().encode_query("Who kept the lamp?")
    scattered = np.arange(0, len(local), 3)
    for rows in (None, np.arange(2, 40), scattered, scattered[:1], scattered[:0]):
        np.testing.assert_allclose(remote.scores(vector, rows), local.scores(vector, rows), atol=1e-5)
    np.testing.assert_allclose(remote.vectors(scattered), local.vectors(scattered), atol=1e-6)
    with pytest.raises(ValueError, match="dimensions"):
        remote.scores(vector[:3])


@pytest.mark.parametrize("what", ["passage_vectors", "sentence_vectors"])
@pytest.mark.parametrize("step", [0, 1, 2, 7])
def test_both_find_the_same_nearest(both: Both, what: str, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.milvus_vectors.ONE_BY_ONE", 20)  # a filter is not always so narrow
    local, remote = getattr(both.folder, what), getattr(both.milvus, what)
    vector = AnyEmbedder().encode_query("What froze?")
    allowed = np.arange(len(local)) % step == 0 if step else None
    near, found = (local.scores(vector, vectors.nearest(vector, 30, allowed)) for vectors in (local, remote))
    np.testing.assert_allclose(found, near, atol=1e-5)


def test_both_allow_whole_interviews_and_nobody(both: Both) -> None:
    vector = AnyEmbedder().encode_query("What froze?")
    allowed = np.zeros(len(both.folder.passages), dtype=bool)
    assert both.milvus.passage_vectors.nearest(vector, 5, allowed).tolist() == []
    assert both.milvus.lexical.nearest("tea 茶 night", 5, allowed).tolist() == []
    allowed[slice(*both.folder.passages_of["night-trains"])] = True
    for index in (both.folder, both.milvus):
        found = index.passage_vectors.nearest(vector, 5, allowed), index.lexical.nearest("夜车", 5, allowed)
        assert {index.passages[row].doc for rows in found for row in rows} == {"night-trains"}


@pytest.mark.parametrize("question", [*QUESTIONS[:6], "?", "the", "茶", "zyxwv"])
def test_both_weigh_words_alike(both: Both, question: str) -> None:
    local, remote = both.folder.lexical, both.milvus.lexical
    rows = np.arange(0, len(local), 2)
    np.testing.assert_allclose(remote.scores_of(question, rows), local.scores_of(question, rows), atol=1e-4)
    assert remote.coverage(question) == pytest.approx(local.coverage(question))
    near, found = (local.scores_of(question, np.sort(lexical.nearest(question, 10))) for lexical in (local, remote))
    np.testing.assert_allclose(np.sort(found), np.sort(near), atol=1e-4)
    texts = [both.folder.text(doc)[:400] for doc in both.folder.docs]
    assert remote.overlaps(question, texts) == pytest.approx(local.overlaps(question, texts))
    assert [remote.has(term) for term in ("夜车", "zyxwv")] == [local.has(term) for term in ("夜车", "zyxwv")]


FILTERS = [
    Filters(),
    Filters(languages=("en",)),
    Filters(since="2020"),
    Filters(interviews=("night-trains", "tea-mountain")),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_rank_the_same_passages(both: Both, question: str) -> None:
    rankings = [both.retriever(store).rank(question) for store in ("folder", "milvus")]
    assert_same_ranking(*rankings)


@pytest.mark.parametrize("filters", FILTERS[1:])
def test_both_rank_the_same_passages_behind_a_filter(both: Both, filters: Filters) -> None:
    rankings = [both.retriever(store).rank(QUESTIONS[0], filters) for store in ("folder", "milvus")]
    assert_same_ranking(*rankings)


def test_both_rank_the_same_of_a_speaker(both: Both) -> None:
    name = next(one.name for one in both.folder.all_speakers() if one.person and one.doc == "night-trains")
    filters = Filters(speakers=(name,))
    assert_same_ranking(*(both.retriever(store).rank(QUESTIONS[1], filters) for store in ("folder", "milvus")))
    listed = [matching_documents(cast(Index, index), filters) for index in (both.folder, both.milvus)]
    assert listed[0] == listed[1] != []


def test_both_rank_the_same_of_a_pool(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an archive is searched that is too large to be looked at whole."""
    monkeypatch.setattr("rag.signals.WHOLE", 10)
    monkeypatch.setattr("rag.signals.NEAREST", {"passages": 12, "sentences": 12, "words": 12})
    for filters in FILTERS:
        assert_same_ranking(*(both.retriever(store).rank(QUESTIONS[2], filters) for store in ("folder", "milvus")))


def test_both_give_the_same_hits(both: Both) -> None:
    ours, theirs = (both.retriever(store).search(QUESTIONS[3]) for store in ("milvus", "folder"))
    for one, other in zip(ours.hits, theirs.hits, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-3)
        assert (one.doc, one.start, one.end, one.text, one.speakers) == (
            other.doc,
            other.start,
            other.end,
            other.text,
            other.speakers,
        )


def assert_same_ranking(one: Any, other: Any) -> None:
    """The same passages are looked at, with the same scores; equal ones may change places."""
    assert one.scores.keys() == other.scores.keys()
    rows = sorted(one.scores)
    np.testing.assert_allclose([one.scores[row] for row in rows], [other.scores[row] for row in rows], atol=1e-3)
    ours, theirs = ([ranking.scores[row] for row in ranking.order[:20]] for ranking in (one, other))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    assert one.closeness == pytest.approx(other.closeness, abs=1e-4)
