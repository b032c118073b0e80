"""`verbatim eval` on a small archive: runs, reports, bounds, comparing, starting, and bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_archive import CLOCKS_BYTES, TEA, build_archive, verbatim
from small_gold import QUESTIONS, evaluate, unfinished, write_questions

from eval.gold import load_gold
from eval.records import LAST_REPORT, read_report


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run the command in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# runs and reports


def test_a_run_shows_its_figures_and_leaves_nothing_unfinished(index: Path) -> None:
    result = evaluate(index, "--json", "report.json", "--html", "report.html")
    assert result.exit_code == 0
    assert "mine.jsonl · all" in result.stdout
    assert "recall@5" in result.stdout
    assert "asking verbatim 4 questions" in result.stderr
    report = read_report(Path("report.json"))
    assert (report.gold, report.split, report.interviews, report.left_out) == ("mine.jsonl", "all", 2, {})
    [only] = report.runs
    assert [one.id for one in only.outcomes] == ["when", "frost", "learn", "cup"]
    assert {"recall@5", "key_facts", "similarity", "seconds_p95", "abstention_recall"} <= only.figures.keys()
    assert only.outcomes[1].history == ("最难的是什么时候？",)
    assert Path("report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (unfinished(), Path(".verbatim-eval/.gitignore").read_text()) == ([], "*\n")


def test_the_last_run_is_kept_for_the_chat_page(index: Path, here: Path) -> None:
    kept = here / ".verbatim-eval" / LAST_REPORT
    evaluate(index, "--json", "first.json")
    assert read_report(kept) == read_report(Path("first.json"))
    evaluate(index, "--split", "dev")
    assert read_report(kept).split == "dev"


def test_a_report_that_cannot_be_kept_is_told_and_changes_nothing(index: Path, here: Path) -> None:
    (here / ".verbatim-eval" / LAST_REPORT).mkdir(parents=True)
    result = evaluate(index, "--json", "report.json", "--min", "recall@10=1")
    assert result.exit_code == 0
    assert "PASS recall@10" in result.stdout
    assert read_report(Path("report.json")).split == "all"
    assert "note: the chat page will not show this run: .verbatim-eval/last-report.json: " in result.stderr


def test_baselines_answer_the_same_questions_in_the_same_table(index: Path) -> None:
    arguments = ("--baseline", "bm25", "--baseline", "langchain", "--baseline", "bm25", "--json", "report.json")
    result = evaluate(index, *arguments)
    assert result.exit_code == 0
    report = read_report(Path("report.json"))
    assert [one.system for one in report.runs] == ["verbatim", "bm25", "langchain"]
    assert len({tuple(one.id for one in system.outcomes) for system in report.runs}) == 1
    assert "langchain" in result.stdout


def test_without_options_the_samples_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def caught(task: Any, *_: Any) -> None:
        asked.append(task)
        raise KeyboardInterrupt

    monkeypatch.setattr("ui.cli_eval.evaluate", caught)
    assert verbatim("eval", env={"VERBATIM_INDEX": "elsewhere"}).exit_code == 130
    [task] = asked
    assert (task.gold_file.name, task.archive.path.name, task.archive.is_index) == ("samples.jsonl", "samples", False)
    assert (task.split, task.top_k, task.baselines, task.judge) == ("all", 5, (), "")
    verbatim("eval", "--gold", "mine.jsonl", env={"VERBATIM_INDEX": "elsewhere"})
    assert (asked[1].archive.path, asked[1].archive.is_index) == (Path("elsewhere"), True)
    verbatim("eval", "--index", "there", env={"VERBATIM_INDEX": "elsewhere"})
    assert (asked[2].gold_file.name, asked[2].archive.path) == ("samples.jsonl", Path("there"))


def test_a_corpus_is_indexed_once(here: Path) -> None:
    (here / "talks").mkdir()
    (here / "talks" / "tea.txt").write_text(TEA, encoding="utf-8", newline="")
    (here / "talks" / "void.txt").touch()
    gold = write_questions(QUESTIONS[:2])
    first = verbatim("eval", "--gold", gold, "--corpus", "talks")
    assert first.exit_code == 0
    assert f"indexing {len(TEA.encode())} bytes" in first.stderr
    assert "not indexed: " in first.stderr
    second = verbatim("eval", "--gold", gold, "--corpus", here / "talks")
    assert second.exit_code == 0
    assert "bytes" not in second.stderr
    assert [path.name[:6] for path in Path(".verbatim-eval").iterdir() if path.is_dir()] == ["talks-"]


def test_a_corpus_without_one_interview_is_told(here: Path) -> None:
    (here / "void.txt").touch()
    result = verbatim("eval", "--gold", write_questions(QUESTIONS), "--corpus", "void.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "void.txt: no interview in it could be indexed" in result.stderr


def test_a_gold_set_whose_name_is_no_text_is_reported_as_well(index: Path) -> None:
    gold = write_questions(QUESTIONS[:1], "mine\udcff[bold].jsonl")
    result = verbatim("eval", "--gold", gold, "--index", index, "--json", "report.json", "--html", "report.html")
    assert result.exit_code == 0
    assert read_report(Path("report.json")).gold == "mine\ufffd[bold].jsonl"
    assert "[bold].jsonl · all" in result.stdout


def test_an_interview_that_is_missing_is_named_once_and_the_rest_runs(here: Path) -> None:
    (here / "clocks.md").write_bytes(CLOCKS_BYTES)
    gold = write_questions(QUESTIONS[:3])
    result = verbatim("eval", "--gold", gold, "--corpus", "clocks.md", "--json", "report.json")
    assert result.exit_code == 0
    assert result.stderr.count("the index has no interview tea: 2 questions of mine.jsonl left out\n") == 1
    report = read_report(Path("report.json"))
    assert list(report.left_out) == ["when", "frost"]
    assert [one.id for one in report.runs[0].outcomes] == ["learn"]
    nothing = verbatim("eval", "--gold", write_questions(QUESTIONS[:2]), "--corpus", "clocks.md")
    assert nothing.exit_code == 2
    assert "nothing of it can be asked here\nthe index has no interview tea" in nothing.stderr


def test_only_the_questions_of_the_split_are_asked(index: Path) -> None:
    splits = {one.id: one.split for one in load_gold(write_questions(QUESTIONS))}
    for split in ("dev", "test"):
        expected = [name for name, place in splits.items() if place == split]
        assert expected, "choose other ids"
        assert evaluate(index, "--split", split, "--json", "report.json").exit_code == 0
        report = read_report(Path("report.json"))
        assert (report.split, [one.id for one in report.runs[0].outcomes]) == (split, expected)
    gold = write_questions([one for one in QUESTIONS if splits[str(one["id"])] == "dev"])
    result = verbatim("eval", "--gold", gold, "--index", index, "--split", "test")
    assert (result.exit_code, "none of its questions is in the split test" in result.stderr) == (2, True)


# bounds


def test_a_figure_that_misses_its_bound_is_exit_code_1(index: Path) -> None:
    result = evaluate(index, "--min", "recall@10=1", "--max", "answer_chars=1", "--min", "tokens=1")
    assert result.exit_code == 1
    assert "PASS recall@10 at least 1: 1 (3 questions)" in result.stdout
    assert "FAIL answer_chars at most 1: " in result.stdout
    assert "FAIL tokens at least 1: no question of this run has that figure" in result.stdout
    assert "note: less is better in tokens" in result.stderr
    assert evaluate(index, "--min", "recall@10=1").exit_code == 0


# comparing, starting


def test_two_reports_are_compared(index: Path) -> None:
    evaluate(index, "--json", "a.json")
    evaluate(index, "--json", "b.json", "--split", "dev")
    result = verbatim("eval", "--compare", "a.json", "b.json")
    assert result.exit_code == 0
    assert "differs: split: all → dev" in result.stdout
    result = verbatim("eval", "--compare", "a.json", "mine.jsonl")
    assert (result.exit_code, "mine.jsonl: not a report" in result.stderr) == (2, True)


@pytest.mark.parametrize("name", ["own set.jsonl", "own.csv"])
def test_a_set_to_start_from_can_be_asked_at_once(index: Path, name: str) -> None:
    result = verbatim("eval", "--init", name, "--index", index)
    assert result.exit_code == 0
    assert "gold_answer" in result.stdout
    quoted = "'own set.jsonl'" if " " in name else name
    assert result.stdout.endswith(f"  verbatim eval --gold {quoted} --index {index}\n")
    assert {one.evidence[0].doc for one in load_gold(Path(name))} == {"tea", "clocks"}
    assert verbatim("eval", "--gold", name, "--index", index).exit_code == 0
    again = verbatim("eval", "--init", name, "--index", index)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


# bad input


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--gold", "interviews"], "name their folder with --corpus DIR"),
        (["--gold", "none.jsonl"], "none.jsonl: cannot be read"),
        (["--corpus", "a", "--index", "b"], "choose one"),
        (["--corpus", "nowhere"], "nowhere: no such file"),
        (["--index", "nowhere"], "There is no index in"),
        (["--split", "half"], "--split"),
        (["--top-k", "0"], "--top-k"),
        (["--baseline", "haystack"], "there are langchain, bm25"),
        (["--min", "recall@4=1"], "There are: recall@1"),
        (["--max", "mrr"], "write --max mrr=0.75"),
        (["--judge", "gpt"], "write provider:model"),
        (["--json", "no/where.json"], "there is no folder no"),
        (["--html", "."], "this is a folder"),
        (["--html", "x", "--json", "./x"], "where the other report goes"),
        (["--gold", "mine.jsonl", "--json", "mine.jsonl"], "this is the gold set"),
        (["--compare", "a.json", "b.json", "--fresh", "--top-k", "5"], "leave out --fresh, --top-k"),
        (["--compare", "a.json", "b.json"], "a.json: cannot be read"),
        (["--init", "x.jsonl", "--gold", "samples"], "leave out --gold"),
        (["--init", "x.txt"], "x.txt: a gold set is a .jsonl or a .csv file"),
        (["--init", "no/x.jsonl"], "there is no folder no"),
    ],
)
def test_bad_usage_is_told_before_anything_runs(args: list[str], message: str) -> None:
    result = verbatim("eval", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([], "no question in it"),
        ([{"id": "x"}], "mine.jsonl:1: question: Field required"),
        ([QUESTIONS[0], QUESTIONS[0]], "mine.jsonl:2: id: 'when' is also the id of line 1"),
        ([{**QUESTIONS[0], "question": "？"}], "mine.jsonl:1: when: The question has no word in it"),
        ([{**QUESTIONS[0], "evidence": [{"doc": "tea", "start": 0, "end": 9999}]}], "mine.jsonl:1: when: "),
        ([{**QUESTIONS[0], "evidence": [{"doc": "tee", "start": 0, "end": 9}]}], "the index has no interview tee"),
    ],
)
def test_a_bad_gold_set_names_file_and_place(index: Path, questions: list[dict[str, object]], message: str) -> None:
    result = verbatim("eval", "--gold", write_questions(questions), "--index", index)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(index: Path) -> None:
    Path(".verbatim-eval").touch()
    result = evaluate(index)
    assert (result.exit_code, result.stdout) == (2, "")
    assert ".verbatim-eval: the evaluation cannot keep here what it needs" in result.stderr


def test_the_help_has_examples() -> None:
    result = verbatim("eval", "--help")
    assert result.exit_code == 0
    assert "verbatim eval" in result.stdout.partition("Example")[2]
