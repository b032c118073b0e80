"""`verbatim people`: who speaks, and correcting it with people.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_archive import records, verbatim


def talk(title: str, host: str, guest: str, introduction: str = "") -> str:
    turns = "".join(f"**{host}：** 你说什么？\n\n**{guest}：** 我说的是灯塔的事，已经很多年了。\n\n" for _ in range(4))
    return f"# {title}\n\n{introduction}\n\n{turns}"


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of the transcripts, and that of the index."""
    talks = tmp_path / "talks"
    talks.mkdir()
    (talks / "a.md").write_text(talk("甲", "林岚", "唐鳳"), encoding="utf-8")
    (talks / "b.md").write_text(talk("B", "Ann Lee", "Audrey Tang"), encoding="utf-8")
    (talks / "c.md").write_text(talk("丙", "Speaker 1", "唐凤委员"), encoding="utf-8")
    (talks / "d.md").write_text(talk("丁", "Speaker 1", "李先生"), encoding="utf-8")
    assert verbatim("index", talks, "--index", tmp_path / "index").exit_code == 0
    return talks, tmp_path / "index"


def test_everyone_with_names_roles_and_how_many_interviews(archive: tuple[Path, Path]) -> None:
    result = verbatim("people", "--index", archive[1])
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "Person Also Role Interviews"
    assert lines[1].startswith("唐鳳 ")
    assert lines[1].endswith(" guest 2")
    assert "Audrey Tang Audrey, Tang guest 1" in lines
    [nobody] = [line for line in lines if "nobody in particular" in line]
    assert "Speaker 1" in nobody
    assert "李先生" in nobody


def test_one_person_has_their_interviews(archive: tuple[Path, Path]) -> None:
    result = verbatim("people", "唐凤", "--index", archive[1])
    assert "a · 甲" in result.stdout
    assert "c · 丙" in result.stdout
    assert "B" not in result.stdout
    [person] = records(verbatim("people", "唐鳳委員", "--json", "--index", archive[1]))
    assert (person["person"], person["interviews"], person["roles"]) == ("唐鳳", ["a", "c"], ["guest"])
    assert {"唐鳳", "唐凤委员"} <= set(person["names"])


def test_what_names_nobody_is_one_object_of_its_own(archive: tuple[Path, Path]) -> None:
    *people, nobody = records(verbatim("people", "--json", "--index", archive[1]))
    assert all(person["person"] for person in people)
    assert nobody["person"] == ""
    assert set(nobody["names"]) == {"Speaker 1", "李先生"}
    assert nobody["interviews"] == ["c", "d"]


def test_nobody_of_that_name_is_exit_code_2(archive: tuple[Path, Path]) -> None:
    result = verbatim("people", "Nobody Here", "--index", archive[1])
    assert result.exit_code == 2
    assert "no speaker called 'Nobody Here'" in result.stderr


def test_two_writings_are_joined(archive: tuple[Path, Path]) -> None:
    talks, index = archive
    (talks / "people.toml").write_text("# ours\n", encoding="utf-8")
    result = verbatim("people", "join", "Audrey Tang", "唐鳳", "--index", index)
    assert result.exit_code == 0
    assert str(talks / "people.toml") in result.stdout
    assert 'aliases = ["唐鳳"]' in result.stdout
    assert f"verbatim index {talks}" in result.stderr
    assert (talks / "people.toml").read_text(encoding="utf-8").startswith("# ours\n")
    assert verbatim("index", talks, "--index", index).exit_code == 0
    [person] = records(verbatim("people", "唐鳳", "--json", "--index", index))
    assert (person["person"], person["interviews"]) == ("Audrey Tang", ["a", "b", "c"])


def test_they_are_split_again(archive: tuple[Path, Path]) -> None:
    talks, index = archive
    verbatim("people", "join", "Audrey Tang", "唐鳳", "--index", index)
    verbatim("index", talks, "--index", index)
    assert verbatim("people", "split", "Audrey Tang", "唐鳳", "--index", index).exit_code == 0
    verbatim("index", talks, "--index", index)
    [person] = records(verbatim("people", "唐鳳", "--json", "--index", index))
    assert person["interviews"] == ["a", "c"]


def test_a_name_means_somebody_in_one_interview_alone(archive: tuple[Path, Path]) -> None:
    talks, index = archive
    joined = verbatim("people", "join", "李四", "李先生", "--interview", "d", "--index", index)
    assert joined.exit_code == 0, joined.stderr
    verbatim("index", talks, "--index", index)
    [person] = records(verbatim("people", "李四", "--json", "--index", index))
    assert person["interviews"] == ["d"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("join", "Audrey Tang", "Nobody Here"), "no speaker called 'Nobody Here'"),
        (("join", "Audrey Tang", "唐鳳", "--interview", "gone"), "No interview is called 'gone'"),
        (("split", "Audrey Tang", " "), "ALIAS is empty"),
    ],
)
def test_what_cannot_be_written_is_said(archive: tuple[Path, Path], arguments: tuple[str, ...], said: str) -> None:
    result = verbatim("people", *arguments, "--index", archive[1])
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (archive[0] / "people.toml").exists()


def test_a_broken_file_is_left_as_it_is(archive: tuple[Path, Path]) -> None:
    file = archive[0] / "people.toml"
    file.write_text("[[person]\n", encoding="utf-8")
    result = verbatim("people", "join", "Audrey Tang", "唐鳳", "--index", archive[1])
    assert result.exit_code == 2
    assert "people.toml" in result.stderr
    assert file.read_text(encoding="utf-8") == "[[person]\n"
