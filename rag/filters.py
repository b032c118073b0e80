"""Which part of an archive a question is asked of: speakers, interviews and dates, checked before ranking."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import names
from index.errors import InputError
from index.model import Role
from index.store import Index


@dataclass(frozen=True, slots=True)
class Filters:
    """Names as a person writes them, in any script; ISO dates as precise as wanted ("2024", "2024-10-17")."""

    speakers: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return bool(self.speakers or self.interviews or self.since or self.until)


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Allowed:
    """Rows a search may use: [passages] and [sentences] booleans."""

    passages: NDArray[np.bool_]
    sentences: NDArray[np.bool_]


def allowed_rows(index: Index, filters: Filters) -> Allowed | None:
    """The rows that pass, or None when nothing is filtered.

    With speakers, a passage passes when one of its turns is theirs, a sentence when it is in such a turn.
    Raises InputError for a speaker or an interview that the index does not have.
    """
    if not filters:
        return None
    docs = {document.doc for document in index.documents() if in_time(document.date, filters)}
    if filters.interviews:
        docs &= {index.document(_interview(index, name)).doc for name in filters.interviews}
    turns = _turns_of(index, filters.speakers) if filters.speakers else None
    passages = [
        passage.doc in docs
        and (
            turns is None
            or any((passage.doc, turn) in turns for turn in range(passage.first_turn, passage.last_turn + 1))
        )
        for passage in index.passages
    ]
    sentences = [doc in docs and (turns is None or (doc, sentence.turn) in turns) for doc, sentence in index.sentences]
    return Allowed(np.array(passages, dtype=bool), np.array(sentences, dtype=bool))


def in_time(date: str, filters: Filters) -> bool:
    """Whether a date can lie between since and until: "2016" can be any day of that year; no date never does."""
    if not filters.since and not filters.until:
        return True
    if not date:
        return False
    earliest, latest = date, date + "\x7f"  # ISO dates sort as text; a shorter one stands for all it begins
    return latest >= filters.since and (not filters.until or earliest <= filters.until + "\x7f")


def _interview(index: Index, name: str) -> str:
    """A document's id from its id or an unmistakable part of its title."""
    documents = index.documents()
    if any(document.doc == name for document in documents):
        return name
    wanted = names.key(name)
    titled = [document.doc for document in documents if wanted and wanted in names.key(document.title)]
    if len(titled) == 1:
        return titled[0]
    index.document(name)  # raises, naming the nearest
    return name


def _turns_of(index: Index, speakers: tuple[str, ...]) -> set[tuple[str, int]]:
    persons = {person for name in speakers for person in find_person(index, name)}
    wanted = {(s.doc, s.label) for s in index.all_speakers() if (s.person or s.name) in persons}
    return {
        (doc, turn.number)
        for doc in {doc for doc, _ in wanted}
        for turn in index.turns(doc)
        if (doc, turn.label) in wanted and turn.role is not Role.EDITOR
    }


def find_person(index: Index, name: str) -> list[str]:
    """Everyone of the archive who goes by this name, in any script, by full, given or family name."""
    wanted = names.key(name)
    known = [*index.aliases(), *((s.person or s.name, s.name) for s in index.all_speakers())]
    found = dict.fromkeys(person for person, alias in known if names.key(alias) == wanted)
    if not found and wanted:
        found = dict.fromkeys(person for person, alias in known if wanted in names.key(alias).split(" "))
    if found:
        return list(found)
    everyone = sorted({person for person, _ in known})
    near = difflib.get_close_matches(name, sorted({alias for _, alias in known}), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(everyone[:12])}"
    raise InputError(f"no speaker called {name!r} in this index; {hint}")
