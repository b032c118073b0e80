"""Odd texts, and what every embedder's vectors must be."""

from __future__ import annotations

import unicodedata

import numpy as np

from index.embedding import Vectors

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


def cosines(left: Vectors, right: Vectors) -> Vectors:
    products: Vectors = (left * right).sum(axis=1)
    return products


def check_unit_rows(vectors: Vectors, rows: int) -> None:
    assert vectors.shape[0] == rows
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
