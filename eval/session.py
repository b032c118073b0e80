"""An evaluation from its settings to its report, without the terminal: read `evaluate` first.

    gold set ─► questions of the split ─► those the archive can be asked ─► every system ─► judge ─► Report

Nothing that was done is lost when it is interrupted: outcomes and verdicts go into journals as they come.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from eval.baselines import baseline
from eval.check import check_gold
from eval.corpus import Archive, make_work_folder, opened
from eval.extras import require_baseline
from eval.gold import FOLDER, Gold, Split, lines, load_gold, only
from eval.journal import Journal
from eval.judge import judge_all, with_verdict
from eval.records import Outcome, Report, Run, Verdict
from eval.run import run, verbatim, with_similarity
from eval.summary import figures_of, groups_of
from index.collect import printable
from index.embedding_choice import Progress
from index.errors import InputError
from rag.llm import load_chat_model
from rag.question import usable
from rag.retrieve import Retriever
from rag.write import SECONDS, TOKENS, Writer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Tell = Callable[[str], None]
SYSTEM = "verbatim"
OWN_SETS = {name: FOLDER / f"{name}.jsonl" for name in ("samples", "interviews")}
ROOT = Path(__file__).parent.parent
MEASURED = ("index", "rag", "eval")  # packages whose code decides what comes out


@dataclass(frozen=True, slots=True)
class Task:
    """What to measure: a gold set (a name of OWN_SETS or a file) asked of an archive.

    What is kept meanwhile, the index of transcripts and the journals, goes into the folder `work`.
    """

    gold: str
    archive: Archive
    work: Path
    embedding: str | None = None
    reranker: str = ""
    split: Split | Literal["all"] = "all"
    top_k: int = 5
    baselines: tuple[str, ...] = ()
    judge: str = ""
    fresh: bool = False
    llm: str = ""
    llm_seconds: float = SECONDS
    llm_tokens: int = TOKENS
    limit: int = 0  # questions, spread over the set; 0 asks them all

    @property
    def gold_file(self) -> Path:
        return OWN_SETS.get(self.gold) or Path(self.gold)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, and the journals to close once it is where it belongs; none where the same command has more to do.

    `is_judged` is False where a judge was asked for and gave not one verdict.
    """

    report: Report
    journals: tuple[Journal, ...]
    is_judged: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """One evaluation under way."""

    task: Task
    gold_sha256: str
    questions: Sequence[Gold]
    retriever: Retriever
    writer: Writer | None
    progress: Progress
    tell: Tell


def evaluate(task: Task, progress: Progress, tell: Tell) -> Evaluation:
    """Ask Verbatim and the baselines every question, have Verbatim's answers judged, and sum up.

    `tell` gets what a person should know meanwhile, a line each. Raises InputError for a gold set that cannot be used
    or that the archive has nothing for, the errors of opening an index and of the embedding, ChatModelUnavailable
    where the judge cannot be loaded, and StorageError. A judge that fails raises nothing.
    """
    gold = load_gold(task.gold_file)
    gold_sha256 = hashlib.sha256(task.gold_file.read_bytes()).hexdigest()
    for name in task.baselines:
        require_baseline(name)
    judge = load_chat_model(task.judge) if task.judge else None
    writer = _writer(task)
    make_work_folder(task.work)
    with opened(task.archive, task.work, task.embedding, progress, tell, task.reranker) as retriever:
        questions, left_out = choose(gold, task, retriever, tell)
        session = Session(task, gold_sha256, questions, retriever, writer, progress, tell)
        journals = {name: _journal(session, name) for name in (SYSTEM, *task.baselines)}
        outcomes = {name: _ask(session, name, journal) for name, journal in journals.items()}
        is_done = True
        if judge:
            outcomes[SYSTEM], is_done = _judge(session, judge, outcomes[SYSTEM], journals[SYSTEM])
        whole = with_similarity(outcomes, retriever.embedder, progress)
        runs = [Run(name, tuple(found), figures_of(found), groups_of(found)) for name, found in whole.items()]
        is_judged = not judge or _is_judged(outcomes[SYSTEM])
        return Evaluation(_report(session, left_out, runs), tuple(journals.values()) if is_done else (), is_judged)


def choose(gold: Sequence[Gold], task: Task, retriever: Retriever, tell: Tell) -> tuple[list[Gold], dict[str, str]]:
    """The questions of the split that this archive can be asked; by their id, why others of the split are left out.

    Raises InputError when there is none, or none of those that the interviews answer.
    """
    if not (wanted := only(gold, task.split)):
        raise InputError(f"{task.gold_file}: none of its questions is in the split {task.split}; --split all takes all")
    _check_words(wanted, task.gold_file)
    reasons = check_gold(gold, retriever.index, task.gold_file)
    questions = [question for question in wanted if question.id not in reasons]
    left_out = {question.id: reasons[question.id] for question in wanted if question.id in reasons}
    counts = Counter(left_out.values())
    if left_out and not any(question.answerable for question in questions):
        raise InputError("\n".join([f"{task.gold_file}: nothing of it can be asked here", *counts]))
    if 0 < task.limit < len(questions):
        tell(f"--limit: {task.limit} of {_counted(len(questions), 'question')} are asked")
        questions = [questions[number * len(questions) // task.limit] for number in range(task.limit)]
    for reason, number in counts.items():
        tell(f"{reason}: {_counted(number, 'question')} of {task.gold_file.name} left out")
    return questions, left_out


def _check_words(questions: Sequence[Gold], file: Path) -> None:
    """Raise InputError for a question that nobody could be asked: better now than after an hour's run."""
    for question in questions:
        try:
            for text in (question.question, *(exchange.question for exchange in question.history)):
                usable(text)
        except InputError as error:
            raise InputError(f"{file}:{lines(file)[question.id]}: {question.id}: {error}") from error


def _writer(task: Task) -> Writer | None:
    """The chat model that writes the answers; without a cache, which would answer for it."""
    if not task.llm:
        return None
    model = load_chat_model(task.llm, task.llm_seconds)
    return Writer(model, task.llm_seconds, task.llm_tokens)


def _journal(session: Session, system: str) -> Journal:
    """The journal of a system: another one as soon as anything is different that its outcomes may depend on."""
    task, index = session.task, session.retriever.index
    depends_on = {
        "version": _version(),
        "code": code_digest(),
        "gold": session.gold_sha256,
        "split": task.split,
        "index": asdict(index.manifest),
        "system": system,
        "top_k": task.top_k,
        "reranker": task.reranker if system == SYSTEM else "",
        "judge": task.judge if system == SYSTEM else "",
        "llm": [task.llm, task.llm_seconds, task.llm_tokens] if system == SYSTEM else [],
    }
    return Journal.open(task.work, depends_on, task.fresh)


def _ask(session: Session, system: str, journal: Journal) -> list[Outcome]:
    """Ask a system what its journal does not have yet."""
    left = [question for question in session.questions if question.id not in journal.outcomes]
    if before := len(session.questions) - len(left):
        of_all = f"{before:,} of {_counted(len(session.questions), 'question')}"
        session.tell(f"going on: {system} had answered {of_all}; --fresh asks them again")
    if left:
        asked = (
            verbatim(session.retriever, session.task.top_k, session.writer)
            if system == SYSTEM
            else baseline(system, session.retriever, session.progress)
        )
        session.progress.stage(f"asking {system} {_counted(len(left), 'question')}", len(left))
        for outcome in run(left, asked, session.retriever):
            journal.add(outcome)
            session.progress.advance(1)
    return [journal.outcomes[question.id] for question in session.questions]


def _judge(
    session: Session, judge: BaseChatModel, outcomes: Sequence[Outcome], journal: Journal
) -> tuple[list[Outcome], bool]:
    """The outcomes with the judge's verdicts; False where a verdict is missing that another try may bring."""
    without_gold = sum(one.answerable and not one.gold_answer.strip() for one in outcomes)
    left = [one for one in outcomes if not one.verdict and (not one.answerable or one.gold_answer.strip())]

    def keep(outcome: Outcome, verdict: Verdict) -> None:
        journal.add(with_verdict(outcome, verdict))
        session.progress.advance(1)

    session.progress.stage(f"judging {_counted(len(left), 'answer')}", len(left))
    judging = judge_all(judge, left, keep)
    if without_gold:
        session.tell(f"{_counted(without_gold, 'answer')} not judged: the question has no gold_answer to judge by")
    if missing := len(left) - len(judging.verdicts):
        reason = next(reversed(judging.failed.values()))
        stopped = "; the judge was given up" if judging.gave_up else ""
        again = "the same command without --fresh" if session.task.fresh else "the same command"
        judged = [journal.outcomes[one.id] for one in outcomes]
        rest = f"What was judged is in the report; {again} judges only the rest."
        nothing = f"The judge gave no verdict at all; {again} asks it again, and only the judge."
        session.tell(
            f"{_counted(missing, 'answer')} of {len(outcomes)} not judged{stopped}: {reason}\n"
            f"{rest if _is_judged(judged) else nothing}"
        )
    return [journal.outcomes[one.id] for one in outcomes], not missing


def _is_judged(outcomes: Sequence[Outcome]) -> bool:
    """Whether a judge gave any verdict that was wanted; those on declined answers need no judge."""
    return any(one.verdict and one.answered for one in outcomes) or all(one.verdict for one in outcomes)


def _report(session: Session, left_out: dict[str, str], runs: Sequence[Run]) -> Report:
    index = session.retriever.index
    return Report(
        version=_version(),
        made=datetime.now().astimezone().isoformat(timespec="seconds"),
        gold=printable(Path(session.task.gold_file.name)),  # JSON has no place for bytes that are no text
        gold_sha256=session.gold_sha256,
        split=session.task.split,
        embedding=", ".join(filter(None, (index.embedding, session.task.reranker))),
        interviews=index.manifest.interviews,
        passages=index.manifest.passages,
        left_out=left_out,
        runs=tuple(runs),
    )


def code_digest(root: Path = ROOT) -> str:
    """What changes with any file of MEASURED: while Verbatim is worked on, one version has many codes."""
    files = (path for package in MEASURED for path in (root / package).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.suffix in (".py", ".npy")):
        digest.update(f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _version() -> str:
    try:
        return version("verbatim")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
