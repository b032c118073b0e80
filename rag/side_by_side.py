"""One question asked of several interviews, or of several persons: who said what, and when.

question ─► whom to ask? ─► the question once for each, filtered to it ─► a Side each; by_date says in which order
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from index.model import Kind, Passage, Role
from rag.answer import Answer, Citation, Note
from rag.answerable import is_answerable
from rag.chain import ask
from rag.compose import joined
from rag.conversation import NOT_SAID
from rag.filters import EVERYTHING, Filters, find_person, matching_documents
from rag.question import usable
from rag.retrieve import Retriever

if TYPE_CHECKING:
    from rag.write import Writer

By = Literal["interview", "person"]
AT_MOST = 6
_UNDATED = "~"  # sorts after every date


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom to ask: ids of interviews or names of persons; `others` is how many more pass the filters, guests only."""

    names: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one interview or one person answers.

    `name` is the interview's title, or its doc where it has none, and the person's name; `doc` is "" for a person.
    `dates` are that of the interview, for a person those on which was said what is quoted, earliest first. `answer` is
    None where nothing passes the filters; where something does but does not say, it is an answer with answered=False.
    """

    name: str
    doc: str
    dates: tuple[str, ...]
    answer: Answer | None


def by_date(side: Side) -> str:
    """The key that sorts sides by date, those without one last."""
    return side.dates[0] if side.dates else _UNDATED


def whom_to_ask(
    retriever: Retriever, question: str, by: By, filters: Filters = EVERYTHING, chosen: Sequence[str] = ()
) -> Chosen:
    """Those who are `chosen`, each once, else the AT_MOST interviews or guests that speak most to the question.

    Interviews by date, undated ones last, so that their sides come in order; persons best first, for when they spoke is
    known only when they have answered. Raises InputError for a question that cannot be asked, and for an interview or
    a speaker that the archive does not have.
    """
    usable(question)
    passages = retriever.index.passages
    passing = {document.doc for document in matching_documents(retriever.index, filters)}
    best = [] if chosen else [passages[row] for row in retriever.rank(question, filters).order]
    if by == "person":
        names = tuple(dict.fromkeys(chosen)) or _names(retriever, best, filters)
        asked = {person for name in names for person in find_person(retriever.index, name)}
        return Chosen(names, len(_all_guests(retriever, passing, filters) - asked))
    docs = list(dict.fromkeys(chosen or [passage.doc for passage in best]))
    docs = docs if chosen else docs[:AT_MOST]
    documents = [retriever.index.document(doc) for doc in docs]
    documents.sort(key=lambda document: document.date or _UNDATED)
    return Chosen(tuple(document.doc for document in documents), len(passing - set(docs)))


def ask_each(
    retriever: Retriever,
    question: str,
    by: By,
    names: Sequence[str],
    filters: Filters = EVERYTHING,
    *,
    writer: Writer | None = None,
    top_k: int | None = None,
) -> Iterator[Side]:
    """Ask them one by one, each side as soon as it is there; the names are those of `whom_to_ask`.

    Where all that pass the filters together do not say, none of them does: among the few passages of one interview
    hardly any question stands out as another subject. A chat model that fails once is not asked again: the others need
    not wait for it as well. A person's side quotes nobody else, see `_only_of`.
    """
    says = is_answerable(retriever, retriever.rank(question, filters))
    writer = writer if says else None
    passing = {document.doc for document in matching_documents(retriever.index, filters)}
    for name in names:
        if by == "person":
            side = _of_person(retriever, question, filters, name, writer, top_k)
        else:
            document = retriever.index.document(name)
            only = replace(filters, interviews=(name,))
            answer = _ask(retriever, question, only, writer, top_k) if name in passing else None
            dates = (document.date,) if document.date else ()
            side = Side(document.title or name, name, dates, answer)
        if model_failure(side):
            writer = None
        yield side if says or side.answer is None else replace(side, answer=_declined(side.answer))


def _ask(retriever: Retriever, question: str, filters: Filters, writer: Writer | None, top_k: int | None) -> Answer:
    """The answer of one side: the question names no filters here, the side is one."""
    return ask(retriever, question, filters=filters, writer=writer, top_k=top_k, understand=False)


def model_failure(side: Side) -> Note | None:
    """Why the chat model that was to write a side wrote none of it."""
    notes = side.answer.notes if side.answer else ()
    return next((note for note in notes if note.kind == "no model"), None)


def _declined(answer: Answer) -> Answer:
    """The answer as one that the interviews do not give."""
    said = NOT_SAID.get(answer.language, NOT_SAID["en"])
    return replace(answer, answer=said, answered=False, sentences=(), citations=())


def _all_guests(retriever: Retriever, docs: Container[str], filters: Filters) -> set[str]:
    """The persons who answer in these interviews, of those asked for."""
    wanted = {person for name in filters.speakers for person in find_person(retriever.index, name)}
    guests = (speaker for speaker in retriever.index.all_speakers() if speaker.role is Role.GUEST)
    found = {speaker.person for speaker in guests if speaker.doc in docs and speaker.person}
    return found & wanted if wanted else found


def _guests(retriever: Retriever, passages: Sequence[Passage], filters: Filters) -> dict[str, str]:
    """The guests who speak in these passages, as they first come: the person, and what they are called."""
    view = retriever.view
    wanted = {person for name in filters.speakers for person in find_person(retriever.index, name)}
    found: dict[str, str] = {}
    for passage in passages:
        for number in range(passage.first_turn, passage.last_turn + 1):
            turn = view.turn(passage.doc, number)
            speaker = view.speaker(passage.doc, turn)
            person = speaker.person or speaker.name
            is_wanted = turn.role is Role.GUEST and turn.kind is Kind.INTERVIEW and (not wanted or person in wanted)
            if person and is_wanted and person not in found:
                found[person] = speaker.name or person
    return found


def _names(retriever: Retriever, best: Sequence[Passage], filters: Filters) -> tuple[str, ...]:
    """The AT_MOST guests who come first, each by a name that is theirs alone."""
    first = list(_guests(retriever, best, filters).items())[:AT_MOST]
    return tuple(name if find_person(retriever.index, name) == [person] else person for person, name in first)


def _only_of(retriever: Retriever, answer: Answer, persons: Sequence[str]) -> Answer:
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
    notes = _dropped(answer.notes, len(answer.sentences) - len(sentences))
    if not sentences:
        return replace(_declined(answer), notes=notes)
    citations = tuple(replace(one, n=numbers[one.n]) for one in cited)
    return replace(answer, answer=joined(sentences), sentences=sentences, citations=citations, notes=notes)


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
        return Side(name, "", (), None)
    answer = _ask(retriever, question, replace(filters, speakers=(name,)), writer, top_k)
    if not answer.answered and not answer.related:  # not even a passage that is far from the question
        return Side(name, "", (), None)
    answer = _only_of(retriever, answer, persons)
    dates = sorted({citation.date for citation in answer.citations if citation.date})
    return Side(name, "", tuple(dates), answer)


def _person(retriever: Retriever, citation: Citation) -> str:
    """Who said what is cited, as filters know them."""
    view = retriever.view
    speaker = view.speaker(citation.doc, view.turn(citation.doc, citation.turn))
    return speaker.person or speaker.name
