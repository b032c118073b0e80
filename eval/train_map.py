"""Train rag/reply_map.npy: what brings an answer nearer to the question it answers than to one of the same subject.

    python -m eval.train_map FOLDER --out FILE.npy

FOLDER holds interviews; what cannot be read is named and left out. The map that is shipped was
trained on 300 transcripts of github.com/audreyt/transcript
(CC0 1.0; Traditional Chinese and English), 5,933 pairs of an interviewer's turn with a question in it and the reply.
Nothing of eval/gold is in them.

The matrix W starts as the identity and is trained by in-batch contrast (InfoNCE, van den Oord et al. 2018): among the
replies of a batch, mostly of one interview, cos(W question, W reply) / TEMPERATURE shall be highest for its own, and
the same the other way round. PULL × ‖W − I‖² keeps it near the identity; trained harder it gets worse on our questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, normalize

from index.collect import collect
from index.embedding import BundledEmbedder
from index.errors import InputError
from index.model import Kind, Transcript, Turn
from index.readers import read_file
from index.transcript import parse_transcript

EPOCHS, BATCH, RATE = 8, 64, 3e-4
TEMPERATURE, PULL = 0.1, 0.02
LONGEST_QUESTION, LONGEST_REPLY = 300, 400  # characters: the end of the one, the beginning of the other
SHORTEST_QUESTION, SHORTEST_REPLY = 6, 40


def main() -> None:
    """Read, embed, train, write."""
    parser = argparse.ArgumentParser(prog="python -m eval.train_map")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        pairs = _pairs(arguments.folder)
    except InputError as error:
        raise SystemExit(str(error)) from error
    if len(pairs) < BATCH:
        raise SystemExit(f"{arguments.folder}: {len(pairs)} questions with replies are too few; training needs {BATCH}")
    print(f"{len(pairs)} questions with replies")
    embedder = BundledEmbedder()
    replies = embedder.encode_passages([reply for _, _, reply in pairs])
    questions = np.stack([embedder.encode_query(question) for _, question, _ in pairs])
    trained = train([doc for doc, _, _ in pairs], questions, replies)
    np.save(arguments.out, trained.astype(np.float16), allow_pickle=False)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")


def _pairs(folder: Path) -> list[tuple[str, str, str]]:
    """The pairs of all interviews of a folder; prints each file that cannot be read, and why."""
    found = collect([folder], folder / ".verbatim")
    for refused in found.refused:
        print(f"left out: {refused.path}: {refused.reason}")
    pairs: list[tuple[str, str, str]] = []
    for path in found.files:
        try:
            pairs += pairs_of(path)
        except InputError as error:
            print(f"left out: {error}")
    return pairs


def pairs_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """(interview, question, reply) for each turn with a question mark that another speaker replies to."""
    transcript = parse_transcript(path.stem, str(path), read_file(path))
    turns = [turn for turn in transcript.turns if turn.kind is Kind.INTERVIEW]
    for asking, replying in pairwise(turns):
        question, reply = _text(transcript, asking), _text(transcript, replying)
        long_enough = len(question) >= SHORTEST_QUESTION and len(reply) >= SHORTEST_REPLY
        if asking.label != replying.label and long_enough and ("?" in question or "？" in question):
            yield transcript.doc, question[-LONGEST_QUESTION:], reply[:LONGEST_REPLY]


def _text(transcript: Transcript, turn: Turn) -> str:
    return " ".join(transcript.text[span.start : span.end] for span in turn.spans)


def train(
    docs: list[str], questions: NDArray[np.float32], replies: NDArray[np.float32], epochs: int = EPOCHS, seed: int = 0
) -> NDArray[np.float32]:
    """The matrix [dimensions, dimensions] for unit vectors [pairs, dimensions],
    at least BATCH of them; `docs` names each pair's interview."""
    random = np.random.default_rng(seed)
    asked, said = torch.from_numpy(questions), torch.from_numpy(replies)
    identity = torch.eye(questions.shape[1])
    matrix = torch.eye(questions.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([matrix], lr=RATE)
    for _ in range(epochs):
        for batch in _batches(docs, random):
            near = normalize(asked[batch] @ matrix.T, dim=-1) @ normalize(said[batch] @ matrix.T, dim=-1).T
            own = torch.arange(len(batch))
            loss = (cross_entropy(near / TEMPERATURE, own) + cross_entropy(near.T / TEMPERATURE, own)) / 2
            loss = loss + PULL * ((matrix - identity) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
            optimizer.step()
    trained: NDArray[np.float32] = matrix.detach().numpy()
    return trained


def _batches(docs: list[str], random: np.random.Generator) -> list[list[int]]:
    """Row numbers in batches of BATCH: the interviews in a random order, each in a random order of its own."""
    of: dict[str, list[int]] = {}
    for row, doc in enumerate(docs):
        of.setdefault(doc, []).append(row)
    names = list(of)
    random.shuffle(names)
    rows = [row for name in names for row in random.permutation(of[name]).tolist()]
    batches = [rows[at : at + BATCH] for at in range(0, len(rows) - BATCH + 1, BATCH)]
    random.shuffle(batches)
    return batches


if __name__ == "__main__":
    main()
