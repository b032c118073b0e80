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
    lacks_amount,
    signs,
    unknown_names,
)
from rag.filters import Filters
from rag.retrieve import Ranking, Retriever

NO_AMOUNT = ["雾从海上来。", "The fog came in from the sea.", "霧は海から来る。", "La niebla viene del mar."]


# amounts


@pytest.mark.parametrize(
    "question",
    [
        "这张票卖多少钱？",
        "這張票賣多少錢？",
        "门票要几块钱？",
        "門票要幾塊錢？",
        "他一年赚多少？",
        "他一年賺多少？",
        "票价是多少？",
        "票價是多少？",
        "公司的估值现在是多少？",
        "How much money did she lose?",
        "How much of her own money went into it?",
        "What was the price of a ticket?",
        "What does the salary come to?",
        "切符はいくらですか。",
        "¿Cuánto cuesta el billete?",
        "¿Cuánto dinero perdió?",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "一张票三十块钱。",
        "一張票三十塊錢。",
        "一张票３０元。",
        "一万两千美元。",
        "三百多万美元。",
        "3000萬歐元。",
        "切符は五百円です。",
        "They sold it for $12.",
        "It was twelve pounds.",
        "About 12 million dollars.",
        "Doce… no, 12 euros.",
    ],
)
def test_a_price_is_what_a_question_for_one_wants(question: str, text: str) -> None:
    assert lacks_amount(question, NO_AMOUNT)
    assert not lacks_amount(question, [*NO_AMOUNT, text])


@pytest.mark.parametrize(
    "question",
    [
        "听众占几成？",
        "聽眾佔幾成？",
        "百分之多少的人来过？",
        "三年级的占比怎么样？",
        "降了多少？",
        "漲了多少？",
        "What percentage of the islanders listen?",
        "What share of the crew came back?",
        "何割の人が来ましたか。",
        "何パーセントですか。",
        "¿Qué porcentaje de la gente vino?",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "大概八成。",
        "百分之八十。",
        "８０％吧。",
        "三分之一的人。",
        "三分之二的人。",
        "一半都走了。",
        "80 percent of them.",
        "Eighty per cent.",
        "Two thirds came.",
        "About half.",
        "三割くらいです。",
    ],
)
def test_a_share_is_what_a_question_for_one_wants(question: str, text: str) -> None:
    assert lacks_amount(question, NO_AMOUNT)
    assert not lacks_amount(question, [*NO_AMOUNT, text])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("有多少辆车？", "二十八辆车。"),
        ("有幾輛車？", "二十八辆车。"),
        ("有几辆车？", "二十八輛車。"),
        ("有几家店？", "一共28家店。"),
        ("有几家店？", "一共２８家店。"),
        ("有几家店？", "十多家店。"),
        ("有幾家店？", "好几家店。"),
        ("多少艘船？", "数艘。"),
        ("有幾臺機器？", "三台機器。"),
        ("有几台机器？", "三臺機器。"),
        ("有幾所學校？", "兩所。"),
    ],
)
def test_a_count_of_things_wants_just_those_counted(question: str, text: str) -> None:
    assert lacks_amount(question, NO_AMOUNT)
    assert lacks_amount(question, ["那里有三十个人，花了四十块钱。"])
    assert not lacks_amount(question, [*NO_AMOUNT, text])


@pytest.mark.parametrize(
    "question",
    [
        "那几台机器后来怎么样了？",
        "那幾台機器後來怎麼樣了？",
        "这几家店是谁开的？",
        "這幾家店是誰開的？",
        "好几家店都关了吗？",
        "好幾家店都關了嗎？",
        "哪几家店关了？",
        "哪幾家店關了？",
        "他为什么离开？",
        "几乎没有人来，为什么？",
        "有几个人？",  # persons, years and times are counted in too many ways
        "他多少岁？",
        "为什么价格一直在变？",
        "How did she learn to repair clocks?",
        "How is the price set?",
        "How much does she love the sea?",
        "なぜ海へ行きましたか。",
        "¿Por qué se fue?",
        "",
    ],
)
def test_a_question_for_something_else_lacks_no_amount(question: str) -> None:
    assert not lacks_amount(question, NO_AMOUNT)
    assert not lacks_amount(question, [])


def test_where_nothing_was_found_there_is_no_amount() -> None:
    assert lacks_amount("多少钱？", [])


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_can_be_looked_through(question: str, texts: list[str]) -> None:
    assert lacks_amount(question, texts) in (True, False)
    assert lacks_amount(f"多少钱？{question}", [*texts, "30元"]) in (True, False)


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
        scores = ranking.scores.copy()
        scores[list(ranking.order[:5])] = by
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
