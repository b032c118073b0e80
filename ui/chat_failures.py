"""The questions of an evaluation that went wrong, to look through one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from eval.failures import KINDS, Failure, failures_of, kinds_of, pieces
from eval.records import EvidenceRank, Outcome, Retrieved, Run
from index.script import language
from ui.chat_parts import failure_part
from ui.chat_text import say
from ui.chat_view import dotted
from ui.messages import one_line, visible

KIND, AT = "failures kind", "failure at"
ALL = "all"


def show_failures(runs: Sequence[Run]) -> None:
    """What went wrong in the first run, and how the others fared with it."""
    outcomes = runs[0].outcomes
    failures = failures_of(outcomes)
    st.subheader(say("failures"), anchor=False)
    if not failures:
        st.markdown(say("failures.none"))
        return
    st.caption(say("failures.lead", wrong=f"{len(failures):,}", asked=f"{len(outcomes):,}"))
    chosen = _of_kind(failures)
    at = _choose(chosen)
    failure_part(key="failure", data=failure_data(chosen[at], runs[1:]))


def _of_kind(failures: Sequence[Failure]) -> list[Failure]:
    counts = Counter(kind for failure in failures for kind in failure.kinds)
    counts[ALL] = len(failures)
    options = [ALL, *(kind for kind in KINDS if counts[kind])]
    if st.session_state.get(KIND) not in options:
        st.session_state[KIND] = ALL
    kind = st.pills(
        say("failures"),
        options,
        format_func=lambda kind: f"{say(f'failures.{kind}')} ({counts[kind]:,})",
        key=KIND,
        on_change=_go,
        args=(0,),
        label_visibility="collapsed",
        persist_state="session",
    )
    return [failure for failure in failures if kind in failure.kinds] or list(failures)


def _choose(failures: Sequence[Failure]) -> int:
    """Which of them is shown: chosen from the list, or the one before or after."""
    if st.session_state.get(AT, 0) not in range(len(failures)):
        _go(0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = st.selectbox(
            say("failures.choose"),
            range(len(failures)),
            format_func=lambda at: f"{at + 1}. {one_line(failures[at].outcome.question)}",
            key=AT,
            label_visibility="collapsed",
            persist_state="session",
        )
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            before, after = ":material/arrow_back:", ":material/arrow_forward:"
            st.button(say("failures.before"), icon=before, on_click=_go, args=(at - 1,), disabled=at == 0)
            last = at == len(failures) - 1
            st.button(say("failures.after"), icon=after, on_click=_go, args=(at + 1,), disabled=last)
            st.caption(say("failures.at", at=at + 1, number=len(failures)))
    return at


def _go(at: int) -> None:
    st.session_state[AT] = at


def failure_data(failure: Failure, others: Sequence[Run]) -> dict[str, Any]:
    """What the part draws: text of the report, and our words for it."""
    one = failure.outcome
    tags = [one_line(text) for text in (one.id, one.category, one.language)]
    if one.answered and "key_facts" in one.scores:
        tags.append(say("failures.key_facts", f"{one.scores['key_facts']:.2f}"))
    return {
        "question": visible(one.question),
        "lang": one.language,
        "kinds": [say(f"failures.{kind}") for kind in failure.kinds],
        "tags": tags,
        "sections": [section for section in _sections(one, others) if section["lines"]],
        "retrieved": [_passage(one, passage) for passage in one.retrieved],
        "words": {
            "retrieved": say("failures.retrieved"),
            "none": say("failures.retrieved.none"),
            "legend": say("failures.legend") if one.evidence else "",
        },
    }


def _sections(one: Outcome, others: Sequence[Run]) -> list[dict[str, Any]]:
    given = say("failures.given" if one.answered else "failures.given.none")
    return [
        _section(say("failures.history"), [visible(question) for question in one.history]),
        _section(say("failures.gold"), [_gold(one)]),
        _section(given, [_answer(one), *_cited(one)]),
        _section(say("failures.judge"), _verdict(one)),
        _section(say("failures.evidence"), [_evidence(span) for span in one.evidence]),
        _section(say("failures.others"), [_fared(run.system, other) for run in others for other in _same(run, one)]),
    ]


def _section(title: str, lines: list[str]) -> dict[str, Any]:
    return {"title": title, "lines": [{"text": line, "lang": language(line)} for line in lines if line]}


def _gold(one: Outcome) -> str:
    missing = "failures.gold.none" if one.answerable else "failures.gold.unanswerable"
    return visible(one.gold_answer) or say(missing)


def _answer(one: Outcome) -> str:
    """The answer, with the numbers of what each sentence cites."""
    sentences = [visible(text) + "".join(f"[{n}]" for n in cited) for text, cited in one.sentences]
    return " ".join(sentences) or visible(one.answer)


def _cited(one: Outcome) -> list[str]:
    return [
        f"[{cited.n}] "
        + dotted(cited.speaker or say("name.none"), _place(cited.doc, cited.quote_start, cited.quote_end))
        for cited in one.citations
    ]


def _verdict(one: Outcome) -> list[str]:
    if not one.verdict:
        return []
    scores = [f"{name} {score:.2f}" for name, score in one.verdict.scores.items()]
    return [dotted(one.verdict.model, *scores), visible(one.verdict.reason)]


def _evidence(span: EvidenceRank) -> str:
    found = say("failures.evidence.none") if span.rank is None else say("failures.evidence.rank", span.rank)
    return dotted(_place(span.doc, span.start, span.end), found)


def _same(run: Run, one: Outcome) -> list[Outcome]:
    return [other for other in run.outcomes if other.id == one.id][:1]


def _fared(system: str, other: Outcome) -> str:
    wrong = ", ".join(say(f"failures.{kind}") for kind in kinds_of(other))
    return dotted(system, wrong or say("failures.well"))


def _passage(one: Outcome, passage: Retrieved) -> dict[str, Any]:
    return {
        "rank": passage.rank,
        "who": ", ".join(map(one_line, passage.speakers)) or say("name.none"),
        "place": _place(passage.doc, passage.start, passage.end),
        "holds": say("failures.holds") if passage.holds else "",
        "lang": language(passage.text),
        "pieces": [{"text": visible(piece.text), "evidence": piece.evidence} for piece in pieces(one, passage)],
    }


def _place(doc: str, start: int, end: int) -> str:
    return f"{one_line(doc)} {start}–{end}"
