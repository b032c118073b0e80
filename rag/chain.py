"""From a question to an answer: the file to read first.

    question ─► stand alone ─► rank passages ─► answerable? ─┬─► a model writes, each sentence is checked ─► Answer
                                                 │           └─► or: quote the sentences that answer ──────► Answer
                                                 └─ no ─► "the interviews do not say", and the nearest passages

A question that says itself who, when or in which interview is answered from there (rag/understood.py), as long as the
answer is there: what is understood decides where an answer comes from, never whether there is one.
`stream` is the whole flow; `ask` is its end. `as_runnable` gives it to LangChain code as a Runnable.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from index.errors import ChatModelUnavailable
from index.script import language
from rag.answer import Answer, AnswerSentence, Citation, Note
from rag.answerable import is_answerable
from rag.clue import Clue
from rag.compose import Composition, joined
from rag.conversation import EXCHANGES, NOT_SAID, Exchange, in_context, stand_alone
from rag.extract import Quotation, extract
from rag.filters import EVERYTHING, Filters
from rag.names_in import mentions
from rag.retrieve import Ranking, Retriever
from rag.understood import AS_IT_IS, Understood, understood

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable, RunnableConfig

    from rag.write import Call, Writer

MAX_CHARS = 250
TOP_K = 5
RELATED = 3  # passages shown where the interviews do not say
NOT_THERE = Note("not as understood")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put, as it was looked for, in which language, what it found, and whether that answers it.

    `understood` are the clues by which it was looked for, `notes` why there are none although the question has some.
    """

    question: str
    asked_as: str
    language: str
    ranking: Ranking
    is_answered: bool
    understood: tuple[Clue, ...] = ()
    notes: tuple[Note, ...] = ()


def ask(
    retriever: Retriever,
    question: str,
    *,
    top_k: int | None = None,
    filters: Filters = EVERYTHING,
    max_chars: int = MAX_CHARS,
    history: Sequence[Exchange] = (),
    writer: Writer | None = None,
    config: RunnableConfig | None = None,
    understand: bool = True,
) -> Answer:
    """Answer a question from the interviews; a follow-up is understood by the last EXCHANGES of its `history`.

    With `understand`, a question that names a speaker, a time or an interview is answered from there: see
    Answer.understood, and Answer.notes where the answer was only found elsewhere. `filters` go before that.

    A `writer` has its chat model write the answer out of the first `top_k` passages (8), every sentence checked against
    what it cites; without one, or when the model does not answer, it is verbatim quotations out of them (5), at most
    `max_chars` long. `config` is LangChain's: callbacks, tags. Raises InputError for a question that cannot be asked
    and for names the archive does not have; a chat model that fails raises nothing, see Answer.notes.
    """
    *_, answer = stream(
        retriever,
        question,
        top_k=top_k,
        filters=filters,
        max_chars=max_chars,
        history=history,
        writer=writer,
        config=config,
        understand=understand,
    )
    return answer


def stream(
    retriever: Retriever,
    question: str,
    *,
    top_k: int | None = None,
    filters: Filters = EVERYTHING,
    max_chars: int = MAX_CHARS,
    history: Sequence[Exchange] = (),
    writer: Writer | None = None,
    config: RunnableConfig | None = None,
    understand: bool = True,
) -> Iterator[Answer]:
    """The same while it is written: the answer so far, each time with more checked sentences; the last is the whole."""
    begin = time.perf_counter()
    call = _call(writer, config)
    alone, asked_as = _wording(retriever, question, history[-EXCHANGES:], call)
    known = understood(retriever.view, question, filters) if understand else AS_IT_IS
    wide = _asked(retriever, question, (alone, asked_as), filters)
    asked = _narrowed(retriever, wide, alone, known)
    for answer in _answers(retriever, asked, top_k, max_chars, call):
        if asked.understood and not answer.answered:  # nothing of this was shown: a refusal comes whole
            asked = replace(wide, notes=(NOT_THERE,))
            break
        yield _timed(answer, asked, begin)
    else:
        return
    for answer in _answers(retriever, asked, top_k, max_chars, call):
        yield _timed(answer, asked, begin)


def _call(writer: Writer | None, config: RunnableConfig | None) -> Call | None:
    if writer is None:
        return None
    from rag.write import Call

    return Call(writer, config)


def _answers(
    retriever: Retriever, asked: Asked, top_k: int | None, max_chars: int, call: Call | None
) -> Iterator[Answer]:
    if not asked.is_answered:
        yield _declined(retriever, asked, call)
    elif call:
        yield from _written(retriever, asked, top_k, max_chars, call)
    else:
        yield _quoted(retriever, asked, top_k, max_chars)


def _timed(answer: Answer, asked: Asked, begin: float) -> Answer:
    timings = {**asked.ranking.timings, **answer.timings, "total": time.perf_counter() - begin}
    return replace(answer, timings=timings, understood=asked.understood, notes=(*asked.notes, *answer.notes))


def _wording(retriever: Retriever, question: str, history: Sequence[Exchange], call: Call | None) -> tuple[str, str]:
    """The question as one that stands alone, and with what it leaves to its history."""
    alone = _alone(retriever, question, history, call) if history else question
    # Whoever names whom they mean begins anew: what was said before would only bring its own subject in.
    says_whom = alone != question or bool(mentions(retriever.view, question))
    return alone, alone if says_whom else in_context(question, history)


def _asked(retriever: Retriever, question: str, wording: tuple[str, str], filters: Filters) -> Asked:
    alone, asked_as = wording
    ranking = retriever.rank(alone, filters, asked_as)
    return Asked(question, asked_as, language(question), ranking, is_answerable(retriever, ranking))


def _narrowed(retriever: Retriever, wide: Asked, alone: str, known: Understood) -> Asked:
    """What is asked, looked for by the filters that the question names: the same where these leave no answer.

    Whether there is an answer at all is judged by the whole: among few passages none can stand out.
    """
    if not known.because or not wide.is_answered:
        return wide
    ranking = retriever.rank(alone, known.filters, wide.asked_as)
    if not is_answerable(retriever, ranking):
        return replace(wide, notes=(NOT_THERE,))
    return replace(wide, ranking=ranking, understood=known.because)


def _alone(retriever: Retriever, question: str, history: Sequence[Exchange], call: Call | None) -> str:
    """The question without what it leaves to the history; itself where nothing does better."""
    if call:
        from rag.write import stand_alone as rewritten

        with suppress(ChatModelUnavailable):  # what is wrong with it will be told when it is to answer
            said = rewritten(question, history, call)
            if said and _keeps_names(retriever, question, said):
                return said
    return stand_alone(question, history, retriever.view)


def _keeps_names(retriever: Retriever, question: str, said: str) -> bool:
    """Whether a rewritten question still names whom it was about; small models like to repeat the one before."""
    asked, kept = ({person for _, _, person in mentions(retriever.view, text)} for text in (question, said))
    return asked <= kept


def _written(retriever: Retriever, asked: Asked, top_k: int | None, max_chars: int, call: Call) -> Iterator[Answer]:
    """The answer as a chat model writes it; where it does not, quotations, with a note that says why."""
    from rag import write

    composition: Composition | None = None
    try:
        for composition in write.compose(retriever, asked.ranking, asked.language, top_k or write.TOP_K, call):
            if composition.sentences:
                yield _composed(asked, composition, call)
    except ChatModelUnavailable as error:
        if composition is None or not composition.sentences:
            call.notes.append(Note("no model", str(error)))
            quoted = _quoted(retriever, asked, top_k, max_chars)
            yield replace(quoted, notes=tuple(call.notes), usage=call.usage, timings=call.timings)
            return
        call.notes.append(Note("broke off", str(error)))
        if composition.dropped:
            call.notes.append(Note("dropped", str(composition.dropped)))
        yield _composed(asked, composition, call)
        return
    if composition is None or not composition.sentences:
        if composition and composition.refused:
            call.notes.append(Note("nothing supported", str(composition.refused)))
        yield _declined(retriever, asked, call)
    elif composition.dropped:
        call.notes.append(Note("dropped", str(composition.dropped)))
        yield _composed(asked, composition, call)


def _composed(asked: Asked, composition: Composition, call: Call) -> Answer:
    from rag.llm import name_of

    return Answer(
        question=asked.question,
        asked_as=asked.asked_as,
        answer=joined(composition.sentences),
        answered=True,
        language=asked.language,
        mode="llm",
        model=name_of(call.writer.model),
        sentences=tuple(composition.sentences),
        citations=tuple(composition.citations),
        timings=dict(call.timings),
        usage=dict(call.usage),
        notes=tuple(call.notes),
    )


def _quoted(retriever: Retriever, asked: Asked, top_k: int | None, max_chars: int) -> Answer:
    """The sentences that answer, quoted, without a chat model."""
    quotations = extract(retriever, asked.ranking, top_k or TOP_K, max_chars)
    if not quotations:
        return _declined(retriever, asked, None)
    citations = cite(retriever, asked.ranking, quotations)
    sentences = tuple(AnswerSentence(citation.quote, (citation.n,), "supported", 1.0) for citation in citations)
    return Answer(
        question=asked.question,
        asked_as=asked.asked_as,
        answer=joined(sentences),
        answered=True,
        language=asked.language,
        mode="extractive",
        model="",
        sentences=sentences,
        citations=citations,
        timings={},
    )


def _declined(retriever: Retriever, asked: Asked, call: Call | None) -> Answer:
    """That the interviews do not say, with the nearest passages."""
    from rag.llm import name_of

    return Answer(
        question=asked.question,
        asked_as=asked.asked_as,
        answer=NOT_SAID.get(asked.language, NOT_SAID["en"]),
        answered=False,
        language=asked.language,
        mode="llm" if call else "extractive",
        model=name_of(call.writer.model) if call else "",
        sentences=(),
        citations=(),
        timings=dict(call.timings) if call else {},
        usage=dict(call.usage) if call else {},
        related=tuple(retriever.hit(asked.ranking, row) for row in asked.ranking.order[:RELATED]),
        notes=tuple(call.notes) if call else (),
    )


def cite(retriever: Retriever, ranking: Ranking, quotations: Sequence[Quotation]) -> tuple[Citation, ...]:
    """A numbered citation for each quotation, those of one speaker in one interview together."""
    view = retriever.view
    attributed = [(one, view.speaker(one.doc, view.turn(one.doc, one.turn))) for one in quotations]
    groups = list(dict.fromkeys((quotation.doc, speaker.name) for quotation, speaker in attributed))
    attributed.sort(key=lambda pair: (groups.index((pair[0].doc, pair[1].name)), pair[0].start))
    return tuple(
        Citation(
            **asdict(retriever.hit(ranking, quotation.passage))
            | {"seconds": view.seconds_at(quotation.doc, quotation.start)},
            n=n,
            speaker=speaker.name,
            quote=view.text_of(quotation.doc)[quotation.start : quotation.end],
            quote_start=quotation.start,
            quote_end=quotation.end,
            url=view.link(quotation.doc, quotation.start),
            role=speaker.role,
            kind=view.turn(quotation.doc, quotation.turn).kind,
            turn=quotation.turn,
        )
        for n, (quotation, speaker) in enumerate(attributed, start=1)
    )


def as_runnable(retriever: Retriever, writer: Writer | None = None) -> Runnable[str | Mapping[str, Any], Answer]:
    """The same flow for LangChain code: `invoke`, `batch`, `stream` and their async twins, with callbacks and tracing.

    The input is a question, or {"question": …, "history": [Exchange, …]} with any of `ask`'s other options. A stream
    has the answer so far again and again, as `stream` does.
    """
    from langchain_core.runnables import RunnableLambda
    from langchain_core.runnables.config import run_in_executor

    def answers(given: str | Mapping[str, Any], config: RunnableConfig) -> Iterator[Answer]:
        options = {"question": given} if isinstance(given, str) else dict(given)
        return stream(retriever, options.pop("question"), writer=writer, config=config, **options)

    def in_turn(given: str | Mapping[str, Any], config: RunnableConfig) -> Iterator[Answer]:
        yield from answers(given, config)

    async def one_by_one(given: str | Mapping[str, Any], config: RunnableConfig) -> AsyncIterator[Answer]:
        coming = answers(given, config)
        while (answer := await run_in_executor(config, next, coming, None)) is not None:
            yield answer

    # Its types know no generator that yields the answer so far.
    return RunnableLambda(in_turn, afunc=one_by_one, name="verbatim")  # type: ignore[arg-type]
