"""Questions worth asking: the interviewers' own, as they stand, if they can be understood by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import Said, Talk, answered, asked, make_retriever
from hypothesis import given
from hypothesis import strategies as st
from sample_archive import chance_retriever, sample_retriever

from index.model import Role
from rag.chain import ask
from rag.retrieve import Retriever
from rag.suggest import next_questions, stands_alone, suggested

LONG = (
    "那年雨水很多，茶园里的路全断了，我们背着竹篓从后山绕下去，走了整整两天才到镇上，茶叶一两也没有湿，"
    "收茶的人都不信，围着竹篓看了半天。"
)
ENGLISH = "The road was gone after the flood and we carried the mail over the ridge for two days, " * 3


def talk(*questions: str, reply: str = LONG) -> Talk:
    """An interview in which each question gets the same long reply."""
    return [[asked(question), answered(reply)] for question in questions]


def texts(folder: Path, talks: dict[str, Talk]) -> list[str]:
    """What is suggested of these interviews."""
    return [one.text for one in suggested(make_retriever(folder / "index", talks, lambda text: 0.5).view)]


# what stands alone


@pytest.mark.parametrize(
    "question",
    [
        "春茶一般什么时候开始采？",
        "春茶一般什麼時候開始採?",
        "老茶树和新茶树的味道有什么不同？",
        "茶园的路是谁修的，花了多少钱？",
        "合作社里的年轻人多不多，愿意留下来吗？",
        "您为什么离开城里的学校？",
        "吉利村的茶农怎么看待机器采茶？",
        "吉他是怎么学会的，跟谁学的？",
        "How does a lighthouse keeper spend the winter?",
        "How long does it take to build a wooden boat?",
        "Should a harbour town still pay for a lighthouse?",
        "What is it like to grow up on an island?",
        "What did Dr. Moor teach the apprentices first?",
        "AI 会怎样改变茶农的一年？",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "？",
        "为什么？",
        "為什麼呢？",
        "对吧？",
        "是吗？",
        "茶呢？",
        "你刚才说的茶园在哪里？",
        "這個茶園一年能收多少斤？",
        "他后来为什么离开茶园？",
        "他們為什麼離開茶園？",
        "它跟老茶树有什么关系？",
        "那年的霜冻有多厉害？",
        "那后山的茶园是谁的？",
        "然后茶园的路修好了吗？",
        "所以茶叶价格是谁定的？",
        "还有什么茶可以喝？",
        "春天的茶最贵，对不对？",
        "春天的茶最贵，是吧？",
        "茶园里的路已经修好了？",
        "你今天感觉怎么样？",
        "大家好，茶园在哪里？",
        "我能问一个关于茶的问题吗？",
        "可以先自我介绍一下吗？",
        "茶园的路……是谁修的？",
        "茶园“的路是谁修的？",
        "茶农问：「春茶一般什么时候开始采？」",
        "茶园的路（山后）那条）是谁修的？",
        "茶园的路是谁修的" + "，是谁修的" * 8 + "？",
        "And then?",
        "And then what did the harbour master do?",
        "So how does a lighthouse keeper spend the winter?",
        "Why did they leave the island in March?",
        "What does it mean for the harbour?",
        "Is that what the harbour needed most of all?",
        "What did this mean for the harbour town?",
        "How are you, and how was the crossing?",
        "The harbour froze in March, right?",
        "You never went back to the harbour town?",
        "what did the harbour master do in winter?",
        "At what age, and how, and why?",
        "Can I ask about the winter in the harbour?",
        "What is in ![](http://boats.example/x.png) then?",
        "How does <b>a keeper</b> spend the winter?",
        "What does the harbour need? " * 6,
    ],
)
def test_questions_that_do_not(question: str) -> None:
    assert not stands_alone(question)


@given(st.text() | st.from_regex(r"(春茶|How|what|它|那|他|the harbour|什么时候|[,，。. *“”])+[?？]"))
def test_any_text_can_be_judged(text: str) -> None:
    if stands_alone(text):
        assert 8 <= len(text) <= 120
        assert not stands_alone("他" + text) and not stands_alone("And " + text)
        assert not stands_alone("这" + text) and not stands_alone(text[:-1] + "，对吧？")


# what is suggested


def test_a_question_is_quoted_with_its_place(tmp_path: Path) -> None:
    talks = {"tea": talk("** 问：春茶一般什么时候开始采？**", "是吗？")}
    view = make_retriever(tmp_path / "index", talks, lambda text: 0.5).view
    [one] = suggested(view)
    assert (one.text, one.doc, one.turn) == ("春茶一般什么时候开始采？", "tea", 0)
    assert one.text in view.text_of("tea")
    assert suggested(view) == (one,)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("3. 春茶一般什么时候开始采？", "春茶一般什么时候开始采？"),
        ("（2）春茶一般什么时候开始采？", "春茶一般什么时候开始采？"),
        ("問：春茶一般什麼時候開始採?  ", "春茶一般什麼時候開始採?"),
        ("Q: How does a lighthouse keeper spend the winter?", "How does a lighthouse keeper spend the winter?"),
        ("Q3. How does a lighthouse keeper spend the winter?*", "How does a lighthouse keeper spend the winter?"),
        ("那么，春茶一般什么时候开始采？", "春茶一般什么时候开始采？"),
        ("山上真好。春茶一般什么时候开始采？", "春茶一般什么时候开始采？"),
        ("2019年的春茶是什么时候开始采的？", "2019年的春茶是什么时候开始采的？"),
        ("春茶一般什么时候开始采？请慢慢说。", "春茶一般什么时候开始采？"),
    ],
)
def test_labels_and_what_stands_around_are_left_out(tmp_path: Path, said: str, shown: str) -> None:
    assert texts(tmp_path, {"tea": talk(said)}) == [shown]


def test_each_interview_has_its_best_before_any_has_two(tmp_path: Path) -> None:
    talks = {
        "tea": talk("春茶一般什么时候开始采？", "老茶树和新茶树有什么不同？", "茶园里的路是谁修的？"),
        "boat": talk("木船一般要造多少天？"),
        "letters": talk("你为什么开始送信？"),
    }
    view = make_retriever(tmp_path / "index", talks, lambda text: 0.5).view
    found = suggested(view)
    assert {one.doc for one in found[:2]} == {"tea", "boat"}
    assert found[2].text == "你为什么开始送信？"  # to whom? nobody can tell, so it comes after the others
    assert [one.doc for one in found[3:]] == ["tea", "tea"]
    assert suggested(view, 2) == found[:2]
    assert suggested(view, 0) == ()


def test_questions_that_say_you_come_last_but_come(tmp_path: Path) -> None:
    talks = {"tea": talk("您为什么离开城里的学校？", "春茶一般什么时候开始采？", "你們怎麼看機器採茶？")}
    found = texts(tmp_path, talks)
    assert found[0] == "春茶一般什么时候开始采？"
    assert set(found[1:]) == {"您为什么离开城里的学校？", "你們怎麼看機器採茶？"}


def test_the_reply_counts(tmp_path: Path) -> None:
    talks: dict[str, Talk] = {
        "tea": [
            [asked("茶园里的路是谁修的？"), answered("村里。")],  # hardly an answer
            [asked("春茶一般什么时候开始采？"), answered("清明。"), answered(LONG, label="周桥")],
            [asked("后山的老房子住着谁？"), answered(LONG)],
            [asked("茶园里的茶叶怎么背到镇上？"), answered(LONG)],
            [Said("听众", Role.AUDIENCE, ("山上的老庙还有多少人去？",)), answered(LONG)],
            [answered("谁知道明年的茶价会怎么样？" + LONG)],
            [asked("山下的镇子有多大？")],
        ]
    }
    # The reply speaks of tea being carried to town, and of no house.
    assert texts(tmp_path, talks) == ["茶园里的茶叶怎么背到镇上？", "后山的老房子住着谁？"]


def test_the_language_asked_for_comes_first(tmp_path: Path) -> None:
    talks = {
        "hans": talk("春茶一般什么时候开始采？", "老茶树和新茶树有什么不同？", "茶园里的路是谁修的？"),
        "hant": talk("木船一般要造多少天?"),
        "post": talk("How does a postman cross the ridge in winter?", reply=ENGLISH),
    }
    tags = {"hans": "zh-Hans", "hant": "zh-Hant", "post": "en"}
    view = make_retriever(tmp_path / "index", talks, lambda text: 0.5, languages=tags).view

    def docs(language: str, number: int = 6) -> list[str]:
        return [one.doc for one in suggested(view, number, language)]

    assert docs("en")[0] == "post"
    assert docs("zh-Hant") == ["hant", "hans", "hans", "post", "hans"]
    assert docs("zh-Hans") == ["hans", "hans", "hant", "post", "hans"]
    assert docs("zh-Hans", 3) == ["hans", "hans", "hant"]
    assert set(docs("", 3)) == {"hans", "hant", "post"}


def test_the_same_question_is_suggested_once(tmp_path: Path) -> None:
    talks = {"one": talk("春茶一般什么时候开始采？"), "two": talk("春茶一般什麼時候開始採?")}
    assert len(texts(tmp_path, talks)) == 1


def test_an_archive_may_have_nothing_to_suggest(tmp_path: Path) -> None:
    assert texts(tmp_path, {"tea": [[answered(LONG)]]}) == []


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return sample_retriever(tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_is_suggested_of_the_samples_is_answered(samples: Retriever, language: str) -> None:
    found = suggested(samples.view, 6, language)
    assert len(found) == 6
    assert samples.view.document(found[0].doc).language == language
    for one in found:
        answer = ask(samples, one.text)
        assert answer.answered
        assert one.doc in {citation.doc for citation in answer.citations}
        assert samples.view.turn(one.doc, one.turn).role is Role.HOST


# what comes next


def test_next_is_what_the_interviewer_asked_next(tmp_path: Path) -> None:
    talks: dict[str, Talk] = {
        "tea": [
            [asked("春茶一般什么时候开始采？"), answered("春茶清明前三天开始采。")],
            [asked("为什么？"), answered("早了太苦。")],
            [asked("老茶树和新茶树有什么不同？"), answered("老树的根深。")],
            [asked("春茶一般什麼時候開始採?"), answered("说过了。")],
            [asked("你们怎么看机器采茶？"), answered("不看。")],
        ]
    }
    retriever = make_retriever(tmp_path / "index", talks, lambda text: 0.9 if "清明" in text else 0.1)
    answer = ask(retriever, "春茶一般什么时候开始采？", top_k=1)
    assert [citation.turn for citation in answer.citations] == [1]
    following = next_questions(retriever.view, answer)
    assert [(one.text, one.turn) for one in following] == [
        ("老茶树和新茶树有什么不同？", 4),
        ("你们怎么看机器采茶？", 8),
    ]
    assert next_questions(retriever.view, answer, 1) == following[:1]
    assert next_questions(retriever.view, answer, 0) == ()


def test_nothing_is_next_where_nothing_is_said(samples: Retriever) -> None:
    answer = ask(samples, "量子色动力学的渐近自由是怎么证明的？")
    assert not answer.answered
    assert next_questions(samples.view, answer) == ()


@given(st.data())
def test_next_questions_are_others_of_the_interviews_cited(chance: Retriever, data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(suggested(chance.view, 20)))
    answer = ask(chance, first.text)
    following = next_questions(chance.view, answer, 5)
    assert len({one.text for one in following}) == len(following) <= 5
    for one in following:
        assert one.text != first.text and stands_alone(one.text)
        assert any(citation.doc == one.doc and citation.turn < one.turn for citation in answer.citations)
        turn = chance.view.turn(one.doc, one.turn)
        assert one.text in chance.view.text_of(one.doc)[turn.start : turn.end]


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())
