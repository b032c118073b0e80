"""Questions that name their filters: what is understood, in both scripts and in English, and what must not be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_embedding import FakeEmbedding
from hypothesis import given
from hypothesis import strategies as st

from index.build import build_index
from index.store import open_index
from rag.dates_in import dates_in
from rag.filters import EVERYTHING, Filters
from rag.names_in import folded_as_long
from rag.understood import Understood, understood
from rag.view import View

Page = tuple[str, str, str, str, str, str]
PAGES: dict[str, Page] = {  # title, date, outlet, introduction, host, guest
    "factory": (
        "造火箭的人谈火箭",
        "2016-09-15",
        "网易科技",
        "山姆·奥特曼（Sam Altman）在工厂里采访了埃隆·马斯克（Elon Musk）。",
        "奥特曼",
        "马斯克",
    ),
    "board": (
        "那个周末发生了什么",
        "2023-11-30",
        "彭博商业周刊",
        "记者林岚采访了山姆·奥特曼（Sam Altman），他谈了很久。",
        "林岚",
        "奥特曼",
    ),
    "campus": (
        "萨姆在哈佛商学院：规模就是一切",
        "2024-10-17",
        "新知周报",
        "这是山姆·奥特曼（Sam Altman）的一次公开演讲，学生提问。",
        "主持人",
        "奥特曼",
    ),
    "podcast": (
        "On chips, fusion and trust",
        "2024-03-19",
        "The Lighthouse Podcast",
        "Lex Fridman asked Sam Altman about chips and fusion, and about trust.",
        "Lex Fridman",
        "Sam Altman",
    ),
    "minister": ("開放政府十年", "2021-05", "端傳媒", "記者訪問了唐鳳（Audrey Tang），她談開放政府。", "記者", "唐鳳"),
    "john": (
        "Light and weather",
        "2019-02-01",
        "",
        "John Smith kept the light for thirty years, and he never once complained.",
        "Ann",
        "Smith",
    ),
    "anna": (
        "Nets and weather",
        "2019-03-01",
        "",
        "Anna Smith fished for thirty years, and she never once complained of it.",
        "Ann",
        "Smith",
    ),
    "undated": ("茶与山", "", "坡上志", "记者采访了普云禾，普云禾种茶三十年，如今她退休了。", "问", "普云禾"),
}


def written(page: Page) -> str:
    title, date, outlet, introduction, host, guest = page
    facts = [f"发布时间：{date}" if date else "", f"来源：{outlet}" if outlet else ""]
    english = title.isascii()
    question = "Is that so, and since when?" if english else "真的是这样吗？从什么时候开始的？"
    answer = "Yes, it is so, and it has been for years." if english else "是的，一直是这样，很多年了。"
    turns = "".join(f"**{host}：** {question}\n\n**{guest}：** {answer}\n\n" for _ in range(4))
    return "\n\n".join([f"# {title}", *filter(None, facts), introduction, turns])


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    folder = tmp_path_factory.mktemp("talks")
    for doc, page in PAGES.items():
        (folder / f"{doc}.md").write_text(written(page), encoding="utf-8")
    build_index([folder], folder / "index", FakeEmbedding())
    with open_index(folder / "index") as index:
        yield View(index)


ALTMAN, MUSK, TANG = ("Sam Altman",), ("Elon Musk",), ("Audrey Tang",)


def only(
    speakers: tuple[str, ...] = (), since: str = "", until: str | None = None, docs: tuple[str, ...] = (), tag: str = ""
) -> Filters:
    """Filters; `since` alone is a time by itself, such as a year."""
    return Filters(speakers, docs, since, since if until is None else until, (tag,) if tag else ())


NAMED = [
    # who and when
    ("what did Altman say in 2024 about chips?", only(ALTMAN, "2024")),
    ("What did Sam Altman say in March 2024 about chips?", only(ALTMAN, "2024-03")),
    ("What did Altman say about chips in 2024?", only(ALTMAN, "2024")),
    ("In 2016, what did Musk think about rockets?", only(MUSK, "2016")),
    ("in 2016 how did Musk explain the rockets", only(MUSK, "2016")),
    ("What has Altman said since 2024 about fusion?", only(ALTMAN, "2024", "")),
    ("What did Altman say after 2023?", only(ALTMAN, "2024", "")),
    ("What did Altman say about the board before 2024?", only(ALTMAN, "", "2023")),
    ("What did Altman say between 2023 and 2024 about trust?", only(ALTMAN, "2023", "2024")),
    ("What were Musk's 2016 views on rockets?", only(MUSK, "2016")),
    ("马斯克在2016年怎么看火箭？", only(MUSK, "2016")),
    ("馬斯克在2016年怎麼看火箭？", only(MUSK, "2016")),
    ("马斯克2016年说了什么？", only(MUSK, "2016")),
    ("2016年马斯克怎么看火箭", only(MUSK, "2016")),
    ("2016年时，马斯克是怎么评价火箭的？", only(MUSK, "2016")),
    ("马斯克二〇一六年谈到过哪些风险？", only(MUSK, "2016")),
    ("奥特曼2024年以后怎么看芯片？", only(ALTMAN, "2024", "")),
    ("奧特曼自2024年以來怎麼看晶片？", only(ALTMAN, "2024", "")),
    ("奥特曼在2024年之前怎么看芯片？", only(ALTMAN, "", "2023")),
    ("奥特曼2023年11月谈到了什么？", only(ALTMAN, "2023-11")),
    ("唐鳳在2021年怎麼說開放政府？", only(TANG, "2021")),
    ("唐凤委员2021年对开放政府的看法是什么？", only(TANG, "2021")),
    ("他在2016年说过什么？", only((), "2016")),
    ("What did he say in 2016?", only((), "2016")),
    ("¿Qué dijo Musk en 2016 sobre los cohetes?", only(MUSK, "2016")),
    ("What did Ａltman say in ２０２４?", only(ALTMAN, "2024")),
    # who
    ("what does Altman think about Musk?", only(ALTMAN)),
    ("奥特曼怎么看马斯克？", only(ALTMAN)),
    ("对马斯克，奥特曼怎么看？", only(ALTMAN)),
    ("奥特曼对马斯克的看法是什么？", only(ALTMAN)),
    ("According to Musk, how hard is it?", only(MUSK)),
    ("What does Altman say Musk thinks of it?", only(ALTMAN)),
    ("奥特曼说马斯克怎么看这件事？", only(ALTMAN)),
    ("What do Altman and Musk think about rockets?", only(("Sam Altman", "Elon Musk"))),
    ("奥特曼和马斯克怎么看火箭？", only(("Sam Altman", "Elon Musk"))),
    ("¿Qué opina Altman de Musk?", only(ALTMAN)),
    ("Según Musk, ¿es difícil?", only(MUSK)),
    ("唐鳳さんは開放政府について何と言っていますか", only(TANG)),
    ("普云禾觉得种茶难吗？", only(("普云禾",))),
    # when
    ("In the 2016 interview, what did they say about rockets?", only((), "2016")),
    ("In the 2016 factory interview, how many rockets were there?", only((), "2016")),
    ("what was said in 2016 about rockets?", only((), "2016")),
    ("2016年工厂那次访谈里，有多少火箭？", only((), "2016")),
    ("2016年的采访里，火箭有多重？", only((), "2016")),
    ("2018年以前的採訪裡，火箭有多重？", only((), "", "2017")),
    ("interviews since 2024: what about fusion?", only((), "2024", "")),
    # where
    ("in the Bloomberg interview, what did he say about the board?", only(docs=("board",))),
    ("在彭博的采访里，他怎么说董事会？", only(docs=("board",))),
    ("在彭博的採訪裡，他怎麼說董事會？", only(docs=("board",))),
    ("彭博那次专访里，他怎么说董事会？", only(docs=("board",))),
    ("商業周刊的專訪談了什麼？", only(docs=("board",))),
    ("在哈佛的演讲里，规模有多重要？", only(docs=("campus",))),
    ("What did Altman say at Harvard about scale?", only(ALTMAN, docs=("campus",))),
    ("What did Altman tell Bloomberg about the board?", only(ALTMAN, docs=("board",))),
    ("奥特曼对彭博说董事会怎么了？", only(ALTMAN, docs=("board",))),
    ("On the Lighthouse podcast, what about trust?", only(docs=("podcast",))),
    ("端传媒的采访里，政府怎么开放？", only(docs=("minister",))),
    ("in the interview with Lex Fridman, what about trust?", only(docs=("podcast",))),
    ("在Lex Fridman的播客里，芯片怎么了？", only(docs=("podcast",))),
    ("What did Altman say in his latest interview?", only(ALTMAN, docs=("campus",))),
    ("最近一次采访里，奥特曼谈到了什么？", only(ALTMAN, docs=("campus",))),
    ("What did Altman say in his first interview?", only(ALTMAN, docs=("factory",))),
    # in which language
    ("In the English interviews, what does Altman say about chips?", only(ALTMAN, tag="en")),
    ("英文采访里，奥特曼怎么看芯片？", only(ALTMAN, tag="en")),
    ("英文訪談裡怎麼說？", only(tag="en")),
]
TOPICS = [
    "who is Musk?",
    "马斯克是谁？",
    "What happened between Altman and Musk?",
    "他2016年创立的公司叫什么？",
    "马斯克2016年创立的公司现在怎么样？",
    "What will happen in 2030?",
    "What happened in 2016?",
    "2024年的大选会怎么样？",
    "2030年的预测是什么？",
    "Which company was founded in 2016?",
    "谁说马斯克什么都懂？",
    "Who said that Musk knows everything?",
    "是谁对奥特曼说要坚持到底的？",
    "奥特曼被董事会赶走那几天，谁支持他？",
    "What did Smith say about the weather?",  # there are two
    "What did Ann ask?",
    "What did Trump say about chips?",
    "在公司的采访里，有人问过茶吗？",
    "in the other interview, what did it cost?",
    "最新的模型怎么样？",
    "What is the latest model?",
    "彭博是一家什么样的公司？",
    "奥特曼和马斯克的关系怎么样？",
    "he founded it in 2016, why?",
    "火箭上有2024个零件吗？",
    "那采访呢？",
    "闻周报的采访里怎么说？",
]
TOPIC_YEARS = [
    ("What does Altman say about the election of 2024?", ALTMAN),
    ("奥特曼怎么看2024年的大选？", ALTMAN),
    ("奥特曼说2024年会发生什么？", ALTMAN),
    ("What does Altman predict for 2024?", ALTMAN),
    ("马斯克怎么看2016年创立的公司？", MUSK),
    ("What did Musk say in 2024?", MUSK),  # he gave no interview then
    ("马斯克在2024年说了什么？", MUSK),
    ("What did Altman say in 1999?", ALTMAN),
    ("奥特曼对芯片的看法，2023年和2024年有什么不同？", ALTMAN),
    ("What did Altman say in 2023, and what in 2024?", ALTMAN),
]


@pytest.mark.parametrize(("question", "expected"), NAMED)
def test_what_a_question_names_is_understood(view: View, question: str, expected: Filters) -> None:
    assert understood(view, question).filters == expected


@pytest.mark.parametrize("question", TOPICS)
def test_what_a_question_is_about_is_no_filter(view: View, question: str) -> None:
    assert understood(view, question) == Understood(EVERYTHING, ())


@pytest.mark.parametrize(("question", "speakers"), TOPIC_YEARS)
def test_a_year_that_nobody_speaks_in_is_no_filter(view: View, question: str, speakers: tuple[str, ...]) -> None:
    assert understood(view, question).filters == Filters(speakers)


def test_the_words_that_say_so_are_pointed_at(view: View) -> None:
    question = "馬斯克在2016年的採訪裡怎麼看火箭？"
    clues = understood(view, question).because
    assert [(clue.kind, clue.value, question[clue.start : clue.end]) for clue in clues] == [
        ("speaker", "Elon Musk", "馬斯克"),
        ("date", "2016", "在2016年"),
    ]


def test_an_open_time_is_written_as_an_interval(view: View) -> None:
    [_, since] = understood(view, "What has Altman said since 2024?").because
    [_, before] = understood(view, "What did Altman say before 2024?").because
    assert (since.value, before.value) == ("2024/..", "../2023")


def test_what_the_user_filters_by_goes_first(view: View) -> None:
    question = "What did Altman say in 2024 about chips?"
    mine = Filters(speakers=("Musk",))
    assert understood(view, question, mine).filters == mine  # Musk has no interview of 2024
    assert understood(view, question, Filters(since="2023")).filters == Filters(ALTMAN, since="2023")
    kept = Filters(interviews=("factory",))
    assert understood(view, question, kept).filters == Filters(ALTMAN, ("factory",))
    assert understood(view, "彭博的采访里，他怎么说？", kept).filters == kept
    assert understood(view, "英文采访里怎么说？", Filters(languages=("zh",))).filters == Filters(languages=("zh",))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("in 2016", ["2016"]),
        ("from March 2016 on", ["2016-03"]),
        ("on March 19, 2024", ["2024-03-19"]),
        ("2024年3月19日", ["2024-03-19"]),
        ("2024年三月", ["2024-03"]),
        ("before January 2024", ["../2023-12"]),
        ("after December 2023", ["2024-01/.."]),
        ("by 2020", ["../2020"]),
        ("2016-2018", ["2016/2018"]),
        ("2018年到2016年之间", ["2016/2018"]),
        ("二零一六年起", ["2016/.."]),
        ("desde 2016 y antes de 2020", ["2016/..", "../2019"]),
        ("2016年以降と2018年まで", ["2016/..", "../2018"]),
        ("2010年代 2010s $2016 2016% 12016 2016.5 三年前", []),
        ("2016年13月", []),
        ("2016年后来", ["2016"]),
    ],
)
def test_dates_and_how_far_they_reach(text: str, values: list[str]) -> None:
    assert [date.value for date in dates_in(folded_as_long(text.casefold()))] == values


PIECES = st.sampled_from(
    [
        "Altman",
        "马斯克",
        "奧特曼",
        "在",
        "2016年",
        " in 2024 ",
        "说",
        "said",
        "的采访里",
        "interview",
        "the ",
        "彭博",
        "，",
        "?",
        "since 2020",
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=10).map("".join)))
def test_any_question_is_understood_somehow(view: View, question: str) -> None:
    found = understood(view, question)
    assert all(0 <= clue.start < clue.end <= len(question) for clue in found.because)
    assert bool(found.because) == bool(found.filters)
