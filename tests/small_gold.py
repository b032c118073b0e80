"""Gold questions on the two interviews of small_archive.py, and `verbatim eval` with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from small_archive import source_text, verbatim
from typer.testing import Result


def question(name: str, text: str, doc: str, words: str, **changes: object) -> dict[str, object]:
    """A gold question whose evidence is these words of an interview."""
    start = source_text(doc).index(words)
    good: dict[str, object] = {
        "id": name,
        "question": text,
        "language": "zh-Hans" if doc == "tea" else "en",
        "category": "fact",
        "gold_answer": "An answer in words of my own.",
        "key_facts": [[words]],
        "evidence": [{"doc": doc, "start": start, "end": start + len(words)}],
        "answerable": True,
    }
    return {**good, **changes}


QUESTIONS = [
    question("when", "林岚是哪一年开始种茶的？", "tea", "二〇〇九年"),
    question("frost", "那一年的霜冻怎么样？", "tea", "冻死了一半茶树", history=[{"question": "最难的是什么时候？"}]),
    question("learn", "How did she learn to repair clocks?", "clocks", "My grandmother taught me"),
    question("cup", "Who won the 1998 football world cup final?", "clocks", "wheel",
             evidence=[], key_facts=[], gold_answer="", answerable=False),
]  # fmt: skip


def write_questions(questions: Sequence[dict[str, object]], name: str = "mine.jsonl") -> Path:
    Path(name).write_text("".join(json.dumps(one) + "\n" for one in questions), encoding="utf-8")
    return Path(name)


def evaluate(index: Path, *args: str | Path) -> Result:
    """The command, the questions above asked of the index."""
    return verbatim("eval", "--gold", write_questions(QUESTIONS), "--index", index, *args)


def unfinished() -> list[Path]:
    return sorted(Path(".verbatim-eval").glob("*.jsonl"))
