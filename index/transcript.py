"""One file's text → Transcript: what stands in it, who said it, and what is not the interview."""

from __future__ import annotations

from index.metadata import read_metadata
from index.model import Kind, Transcript
from index.readers.source import SourceText
from index.script import language
from index.turns import read_page

PARSER_VERSION = 3  # raise it when turns, boilerplate or passages change: unchanged files are then read again


def parse_transcript(doc: str, path: str, source: SourceText) -> Transcript:
    """Read one transcript. Never raises on odd text; what could not be told is in `warnings`."""
    text = source.text
    page = read_page(text)
    introduction = "\n".join(
        text[span.start : span.end] for turn in page.turns if turn.kind is Kind.INTRODUCTION for span in turn.spans
    )
    title = " ".join(text[page.title.start : page.title.end].split()) if page.title else ""
    spoken = [span for turn in page.turns if turn.kind is Kind.INTERVIEW for span in turn.spans]
    warnings = list(source.warnings)
    if not page.labelled:
        warnings.append("no speaker labels found: indexed as one speaker's text")
    if not spoken:
        warnings.append("nothing that was said was found")
    return Transcript(
        doc=doc,
        path=path,
        text=text,
        encoding=source.encoding,
        language=language("".join(text[span.start : span.end] for span in spoken)[:20_000]),
        metadata=read_metadata(text, path, title.strip("#* "), introduction if page.labelled else text[:1000]),
        turns=page.turns,
        excluded=page.excluded,
        warnings=tuple(warnings),
        times=source.times,
    )
