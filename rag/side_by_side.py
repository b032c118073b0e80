"""One question asked of several interviews, or of several persons: who said what, and when.

question ─► which interviews or persons? ─► the question once for each, filtered to it ─► Sides, by date
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.model import Kind, Role
from rag.answer import Answer, Citation, Note
from rag.chain import ask
from rag.compose import joined
from rag.conversation import NOT_SAID
from rag.filters import EVERYTHING, Filters, allowed_rows, find_person
from rag.question import usable
from rag.retrieve import Retriever

if TYPE_CHECKING:
    from rag.write import Writer

AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Side:
    """What one interview or one person answers.

    `name` is the interview's title, or its doc where it has none, and the person's name; `doc` is "" for a person.
    `date` is that of the interview, for a person that of the first citation, "" where there is none. `answer` is None
    where nothing passes the filters; where something does but does not say, it is an answer with answered=False.
    """

    name: str
    doc: str
    date: str
    answer: Answer | None


def by_interview(
    retriever: Retriever,
    question: str,
    filters: Filters = EVERYTHING,
    docs: Sequence[str] = (),
    at_most: int = AT_MOST,
    *,
    writer: Writer | None = None,
    top_k: int | None = None,
) -> Iterator[Side]:
    """Ask each of these interviews, or the `at_most` that speak most to the question; each side as soon as it is there.

    By date, undated interviews last. Raises, before it asks, InputError for a question that cannot be asked and for an
    interview or a speaker that the archive does not have.
    """
    usable(question)
    chosen = list(dict.fromkeys(docs)) or interviews_for(retriever, question, filters, at_most)
    documents = [retriever.index.document(doc) for doc in chosen]
    documents.sort(key=lambda document: (not document.date, document.date))
    passing = _passing(retriever, filters)

    def sides() -> Iterator[Side]:
        for document in documents:
            only = replace(filters, interviews=(document.doc,))
            answer = (
                ask(retriever, question, filters=only, writer=writer, top_k=top_k) if document.doc in passing else None
            )
            yield Side(document.title or document.doc, document.doc, document.date, answer)

    return sides()


def by_person(
    retriever: Retriever,
    question: str,
    filters: Filters = EVERYTHING,
    names: Sequence[str] = (),
    at_most: int = AT_MOST,
    *,
    writer: Writer | None = None,
    top_k: int | None = None,
) -> tuple[Side, ...]:
    """Ask each of these persons, or the `at_most` guests who speak most to the question.

    By date, those who say nothing of it last; as that is known only at the end, the sides come together: give one name
    at a time, of `persons_for`, to show them one by one. A side quotes nobody but its person, see `only_of`.
    Raises InputError for a question that cannot be asked and for a name that the archive does not have.
    """
    chosen = list(dict.fromkeys(names)) or persons_for(retriever, question, filters, at_most)
    sides = [_of_person(retriever, question, filters, name, writer, top_k) for name in chosen]
    return tuple(sorted(sides, key=lambda side: (not side.date, side.date, not (side.answer and side.answer.answered))))


def interviews_for(
    retriever: Retriever, question: str, filters: Filters = EVERYTHING, at_most: int = AT_MOST
) -> list[str]:
    """The interviews with the best passages for a question, best first."""
    ranking = retriever.rank(question, filters)
    return list(dict.fromkeys(retriever.index.passages[row].doc for row in ranking.order))[:at_most]


def persons_for(
    retriever: Retriever, question: str, filters: Filters = EVERYTHING, at_most: int = AT_MOST
) -> list[str]:
    """The names of the guests with the best passages for a question, best first, one name for each person."""
    view, ranking = retriever.view, retriever.rank(question, filters)
    wanted = {person for name in filters.speakers for person in find_person(retriever.index, name)}
    found: dict[str, str] = {}
    for row in ranking.order:
        passage = retriever.index.passages[row]
        for number in range(passage.first_turn, passage.last_turn + 1):
            turn = view.turn(passage.doc, number)
            speaker = view.speaker(passage.doc, turn)
            person = speaker.person or speaker.name
            is_wanted = turn.role is Role.GUEST and turn.kind is Kind.INTERVIEW and (not wanted or person in wanted)
            if person and is_wanted:
                found.setdefault(person, speaker.name or person)
    return [
        name if find_person(retriever.index, name) == [person] else person
        for person, name in list(found.items())[:at_most]
    ]


def only_of(retriever: Retriever, answer: Answer, persons: Sequence[str]) -> Answer:
    """The answer without what rests on others: their quotations, and the sentences that cite another guest or nobody.

    A model is shown whole exchanges; a sentence that cites the person and the question put to them stays, without its
    citation of the question. Where no sentence is left, the interviews do not say.
    """
    own = {citation.n for citation in answer.citations if _person(retriever, citation) in persons}
    asking = {citation.n for citation in answer.citations if citation.role in (Role.HOST, Role.AUDIENCE)}
    kept = [
        sentence
        for sentence in answer.sentences
        if own & set(sentence.citations) and own | asking >= set(sentence.citations)
    ]
    cited = [one for one in answer.citations if one.n in own and any(one.n in sentence.citations for sentence in kept)]
    numbers = {citation.n: n for n, citation in enumerate(cited, start=1)}
    sentences = tuple(
        replace(sentence, citations=tuple(numbers[n] for n in sentence.citations if n in numbers)) for sentence in kept
    )
    return replace(
        answer,
        answer=joined(sentences) if sentences else NOT_SAID.get(answer.language, NOT_SAID["en"]),
        answered=bool(sentences),
        sentences=sentences,
        citations=tuple(replace(one, n=numbers[one.n]) for one in cited),
        notes=_dropped(answer.notes, len(answer.sentences) - len(sentences)),
    )


def _dropped(notes: Sequence[Note], more: int) -> tuple[Note, ...]:
    """The notes, with so many more sentences left out."""
    before = sum(int(note.detail) for note in notes if note.kind == "dropped")
    others = tuple(note for note in notes if note.kind != "dropped")
    return (*others, Note("dropped", str(before + more))) if before + more else others


def _of_person(
    retriever: Retriever, question: str, filters: Filters, name: str, writer: Writer | None, top_k: int | None
) -> Side:
    persons = find_person(retriever.index, name)
    others = {person for wanted in filters.speakers for person in find_person(retriever.index, wanted)}
    if others and others.isdisjoint(persons):
        return Side(name, "", "", None)
    answer = ask(retriever, question, filters=replace(filters, speakers=(name,)), writer=writer, top_k=top_k)
    if not answer.answered and not answer.related:  # not even a passage that is far from the question
        return Side(name, "", "", None)
    answer = only_of(retriever, answer, persons)
    return Side(name, "", answer.citations[0].date if answer.citations else "", answer)


def _passing(retriever: Retriever, filters: Filters) -> set[str]:
    """The interviews of which a passage passes the filters."""
    allowed = allowed_rows(retriever.index, filters)
    passages = retriever.index.passages
    return {passage.doc for row, passage in enumerate(passages) if allowed is None or allowed.passages[row]}


def _person(retriever: Retriever, citation: Citation) -> str:
    """Who said what is cited, as filters know them."""
    view = retriever.view
    speaker = view.speaker(citation.doc, view.turn(citation.doc, citation.turn))
    return speaker.person or speaker.name
