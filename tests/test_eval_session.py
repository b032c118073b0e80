"""An evaluation that is interrupted goes on where it stopped, and what a judge said is kept when it fails."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from small_archive import build_archive, verbatim
from small_gold import QUESTIONS, evaluate, unfinished, write_questions

import eval.session
from eval.gold import Gold
from eval.records import Outcome, Report, read_report
from eval.run import System, run
from rag.retrieve import Retriever
from ui.cli_eval import stopped_by_kill

MARKS = '{"reason": "half of it", "correct": 2, "complete": 1, "grounded": 0}'


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run the command in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# interrupted


def stop_after(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after so many questions of each system."""

    def stopping(questions: Sequence[Gold], system: System, retriever: Retriever) -> Iterator[Outcome]:
        for place, outcome in enumerate(run(questions, system, retriever)):
            if place == number:
                raise KeyboardInterrupt
            yield outcome

    monkeypatch.setattr(eval.session, "run", stopping)


def test_the_same_command_goes_on_where_it_stopped(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        stop_after(3, patch)
        result = evaluate(index)
    assert (result.exit_code, result.stdout) == (130, "")
    assert "interrupted; the same command goes on where it stopped" in result.stderr
    assert len(unfinished()) == 1
    result = evaluate(index, "--json", "report.json")
    assert "going on: verbatim had answered 3 of 4 questions; --fresh asks them again" in result.stderr
    assert "asking verbatim 1 question\n" in result.stderr
    assert [one.id for one in read_report(Path("report.json")).runs[0].outcomes] == ["when", "frost", "learn", "cup"]
    assert unfinished() == []


def test_other_questions_other_settings_and_fresh_begin_anew(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        stop_after(3, patch)
        assert evaluate(index).exit_code == 130
    for other in (("--top-k", "6"), ("--split", "dev"), ("--fresh",)):
        assert "going on" not in evaluate(index, *other).stderr
    with monkeypatch.context() as patch:
        stop_after(3, patch)
        assert "the same command without --fresh goes on" in evaluate(index, "--fresh").stderr
        monkeypatch.setattr(eval.session, "code_digest", lambda: "another code")
        assert "going on" not in evaluate(index).stderr


def test_a_baseline_that_was_done_is_not_built_again(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(eval.session, "with_similarity", interrupted)
        assert evaluate(index, "--baseline", "langchain").exit_code == 130
    result = evaluate(index, "--baseline", "langchain")
    assert result.exit_code == 0
    assert "langchain had answered 4 of 4 questions" in result.stderr
    assert "embedding" not in result.stderr


def test_kill_is_told_like_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), stopped_by_kill():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_any_change_of_the_code_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "rag").mkdir()
    (tmp_path / "rag" / "chain.py").write_text("a = 1")
    before = eval.session.code_digest(tmp_path)
    (tmp_path / "rag" / "notes.txt").write_text("of no account")
    assert eval.session.code_digest(tmp_path) == before
    (tmp_path / "rag" / "chain.py").write_text("a = 2")
    assert eval.session.code_digest(tmp_path) != before
    (tmp_path / "rag" / "chain.py").write_text("a = 1")
    (tmp_path / "rag" / "map.npy").write_bytes(b"1")
    assert eval.session.code_digest(tmp_path) != before


# the judge


class Judge:
    """So many verdicts, then the server is gone."""

    def __init__(self, verdicts: int) -> None:
        self.left = verdicts

    def __iter__(self) -> Judge:
        return self

    def __next__(self) -> AIMessage:
        if self.left == 0:
            raise ConnectionError("gone")
        self.left -= 1
        return AIMessage(MARKS)


def set_judge(monkeypatch: pytest.MonkeyPatch, verdicts: int) -> None:
    monkeypatch.setattr(
        eval.session, "load_chat_model", lambda name: GenericFakeChatModel(messages=Judge(verdicts), name=name)
    )


def judged(report: Report) -> dict[str, bool]:
    return {one.id: one.verdict is not None for one in report.runs[0].outcomes}


def test_what_was_judged_before_the_judge_failed_is_kept(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("--judge", "openai:m", "--json", "report.json", "--baseline", "bm25", "--min", "recall@10=1")
    set_judge(monkeypatch, 1)
    result = evaluate(index, *arguments)
    assert result.exit_code == 0
    assert "of 4 not judged: " in result.stderr
    assert "openai:m: the server cannot be reached" in result.stderr
    assert "the same command judges only the rest" in result.stderr
    assert judged(read_report(Path("report.json")))["when"]
    assert not judged(read_report(Path("report.json")))["learn"]
    assert len(unfinished()) == 2
    set_judge(monkeypatch, 4)
    result = evaluate(index, *arguments)
    assert "asking" not in result.stderr
    report = read_report(Path("report.json"))
    assert set(judged(report).values()) == {True}
    assert report.runs[0].figures["judge_correct"].n == 4
    assert not any(one.verdict for one in report.runs[1].outcomes)
    assert unfinished() == []


def test_a_judge_that_says_nothing_at_all_is_exit_code_1(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_judge(monkeypatch, 0)
    result = evaluate(index, "--judge", "openai:m")
    assert result.exit_code == 1
    assert "The judge gave no verdict at all; the same command asks it again" in result.stderr
    assert "What was judged" not in result.stderr
    assert len(unfinished()) == 1


def test_without_a_gold_answer_nothing_is_judged_nor_tried_again(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_judge(monkeypatch, 0)
    gold = write_questions([{**QUESTIONS[0], "gold_answer": ""}])
    result = verbatim("eval", "--gold", gold, "--index", index, "--judge", "openai:m")
    assert result.exit_code == 1
    assert "1 answer not judged: the question has no gold_answer to judge by" in result.stderr
    assert unfinished() == []
