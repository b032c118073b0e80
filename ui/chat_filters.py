"""Which part of the archive is asked: widgets for it, the same on every page that asks."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from index import names
from index.dates import DATES, first_date
from index.errors import InputError
from index.generations import ARCHIVE
from index.model import Role
from rag.filters import Filters, find_person, in_language, matching_documents
from ui.chat_labels import labels, told_apart
from ui.chat_text import say
from ui.chat_view import dotted, language_name
from ui.messages import one_line
from ui.options import check_dates

if TYPE_CHECKING:
    from rag.view import View

SPEAKERS, INTERVIEWS, SINCE, UNTIL = "filter speakers", "filter interviews", "filter since", "filter until"
LANGUAGES = "filter languages"
KEYS = (SPEAKERS, INTERVIEWS, SINCE, UNTIL, LANGUAGES)
CHOICES = (SPEAKERS, INTERVIEWS, LANGUAGES)
BEGUN = "filters begun"
LONGEST_DATE = 30  # characters


def filter_popover(view: View) -> None:
    """A button that opens the widgets, with how many filters apply; beside it, what was written and does not."""
    _forget_what_is_gone(view)
    now = filters_now()
    active = sum(map(bool, (now.speakers, now.interviews, now.since, now.until, now.languages)))
    label = say("filters.active", number=active) if active else say("filters")
    with st.popover(label, icon=":material/filter_alt:"):
        filter_widgets(view)
    for problem in _date_problems():
        st.caption(f":material/warning: {say(f'filters.ignored.{problem}')}")


def filter_widgets(view: View) -> None:
    """The widgets. What is chosen lasts as long as the session, on all pages."""
    _forget_what_is_gone(view)
    for key, name, told in (
        (SPEAKERS, "speakers", told_apart({name: name for name in people(view)})),
        (INTERVIEWS, "interviews", labels(view.documents())),
        (LANGUAGES, "languages", {tag: language_name(tag) for tag in languages(view)}),
    ):
        st.multiselect(
            say(f"filters.{name}"),
            list(told),
            format_func=told.__getitem__,
            key=key,
            placeholder=say("filters.any"),
            persist_state="session",
        )
    problems = _date_problems()
    for column, key, name in zip(st.columns(2), (SINCE, UNTIL), ("since", "until"), strict=True):
        column.text_input(
            say(f"filters.{name}"),
            key=key,
            placeholder=say("filters.date.hint"),
            max_chars=LONGEST_DATE,
            on_change=_write_as_iso,
            args=(key,),
            persist_state="session",
        )
        if name in problems:
            column.error(say("filters.date.wrong"))
    if "order" in problems:
        st.error(say("filters.date.order"))
    st.button(say("filters.clear"), on_click=_clear, disabled=not any(st.session_state.get(key) for key in KEYS))


def filters_now() -> Filters:
    """What is chosen and applies: a date that is none does not, and of two that are the wrong way round neither."""
    since, until = ("", "") if "order" in _date_problems() else (date_of(_text(SINCE)), date_of(_text(UNTIL)))
    return Filters(tuple(_chosen(SPEAKERS)), tuple(_chosen(INTERVIEWS)), since, until, tuple(_chosen(LANGUAGES)))


def filters_text(filters: Filters, view: View) -> str:
    """The filters in words, "" without any; shown as text, since names are the archive's."""
    told = told_apart({row.doc: row.title or row.doc for row in view.documents()}) if filters.interviews else {}
    titles = [told.get(doc, doc) for doc in filters.interviews]
    return dotted(
        ", ".join(map(one_line, filters.speakers)),
        ", ".join(map(one_line, titles)),
        time_text(filters),
        ", ".join(map(language_name, filters.languages)),
    )


def time_text(filters: Filters) -> str:
    """From when to when, "" without dates."""
    return f"{filters.since or '…'} – {filters.until or '…'}" if filters.since or filters.until else ""


def begin_with(view: View, given: Filters) -> None:
    """Choose what the session is to begin with; once, since it can be changed."""
    if not given or BEGUN in st.session_state:
        return
    st.session_state[BEGUN] = True
    names_of = {person: name for name in people(view) for person in find_person(view.index, name)}
    persons = [person for name in given.speakers for person in find_person(view.index, name)]
    rows = matching_documents(view.index, Filters(interviews=given.interviews)) if given.interviews else []
    offered = languages(view)
    tags = [tag for tag in offered if tag in given.languages]
    tags = tags or [tag for tag in offered if given.languages and in_language(tag, given)]
    st.session_state[SPEAKERS] = [names_of[person] for person in persons if person in names_of]
    st.session_state[INTERVIEWS] = [row.doc for row in rows]
    st.session_state[SINCE], st.session_state[UNTIL] = given.since, given.until
    st.session_state[LANGUAGES] = tags


def languages(view: View) -> list[str]:
    """The languages of the interviews, the most frequent first; both scripts of Chinese also together."""
    count = Counter(row.language for row in view.documents() if row.language != "und")
    tags = [tag for tag, _ in count.most_common()]
    chinese = [tag for tag in tags if tag.startswith("zh-")]
    return [*tags, "zh"] if len(chinese) > 1 else tags


def date_of(written: str) -> str:
    """A date in one of the ways in which transcripts give it, as ISO 8601; "" for anything else."""
    narrow = unicodedata.normalize("NFKC", written).strip()
    iso = first_date(narrow) if any(pattern.fullmatch(narrow) for pattern in DATES) else narrow
    try:
        check_dates(iso, "")
    except InputError:
        return ""
    return iso


def people(view: View) -> list[str]:
    """Everyone of the archive who is named, who answers first; a person once, by a name that nobody else goes by: the
    first name met, or else another.
    """
    return _people(view, view.index.manifest.files[ARCHIVE].sha256)


@st.cache_resource(max_entries=2, show_spinner=False)
def _people(_view: View, contents: str) -> list[str]:
    """`contents` is the key under which they are kept."""
    speakers = sorted(_view.index.all_speakers(), key=lambda one: one.role is not Role.GUEST)
    shown: dict[str, str] = {}
    owners: dict[str, set[str]] = {}  # by what rag/filters.py compares
    for one in speakers:
        if one.name:
            shown.setdefault(one.person or one.name, one.name)
            owners.setdefault(names.key(one.name), set()).add(one.person or one.name)
    for person, alias in _view.index.aliases():
        owners.setdefault(names.key(alias), set()).add(person)

    def unmistakable(person: str, name: str) -> str:
        every = (name, person, *_view.aliases.get(person, ()))
        return next((one for one in every if owners.get(names.key(one)) == {person}), name)

    return list(dict.fromkeys(unmistakable(person, name) for person, name in shown.items()))


def _chosen(key: str) -> list[str]:
    return list(st.session_state.get(key) or ())


def _text(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _date_problems() -> list[str]:
    """Which of the dates is none, "since" or "until", or that their "order" is wrong."""
    written = {"since": _text(SINCE), "until": _text(UNTIL)}
    dates = {name: date_of(text) for name, text in written.items()}
    problems = [name for name, text in written.items() if text and not dates[name]]
    try:
        check_dates(dates["since"], dates["until"])
    except InputError:
        problems.append("order")
    return problems


def _write_as_iso(key: str) -> None:
    """Show how a date was understood."""
    st.session_state[key] = date_of(_text(key)) or st.session_state[key]


def _clear() -> None:
    for key in KEYS:
        st.session_state[key] = [] if key in CHOICES else ""


def _forget_what_is_gone(view: View) -> None:
    """Drop what the archive no longer has: the widgets refuse it."""
    docs = [row.doc for row in view.documents()]
    for key, options in ((SPEAKERS, people(view)), (INTERVIEWS, docs), (LANGUAGES, languages(view))):
        if any(value not in options for value in _chosen(key)):
            st.session_state[key] = [value for value in _chosen(key) if value in options]
