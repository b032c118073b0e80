"""What every reader makes of a file: its text, and what the format itself says about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.model import Metadata, TimeMark


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of the text that the format gives to one speaker; `label` is "" where it does not say to whom."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file as text. `encoding` is a Python codec name, or the name of a format that has its own ("docx").

    For plain text and Markdown `text` is the decoded file, no newline changed; for every other format the reader
    writes it. `spoken` is empty where the format knows no speakers: then they are looked for in the text.
    """

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    spoken: tuple[Spoken, ...] = ()
    times: tuple[TimeMark, ...] = ()
