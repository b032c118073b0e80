"""Fitting: which rows a question is left with when its evidence is taken away, and the minimum of a loss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hand_made import answered, asked, make_retriever
from torch import Tensor

from eval import fit_weights
from eval.fit_weights import KINDS, Asked, fit_answering, fit_ranking, main
from eval.gold import Evidence, Gold
from rag.conversation import Exchange
from rag.retrieve import SECOND, Retriever

TALK = [
    [asked("早上呢？"), answered("雾来了。", "船停了。")],
    [asked("晚上呢？"), answered("雾走了。")],
]


@pytest.fixture
def talks(tmp_path: Path) -> Retriever:
    return make_retriever(tmp_path, {"one": TALK, "two": TALK}, lambda text: 0.5)


def gold(retriever: Retriever, words: str = "", doc: str = "one", history: tuple[Exchange, ...] = ()) -> Gold:
    """A question whose evidence is these words; unanswerable without."""
    start = retriever.index.text(doc).index(words)
    evidence = (Evidence(doc, start, start + len(words)),) if words else ()
    return Gold("q", "雾呢？", "zh-Hans", "fact", "", (), evidence, bool(words), history)


def texts(retriever: Retriever, found: Asked, without_evidence: bool) -> tuple[list[str], list[str]]:
    """Passages and sentences that are left, each with its interview."""
    index = retriever.index
    allowed = found.allowed(without_evidence)
    passages = [f"{p.doc} {retriever.view.text(p)[-4:]}" for p in index.passages]
    sentences = [f"{doc} {index.text(doc)[s.start : s.end]}" for doc, s in index.sentences]
    assert (len(allowed.passages), len(allowed.sentences)) == (len(passages), len(sentences))
    return (
        [text for text, left in zip(passages, allowed.passages, strict=True) if left],
        [text for text, left in zip(sentences, allowed.sentences, strict=True) if left],
    )


def test_a_stretch_touches_the_evidence(talks: Retriever) -> None:
    [evidence] = gold(talks, "船停了。").evidence
    found = Asked(talks, gold(talks, "船停了。"))
    start, end = evidence.start, evidence.end
    assert found.touches("one", start, end)
    assert found.touches("one", 0, start + 1)
    assert found.touches("one", end - 1, end + 9)
    assert found.touches("one", start + 1, start + 2)
    assert not found.touches("one", 0, start)
    assert not found.touches("one", end, end + 9)
    assert not found.touches("two", start, end)
    assert not Asked(talks, gold(talks)).touches("one", start, end)


def test_all_rows_or_those_without_the_evidence(talks: Retriever) -> None:
    found = Asked(talks, gold(talks, "船停了。"))
    passages, sentences = texts(talks, found, without_evidence=False)
    assert passages == ["one 船停了。", "one 雾走了。", "two 船停了。", "two 雾走了。"]
    assert len(sentences) == 10
    passages, sentences = texts(talks, found, without_evidence=True)
    assert passages == ["one 雾走了。", "two 船停了。", "two 雾走了。"]
    # The whole passage goes: what stands beside the evidence would be found in its place.
    assert [text for text in sentences if text.startswith("one")] == ["one 晚上呢？", "one 雾走了。"]
    assert len([text for text in sentences if text.startswith("two")]) == 5


def test_a_follow_up_is_asked_in_its_context(talks: Retriever) -> None:
    assert Asked(talks, gold(talks)).context == "雾呢？"
    history = (Exchange("船呢？", "停了。"),)
    assert Asked(talks, gold(talks, history=history)).context == "船呢？ 停了。 雾呢？"


def test_the_minimum_of_a_convex_loss() -> None:
    """The least of (a - 3)² + 2 (b + 1)² + (a - 3) (b + 1) is at (3, -1)."""

    def loss(weights: Tensor) -> Tensor:
        a, b = weights[0] - 3, weights[1] + 1
        return a**2 + 2 * b**2 + a * b

    assert fit_weights._minimum(loss, 2) == pytest.approx([3, -1], abs=1e-3)


def test_the_minimum_with_a_penalty_is_less_extreme() -> None:
    """Of (a - 3)² + a² it is at 1.5."""
    assert fit_weights._minimum(lambda weights: ((weights - 3) ** 2 + weights**2).sum(), 1) == pytest.approx([1.5])


@pytest.fixture
def days(tmp_path: Path) -> Retriever:
    """Eight passages, of which one has a sentence that is near to any question."""
    talk = [[asked(f"{n}日？"), answered(f"{n}日有雾。")] for n in "一二三四五六七八"]
    return make_retriever(tmp_path, {"doc": talk}, lambda text: 0.9 if text == "三日有雾。" else 0.5)


def about_a_day(retriever: Retriever, language: str = "en", answerable: bool = True) -> Asked:
    start = retriever.index.text("doc").index("三日有雾。")
    evidence = (Evidence("doc", start, start + 5),) if answerable else ()
    return Asked(retriever, Gold("q", "xyzzy", language, "fact", "", (), evidence, answerable))


def test_the_ranking_is_fitted_to_what_holds_the_evidence(days: Retriever, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the best sentence tells the passages apart, and it is the evidence: it alone gets a weight."""
    fit_ranking([about_a_day(days), about_a_day(days, answerable=False)])
    printed = capsys.readouterr().out.strip()
    assert printed.startswith("SECOND, on 1 questions: {'passage': ")
    weights = {name: float(value) for name, value in re.findall(r"'([a-z ]+)': (-?[\d.]+)", printed)}
    assert list(weights) == list(SECOND)
    assert weights.pop("sentence") > 0.5
    assert max(map(abs, weights.values())) < 0.05


def test_limits_are_told_by_language(days: Retriever, capsys: pytest.CaptureFixture[str]) -> None:
    own = [about_a_day(days, language, answerable) for answerable in (True, False) for language in ("zh-Hant", "en")]
    fit_answering(own, own[2:])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("WEIGHTS: {'standing': 1.0, 'near': ")
    of_each = [f"  {kind}: 1, 0 lack an amount or a name" for kind in KINDS]
    expected = ["LIMIT, Chinese", *of_each, "LIMIT, other", *of_each]
    assert all(line.startswith(start) for line, start in zip(lines[1:], expected, strict=True))


def test_both_archives_are_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["fit_weights"])
    with pytest.raises(SystemExit):
        main()
    assert "--interviews" in capsys.readouterr().err
