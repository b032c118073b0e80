"""What a build embedded before it was killed is not embedded again; a journal that is damaged is begun anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_embedding import FakeEmbedding
from index_checks import assert_answers
from numpy.typing import NDArray

from index import encode
from index.build import build_index
from index.generations import JOURNAL
from index.journal import Journal, digest

KEYS = [digest(str(number)) for number in range(300)]


class Killed(FakeEmbedding):
    """An embedding whose process dies when it is asked for the third time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.asked += 1
        if self.asked > 2:
            raise KeyboardInterrupt
        return super().encode_passages(texts, progress)


def write_journal(folder: Path) -> Path:
    with Journal(folder, "fake") as journal:
        journal.add(KEYS, np.eye(len(KEYS), 64, dtype=np.float32))
    return folder / JOURNAL


def test_a_batch_is_kept_part_by_part(talks: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "LOST", 5)
    killed, after = Killed(), FakeEmbedding()
    with pytest.raises(KeyboardInterrupt):
        build_index([talks], folder, killed)
    build_index([talks], folder, after)
    assert len(killed.given) == 10
    assert set(killed.given).isdisjoint(after.given)
    assert_answers(folder, "灯塔", "桥")


def test_vectors_outlast_the_build_that_made_them(tmp_path: Path) -> None:
    write_journal(tmp_path)
    with Journal(tmp_path, "fake") as journal:
        assert journal.lacks(KEYS) == set()
        np.testing.assert_array_equal(journal.vectors(KEYS[3:5], 64), np.eye(300, 64, dtype=np.float32)[3:5])


@pytest.mark.parametrize("page", range(2, 20))
def test_a_damaged_journal_is_begun_anew_or_as_it_was(tmp_path: Path, page: int) -> None:
    path = write_journal(tmp_path)
    content = bytearray(path.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\x07" * 4096
    path.write_bytes(content)
    with Journal(tmp_path, "fake") as journal:
        lacking = list(journal.lacks(KEYS))
        journal.add(lacking, np.zeros((len(lacking), 64), dtype=np.float32))
        assert journal.vectors(KEYS, 64).shape == (300, 64)
