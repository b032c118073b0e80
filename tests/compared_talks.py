"""Three short interviews to be compared, and what came of it."""

from __future__ import annotations

from pathlib import Path

from hand_made import Talk, answered, asked, make_retriever

from rag.retrieve import Retriever
from ui.chat_comparison import Comparison
from ui.chat_startup import Startup

TALKS: dict[str, Talk] = {
    "mountain": [[asked("春天做多少茶？"), answered("春天我们做了四百斤茶。")]],
    "silent": [[asked("春天的茶做多少斤？", label="阿木")]],
    "harbour": [[asked("春天做什么？"), answered("春天我在码头修了两条船。", label="周桥")]],
}
DATES = {"mountain": "2024-05-03", "harbour": "2019-01-02"}
ASKED = "春天做多少斤茶？"
QUOTING = Startup()
WRITING = Startup(llm="openai:mine", no_cache=True)
BEST_FIRST = ("四百斤", "两条船", "做多少斤")


def compared_talks(folder: Path) -> Retriever:
    """The interviews, opened."""

    def nearness(text: str) -> float:
        return next((0.9 - 0.1 * at for at, words in enumerate(BEST_FIRST) if words in text), 0.2)

    return make_retriever(folder, TALKS, nearness, DATES)


def sides(one: Comparison) -> list[tuple[str, bool | None]]:
    """Who is on the page, and whether they say something."""
    return [(card.side.name, card.side.answer.answered if card.side.answer else None) for card in one.cards]
