"""One file's text → Transcript: what stands in it, who said it, when, and what is not the interview."""

from __future__ import annotations

from collections.abc import Sequence

from index.front_matter import FrontMatter, read_front_matter
from index.metadata import prefer, read_metadata
from index.model import Kind, Metadata, TimeMark, Transcript, Turn
from index.readers.source import SourceText
from index.roles import CAPTIONED
from index.script import language
from index.spoken import names_nobody, read_spoken
from index.turns import Page, read_page
from index.working_copy import blanked, one_newline

PARSER_VERSION = 4  # raise it when turns, boilerplate or passages change: unchanged files are then read again
SAMPLE = 20_000  # characters that tell the language


def parse_transcript(doc: str, path: str, source: SourceText) -> Transcript:
    """Read one transcript. Never raises on odd text; what could not be told is in `warnings`."""
    text = source.text
    if source.spoken:
        turns, excluded = read_spoken(source)
        metadata = prefer(source.metadata, read_metadata("", path, "", "", 0))
        labels, times, front = tuple(dict.fromkeys(turn.label for turn in turns)), source.times, None
    else:
        front = read_front_matter(text)
        page = read_page(text, front)
        turns, excluded, labels, times = page.turns, page.excluded, page.labels, source.times or page.times
        metadata = _page_metadata(source, path, page, front)
    words = "".join(text[span.start : span.end] for span in _said(turns))[:SAMPLE]
    warnings = list(source.warnings)
    if names_nobody(labels):
        warnings.append(_no_speakers(labels, times, turns, text))
    elif CAPTIONED in labels:
        warnings.append("speakers change at “>>” without being named: who asks is told by the questions")
    if not words:
        warnings.append("nothing that was said was found")
    return Transcript(
        doc=doc,
        path=path,
        text=text,
        encoding=source.encoding,
        language=_language(words, front.language if front else ""),
        metadata=metadata,
        turns=turns,
        excluded=excluded,
        warnings=tuple(warnings),
        times=times,
    )


def _said(turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if turn.kind is Kind.INTERVIEW]


def _page_metadata(source: SourceText, path: str, page: Page, front: FrontMatter | None) -> Metadata:
    """What the format says goes before the front matter, and that before what the page says."""
    text = blanked(one_newline(source.text), [front.span] if front else [])
    introduction = "\n".join(
        text[span.start : span.end] for turn in page.turns if turn.kind is Kind.INTRODUCTION for span in turn.spans
    )
    title = " ".join(text[page.title.start : page.title.end].split()).strip("#* ") if page.title else ""
    prose = not (page.labels or page.times)
    talk = len(text) if prose else next((turn.start for turn in _said(page.turns)), len(text))
    found = read_metadata(text, path, title, introduction, talk)
    return prefer(source.metadata, prefer(front.metadata, found) if front else found)


def _language(words: str, stated: str) -> str:
    """The language of what is said; what the file states only where the words do not tell."""
    found = language(words)
    return stated if found == "und" and stated.replace("-", "").isalnum() and stated.isascii() else found


def _no_speakers(labels: Sequence[str], times: Sequence[TimeMark], turns: Sequence[Turn], text: str) -> str:
    """What was found instead of speakers, and how to look at it."""
    found = [f"only “{label}”" for label in labels if label]
    if times:
        found.append(f"{len(times)} times")
    paragraphs = [text[span.start : span.end].rstrip("*_ ") for turn in _said(turns) for span in turn.spans]
    questions = sum(paragraph.endswith(("?", "？")) for paragraph in paragraphs)
    if questions >= 3 and 0.25 * len(paragraphs) < questions < 0.75 * len(paragraphs):
        found.append(f"{questions} of {len(paragraphs)} paragraphs ask")
    what = f" ({', '.join(found)})" if found else ""
    return f"no speaker labels found{what}: indexed as one speaker's text; to check: verbatim show DOC"
