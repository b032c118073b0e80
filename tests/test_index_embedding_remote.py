"""Embedders of other models: folders and OpenAI-compatible servers load or say why not, and keys stay secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chat_server import KEY, ChatServer, Reply, plain
from vector_checks import ODD, check_unit_rows, cosines

from index.embedding import (
    load_embedder,
)
from index.errors import EmbeddingUnavailable

# Any sentence-transformers model


def save_tiny_model(folder: Path, prompts: dict[str, str]) -> Any:
    """A sentence-transformers model of 16 dimensions with random weights that knows a few characters and words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "query", "passage", ":", "find", *"荞麦渡轮钟表"]
    vocabulary = folder.parent / "vocab.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(str(vocabulary)).save_pretrained(folder / "bert")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], prompts=prompts, device="cpu")
    model.save(str(folder))
    return model


@pytest.mark.parametrize(
    ("folder", "prompts", "query", "passage"),
    [
        ("own", {"query": "find ", "passage": "passage: "}, "find ", "passage: "),
        ("plain", {}, "", ""),
        ("multilingual-e5-small", {}, "query: ", "passage: "),
        ("multilingual-e5-large-instruct", {"query": "find "}, "find ", ""),
    ],
)
def test_a_folder_with_its_own_prompts(
    tmp_path: Path, folder: str, prompts: dict[str, str], query: str, passage: str
) -> None:
    model = save_tiny_model(tmp_path / folder, prompts)
    embedder = load_embedder(str(tmp_path / folder))
    assert embedder.name == str((tmp_path / folder).resolve())
    assert embedder.dimensions == 16
    texts = ["荞麦", "渡轮 钟表 " * 20, "麦", ""]
    finished: list[int] = []
    vectors = embedder.encode_passages(texts, finished.append)
    check_unit_rows(vectors, len(texts))
    assert sum(finished) == len(texts)
    expected = model.encode([passage + text for text in texts], normalize_embeddings=True)
    assert cosines(vectors, expected).min() > 0.9999
    asked = model.encode([query + "钟表"], normalize_embeddings=True)
    assert cosines(embedder.encode_query("\0钟表 ")[np.newaxis], asked).min() > 0.9999


@pytest.mark.parametrize("name", ["./no-such-model", "/no/such/model", "~/no-such-model", "a/b/c", "models/"])
def test_a_folder_that_is_not_there(name: str) -> None:
    with pytest.raises(EmbeddingUnavailable, match=f"There is no folder {name}"):
        load_embedder(name)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    embedder = load_embedder(str(tmp_path))
    embedder.warm_up()
    with pytest.raises(EmbeddingUnavailable, match=r"cannot be loaded from this folder.*--embedding bundled"):
        embedder.encode_query("荞麦")


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model", "not a name/at all"])
def test_a_model_that_cannot_be_had(name: str) -> None:
    embedder = load_embedder(name)  # the tests reach no network
    with pytest.raises(EmbeddingUnavailable, match=r"cannot be loaded from the hub.*--embedding bundled"):
        embedder.encode_query("荞麦")


# An endpoint that speaks OpenAI's protocol


def vectors(asked: dict[str, Any]) -> Reply:
    """Vectors that depend on the length of each text."""
    rows = [{"object": "embedding", "index": i, "embedding": [3, len(t)]} for i, t in enumerate(asked["input"])]
    return plain(json.dumps({"object": "list", "data": rows, "model": asked["model"], "usage": {}}))


@pytest.fixture
def endpoint(chat_server: ChatServer) -> ChatServer:
    chat_server.answers(vectors)
    return chat_server


def test_openai_sends_plain_text_in_batches(endpoint: ChatServer) -> None:
    embedder = load_embedder("openai:some-model")
    texts = ["a" * n for n in range(1, 51)]
    finished: list[int] = []
    vectors = embedder.encode_passages(texts, finished.append)
    check_unit_rows(vectors, 50)
    assert vectors[3] == pytest.approx([0.6, 0.8])
    assert vectors[49] == pytest.approx(np.array([3, 50]) / np.hypot(3, 50))
    assert sum(finished) == 50
    assert len(finished) > 1
    assert embedder.dimensions == 2
    assert [text for request in endpoint.requests for text in request["input"]] == texts
    assert {(r["path"], r["model"], r["key"]) for r in endpoint.requests} == {
        ("/v1/embeddings", "some-model", f"Bearer {KEY}")
    }


def test_openai_takes_odd_text(endpoint: ChatServer) -> None:
    embedder = load_embedder("openai:some-model")
    check_unit_rows(embedder.encode_passages(list(ODD.values())), len(ODD))
    assert all(request["input"] and all(request["input"]) for request in endpoint.requests)
    assert embedder.encode_passages([]).shape == (0, 2)
    assert embedder.encode_query("\ud800四").shape == (2,)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, f'{{"error": {{"message": "Incorrect API key: {KEY}"}}}}', "refused the API key.*OPENAI_API_KEY"),
        (404, '{"error": {"message": "no such model"}}', "does not know the embedding model some-model"),
        (400, f'{{"error": {{"message": "bad input from {KEY}"}}}}', "status 400 for some-model: .*bad input"),
        (200, "<html>Welcome to nginx</html>", "not OpenAI's protocol"),
        (200, '{"object": "list", "data": [], "model": "m"}', "not OpenAI's protocol|one vector for each text"),
        (200, '{"detail": "hello"}', "not OpenAI's protocol"),
    ],
)
def test_openai_errors_say_what_to_do_and_keep_the_key(endpoint: ChatServer, status: int, body: str, said: str) -> None:
    endpoint.answers(plain(body, status))
    with pytest.raises(EmbeddingUnavailable, match=said) as caught:
        load_embedder("openai:some-model").encode_query("荞麦")
    assert "127.0.0.1" in str(caught.value)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.usefixtures("endpoint")
def test_openai_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://someone:{KEY}@127.0.0.1:9/v1")
    with pytest.raises(EmbeddingUnavailable, match=r"127\.0\.0\.1:9 cannot be reached") as caught:
        load_embedder("openai:some-model").encode_passages(["荞麦"])
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "http://host:port/v1", "ftp://host/v1"])
def test_openai_at_no_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(EmbeddingUnavailable, match="OPENAI_BASE_URL is not a web address"):
        load_embedder("openai:some-model")


def test_openai_without_a_key_or_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(EmbeddingUnavailable, match="set OPENAI_API_KEY"):
        load_embedder("openai:some-model")
    with pytest.raises(EmbeddingUnavailable, match="openai:text-embedding-3-small"):
        load_embedder("openai:")
