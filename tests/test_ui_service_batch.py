"""Questions of many threads: embedded together, each thread given its own vector."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hand_made import AnyEmbedder
from numpy.typing import NDArray

from index.errors import EmbeddingUnavailable
from ui.service_batch import KEPT, TOGETHER, GatheringEmbedder


class Held(AnyEmbedder):
    """An embedder that waits to be let go, and remembers its batches."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        self.begun.set()
        assert self.go_on.wait(10)
        return super().encode_queries(texts)


class Broken(AnyEmbedder):
    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise EmbeddingUnavailable("gone")


def test_what_arrives_while_one_batch_is_embedded_makes_the_next() -> None:
    held, sizes = Held(), list[int]()
    gathering = GatheringEmbedder(held, sizes.append)
    questions = [f"question {number}" for number in range(TOGETHER + 3)]
    with ThreadPoolExecutor(len(questions) + 1) as threads:
        first = threads.submit(gathering.encode_query, "alone")
        assert held.begun.wait(10)
        rest = [threads.submit(gathering.encode_query, question) for question in questions]
        while len(gathering._waiting) < len(questions):
            assert not any(future.done() for future in rest)
        held.go_on.set()
        np.testing.assert_array_equal(first.result(), AnyEmbedder().encode_query("alone"))
        for question, future in zip(questions, rest, strict=True):
            np.testing.assert_array_equal(future.result(), AnyEmbedder().encode_query(question))
    assert sizes == [1, TOGETHER, 3]
    gathering.close()


def test_the_same_question_of_two_threads_is_embedded_once_and_then_kept() -> None:
    held = Held()
    gathering = GatheringEmbedder(held, lambda _: None)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(gathering.encode_query, "first")]
        assert held.begun.wait(10)
        asked += [threads.submit(gathering.encode_query, "twice") for _ in range(2)]
        held.go_on.set()
        assert [len(future.result()) for future in asked] == [8, 8, 8]
    gathering.encode_queries(["twice", "first"])
    assert sorted(text for batch in held.batches for text in batch) == ["first", "twice"]
    gathering.close()


def test_vectors_of_long_ago_are_let_go() -> None:
    sizes = list[int]()
    gathering = GatheringEmbedder(AnyEmbedder(), sizes.append)
    gathering.encode_query("long ago")
    gathering.encode_queries([f"question {number}" for number in range(KEPT)])
    before = sum(sizes)
    gathering.encode_query("long ago")
    assert (before, sum(sizes)) == (KEPT + 1, KEPT + 2)
    gathering.close()


def test_whoever_waits_for_a_model_that_fails_is_told() -> None:
    gathering = GatheringEmbedder(Broken(), lambda _: None)
    for _ in range(2):
        with pytest.raises(EmbeddingUnavailable, match="gone"):
            gathering.encode_query("anything")
    gathering.close()
    with pytest.raises(RuntimeError, match="stopping"):
        gathering.encode_query("too late")
