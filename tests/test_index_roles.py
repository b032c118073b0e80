"""Who asks and who answers, where the labels do not say so."""

from __future__ import annotations

import pytest

from index.model import Role
from index.roles import role_of_words, roles_of

LONG = "We rowed out at dawn and came back with the tide. " * 6
TALK = "The sea was high and the boat was small. "


def hosts(said: list[tuple[str, str]]) -> set[str]:
    return {label for label, role in roles_of(said).items() if role is Role.HOST}


def test_who_asks_in_short_turns_is_the_host() -> None:
    assert hosts([("Ann", "Why?"), ("Ben", LONG)] * 4) == {"Ann"}


def test_two_who_ask_and_one_who_answers() -> None:
    talk = [("Ann", "Why?"), ("Ben", LONG), ("Joe", "And then?"), ("Ben", LONG)] * 3
    assert hosts(talk) == {"Ann", "Joe"}


def test_a_panel_has_one_host() -> None:
    panel = [("Ann", "What do you say?"), ("Ben", LONG), ("Joe", LONG), ("Eve", LONG)] * 3
    assert hosts(panel) == {"Ann"}


def test_two_hosts_of_a_podcast_who_talk_alike_are_both_speakers() -> None:
    talk = [("Ann", TALK * 5 + "Right?"), ("Ben", TALK * 6), ("Ann", TALK * 4), ("Ben", TALK * 5 + "Is it?")] * 4
    assert hosts(talk) == set()


def test_who_talks_most_and_asks_back_is_no_host() -> None:
    talk = [("Ann", TALK), ("Ben", LONG), ("Ann", TALK + "No?"), ("Ben", LONG + "Do you see?")] * 4
    assert "Ben" not in hosts(talk)


def test_who_asks_beside_somebody_called_host() -> None:
    talk = [("Host", "Welcome."), ("Ann", "Why?"), ("Ben", LONG), ("Ann", "And then?"), ("Ben", LONG)] * 3
    assert hosts(talk) == {"Host", "Ann"}


def test_a_label_that_labels_every_paragraph_is_one_turn() -> None:
    said = [("Ann", "I saw it."), ("Ann", "It was dark."), ("Ann", "Was it lit?"), ("Ben", "It was, all night.")] * 3
    assert hosts(said) == {"Ann"}


def test_only_questions_are_labelled() -> None:
    assert hosts([("Ann", "Why?"), ("Ann", "When?")]) == {"Ann"}
    assert hosts([("Speaker", "Why?"), ("Speaker", "When?")]) == set()


def test_what_the_file_says_goes_before_behaviour() -> None:
    said = [("Ann", LONG), ("Lee", "Why?")] * 4
    assert roles_of(said, hosts=["Ann Ford"], guests=["Bo Lee"]) == {"Ann": Role.HOST, "Lee": Role.GUEST}


def test_one_speaker_under_two_labels_has_one_role() -> None:
    said = [("Ann Lee", "Why?"), ("Ben", LONG), *[("Lee", "And then?"), ("Ben", LONG)] * 3]
    assert roles_of(said) == {"Ann Lee": Role.HOST, "Lee": Role.HOST, "Ben": Role.GUEST}


def test_nobody() -> None:
    assert roles_of([]) == {}


@pytest.mark.parametrize(
    ("words", "role"), [("灯亮吗？", Role.HOST), ("Is it? It is.", Role.HOST), ("It is.", Role.GUEST)]
)
def test_words_alone(words: str, role: Role) -> None:
    assert role_of_words(words) is role
