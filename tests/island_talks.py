"""Two interviews to check sentences against, in Chinese and in English, and what a model would be shown of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hand_made import Said, Talk, answered, asked, make_retriever

from index.model import Role
from rag.pack import Source, pack
from rag.retrieve import Retriever

TALKS: Mapping[str, Talk] = {
    "lighthouse": [
        [
            asked("韩琳（Lin Han）和周伟都在，灯塔的雾号是哪一年停的？", label="陈默"),
            answered("雾号是二〇〇九年停的，那年我三十岁。", "格雷格·米勒不在岛上，八成的船已经不来了。", label="韩琳"),
        ],
        [
            asked("岛上的票好卖吗？", label="陈默"),
            Said("听众", Role.AUDIENCE, ("夏天的票卖给游客吗？",)),
            answered("夏天的票不卖给游客。", "我们管它叫「雾票」，一张四十块。", label="周伟"),
        ],
    ],
    "harbour": [
        [
            asked("How was the winter in the harbour?", label="Ann Hale"),
            answered(
                "The harbour froze in March and nobody could leave.",
                "Greg Miller sold half of the boats to a museum.",
                label="Tom Reed",
            ),
        ]
    ],
}
LANGUAGES = {"lighthouse": "zh-Hans", "harbour": "en"}
DATES = {"lighthouse": "2019-05-17", "harbour": "2021"}


def island(folder: Path, nearness: Callable[[str], float] = lambda text: 0.5) -> Retriever:
    """Both interviews, opened for questions."""
    return make_retriever(folder, TALKS, nearness, DATES, languages=LANGUAGES)


def shown(retriever: Retriever, question: str = "灯塔") -> tuple[Source, ...]:
    """Every turn of both interviews as a source."""
    return pack(retriever, retriever.rank(question), 8, 3000).sources


def said_by(retriever: Retriever, *names: str) -> list[Source]:
    """What these speakers said, the first time each."""
    sources = shown(retriever)
    return [next(source for source in sources if source.speaker.name == name) for name in names]
