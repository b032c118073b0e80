"""What the tests of a build look at afterwards, and how they run one in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from index.generations import JOURNAL
from index.store import open_index

ROOT = Path(__file__).parent.parent


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes, but for what a build that failed keeps for the next one."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(JOURNAL))
    return {str(path): path.read_bytes() for path in files}


def assert_answers(folder: Path, *expected: str) -> None:
    """The index is whole, every byte of it, and holds these interviews."""
    with open_index(folder) as index:
        index.check()
        assert sorted(row.doc for row in index.documents()) == sorted(expected)
        assert len(index.passage_vectors) == len(index.passages) > 0
        assert len(index.lexical.scores("灯塔")) == len(index.passages)


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own, which can be killed; `arguments` are its sys.argv[1:]."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out
