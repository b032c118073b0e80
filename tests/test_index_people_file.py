"""Writing people.toml: what is written counts when it is read again, and what stood there stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError, StorageError
from index.people import PersonOverride, read_overrides
from index.people_file import join, split


def test_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    assert join(file, "Audrey Tang", ["唐鳳"]) == '[[person]]\nname = "Audrey Tang"\naliases = ["唐鳳"]'
    assert read_overrides([tmp_path]) == (PersonOverride("Audrey Tang", ("唐鳳",)),)


def test_what_stood_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    before = '# who is who\n[[person]]\nname = "Zhou Mu" # the keeper\naliases = ["周牧"]\n'
    file.write_text(before, encoding="utf-8")
    join(file, "Audrey Tang", ["唐鳳"])
    join(file, "zhou mu", ["Mu", "周牧"])
    after = file.read_text(encoding="utf-8")
    assert "# who is who" in after
    assert "# the keeper" in after
    assert read_overrides([tmp_path]) == (
        PersonOverride("Zhou Mu", ("周牧", "Mu")),
        PersonOverride("Audrey Tang", ("唐鳳",)),
    )


def test_who_is_joined_is_no_longer_apart_and_the_other_way_round(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    split(file, "John Smith", "史密斯")
    assert read_overrides([tmp_path]) == (PersonOverride("John Smith", (), ("史密斯",)),)
    join(file, "John Smith", ["史密斯"])
    assert read_overrides([tmp_path]) == (PersonOverride("John Smith", ("史密斯",)),)
    split(file, "John Smith", "史密斯")
    assert read_overrides([tmp_path]) == (PersonOverride("John Smith", (), ("史密斯",)),)


def test_some_interviews_have_an_entry_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    join(file, "John Brown", ["J. Brown"])
    join(file, "John Brown", ["John"], ["one"])
    join(file, "John Brown", ["John"], ["two"])
    assert read_overrides([tmp_path]) == (
        PersonOverride("John Brown", ("J. Brown",)),
        PersonOverride("John Brown", ("John",), (), ("one", "two")),
    )


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    with pytest.raises(StorageError, match=r"people\.toml cannot be written"):
        join(tmp_path / "gone" / "people.toml", "A B", ["C D"])
    file.write_text('[[person]]\nname = "A"\nalias = ["B"]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"number 1: alias means nothing here"):
        join(file, "A", ["B"])


NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip).map(str.strip)


@given(NAME, st.lists(NAME, max_size=3))
def test_any_names_are_read_again_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, name: str, aliases: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("people")
    join(folder / "people.toml", name, aliases)
    [entry] = read_overrides([folder])
    assert entry.name == name
    assert set(entry.aliases) <= set(aliases)
