"""The ranked passages for LangChain code: `PassageRetriever(retriever=open_retriever(folder)).invoke("…?")`."""

from __future__ import annotations

from dataclasses import asdict

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.filters import EVERYTHING, Filters
from rag.retrieve import Retriever


class PassageRetriever(BaseRetriever):
    """A LangChain retriever over an opened index. `invoke` raises what `Retriever.search` raises."""

    retriever: Retriever
    top_k: int = 5
    filters: Filters = EVERYTHING

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """A document for each hit: the passage as its content, the other fields of the hit as its metadata."""
        found = self.retriever.search(query, self.top_k, self.filters)
        hits = [asdict(hit) for hit in found.hits]
        return [Document(id=hit["passage_id"], page_content=hit.pop("text"), metadata=hit) for hit in hits]
