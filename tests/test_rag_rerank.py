"""The optional cross-encoder: its real loading code on a tiny model made here, and what it may change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hand_made import Talk, answered, asked, going_on, make_retriever

from index.errors import RerankerUnavailable
from rag.rerank import Reranker
from rag.retrieve import RERANKED, Retriever

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"雾雪雨风很大吗来了"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one layer with random weights that knows a few characters."""
    return make_cross_encoder(tmp_path_factory.mktemp("tiny") / "model", labels=1)


def make_cross_encoder(folder: Path, labels: int) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    (folder.parent / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizer(str(folder.parent / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


class Backwards(Reranker):
    """Likes what came last, and remembers what it read."""

    def __init__(self) -> None:
        self.name = "backwards"
        self.read: list[tuple[str, list[str]]] = []

    def scores(self, question: str, texts: object) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        assert isinstance(texts, list)
        self.read.append((question, texts))
        return np.arange(len(texts), dtype=np.float32)


def archive(folder: Path, reranker: Reranker | None, exchanges: int = 3) -> Retriever:
    talk: Talk = [
        [asked(f"第{number}年的雾呢？"), answered(f"第{number}年的雾很大，{chr(0x4E00 + number * 97) * 20}。")]
        for number in range(exchanges)
    ]
    near = {f"第{number}年": 0.9 - number / 1000 for number in range(exchanges)}
    retriever = make_retriever(
        folder, {"talk": talk}, lambda text: next((n for word, n in near.items() if word in text), 0.5)
    )
    return Retriever(retriever.index, retriever.embedder, reranker)


def test_a_model_from_a_folder_scores_each_passage(tiny: Path) -> None:
    scores = Reranker(str(tiny)).scores("雾大吗", ["雾很大", "雪来了", ""])
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert len(set(scores.tolist())) == 3
    assert Reranker(str(tiny)).scores("雾大吗", ["雪来了"])[0] == pytest.approx(scores[1], abs=1e-5)


def test_what_is_no_reranker_says_so(tmp_path: Path) -> None:
    three_labels = make_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(RerankerUnavailable, match="3 numbers for a passage: not a reranker"):
        Reranker(str(three_labels)).scores("雾", ["雾", "雪"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(RerankerUnavailable, match=r"empty cannot be loaded from this folder.*leave --reranker out"):
        Reranker(str(tmp_path / "empty")).scores("雾", ["雾"])


def test_the_first_passages_are_ordered_anew_and_the_scores_dealt_out_again(tmp_path: Path) -> None:
    plain = archive(tmp_path, None).search("雾", top_k=50)
    backwards = Backwards()
    anew = Retriever(archive(tmp_path / "again", None).index, archive(tmp_path / "third", None).embedder, backwards)
    found = anew.search("雾", top_k=50)
    assert [hit.text for hit in found.hits] == [hit.text for hit in reversed(plain.hits)]
    assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in plain.hits], abs=1e-4)
    assert "rerank" in found.timings
    assert "rerank" not in plain.timings


def test_the_reranker_reads_the_question_that_a_passage_answers(tmp_path: Path) -> None:
    talk: Talk = [[asked("后来呢？"), answered("雾来了，看不见岸。")], [going_on("后来下雪，看不见路。")]]
    reranker = Backwards()
    retriever = make_retriever(tmp_path, {"talk": talk}, lambda text: 0.5)
    Retriever(retriever.index, retriever.embedder, reranker).search("雾")
    [(question, texts)] = reranker.read
    assert question == "雾"
    [first, second] = sorted(texts, key=len)
    assert "看不见岸" in first + second
    assert all(text.count("后来呢？") == 1 for text in texts)


def test_no_more_than_the_first_are_read(tmp_path: Path) -> None:
    reranker = Backwards()
    retriever = archive(tmp_path, reranker, exchanges=RERANKED * 12)
    hits = retriever.search("雾", top_k=50).hits
    assert len(hits) > RERANKED
    assert [len(texts) for _, texts in reranker.read] == [RERANKED]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_question_without_a_reranker_loads_none() -> None:
    code = "import sys, rag.retrieve; sys.exit('rag.rerank' in sys.modules or 'torch' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, env=dict(os.environ)).returncode == 0
