"""Who is who: the names a text gives, the archive as a whole, and people.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import names
from index.errors import InputError
from index.model import Role, Speaker
from index.people import NameEvidence, People, PersonOverride, evidence, read_overrides, resolve
from index.readers.source import SourceText
from index.transcript import parse_transcript


def known(doc: str, page: str) -> NameEvidence:
    return evidence(parse_transcript(doc, f"{doc}.md", SourceText(page, "utf-8")))


def people(pages: dict[str, str], *overrides: PersonOverride) -> People:
    return resolve({doc: known(doc, page) for doc, page in pages.items()}, overrides)


def speaker(found: People, doc: str, label: str) -> Speaker:
    (only,) = [speaker for speaker in found.speakers if (speaker.doc, speaker.label) == (doc, label)]
    return only


def page(introduction: str, *labels: str) -> str:
    turns = "".join(
        f"**{label}：** {'灯亮吗？' if not number else '亮着呢。'}\n\n" for number, label in enumerate(labels)
    )
    return f"{introduction}\n\n" + turns * 3


class TestOnePersonManyNames:
    PAGES = {  # noqa: RUF012
        "one": page("本报采访了周牧远·莱恩（Murray Lane），他守了三十年的灯塔，今天退休了。", "问", "莱恩"),
        "two": page("守塔人莱恩（Murray Lane）说那里只有风，别的什么都没有，连鸟也不来。", "问", "莱恩"),
        "three": page("Murray Lane kept the light for thirty years, and he never once complained.", "Ann", "Lane"),
        "four": page("守塔人萊恩（Murray Lane）說那裡只有風，別的什麼都沒有，連鳥也不來。", "問", "萊恩"),
    }

    def test_all_interviews_resolve_to_one_person(self) -> None:
        found = people(self.PAGES)
        persons = {speaker.person for speaker in found.speakers if speaker.role is Role.GUEST}
        assert persons == {"Murray Lane"}

    def test_the_shown_name_is_in_the_script_of_the_page(self) -> None:
        found = people(self.PAGES)
        assert speaker(found, "three", "Lane").name == "Murray Lane"
        assert speaker(found, "four", "萊恩").name == "萊恩"

    def test_every_writing_is_an_alias(self) -> None:
        aliases = {alias for person, alias in people(self.PAGES).aliases if person == "Murray Lane"}
        assert {"莱恩", "萊恩", "Murray Lane", "Lane", "Murray"} <= aliases

    def test_nothing_depends_on_the_order_of_the_archive(self) -> None:
        backwards = dict(reversed(self.PAGES.items()))
        assert people(self.PAGES).speakers == people(backwards).speakers


class TestTwoPeopleOfOneName:
    def test_chinese_family_name(self) -> None:
        found = people({
            "one": page("记者采访了王小明，王小明守灯塔三十年，如今他退休了。", "问", "小明"),
            "two": page("记者采访了王大明，王大明打鱼三十年，如今他退休了。", "问", "大明"),
        })  # fmt: skip
        assert speaker(found, "one", "小明").person == "王小明"
        assert speaker(found, "two", "大明").person == "王大明"

    def test_english_family_name_alone_as_label(self) -> None:
        found = people({
            "one": page("John Smith kept the light for thirty years, and he never once complained.", "Ann", "Smith"),
            "two": page("Mary Smith fished for thirty years, and she never once complained of it.", "Ann", "Smith"),
        })  # fmt: skip
        assert speaker(found, "one", "Smith").person == "John Smith"
        assert speaker(found, "two", "Smith").person == "Mary Smith"

    def test_one_chinese_writing_of_two_english_names(self) -> None:
        found = people({
            "one": page("守塔人史密斯（John Smith）说那里只有风，别的什么都没有，连鸟也不来。", "问", "史密斯"),
            "two": page("渔夫史密斯（Mary Smith）说那里只有风，别的什么都没有，连鸟也不来。", "问", "史密斯"),
        })  # fmt: skip
        assert speaker(found, "one", "史密斯").person == "John Smith"
        assert speaker(found, "two", "史密斯").person == "Mary Smith"

    def test_two_orders_of_one_name_are_no_two_people(self) -> None:
        assert names.shared_family_names([("王小明", "Xiaoming Wang"), ("王小明", "Wang Xiaoming")]) == frozenset()
        assert names.shared_family_names([("莱恩", "Murray Lane"), ("莱恩", "Murr Lane")]) == frozenset()


class TestLabels:
    def test_a_given_name_alone(self) -> None:
        found = people({"one": page("记者陈知远采访了顾启明，顾启明说那里只有风，别的都没有。", "知远", "启明")})
        assert speaker(found, "one", "知远").name == "陈知远"
        assert speaker(found, "one", "启明").person == "顾启明"

    def test_a_familiar_form(self) -> None:
        found = people({"one": page("记者采访了魏长庚，魏长庚今年六十八岁，今天刚刚退休。", "问", "老魏")})
        assert speaker(found, "one", "老魏").name == "魏长庚"

    def test_a_role_before_the_name(self) -> None:
        found = people({"one": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "主持人林岚", "嘉宾周牧")})
        assert speaker(found, "one", "主持人林岚").person == "林岚"
        assert speaker(found, "one", "嘉宾周牧").person == "周牧"

    def test_a_host_who_introduces_herself(self) -> None:
        talk = "**主持人：** 我是林岚，欢迎你。风大吗？\n\n**周牧：** 大。\n\n" * 3
        assert speaker(people({"one": talk}), "one", "主持人").person == "林岚"

    def test_labels_that_name_nobody(self) -> None:
        found = people(
            {"one": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "周牧", "提问者", "Audience Member")}
        )
        assert speaker(found, "one", "问") == Speaker("one", "问", "主持人", Role.HOST, "")
        assert speaker(found, "one", "提问者").person == ""
        assert speaker(found, "one", "Audience Member").person == ""

    def test_an_unlabelled_guest_is_whom_the_introduction_speaks_of(self) -> None:
        text = "守塔人莱恩（Murray Lane）說那裡只有風，莱恩今年七十歲了。\n\n" + "問：風大嗎？\n\n大。\n\n" * 3
        assert speaker(people({"one": text}), "one", "").person == "Murray Lane"

    def test_a_title_is_shown_and_tells_nobody_apart(self) -> None:
        found = people({
            "one": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "周牧委員"),
            "two": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "周牧"),
            "three": page("The story of a light, told today for all who care to hear it.", "Ann", "Dr. Anna Müller"),
            "four": page("The story of a light, told today for all who care to hear it.", "Ann", "Anna Muller"),
        })  # fmt: skip
        assert speaker(found, "one", "周牧委員") == Speaker("one", "周牧委員", "周牧委員", Role.GUEST, "周牧")
        assert speaker(found, "two", "周牧").person == "周牧"
        assert speaker(found, "three", "Dr. Anna Müller").name == "Dr. Anna Müller"
        assert speaker(found, "three", "Dr. Anna Müller").person == speaker(found, "four", "Anna Muller").person

    def test_a_title_and_a_family_name_alone(self) -> None:
        found = people({
            "one": page("The light was kept by Anna Tang, and she never once complained.", "Ann", "Minister Tang"),
            "two": page("The story of a light, told today for all who care to hear it.", "Ann", "Minister Tang"),
            "three": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "李先生"),
            "four": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "李先生"),
        })  # fmt: skip
        assert speaker(found, "one", "Minister Tang").person == "Anna Tang"
        assert speaker(found, "two", "Minister Tang") == Speaker(
            "two", "Minister Tang", "Minister Tang", Role.GUEST, ""
        )
        assert speaker(found, "three", "李先生") == Speaker("three", "李先生", "李先生", Role.GUEST, "")

    def test_what_a_program_calls_its_speakers_is_nobody(self) -> None:
        text = page(
            "Murray Lane kept the light for thirty years; Murray Lane never complained.", "Speaker 1", "Speaker 2"
        )
        found = people({"one": text, "two": text})
        assert {speaker.person for speaker in found.speakers} == {""}
        assert {speaker.name for speaker in found.speakers} == {"Speaker 1", "Speaker 2"}

    def test_a_family_name_written_first(self) -> None:
        found = people({
            "one": page("The story of a light, told today for all who care to hear it.", "Ann", "Lee Huai-jen"),
            "two": page("The story of a light, told today for all who care to hear it.", "Ann", "Huai-jen Lee"),
            "three": page("The story of a light, told today for all who care to hear it.", "Ann", "Thomas James"),
            "four": page("The story of a light, told today for all who care to hear it.", "Ann", "James Thomas"),
        })  # fmt: skip
        assert speaker(found, "one", "Lee Huai-jen").person == speaker(found, "two", "Huai-jen Lee").person
        assert speaker(found, "three", "Thomas James").person != speaker(found, "four", "James Thomas").person

    @pytest.mark.parametrize(
        "said",
        [
            "数位政委唐鳳（Audrey Tang）今天来访。",
            "Audrey Tang (唐鳳) kept the light.",
            "---\nspeakers: Audrey Tang (唐鳳)\n---",
        ],
    )
    def test_one_text_joins_two_scripts_everywhere(self, said: str) -> None:
        found = people({
            "one": page(said, "问", "周牧"),
            "two": page("灯塔的故事，今天说给大家听，请各位慢慢看完它。", "问", "唐鳳"),
            "three": page("The story of a light, told today for all who care to hear it.", "Ann", "Audrey Tang"),
        })  # fmt: skip
        assert speaker(found, "two", "唐鳳").person == speaker(found, "three", "Audrey Tang").person == "Audrey Tang"

    def test_a_word_beside_a_name_is_no_part_of_it(self) -> None:
        text = page("灯塔的故事。", "Ann", "Murray") + "**Ann：** Murray Thanks\n\n**Murray：** So Murray Lane\n\n"
        assert names.full_names("So Murray Lane") == {"Murray Lane": 1}
        assert speaker(people({"one": text}), "one", "Murray").person == "Murray Lane"

    def test_a_name_does_not_run_across_paragraphs(self) -> None:
        assert names.full_names("Ask Murray\n\nShe left.") == {"Ask Murray": 1}
        assert names.full_names("by Murray\nLane, 70") == {"Murray Lane": 1}

    def test_a_latin_name_right_behind_chinese(self) -> None:
        assert names.full_names("守塔人Murray Lane说") == {"Murray Lane": 1}


class TestPairs:
    @pytest.mark.parametrize(
        ("text", "pair"),
        [
            ("山姆·莱恩(Sam Lane)", ("山姆·莱恩", "Sam Lane")),
            ("守塔人莱恩（Sam Lane，七十岁）", ("莱恩", "Sam Lane")),
            ("守塔人莱恩（Sam\nLane）", ("莱恩", "Sam Lane")),
            ("沈砚秋（Shen Yanqiu）", ("沈砚秋", "Shen Yanqiu")),
            ("Sam Lane，中文名莱恩", ("莱恩", "Sam Lane")),
            ('Margaret Lane, "Peg" to friends', ("Peg Lane", "Margaret Lane")),
            ("唐鳳（Audrey Tang）", ("唐鳳", "Audrey Tang")),
            ("數位政委唐鳳（Audrey Tang）", ("唐鳳", "Audrey Tang")),
            ("Minister Audrey Tang (唐鳳)", ("唐鳳", "Audrey Tang")),
            ("Jason Hsu/許毓仁", ("許毓仁", "Jason Hsu")),
        ],
    )
    def test_names_side_by_side(self, text: str, pair: tuple[str, str]) -> None:
        assert names.pairs(text) == [pair]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "灯塔（Lighthouse）",
            "黄金（Gold Standard）",
            "Open Source (开源)",
            "人工智能（Artificial Intelligence）",
            "（Sam Lane）",
        ],
    )
    def test_no_names(self, text: str) -> None:
        assert names.pairs(text) == []


class TestOverrides:
    def write(self, folder: Path, text: str) -> list[Path]:
        (folder / "people.toml").write_text(text, encoding="utf-8")
        return [folder]

    def test_a_file_joins_what_no_text_says(self, tmp_path: Path) -> None:
        toml = '[[person]]\nname = "Zhou Mu"\naliases = ["周牧", " Mu "]\n\n[[person]]\nname = "林岚"\n'
        overrides = read_overrides(self.write(tmp_path, toml))
        assert overrides == (PersonOverride("Zhou Mu", ("周牧", "Mu")), PersonOverride("林岚", ()))
        found = people({"one": page("灯。", "问", "周牧"), "two": page("Light.", "Q", "Mu")}, *overrides)
        assert speaker(found, "one", "周牧").person == "Zhou Mu"
        assert speaker(found, "two", "Mu").person == "Zhou Mu"

    def test_names_are_kept_apart_whatever_texts_say(self, tmp_path: Path) -> None:
        said = page("守塔人莱恩（Sam Lane）说那里只有风，别的什么都没有，连鸟也不来。", "问", "莱恩")
        toml = '[[person]]\nname = "Sam Lane"\napart = ["莱恩"]\n'
        [override] = read_overrides(self.write(tmp_path, toml))
        assert override == PersonOverride("Sam Lane", (), ("莱恩",))
        pages = {"one": said, "two": page("Sam Lane kept the light for thirty years, they say.", "Ann", "Sam Lane")}
        assert speaker(people(pages), "one", "莱恩").person == "Sam Lane"
        assert speaker(people(pages, override), "one", "莱恩").person == "莱恩"
        assert speaker(people(pages, override), "two", "Sam Lane").person == "Sam Lane"

    def test_a_name_is_somebody_in_some_interviews_alone(self, tmp_path: Path) -> None:
        toml = '[[person]]\nname = "John Brown"\naliases = ["John"]\ninterviews = ["one"]\n'
        [override] = read_overrides(self.write(tmp_path, toml))
        assert override == PersonOverride("John Brown", ("John",), (), ("one",))
        text = page("The story of a light, told today for all who care to hear it.", "Ann", "John")
        found = people({"one": text, "two": text}, override)
        assert speaker(found, "one", "John").person == "John Brown"
        assert speaker(found, "two", "John").person == "John"

    def test_an_unknown_key_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"number 1: alias means nothing here"):
            read_overrides(self.write(tmp_path, '[[person]]\nname = "周牧"\nalias = ["Mu"]\n'))

    def test_no_file_is_no_override(self, tmp_path: Path) -> None:
        assert read_overrides([tmp_path]) == ()

    @pytest.mark.parametrize(
        "text",
        [
            "[[person]\nname =",
            '[[person]]\naliases = ["周牧"]\n',
            '[[person]]\nname = ""\n',
            "[[person]]\nname = 3\n",
            '[[person]]\nname = "周牧"\naliases = "Mu"\n',
            '[[person]]\nname = "周牧"\naliases = [1]\n',
            'person = "周牧"\n',
            "[person]\nname = '周牧'\n",
        ],
    )
    def test_a_broken_file_is_named(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(InputError, match=r"people\.toml"):
            read_overrides(self.write(tmp_path, text))

    def test_a_file_in_another_encoding_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "people.toml").write_bytes('[[person]]\nname = "周牧"\n'.encode("gb18030"))
        with pytest.raises(InputError, match=r"people\.toml"):
            read_overrides([tmp_path])


def test_evidence_survives_storage() -> None:
    found = known("one", TestOnePersonManyNames.PAGES["one"])
    assert NameEvidence.from_json(found.to_json()) == found


NAME = st.sampled_from(
    ["莱恩", "萊恩", "山姆·莱恩", "Sam Lane", "Lane", "Sam", "Mary Lane", "王小明", "王", "问", "", "老王"]
)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from("abc"),
        st.builds(
            NameEvidence,
            st.lists(st.tuples(NAME, st.sampled_from([role.value for role in Role])), max_size=4).map(tuple),
            st.lists(st.tuples(NAME.filter(bool), NAME.filter(bool)), max_size=3).map(tuple),
            st.lists(st.tuples(NAME.filter(bool), st.integers(0, 9)), max_size=4).map(tuple),
            NAME,
            NAME,
        ),
    )
)
def test_any_archive_resolves(archive: dict[str, NameEvidence]) -> None:
    found = resolve(archive, ())
    assert [(s.doc, s.label) for s in found.speakers] == [
        (doc, label) for doc, known in sorted(archive.items()) for label, _ in known.labels
    ]
    persons = {person for person, _ in found.aliases}
    assert all(speaker.name for speaker in found.speakers)
    assert {speaker.person for speaker in found.speakers if speaker.person} <= persons


def test_a_conversation_without_labels_is_not_all_of_it_the_guest_s() -> None:
    head = "# Four questions for Wren Adeyemi\n\nWren Adeyemi has measured every graveyard of Leeds with a tape.\n\n"
    asked = "".join(
        f"**{question}**\n\nWith my grandmother, whose stone had the wrong year on it.\n\n"
        for question in ("How did it begin?", "What surprised you?", "Where next?", "And then?")
    )
    told = "I began with my grandmother, whose stone had the wrong year on it.\n\n" * 4
    found = people({"asked": head + asked, "told": head + told})
    assert speaker(found, "asked", "").name == "Speaker"
    assert speaker(found, "told", "").name == "Wren Adeyemi"


def test_the_family_name_first_and_a_comma() -> None:
    teams = NameEvidence((("Hart, Priya", "host"), ("Boyle, Con (Guest)", "guest")), (), (), "", "")
    found = resolve({"one": teams, "two": known("two", page("灯。", "Priya Hart", "Con Boyle"))}, ())
    for written, name in (("Hart, Priya", "Priya Hart"), ("Boyle, Con (Guest)", "Con Boyle")):
        assert speaker(found, "one", written).person == speaker(found, "two", name).person == name
    assert not any("," in alias for alias in names.component_keys("Hart, Priya"))
