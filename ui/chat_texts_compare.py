"""The words of the comparison: (English, Simplified Chinese) by name."""

from __future__ import annotations

COMPARE: dict[str, tuple[str, str]] = {
    "compare.title": ("Who said what, and when?", "谁在何时说了什么？"),
    "compare.explain": (
        "One question is asked of each interview or person; the answers stand side by side, ordered by date.",
        "向每篇访谈或每个人提同一个问题，答案按日期并排呈现。",
    ),
    "compare.question": ("One question for all of them…", "向它们提同一个问题…"),
    "compare.ask": ("Compare", "比较"),
    "compare.by": ("Side by side", "并排方式"),
    "compare.by.interview": ("By interview", "按访谈"),
    "compare.by.person": ("By person", "按人物"),
    "compare.best": ("Those that speak most to the question (at most {})", "与问题最相关的（最多 {} 个）"),
    "compare.choose.interview": ("Interviews to compare", "要比较的访谈"),
    "compare.choose.person": ("Persons to compare", "要比较的人物"),
    "compare.undated": ("no date", "日期不详"),
    "compare.silent.interview": ("These interviews do not say:", "以下访谈没有提到："),
    "compare.silent.person": ("These persons do not say:", "以下人物没有提到："),
    "compare.others.interview": (
        "Other interviews that could be asked and were not: {}",
        "另有 {} 篇访谈可以提问，但没有问到。",
    ),
    "compare.others.person": (
        "Other guests who could be asked and were not: {}",
        "另有 {} 位受访者可以提问，但没有问到。",
    ),
    "compare.filtered": ("Left out by the filters:", "因筛选而略去："),
    "compare.nothing": (
        "Nothing of the archive passes the filters.",
        "没有符合筛选条件的内容。",
    ),
    "compare.nobody": (
        "None of them says anything about it:",
        "都没有提到这个问题：",
    ),
    "compare.stopped": ("Stopped before all of them were asked.", "已停止，尚未全部问完。"),
    "compare.no_model": (
        "The language model did not answer. Where it did not, these are the speakers’ own words.",
        "语言模型没有回答。未回答之处均为说话人原话。",
    ),
}
