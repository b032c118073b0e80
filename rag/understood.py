"""Questions that name their filters: "what did Altman say in 2024 about …", 马斯克在2016年…, 在彭博的采访里….

Only what the archive has is understood: a person who speaks in it, an interview of that time, outlet or title. A filter
of a kind that the user set is theirs. When in doubt, nothing is filtered: the ranking knows names and words by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from index.names import key
from rag.answer import SearchResult
from rag.clue import Clue
from rag.dates_in import Dated, dates_in
from rag.filters import EVERYTHING, Filters, in_language, in_time, matching_documents
from rag.interviews_in import heard_in, interviews_in
from rag.names_in import Mention, folded_as_long, mentions
from rag.question import usable
from rag.retrieve import ACROSS, Retriever
from rag.sayings import INTERVIEW, LANGUAGE, Sayings, masked, sayings
from rag.view import View

LONGEST = 500  # characters; a text that is pasted in is about what it tells of, and long ones take their time
LANGUAGES = {
    "zh": "中文|华语|国语|chinese|mandarin",
    "en": "英文|英语|english|inglés",
    "ja": "日文|日语|日本語|japanese",
    "ko": "韩文|韩语|korean",
    "es": "西班牙文|西班牙语|西文|spanish|español",
}
_NAMED_LANGUAGE = "|".join(f"(?P<{tag}>{words})" for tag, words in LANGUAGES.items())
_LANGUAGE = re.compile(rf"(?:{_NAMED_LANGUAGE})(?:的|那一?[次场期篇]|の|\s)*(?:{INTERVIEW})")

TWO_QUESTIONS = re.compile(r"[?？][^?？]*[^\s?？!！.。”」’\"'）)]")


@dataclass(frozen=True, slots=True)
class Understood:
    """The filters of a question, its own and the user's, and what in it says so."""

    filters: Filters
    because: tuple[Clue, ...]


AS_IT_IS = Understood(EVERYTHING, ())


def understood(view: View, question: str, given: Filters = EVERYTHING) -> Understood:
    """What a question says itself of who speaks, when and in which interview: nothing, where it is LONGEST or longer.
    `given` is what the user filters by.

    Raises InputError for names in `given` that the archive does not have.
    """
    if len(question) >= LONGEST:
        matching_documents(view.index, given)
        return Understood(given, ())
    folded = folded_as_long(question)
    named, dates = mentions(view, question), dates_in(folded)
    signs = masked(folded, named, dates)
    said = sayings(signs)
    docs = {row.doc for row in (matching_documents(view.index, given) if given else view.documents())}
    filters, because = given, list[Clue]()
    if not given.speakers and (persons := _speakers(view, question, said, named, docs)):
        filters = replace(filters, speakers=tuple(dict.fromkeys(person for _, _, person in persons)))
        because += [Clue("speaker", person, start, end) for start, end, person in persons]
        docs &= heard_in(view, filters.speakers)
    if not given.languages and (clue := _language(view, folded, docs)):
        filters = replace(filters, languages=(clue.value,))
        because.append(clue)
        signs = signs[: clue.start] + LANGUAGE * (clue.end - clue.start) + signs[clue.end :]
        docs &= {row.doc for row in view.documents() if in_language(row.language, filters)}
    # Whoever compares, or asks two things at once, may mean two interviews.
    is_twofold = ACROSS.search(question) or TWO_QUESTIONS.search(question)
    if not (given.since or given.until or is_twofold) and (date := _date(view, said, dates, docs)):
        filters = replace(filters, since=date.since, until=date.until)
        because.append(Clue("date", date.value, date.start, date.end))
        docs &= _of_time(view, filters)
    if not (given.interviews or is_twofold) and (found := interviews_in(view, question, signs, named, docs)):
        filters = replace(filters, interviews=found.docs)
        because.append(Clue("interview", found.called, found.start, found.end))
        docs &= set(found.docs)
    return Understood(filters, tuple(sorted(because, key=lambda clue: clue.start)))


def _speakers(
    view: View, question: str, said: Sayings, named: Sequence[Mention], docs: Collection[str]
) -> list[Mention]:
    """Who is said to speak, and does in these interviews; nobody where one of the names is that of several people."""
    found = [one for one in named if any(start <= one[0] < end for start, end in said.speakers)]
    names = {key(question[start:end]) for start, end, _ in found}
    owners = {(name, person) for person, aliases in view.aliases.items() for name in names & set(map(key, aliases))}
    if len(owners) > len(names):
        return []
    return [one for one in found if not heard_in(view, (one[2],)).isdisjoint(docs)]


def _date(view: View, said: Sayings, dates: Sequence[Dated], docs: Collection[str]) -> Dated | None:
    """When it was said, where the question gives one such time, and one of these interviews may be of it."""
    found = [date for date in dates if date.start in said.dates]
    if len({date.value for date in found}) != 1:
        return None
    wanted = Filters(since=found[0].since, until=found[0].until)
    return None if _of_time(view, wanted).isdisjoint(docs) else found[0]


def _of_time(view: View, filters: Filters) -> set[str]:
    return {row.doc for row in view.documents() if in_time(row.date, filters)}


def _language(view: View, folded: str, docs: Collection[str]) -> Clue | None:
    """The language of the interviews that are meant, where some are in it and some are not."""
    match = _LANGUAGE.search(folded)
    if not match or not match.lastgroup:
        return None
    tag = match.lastgroup
    among = [row.doc for row in view.documents() if row.doc in docs and row.language.split("-")[0] == tag]
    return Clue("language", tag, match.start(tag), match.end(tag)) if 0 < len(among) < len(docs) else None


def search(
    retriever: Retriever, question: str, top_k: int = 5, filters: Filters = EVERYTHING, understand: bool = True
) -> SearchResult:
    """The best passages for a question, with `understand` from where it says itself, as long as there are any.

    Raises what Retriever.search does.
    """
    known = understood(retriever.view, usable(question), filters) if understand else AS_IT_IS
    if known.because:
        result = retriever.search(question, top_k, known.filters)
        if result.hits:
            return replace(result, understood=known.because)
    return retriever.search(question, top_k, filters)
