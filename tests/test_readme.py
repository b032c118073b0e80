"""What the README shows works: its Python runs, its options exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from chat_server import ChatServer, completion, stream
from sample_archive import sample_retriever
from small_archive import verbatim

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = re.findall(
    r"^(?:\$ \.venv/bin/)?verbatim (\w+(?: check| add)?)(.*)$", README.read_text(encoding="utf-8"), re.MULTILINE
)


def test_the_python_of_the_readme_runs(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    chat_server: ChatServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sample_retriever(tmp_path_factory.getbasetemp())
    (tmp_path / ".verbatim-demo").symlink_to(tmp_path_factory.getbasetemp() / "samples")
    monkeypatch.chdir(tmp_path)
    said = "后来换成了一盏LED灯[1]。"
    chat_server.answers(lambda asked: stream(said) if asked.get("stream") else completion(said))
    (tmp_path / "readme.py").write_text("".join(BLOCKS), encoding="utf-8")
    runpy.run_path(str(tmp_path / "readme.py"))
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("魏长庚 ")  # the extractive answer
    assert printed[1] == said  # a chain of the reader's own around the retriever
    assert "LED灯" in printed[-1]  # Verbatim as a step: sentences with how far they are supported
    assert "LED" in str(chat_server.requests[0]["messages"])


@pytest.mark.parametrize(("command", "rest"), COMMANDS)
def test_the_options_of_the_readme_exist(command: str, rest: str) -> None:
    shown = verbatim(*command.split(), "--help", env={"COLUMNS": "200", "TERM": "dumb"}).stdout
    before_comment = rest.split(" #")[0]
    for option in re.findall(r"(?<!\S)--[\w-]+", before_comment):
        assert option in shown, option


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 2
    assert {command for command, _ in COMMANDS} >= {"ask", "eval", "models check", "search", "show"}
