"""Who speaks how much: counted by hand for short talks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import Said, Talk, answered, asked, make_retriever, summed_up
from sample_archive import chance_retriever

from index.model import Role
from rag.speech import Share, shares

TALKS: dict[str, Talk] = {
    "undated": [[asked("Where is it?", label="Ann Hale"), answered("In the  harbour.", label="Tom Reed")]],
    "later": [[asked("船呢？", label="陈默"), answered("沉了。", label="周桥")]],
    "tea": [
        [summed_up("茶 的一天。")],
        [asked("林岚（Lin Lan）种茶吗？", label="陈默"), answered("种。", "种了\u3000十年。", between="\n")],
        [Said("听众", Role.AUDIENCE, ("几棵？",)), answered("八百棵。", label="Lin Lan")],
    ],
}
DATES = {"tea": "2019-05", "later": "2024-05-03"}


def test_characters_are_counted_without_white_space(tmp_path: Path) -> None:
    view = make_retriever(tmp_path / "index", TALKS, lambda text: 0.5, DATES).view
    counted = [(one.doc, one.date, one.name, one.role, one.turns, one.characters) for one in shares(view)]
    assert counted == [
        ("tea", "2019-05", "陈默", Role.HOST, 1, 14),  # 林岚（LinLan）种茶吗？
        ("tea", "2019-05", "林岚", Role.GUEST, 2, 11),  # 种。种了十年。 and, under her other name, 八百棵。
        ("tea", "2019-05", "Editor", Role.EDITOR, 1, 5),
        ("tea", "2019-05", "听众", Role.AUDIENCE, 1, 3),
        ("later", "2024-05-03", "陈默", Role.HOST, 1, 3),
        ("later", "2024-05-03", "周桥", Role.GUEST, 1, 3),
        ("undated", "", "Tom Reed", Role.GUEST, 1, 13),
        ("undated", "", "Ann Hale", Role.HOST, 1, 10),
    ]


def test_a_person_is_the_same_in_every_interview(tmp_path: Path) -> None:
    view = make_retriever(tmp_path / "index", TALKS, lambda text: 0.5, DATES).view
    first, second = [one for one in shares(view) if one.name == "陈默"]
    assert first.person == second.person != ""
    assert [one.person for one in shares(view) if one.role in (Role.EDITOR, Role.AUDIENCE)] == ["", ""]
    assert shares(view)[0] == Share("tea", "2019-05", "tea", "陈默", first.person, Role.HOST, 1, 14)


def test_every_turn_and_character_is_somebodys(tmp_path_factory: pytest.TempPathFactory) -> None:
    view = chance_retriever(tmp_path_factory.getbasetemp()).view
    for document in view.index.documents():
        theirs = [one for one in shares(view) if one.doc == document.doc]
        text = view.text_of(document.doc)
        said = [text[span.start : span.end] for turn in view.index.turns(document.doc) for span in turn.spans]
        assert sum(one.turns for one in theirs) == document.turns
        assert sum(one.characters for one in theirs) == sum(not c.isspace() for part in said for c in part)
