"""Two short interviews and the `verbatim` command over them, for the tests of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from ui.cli import app

TEA = """\
茶园一日：对话林岚

发布时间: 2024-05-03

主持人：你是哪一年开始种茶的？

林岚：我是二〇〇九年开始种茶的，那年春天我辞掉了城里的工作，回到外婆留下的山坡上。

主持人：一年能收多少斤茶叶？

林岚：春天最多，大概三百斤，秋天只有八十斤，因为我们秋天只采一次。

主持人：最难的时候是怎么过来的？

林岚：二〇一六年的霜冻冻死了一半茶树，邻居们把自家的苗分给了我，我到现在都记得。
"""
CLOCKS = """\
The last clockmaker on Harbour Street

Published: 2023-11-20

Interviewer: How did you learn to repair clocks?

Edda Moor: My grandmother taught me on a broken carriage clock, one wheel each evening, for a whole winter.

Interviewer: What do customers ask for most?

Edda Moor: They want their father's watch to tick again, even when a new one would cost a tenth of the repair.
"""
CLOCKS_BYTES = CLOCKS.replace("\n", "\r\n").encode("utf-8-sig")


def build_archive(folder: Path) -> Path:
    """Write the interviews into `folder / "talks"` and index them; returns the index folder."""
    (folder / "talks").mkdir()
    (folder / "talks" / "tea.txt").write_text(TEA, encoding="utf-8", newline="")
    (folder / "talks" / "clocks.md").write_bytes(CLOCKS_BYTES)
    assert verbatim("index", folder / "talks", "--index", folder / "index").exit_code == 0
    return folder / "index"


def source_text(doc: str) -> str:
    """The text that the offsets of an interview count in."""
    return {"tea": TEA, "clocks": CLOCKS_BYTES.decode("utf-8-sig")}[doc]


def verbatim(*args: str | Path, stdin: str | bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
    """Run the command in this process."""
    plain = {"FORCE_COLOR": None, "TTY_COMPATIBLE": None}  # what some build machines set
    return CliRunner().invoke(
        app, [str(a) for a in args], input=stdin, env={**plain, **(env or {})}, prog_name="verbatim"
    )


def records(result: Result) -> list[dict[str, Any]]:
    """The JSON objects it printed, one a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def start(*args: str | bytes | Path, python: tuple[str, ...] = ("-m", "ui.cli")) -> subprocess.Popen[bytes]:
    """Start the command as a process of its own."""
    root = Path(__file__).parent.parent
    env = {**os.environ, "PYTHONPATH": str(root)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *python, *args], stdin=pipe, stdout=pipe, stderr=pipe, env=env)
