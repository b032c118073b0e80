"""Training the map: which pairs an interview gives, and that an answer comes nearer to its question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hand_made import AnyEmbedder
from numpy.typing import NDArray

from eval import train_map
from eval.train_map import LONGEST_QUESTION, LONGEST_REPLY, main, pairs_of, train
from rag.closeness import unit
from rag.view import Floats

REPLY = "雾从海上来，先遮住灯塔，再遮住码头，最后连自己的手也看不清楚。"
LONG_REPLY = REPLY * 2
SIZE, PAIRS = 16, 192


def write(folder: Path, *turns: str) -> Path:
    path = folder / "雾.txt"
    path.write_text("\n\n".join(turns), encoding="utf-8")
    return path


# pairs


def test_a_pair_is_a_question_and_the_reply_it_got(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "主持人：早上的雾从哪里来？",
        f"林岚：{LONG_REPLY}",
        "主持人：原来如此，请继续说下去。",  # asks nothing
        f"林岚：那天{LONG_REPLY}",
        "主持人：真？",  # too short to ask anything
        f"林岚：后来{LONG_REPLY}",
        "主持人：Did you ever lose your way?",
        "林岚：没有。",  # too short to say anything
        "主持人：说说看，你们是怎么找到路的？我很好奇。",
        f"周桥：我们听钟声，{LONG_REPLY}",
        f"林岚：我也听钟声，{LONG_REPLY}",  # replies to no question
        f"周桥：还要闻海的味道，{LONG_REPLY}",
    )
    assert list(pairs_of(path)) == [
        ("雾", "早上的雾从哪里来？", LONG_REPLY),
        ("雾", "说说看，你们是怎么找到路的？我很好奇。", f"我们听钟声，{LONG_REPLY}"),
    ]


def test_of_a_long_question_the_end_and_of_a_long_reply_the_beginning(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"主持人：{'我先说说背景。' * 60}雾从哪里来？",
        f"林岚：从海上来。{REPLY * 30}",
        "主持人：好。",
        "林岚：就这样。",
        "主持人：谢谢。",
        "林岚：不客气。",
    )
    [(_, question, reply)] = pairs_of(path)
    assert (len(question), len(reply)) == (LONGEST_QUESTION, LONGEST_REPLY)
    assert question.endswith("背景。雾从哪里来？")
    assert reply.startswith(f"从海上来。{REPLY}")


def test_what_is_no_interview_has_no_pairs(tmp_path: Path) -> None:
    assert list(pairs_of(write(tmp_path, "雾从哪里来？", LONG_REPLY))) == []


# training


def talk(seed: int) -> tuple[list[str], Floats, Floats]:
    """Unit vectors of questions and replies: what they share, under a loud direction in which every text differs."""
    random = np.random.default_rng(seed)

    def noisy(shared: NDArray[np.float64]) -> Floats:
        loud = np.zeros(SIZE)
        loud[0] = 1
        noise = 3 * random.standard_normal((PAIRS, 1)) * loud + 0.2 * random.standard_normal((PAIRS, SIZE))
        return unit((shared + noise).astype(np.float32))

    shared = random.standard_normal((PAIRS, SIZE))
    shared[:, 0] = 0
    return [f"interview {row // 48}" for row in range(PAIRS)], noisy(shared), noisy(shared)


def found(matrix: Floats, questions: Floats, replies: Floats) -> float:
    """The share of questions to which their own reply is the nearest."""
    near = unit(questions @ matrix.T) @ unit(replies @ matrix.T).T
    return float((near.argmax(axis=1) == np.arange(len(questions))).mean())


def test_training_brings_unseen_replies_nearer_to_their_questions() -> None:
    trained = train(*talk(1), epochs=200)
    _, questions, replies = talk(3)
    untrained = np.eye(SIZE, dtype=np.float32)
    assert trained.shape == (SIZE, SIZE)
    assert trained.dtype == np.float32
    assert found(untrained, questions, replies) < 0.6
    assert found(trained, questions, replies) > found(untrained, questions, replies) + 0.1
    assert trained[0, 0] < 0.9 * np.diagonal(trained)[1:].min()  # what is loud is turned down


def test_training_stays_near_the_identity_as_long_as_it_is_short() -> None:
    docs, questions, replies = talk(1)
    assert train(docs, questions, replies, epochs=0) == pytest.approx(np.eye(SIZE))
    briefly, longer = (np.linalg.norm(train(docs, questions, replies, epochs=n) - np.eye(SIZE)) for n in (2, 50))
    assert 0 < briefly < longer < SIZE


def test_training_is_reproducible() -> None:
    docs, questions, replies = talk(1)
    once = train(docs, questions, replies)
    assert (train(docs, questions, replies) == once).all()
    assert (train(docs, questions, replies, seed=1) != once).any()


# the program


class AnyBundled(AnyEmbedder):
    dimensions = 384


def test_the_program_writes_a_small_file(
    talks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.npy"
    monkeypatch.setattr(train_map, "BundledEmbedder", AnyBundled)
    monkeypatch.setattr(train_map, "BATCH", 12)
    (talks / "void.txt").touch()
    monkeypatch.setattr("sys.argv", ["train_map", str(talks), "--out", str(out)])
    main()
    matrix = np.load(out, allow_pickle=False)
    assert (matrix.shape, matrix.dtype) == ((384, 384), np.float16)
    assert np.isfinite(matrix).all()
    assert np.abs(matrix - np.eye(384)).max() < 0.1
    assert out.stat().st_size < 2_000_000
    left_out, *rest = capsys.readouterr().out.splitlines()
    assert left_out.startswith("left out: ") and "void.txt: the file is empty" in left_out
    assert rest == ["12 questions with replies", f"{out}: {out.stat().st_size:,} bytes"]


def test_the_program_says_why_it_cannot_train(
    talks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.npy"
    for arguments, message in (
        ([str(talks), "--out", str(out)], "12 questions with replies are too few; training needs 64"),
        ([str(tmp_path / "nowhere"), "--out", str(out)], "nowhere: "),
    ):
        monkeypatch.setattr("sys.argv", ["train_map", *arguments])
        with pytest.raises(SystemExit, match=message):
            main()
    assert not out.exists()
    monkeypatch.setattr("sys.argv", ["train_map", str(talks)])
    with pytest.raises(SystemExit):
        main()
    assert "--out" in capsys.readouterr().err
