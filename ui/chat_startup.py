"""What `verbatim chat` was told, handed to the page: one JSON argument, since Streamlit runs the page as a script."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.places import Place
from rag.filters import Filters
from ui.options import DEFAULT_INDEX, DEFAULT_SECONDS, DEFAULT_TOKENS
from ui.writing import Writing


@dataclass(frozen=True, slots=True)
class Startup:
    """The settings of one server: `is_local` where only this machine reaches it, `work` is where evaluations lie. The
    last are the filters that a session begins with, and an index in Milvus, of which the folder keeps only
    the answers of chat models and the uploads.
    """

    index: str = str(DEFAULT_INDEX)
    embedding: str = ""
    reranker: str = ""
    llm: str = ""
    seconds: float = DEFAULT_SECONDS
    tokens: int = DEFAULT_TOKENS
    strict: bool = False
    no_cache: bool = False
    work: str = ".verbatim-eval"
    is_local: bool = True
    speakers: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    languages: tuple[str, ...] = ()
    store: str = ""

    @property
    def folder(self) -> Path:
        """The folder of the index."""
        return Path(self.index)

    @property
    def place(self) -> Place:
        """Where the index is: in Milvus, or in the folder."""
        return self.store or self.folder

    @property
    def uploads(self) -> Path:
        """Where uploaded files are kept: beside the index, whose folder holds nothing else."""
        folder = self.folder.absolute()
        return folder.with_name(f"{folder.name.lstrip('.') or 'verbatim'}-uploads")

    @property
    def filters(self) -> Filters:
        """What a session is to begin with."""
        return Filters(self.speakers, self.interviews, self.since, self.until, self.languages)

    def writing(self, llm: str, strict: bool) -> Writing:
        """How a chat model is to write the answers, this one or, where it is "", none."""
        return Writing(llm, self.seconds, self.tokens, strict, self.no_cache)

    def argument(self) -> str:
        """The settings as the one argument of the page's script."""
        return json.dumps(asdict(self))


def startup() -> Startup:
    """The settings that this script was started with; the defaults where it was started by hand."""
    if len(sys.argv) != 2 or not sys.argv[1].startswith("{"):
        return Startup()
    told: dict[str, Any] = json.loads(sys.argv[1])
    told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Startup(**told)
