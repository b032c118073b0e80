"""Who speaks, and what is uncertain: names that several share, and people who may be one in the other script."""

from __future__ import annotations

from pathlib import Path

from hand_made import answered, asked, make_retriever

from index.model import Role
from rag.everyone import Doubt, Person, everyone


def archive(tmp_path: Path, talks: dict[str, list[str]]) -> dict[str, Person]:
    """Interviews by the labels of who answers in them."""
    pages = {
        doc: [[asked("风从哪里来？", label="林岚"), *(answered("从海上来。", label=label) for label in labels)]]
        for doc, labels in talks.items()
    }
    found = everyone(make_retriever(tmp_path / "index", pages, lambda _: 0.5).index)
    return {person.name: person for person in found}


def test_people_come_most_heard_first_with_roles_and_interviews(tmp_path: Path) -> None:
    people = archive(tmp_path, {"a": ["周桥"], "b": ["周桥", "林岚"], "c": ["Speaker 1"]})
    assert list(people) == ["林岚", "周桥", ""]
    assert people["林岚"].roles == (Role.HOST, Role.GUEST)
    assert people["周桥"].interviews == ("a", "b")
    assert people[""].names == ("Speaker 1",)


def test_a_name_that_several_share(tmp_path: Path) -> None:
    people = archive(tmp_path, {"a": ["Anna Lee"], "b": ["Bruce Lee"]})
    assert people["Anna Lee"].doubts == (Doubt("shared", "Lee", ("Bruce Lee",)),)


def test_one_name_in_several_interviews(tmp_path: Path) -> None:
    people = archive(tmp_path, {"a": ["John"], "b": ["John"], "c": ["Lex"]})
    assert people["John"].doubts == (Doubt("one name", "John"),)
    assert people["Lex"].doubts == ()


def test_who_sounds_the_same_in_the_other_script(tmp_path: Path) -> None:
    people = archive(
        tmp_path, {"a": ["彭筱婷"], "b": ["Sheau-Tyng Peng"], "c": ["Shuyang Lin"], "d": ["林書漾"], "e": ["林佳"]}
    )
    assert people["彭筱婷"].doubts == (Doubt("same sound", "彭筱婷", ("Sheau-Tyng Peng",)),)
    assert Doubt("same sound", "Shuyang Lin", ("林書漾",)) in people["Shuyang Lin"].doubts
    assert people["林佳"].doubts == ()


def test_who_is_often_heard_and_never_together(tmp_path: Path) -> None:
    talks = {f"zh{n}": ["唐鳳"] for n in range(5)} | {f"en{n}": ["Audrey Tang"] for n in range(5)}
    people = archive(tmp_path, {**talks, "x": ["汤姆"], "y": ["Tom Tang"]})
    assert people["唐鳳"].doubts == (Doubt("hardly together", "唐鳳", ("Audrey Tang",)),)
    assert Doubt("hardly together", "Audrey Tang", ("唐鳳",)) in people["Audrey Tang"].doubts


def test_nobody_at_all(tmp_path: Path) -> None:
    people = archive(tmp_path, {"a": []})
    assert list(people) == ["林岚"]
