"""The sample interviews of eval/samples, indexed once for all the tests that ask them questions."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hand_made import AnyEmbedder

from index.build import build_index
from index.embedding import Embedder, load_embedder
from index.model import Kind
from index.store import Index, open_index
from rag.answer import Citation
from rag.retrieve import Retriever

SAMPLES = Path(__file__).parent.parent / "eval" / "samples"


@cache
def bundled() -> Embedder:
    """The bundled model: what builds need of it is loaded once."""
    return load_embedder()


@cache
def sample_index(scratch: Path) -> Path:
    """The folder of an index of the samples, made with the bundled model. `scratch` is the folder of this test run."""
    build_index([SAMPLES], scratch / "samples", bundled())
    return scratch / "samples"


@cache
def sample_retriever(scratch: Path) -> Retriever:
    """The same, opened."""
    return Retriever(open_index(sample_index(scratch)), bundled())


@cache
def folder_of(retriever: Retriever) -> Path:
    """The folder of an index that is kept in one."""
    assert isinstance(retriever.index, Index)
    return retriever.index.folder


def chance_retriever(scratch: Path) -> Retriever:
    """The samples with vectors that mean nothing: any sentence may be the answer to anything."""
    embedder = AnyEmbedder()
    build_index([SAMPLES], scratch / "chance", embedder)
    return Retriever(open_index(scratch / "chance"), embedder)


def assert_quoted(retriever: Retriever, citation: Citation) -> None:
    """The quotation stands in the source at its offsets, inside one turn of the speaker named, and is no page junk."""
    index = retriever.index
    assert citation.quote
    assert index.text(citation.doc)[citation.quote_start : citation.quote_end] == citation.quote
    assert citation.start <= citation.quote_start < citation.quote_end <= citation.end
    [turn] = [
        turn
        for turn in index.turns(citation.doc)
        if any(span.start <= citation.quote_start < span.end for span in turn.spans)
    ]
    assert any(span.start < citation.quote_end <= span.end for span in turn.spans)
    expected = index.speakers(citation.doc)[turn.label].name if turn.kind is Kind.INTERVIEW else "Editor"
    assert citation.speaker == expected
    for left_out in index.excluded(citation.doc):
        if left_out.start < left_out.end:
            assert citation.quote_end <= left_out.start or left_out.end <= citation.quote_start
