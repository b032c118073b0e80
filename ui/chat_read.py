"""One interview to read: its turns, its sections as an outline, words looked for in it, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.find import Occurrence, occurrences
from ui.chat_labels import labels
from ui.chat_parts import choices_part, transcript_part
from ui.chat_same import same_data
from ui.chat_text import say
from ui.chat_turns import Mark, excluded_data, transcript_words, turns_data
from ui.chat_view import dotted, web_address
from ui.messages import one_line

if TYPE_CHECKING:
    from index.store import DocumentRow
    from rag.retrieve import Retriever
    from rag.view import View

PART, OUTLINE = "read part", "read outline"
WORDS, AT, JUMPS, SEEN = "read words", "read at", "read jumps", "read turn seen"


def read_page(retriever: Retriever) -> None:
    """The page; its address names the interview and the turn: ?doc=…&turn=…"""
    view = retriever.view
    outline, text = st.columns([1, 3], gap="large")
    with outline, st.container(key="outline"):
        document = _choose(view)
        if document is None:
            return
        if st.query_params.get("turn", "") != st.session_state.get(SEEN, ""):  # a link brought us here
            _forget_search()
        found, at = _search(view, document.doc)
        _outline(view, document.doc)
        with_excluded = st.toggle(say("read.excluded"), key="read excluded", persist_state="session")
    with text:
        _transcript(retriever, document, found, at, with_excluded)


def _choose(view: View) -> DocumentRow | None:
    """The interview that the address names, or the first; None where there is none of that name: nothing is shown in
    its place. A choice changes the address.
    """
    documents = {row.doc: row for row in view.documents()}
    names = labels(view.documents())
    asked = st.query_params.get("doc", "")
    if asked and asked not in documents:
        st.warning(say("read.unknown"))
        st.text(one_line(asked))
    key = "read doc"
    if asked in documents and st.session_state.get("read address") != asked:
        st.session_state[key] = asked
    elif asked and asked not in documents:
        st.session_state[key] = None
    elif st.session_state.get(key) not in documents:
        st.session_state[key] = next(iter(documents))
    doc = st.selectbox(
        say("read.interview"),
        list(documents),
        format_func=lambda doc: names[doc],
        key=key,
        on_change=_chosen,
        index=None,
        placeholder=say("read.choose"),
        persist_state="session",
    )
    if doc is None:
        return None
    st.session_state["read address"] = doc
    if st.query_params.get("doc") != doc:
        st.query_params["doc"] = doc
    return documents[doc]


def _chosen() -> None:
    """Another interview: from its beginning, and nothing looked for."""
    doc = st.session_state["read doc"]
    st.query_params.from_dict({"doc": doc} if doc else {})
    st.session_state["read address"] = doc
    _forget_search()


def _top(view: View, document: DocumentRow) -> dict[str, Any]:
    """What stands above the turns."""
    counts = say("read.counts", turns=f"{document.turns:,}", passages=f"{document.passages:,}")
    return {
        "title": one_line(document.title or document.doc),
        "lines": [dotted(document.date, document.outlet, ", ".join(document.speakers)), counts],
        "same": same_data(view, document.doc, document.same_as),
        "warnings": [one_line(warning) for warning in document.warnings],
        "url": web_address(document.url),
    }


def _search(view: View, doc: str) -> tuple[tuple[Occurrence, ...], int]:
    """Words to look for; where they stand, and which of the places is looked at."""
    words = st.text_input(
        say("read.search"), key=WORDS, max_chars=200, icon=":material/search:", persist_state="session"
    )
    found = occurrences(view, doc, words) if words.strip() else ()
    if not words.strip():
        return (), 0
    if st.session_state.get("read looked for") != (doc, words):
        st.session_state["read looked for"], st.session_state[AT] = (doc, words), 0
    at = int(st.session_state.get(AT, 0)) % max(1, len(found))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say("read.found", at=at + 1 if found else 0, number=len(found)))
        st.button(
            say("read.before"),
            icon=":material/keyboard_arrow_up:",
            on_click=_step,
            args=(at - 1,),
            disabled=len(found) < 2,
        )
        st.button(
            say("read.after"),
            icon=":material/keyboard_arrow_down:",
            on_click=_step,
            args=(at + 1,),
            disabled=len(found) < 2,
        )
    return found, at


def _step(at: int) -> None:
    st.session_state[AT] = at


def _outline(view: View, doc: str) -> None:
    """The sections; a click goes to the first turn of one."""
    sections: dict[str, int] = {}
    for turn in view.turns_of(doc):
        if turn.section:
            sections.setdefault(turn.section, turn.number)
    if not sections:
        return

    def chosen() -> None:
        if (number := st.session_state[OUTLINE].chosen) is not None:
            _go(list(sections.values())[int(number)])

    language = view.document(doc).language
    items = [{"text": one_line(section), "lang": language, "note": ""} for section in sections]
    data = {"title": say("read.sections"), "items": items, "is_outline": True}
    choices_part(key=OUTLINE, data=data, on_chosen_change=chosen)


def _go(turn: int) -> None:
    """Show a turn; once more, where it is the one that was shown."""
    st.query_params["turn"] = str(turn)
    st.session_state[JUMPS] = st.session_state.get(JUMPS, 0) + 1
    _forget_search()


def _forget_search() -> None:
    """A place that is asked for goes before words that were looked for until then."""
    st.session_state[WORDS] = ""
    st.session_state[SEEN] = st.query_params.get("turn", "")


def _transcript(
    retriever: Retriever, document: DocumentRow, found: tuple[Occurrence, ...], at: int, with_excluded: bool
) -> None:
    view, doc = retriever.view, document.doc
    turns = view.turns_of(doc)
    target = _target({turn.number for turn in turns})
    marks = [Mark(one.start, one.end, "found here" if number == at else "found") for number, one in enumerate(found)]
    drawn: list[dict[str, Any]] = turns_data(view, doc, turns, marks)
    if with_excluded:
        drawn = excluded_data(retriever.index, doc, turns, drawn)
    place = f"{found[at].start}" if found else f"turn {target} {st.session_state.get(JUMPS, 0)}"
    data = {
        "head": None,
        "top": _top(view, document),
        "turns": drawn,
        "target": target,
        "scroll": f"{doc} {place}" if found or target is not None else "",
        "lang": document.language,
        "words": {**transcript_words(), "same": say("same.as")},
    }
    transcript_part(key=PART, data=data, on_turn_change=_link, on_same_change=_read_same)


def _read_same() -> None:
    if doc := st.session_state[PART].same:
        st.query_params.from_dict({"doc": str(doc)})
        _forget_search()


def _link() -> None:
    if (turn := st.session_state[PART].turn) is not None:
        st.query_params["turn"] = str(turn)
        st.session_state[SEEN] = str(turn)
        st.toast(say("read.copied"), icon=":material/link:")


def _target(numbers: set[int]) -> int | None:
    """The turn that the address names, if the interview has it."""
    asked = st.query_params.get("turn", "")
    return next((number for number in numbers if str(number) == asked), None)
