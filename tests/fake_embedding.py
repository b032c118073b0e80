"""An embedding model that is no model: the vector of a text follows from its bytes, and it remembers what it was given.

Also small interviews to index, since a build needs both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class FakeEmbedding:
    def __init__(self, name: str = "fake", dimensions: int = 8) -> None:
        self.name = name
        self.dimensions = dimensions
        self.given: list[str] = []
        self.is_warm = False

    def warm_up(self) -> None:
        self.is_warm = True

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.given.extend(texts)
        if progress:
            progress(len(texts))
        return np.stack([self.encode(text) for text in texts])

    def encode(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(blake2b(f"{self.name} {text}".encode(), digest_size=8).digest(), "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimensions).astype(np.float32)
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


def interview(guest: str, subject: str, exchanges: int = 6) -> str:
    """A short interview whose every sentence names its subject."""
    lines = [f"# 对话{guest}：{subject}", "", "发布时间: 2024-05-03", ""]
    for number in range(1, exchanges + 1):
        lines += [f"主持人：第{number}年，{subject}遇到的最大困难是什么？", ""]
        lines += [f"{guest}：第{number}年我们只有{number * 3}个人，{subject}几乎停了下来。" * 2, ""]
        lines += [f"后来我们把{subject}重新做了一遍，用了{number}种办法，才知道问题在哪里。", ""]
    return "\n".join([*lines, "关注我们的公众号", ""])


def write_interview(path: Path, guest: str, subject: str, exchanges: int = 6) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(interview(guest, subject, exchanges), encoding="utf-8", newline="")
    return path


def write_two_interviews(folder: Path) -> Path:
    """Interviews called 灯塔 and 桥."""
    write_interview(folder / "灯塔.md", "林岚", "灯塔")
    write_interview(folder / "桥.txt", "周桥", "大桥")
    return folder
