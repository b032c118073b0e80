"""Questions for an amount, and texts that have one or lack it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.amounts import lacks_amount

NO_AMOUNT = ["雾从海上来。", "The fog came in from the sea.", "霧は海から来る。", "La niebla viene del mar."]


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
        "What was the salary of a keeper?",
        "How much did the boat cost?",
        "How much does a keeper earn?",
        "切符はいくらですか。",
        "¿Cuánto cuesta el billete?",
        "¿Cuánto dinero perdió?",
    ],
)
def test_a_question_for_a_price(question: str) -> None:
    assert lacks_amount(question, NO_AMOUNT)
    assert not lacks_amount(question, [*NO_AMOUNT, "一张票三十块钱。"])


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
        "几百万美元吧。",
        "18万人民币。",
        "Doce… no, 12 euros.",
    ],
)
def test_a_text_with_a_price(text: str) -> None:
    assert not lacks_amount("这张票卖多少钱？", [*NO_AMOUNT, text])
    assert lacks_amount("听众占几成？", [*NO_AMOUNT, text])


@pytest.mark.parametrize(
    "question",
    [
        "听众占几成？",
        "聽眾佔幾成？",
        "百分之多少的人来过？",
        "三年级的占比是多少？",
        "漲了多少？",
        "What percentage of the islanders listen?",
        "What share of the crew came back?",
        "何割の人が来ましたか。",
        "何パーセントですか。",
        "¿Qué porcentaje de la gente vino?",
    ],
)
def test_a_question_for_a_share(question: str) -> None:
    assert lacks_amount(question, NO_AMOUNT)
    assert not lacks_amount(question, [*NO_AMOUNT, "大概八成。"])


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
        "El 30 por ciento.",
        "Casi la mitad.",
        "Un tercio.",
    ],
)
def test_a_text_with_a_share(text: str) -> None:
    assert not lacks_amount("听众占几成？", [*NO_AMOUNT, text])
    assert lacks_amount("这张票卖多少钱？", [*NO_AMOUNT, text])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("有多少辆车？", "二十八辆车。"),
        ("有幾輛車？", "二十八辆车。"),
        ("有几辆车？", "二十八輛車。"),
        ("有几家店？", "一共28家店。"),
        ("有几家店？", "一共２８家店。"),
        ("有几家店？", "十多家店。"),
        ("有几家店？", "只有一家店。"),
        ("有几家店？", "七八家。"),
        ("有多少座桥？", "上百座。"),
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
        "What is the cost of silence?",
        "What price did he pay for his mistake?",
        "为什么比例很重要？",
        "前几家店怎么样了？",
        "いくら努力しても駄目でしたか。",
        "降了多少？",  # a share or a sum, as may be
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
