"""The retriever for LangChain code gives the hits of a search as documents."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda, RunnableSequence
from sample_archive import chance_retriever

from index.errors import InputError
from rag.filters import Filters
from rag.langchain_retriever import PassageRetriever
from rag.retrieve import Retriever


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())


def test_documents_are_the_hits(chance: Retriever) -> None:
    documents = PassageRetriever(retriever=chance, top_k=3).invoke("雾")
    hits = chance.search("雾", top_k=3).hits
    assert [document.page_content for document in documents] == [hit.text for hit in hits]
    assert [document.id for document in documents] == [hit.passage_id for hit in hits]
    assert [{**document.metadata, "text": document.page_content} for document in documents] == [
        asdict(hit) for hit in hits
    ]
    assert asyncio.run(PassageRetriever(retriever=chance, top_k=3).ainvoke("雾")) == documents


def test_filters_and_errors_are_those_of_a_search(chance: Retriever) -> None:
    only = PassageRetriever(retriever=chance, filters=Filters(speakers=("Nordvik",)))
    assert {document.metadata["doc"] for document in only.invoke("雾")} == {"deep-sea"}
    assert len(only.invoke("雾")) == 5
    with pytest.raises(InputError):
        only.invoke(" ")


def test_inside_a_sequence(chance: Retriever) -> None:
    def first_line(documents: list[Document]) -> str:
        return f"{documents[0].metadata['doc']}: {documents[0].page_content}"

    chain = PassageRetriever(retriever=chance) | RunnableLambda(first_line)
    assert isinstance(chain, RunnableSequence)
    [best] = chance.search("雾", top_k=1).hits
    assert chain.batch(["雾", "雾"]) == [f"{best.doc}: {best.text}"] * 2
