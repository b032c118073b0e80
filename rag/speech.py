"""Who speaks how much in each interview."""

from __future__ import annotations

from dataclasses import dataclass

from index.model import Role, Speaker, Turn
from index.store import DocumentRow
from rag.view import View


@dataclass(frozen=True, slots=True)
class Share:
    """What one speaker says in one interview: in how many turns, and characters without white space.

    `name` is the speaker's as it is shown, "" for one whom the page does not name; `person` is the same in every
    interview. What the editors wrote is theirs, under the name "Editor".
    """

    doc: str
    date: str
    title: str
    name: str
    person: str
    role: Role
    turns: int
    characters: int


def shares(view: View) -> tuple[Share, ...]:
    """Every speaker of every interview: the interviews by date, undated ones last, in each whoever says most first."""
    documents = sorted(view.index.documents(), key=lambda document: (not document.date, document.date, document.doc))
    return tuple(share for document in documents for share in _shares_of(view, document))


def _shares_of(view: View, document: DocumentRow) -> list[Share]:
    text = view.text_of(document.doc)
    said: dict[tuple[str, Role], list[Turn]] = {}
    speakers: dict[tuple[str, Role], Speaker] = {}
    for turn in view.index.turns(document.doc):
        speaker = view.speaker(document.doc, turn)
        who = (speaker.person or speaker.name, turn.role)
        speakers.setdefault(who, speaker)
        said.setdefault(who, []).append(turn)
    found = [
        Share(
            doc=document.doc,
            date=document.date,
            title=document.title,
            name=speakers[who].name,
            person=speakers[who].person,
            role=who[1],
            turns=len(turns),
            characters=sum(len("".join(text[s.start : s.end].split())) for turn in turns for s in turn.spans),
        )
        for who, turns in said.items()
    ]
    return sorted(found, key=lambda share: -share.characters)
