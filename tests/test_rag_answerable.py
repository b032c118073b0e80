"""Declining: what a question wants and no passage has, names nobody wrote, and how near is near enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_made import AnyEmbedder, Talk, answered, asked, make_retriever
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build_index
from index.embedding import BUNDLED
from index.errors import InputError
from index.store import open_index
from rag import closeness
from rag.answerable import (
    FAR,
    FEW,
    LIMIT,
    LIMIT_OTHERWISE,
    SCALE,
    SCALE_OTHERWISE,
    WEIGHTS,
    is_answerable,
    is_missing,
    signs,
    unknown_names,
)
from rag.filters import Filters
from rag.retrieve import Ranking, Retriever

# names


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    talks: dict[str, Talk] = {
        "talk": [
            [
                asked("《雾中灯塔》什么时候写的？"),
                answered("二〇〇九年，用Scrivener写的。", label="Tormod Guthrie"),
            ]
        ]
    }
    return make_retriever(tmp_path_factory.mktemp("named"), talks, lambda text: 0.5)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("DeepSeek的模型怎么样？", ["DeepSeek"]),
        ("他怎麼看DeepSeek和Waymo？", ["DeepSeek", "Waymo"]),
        ("DeepSeekをどう思いますか。", ["DeepSeek"]),
        ("Scrivener好用吗？", []),
        ("SCRIVENER好用吗？", []),
        ("他写书的时候用的是Scrivener还是Word？", ["Word"]),
        ("Tormod Guthrie说了什么？", []),  # a speaker, whether or not the words say the name
        ("Guthrie怎么写书？", []),
        ("《三体》讲的是什么？", ["三体"]),
        ("《三體》講的是什麼？", ["三體"]),
        ("《雾中灯塔》讲的是什么？", []),
        ("《霧中燈塔》講的是什麼？", []),
        ("《雾中》写了多久？", []),
        ("《》是什么？", []),
        ("CEO怎么看AI和GPU？", []),  # abbreviations mean too many things
        ("他用iPhone吗？", []),
        ("他为什么写书？", []),
        ("How good is DeepSeek?", []),  # in English every sentence begins like a name
        ("¿Qué piensa de DeepSeek?", []),
        ("", []),
    ],
)
def test_names_and_titles_nobody_wrote(named: Retriever, question: str, unknown: list[str]) -> None:
    assert unknown_names(named, question) == unknown


def test_what_is_missing(named: Retriever) -> None:
    missing = {"DeepSeek怎么样？": True, "用Scrivener写了什么？": False, "票价是多少？": True, "写了什么？": False}
    assert {question: is_missing(named, named.rank(question)) for question in missing} == missing


# how near is near enough


def archive(
    folder: Path, monkeypatch: pytest.MonkeyPatch, nearness: float, passages: int, embedding: str = BUNDLED
) -> Retriever:
    """So many passages, all equally near to any question, made by what is taken for the bundled model."""
    monkeypatch.setattr(closeness, "reply_map", lambda embedding: np.eye(2, dtype=np.float32))
    talk = [[asked(f"第{n}天呢？"), answered(f"第{n}天雾来了。")] for n in range(passages)]
    return make_retriever(folder, {"doc": talk}, lambda text: nearness, embedding=embedding)


def at(near: float, language: str) -> float:
    """The closeness that lies so many spreads from the mean of a language."""
    mean, spread = SCALE.get(language, SCALE_OTHERWISE)
    return mean + near * spread


@pytest.mark.parametrize(
    ("question", "language"),
    [("雾是什么样的？", "zh"), ("霧是什麼樣的？", "zh"), ("What is the fog like?", "en"), ("霧はどうですか。", "ja")],
)
def test_among_few_passages_only_what_is_far_is_declined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, language: str
) -> None:
    for near, expected in ((FAR - 0.1, False), (FAR + 0.1, True), (0, True)):
        retriever = archive(tmp_path / str(near), monkeypatch, at(near, language), 3)
        ranking = retriever.rank(question)
        assert signs(ranking)["near"] == pytest.approx(near, abs=0.01)
        assert is_answerable(retriever, ranking) is expected


@pytest.mark.parametrize(("question", "language"), [("雾是什么样的？", "zh"), ("What is the fog like?", "en")])
def test_among_many_passages_the_first_have_to_stand_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, language: str
) -> None:
    retriever = archive(tmp_path, monkeypatch, at(0, language), FEW)
    ranking = retriever.rank(question)

    def standing_out(by: float, near: float = 0.0) -> Ranking:
        scores = ranking.scores | dict.fromkeys(ranking.order[:5], by)
        return replace(ranking, scores=scores, closeness=at(near, language))

    assert not is_answerable(retriever, ranking)  # all are alike, and so score 0
    assert signs(standing_out(1.5, -0.5)) == pytest.approx({"standing": 1.5, "near": -0.5}, abs=1e-4)
    assert WEIGHTS["standing"] == 1
    needed = LIMIT.get(language, LIMIT_OTHERWISE)
    assert is_answerable(retriever, standing_out(needed + 0.01))
    assert not is_answerable(retriever, standing_out(needed - 0.01))
    assert not is_answerable(retriever, standing_out(needed + 0.01, near=-1))
    assert is_answerable(retriever, standing_out(needed + 0.01 + WEIGHTS["near"], near=-1))


def test_what_is_missing_is_declined_however_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retriever = archive(tmp_path, monkeypatch, 0.99, 3)
    asked_for = {"雾是什么样的？": True, "雾卖多少钱？": False, "DeepSeek怎么看雾？": False}
    assert {question: is_answerable(retriever, retriever.rank(question)) for question in asked_for} == asked_for


def test_with_another_embedding_whatever_was_found_may_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retriever = archive(tmp_path, monkeypatch, -0.9, 3, embedding="other")
    for question in ("雾是什么样的？", "雾卖多少钱？", "DeepSeek怎么看雾？"):
        assert is_answerable(retriever, retriever.rank(question))


@pytest.mark.parametrize("embedding", [BUNDLED, "other"])
def test_without_passages_there_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedding: str) -> None:
    retriever = archive(tmp_path, monkeypatch, 0.99, 3, embedding)
    ranking = retriever.rank("雾是什么样的？", Filters(until="1900"))
    assert ranking.order == ()
    assert not is_answerable(retriever, ranking)


class AnyBundled(AnyEmbedder):
    """Vectors that mean nothing, taken for those of the bundled model."""

    name = BUNDLED
    dimensions = 384


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("by_chance")
    lines = [f"主持人：第{n}天呢？\n\n林岚：第{n}天的雾比前一天大，船停了{n}个小时。\n" for n in range(20)]
    (folder / "talk.txt").write_text("\n".join(lines), encoding="utf-8")
    build_index([folder / "talk.txt"], folder / "index", AnyBundled())
    return Retriever(open_index(folder / "index"), AnyBundled())


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_question_is_answerable_or_not(by_chance: Retriever, text: str) -> None:
    for question in (text, f"{text}《{text}》多少钱？", f"DeepSeek {text} 几台？"):
        try:
            ranking = by_chance.rank(question)
        except InputError:
            continue
        assert is_answerable(by_chance, ranking) in (True, False)
