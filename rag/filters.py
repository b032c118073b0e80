"""Which part of an archive a question is asked of: speakers, interviews and dates, checked before ranking."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from index import names
from index.errors import InputError
from index.opened import OpenedIndex
from index.store import DocumentRow
from rag.signals import Allowed
from rag.view import View


@dataclass(frozen=True, slots=True)
class Filters:
    """Names as a person writes them, in any script; ISO dates as precise as wanted ("2024", "2024-10-17"); BCP 47
    tags, of which "zh" stands for zh-Hans and zh-Hant.
    """

    speakers: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    languages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.speakers or self.interviews or self.since or self.until or self.languages)


EVERYTHING = Filters()
_key = lru_cache(100_000)(names.key)  # an archive's names are compared with every one that is asked for


def allowed_rows(view: View, filters: Filters) -> Allowed | None:
    """The rows that pass, or None when nothing is filtered.

    With speakers, a passage passes when it has a sentence of theirs, a sentence when it is theirs.
    Raises InputError for a speaker or an interview that the index does not have.
    """
    if not filters:
        return None
    index = view.index
    docs = {document.doc for document in matching_documents(index, replace(filters, speakers=()))}
    passing = np.array([doc in docs for doc in index.docs], dtype=bool)
    owners = index.passage_owners, index.sentence_owners
    passages, sentences = (np.repeat(passing, of.ends - of.begins) for of in owners)
    if filters.speakers:
        persons = [person for name in filters.speakers for person in find_person(index, name)]
        sentences &= view.said_by(view.keys_of(persons))
        passages &= np.isin(np.arange(len(passages)), view.holding_own(np.flatnonzero(sentences)))
    return Allowed(passages, sentences)


def matching_documents(index: OpenedIndex, filters: Filters) -> list[DocumentRow]:
    """The interviews that pass, by name. Raises InputError for a speaker or an interview that there is not."""
    documents = [row for row in index.documents() if in_time(row.date, filters) and in_language(row.language, filters)]
    if filters.interviews:
        wanted = {_interview(index, name) for name in filters.interviews}
        documents = [row for row in documents if row.doc in wanted]
    if filters.speakers:
        persons = {person for name in filters.speakers for person in find_person(index, name)}
        heard = {speaker.doc for speaker in index.all_speakers() if (speaker.person or speaker.name) in persons}
        documents = [row for row in documents if row.doc in heard]
    return documents


def in_language(tag: str, filters: Filters) -> bool:
    """Whether an interview's language is one of those wanted: "zh" stands for both scripts of Chinese."""
    wanted = [language.casefold() for language in filters.languages]
    return not wanted or any(tag.casefold() == one or tag.casefold().startswith(f"{one}-") for one in wanted)


def in_time(date: str, filters: Filters) -> bool:
    """Whether a date can lie between since and until: "2016" can be any day of that year; no date never does."""
    if not filters.since and not filters.until:
        return True
    if not date:
        return False
    earliest, latest = date, date + "\x7f"  # ISO dates sort as text; a shorter one stands for all it begins
    return latest >= filters.since and (not filters.until or earliest <= filters.until + "\x7f")


def _interview(index: OpenedIndex, name: str) -> str:
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


def find_person(index: OpenedIndex, name: str) -> list[str]:
    """Everyone of the archive who goes by this name, in any script, by full, given or family name."""
    wanted = names.key(name)
    known = list(dict.fromkeys([*index.aliases(), *((s.person or s.name, s.name) for s in index.all_speakers())]))
    keys = [_key(alias) for _, alias in known]
    found = dict.fromkeys(person for (person, _), key in zip(known, keys, strict=True) if key == wanted)
    if not found and wanted:
        found = dict.fromkeys(person for (person, _), key in zip(known, keys, strict=True) if wanted in key.split(" "))
    if found:
        return list(found)
    everyone = sorted({person for person, _ in known})
    near = difflib.get_close_matches(name, sorted({alias for _, alias in known}), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(everyone[:12])}"
    raise InputError(f"no speaker called {name!r} in this index; {hint}")
