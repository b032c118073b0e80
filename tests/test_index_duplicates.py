"""The same interview twice is found by its words, or by what its passages say one after the other; others are not."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.duplicates import SKETCH, Candidate, fingerprint, same_interviews
from index.embedding import load_embedder
from index.model import Kind, Metadata, Role, Span, Transcript, Turn

Vectors = NDArray[np.float32]

# A piano tuner is interviewed in Chinese. The English translation of that; another interview with him, a week later
# and on the same subjects; what the keeper of a clock answers to the same questions. One exchange a line.
ZH = """
您第一次给钢琴调音是什么时候？十四岁。镇上的小学有一架立式琴，潮得厉害，低音区有三个键按下去就不起来。老师说谁修好谁\
可以弹一个暑假，我就拿着我爸的扳手去了。
修好了吗？断了两根弦。后来我攒了一年的零花钱赔给学校，那张收据我现在还压在工作台的玻璃下面。
拍音到底是什么？两根弦差一点点，声音就会像波浪一样一起一落。一秒钟起伏几次，就差几赫兹。我们数的其实是误差，不是音乐。
现在手机软件也能做到。能，而且比我准。可是软件听的是一个音，我听的是这架琴和这间屋子。木地板的教室和铺地毯的客厅，我\
会调得不一样。
冬天和夏天有多大差别？北方开暖气的头一个星期，音高会掉八到十个音分。我劝客人在琴里放一杯水，他们总觉得我在开玩笑。
您遇到过最奇怪的琴是哪一架？一架在养猫的人家里。琴箱里有七个毛线球、一只袜子，还有一窝刚出生的小猫。\
我只好一个月以后再去。
音乐厅的工作是不是压力更大？压力在于时间。彩排结束到观众进场只有四十分钟，舞台上还有人搬椅子。我只能请他们停五分钟，\
让我听完高音区。
您怎么看待数码钢琴？它救了很多邻居的耳朵。我的孙女就用它练琴，戴着耳机。可是它不会走音，所以也不会老\
，我跟它没什么话可说。
这一行还有年轻人吗？我带过五个徒弟，留下来的只有一个女孩子。她耳朵不算最好，但她愿意搬琴，一架两百三十公斤，搬过的人\
才知道为什么要尊重它。
收入够生活吗？调一次四百块，一天最多三架。油钱自己出。我太太在邮局上班，家里其实是她撑着的。
有没有想过退休？医生说我的右耳在四千赫兹以上已经听不太清了。我改用左耳听高音，人坐得歪一点，客人以为我在思考。
最后，您自己家里的琴准吗？不准。鞋匠的孩子没有鞋穿。我回到家只想安静，家里那架琴有三年没打开过了。
"""

EN = """
When did you first tune a piano? I was fourteen. The village school had an upright that had taken in a lot of damp, \
and three of the bass keys went down and stayed there. The teacher said whoever mended it could play it all summer, \
so I went along with my father's spanner.
And did you mend it? I snapped two strings. It took me a year of pocket money to pay the school back, and the \
receipt is still under the glass on my workbench.
What is beating, exactly? When two strings are a hair apart, the sound rises and falls like a swell at sea. However \
many swells you get in a second, that's how many hertz you are out. What we count is the error, it isn't the music.
A phone app can do that now. It can, and more exactly than me. But the app listens to one note, and I listen to this \
piano in this room. A classroom with floorboards and a sitting room with carpet don't get the same tuning from me.
How different are winter and summer? In the first week of heating up north the pitch drops eight or ten cents. I \
tell people to stand a glass of water inside the case, and they always think I'm joking.
What's the strangest piano you have come across? One in a house full of cats. Inside the case there were seven balls \
of wool, one sock and a litter of newborn kittens. I had to come back a month later.
Is there more pressure in a concert hall? The pressure is the clock. From the end of the rehearsal to the doors \
opening you have forty minutes, with people still carrying chairs across the stage. All I can do is ask them to stop \
for five minutes while I hear the top octaves through.
What do you make of digital pianos? They have saved a good many neighbours' ears. My granddaughter practises on one \
with headphones. But it never goes out of tune, so it never grows old either, and we haven't much to say to each \
other.
Are there young people in the trade? I've had five apprentices, and the one who stayed is a girl. Hers weren't the \
best ears, but she was willing to move pianos. Two hundred and thirty kilos each: once you've carried one you know \
why it deserves respect.
Can you live on it? Four hundred a tuning, three a day at the very most, and I pay for my own petrol. My wife works \
at the post office. Really it's she who keeps the house going.
Have you thought of retiring? The doctor says my right ear hardly hears anything above four thousand hertz. I use \
the left for the treble now and sit a bit crooked. The customers think I'm deep in thought.
Last question: is your own piano in tune? No. The cobbler's children go barefoot. When I get home all I want is \
quiet, and nobody has opened ours for three years.
"""

OTHER = """
How did you come to this work? Through a broken school piano, when I was a boy. I did more harm than good, and I was \
ashamed enough to want to learn it properly.
You learnt from an old sailor? From a ship's musician, yes. He made me sit in the dark for whole evenings. He'd play \
an interval and I had to say wide or narrow. If I was wrong I swept the floor.
Will machines replace you? They've replaced the easy half already. The other half is the hammers, the dampers, the \
pedal that squeaks on the quiet bar. No telephone ever oiled a pedal.
Which season keeps you busiest? October, when the radiators come on, and again before the exams in June. In August I \
mend accordions, nobody wants a tuner in August.
Do you still work for the concert hall? On Thursdays. There are two grands, one for Mozart and one for everything \
else. I fought for the second for six years, and the director still calls it my piano.
Is there a musician you remember fondly? A jazz player from Ostrava, who asked me to leave one note wrong. He said \
an audience should have something to worry about.
What about electric instruments? I keep one in the van for showing people what they don't want. Joking aside, they \
got children playing in flats with thin walls, I can't be against that.
What do you charge these days? A little more than last year and less than the plumber. Schools pay half. Churches \
pay in cake, as a rule, and I have never complained.
Do you worry about your hearing? I wear plugs on the bus and at weddings. One ear is older than the other, the \
doctor has drawn me a curve of it, and I hung it in the hall.
Do you play yourself? Badly, and only scales. When you have spent the day listening for faults you can't switch it \
off, and a tune is no pleasure with forty faults in it.
"""

CLOCK_KEEPER = """
I came to it late. At thirty I was an accountant, and my landlord had a longcase clock that struck thirteen. I \
opened the door of it one Sunday and I've never quite shut it again.
No, I lost the pendulum spring down a drain, and for a week the whole staircase ran on guesswork.
It's the sound of an escapement limping. Tick and tock should be evenly apart. If you hear a hop, like somebody with \
a stone in a shoe, you bend the crutch.
Then let it climb the ninety steps with a grease gun, I'd be grateful.
Brass grows in the heat. The tower loses eleven seconds a week in July, and I lay old pennies on the bob to bring it \
back.
A water clock that a dentist had built out of syringes. It kept excellent time and it frightened his patients.
New Year's Eve is the worst, everybody looks up at once. I stand behind the dial with my hand on the fly and pray.
My phone is always right, and that's why I never look at it. A clock that can't be wrong is no company.
Two students come on Saturdays, mostly for the view. One has started to bring her own oil, that's a good sign.
The council pays me ninety a quarter. I mend watches for the rest, and let out the back bedroom to cyclists.
When my knees say so. I've been measuring it: I rest on step forty now, and it used to be step seventy.
There isn't one. My wife allows me a kitchen timer, as long as it doesn't ring.
"""


def transcript(parts: Sequence[str], kind: Kind = Kind.INTERVIEW, doc: str = "talk") -> Transcript:
    """One turn for each part, which may be empty."""
    text, turns = "", list[Turn]()
    for part in parts:
        turns.append(Turn(len(turns), "", Role.GUEST, kind, "", (Span(len(text), len(text) + len(part)),)))
        text += part + "\n"
    return Transcript(doc, f"{doc}.txt", text, "utf-8", "zh-Hans", Metadata(), tuple(turns), ())


def exchanges(talk: str) -> list[str]:
    return talk.strip().split("\n")


def questionnaire() -> str:
    """The questions of EN and another person's answers."""
    questions = [re.split(r"(?<=[?.]) ", exchange, maxsplit=1)[0] for exchange in exchanges(EN)]
    return "\n".join(map(" ".join, zip(questions, exchanges(CLOCK_KEEPER), strict=True)))


@cache
def speech(seed: int, letters: int = 6000) -> str:
    """What nobody ever said, in sentences of 20 characters; another seed shares no shingle with it."""
    made = random.Random(seed)
    said = "".join(chr(made.randrange(0x4E00, 0x9F00)) for _ in range(letters))
    return "。".join(said[at : at + 20] for at in range(0, letters, 20))


@cache
def noisy(seed: int, noise: int, passages: int = 20) -> Vectors:
    """The passages of a made-up interview as a translator would have them; other seeds are other interviews."""
    said = np.random.default_rng(seed).normal(size=(passages, 64))
    made = said + 0.5 * np.random.default_rng(1000 + noise).normal(size=said.shape) + 3  # all have much in common
    unit: Vectors = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return unit


@cache
def sketch(text: str) -> bytes:
    return fingerprint(transcript([text]))


def candidate(doc: str, text: str = "", passages: int = 0, **fields: str | frozenset[str]) -> Candidate:
    made = Candidate(doc, "zh-Hans", "", frozenset(), sketch(text), passages)
    return replace(made, **fields)  # type: ignore[arg-type]


def unread(doc: str) -> Vectors:
    raise AssertionError(f"the vectors of {doc} were read")


def grouped(*texts: str) -> bool:
    """Whether all of these are one interview by their words."""
    found = same_interviews([candidate(str(number), text) for number, text in enumerate(texts)], unread)
    return len(found) == len(texts) == len(next(iter(found.values()), ())) + 1


def test_a_fingerprint_is_small_and_empty_where_too_little_was_said() -> None:
    assert len(fingerprint(transcript([speech(1)]))) == SKETCH * 8 == 2048
    assert 0 < len(fingerprint(transcript([speech(1, 230)]))) < 2048
    assert fingerprint(transcript([speech(1, 150)])) == fingerprint(transcript([])) == b""


def test_a_fingerprint_knows_no_script_punctuation_turns_or_line_breaks() -> None:
    paragraphs = exchanges(ZH)
    bare = "".join(filter(str.isalnum, opencc.OpenCC("s2t").convert("".join(paragraphs))))
    subtitles = [bare[at : at + 14] for at in range(0, len(bare), 14)]
    assert fingerprint(transcript(paragraphs)) == fingerprint(transcript(subtitles)) != b""
    english = exchanges(EN)
    assert fingerprint(transcript(english)) == fingerprint(transcript(" ".join(english).upper().split()))


def test_only_what_was_said_is_in_a_fingerprint() -> None:
    said = transcript([speech(1)])
    for kind in set(Kind) - {Kind.INTERVIEW}:
        assert fingerprint(transcript([speech(1)], kind)) == b""
    introduced = replace(said, text=speech(2) + said.text)
    shifted = replace(said.turns[0], spans=(Span(len(speech(2)), len(introduced.text)),))
    assert fingerprint(replace(introduced, turns=(shifted,))) == fingerprint(said)


def test_another_introduction_and_a_cut_off_end_are_the_same_interview() -> None:
    assert grouped(speech(1), speech(2, 800) + speech(1)[:4500])


def test_an_excerpt_of_half_is_the_same_interview_and_a_quotation_is_not() -> None:
    whole = speech(1, 12_000)
    assert grouped(whole, whole[6300:])
    assert not grouped(whole, whole[:1200])


def test_light_edits_and_dropped_sentences_are_the_same_interview() -> None:
    made = random.Random(0)
    kept = "。".join(sentence for sentence in speech(1).split("。") if made.random() > 0.1)
    edited = "".join("嗯" if made.random() < 0.03 else letter for letter in kept)
    assert grouped(speech(1), edited)


def test_other_words_are_another_interview() -> None:
    assert not grouped(speech(1), speech(2))
    assert not grouped(EN, OTHER)
    assert not grouped(EN, questionnaire())


def test_an_advert_read_in_every_episode_groups_nothing() -> None:
    advert = speech(0, 1500)
    episodes = [candidate(str(number), advert + speech(number)) for number in range(1, 30)]
    assert same_interviews(episodes, unread) == {}


def test_groups_are_closed() -> None:
    whole = speech(1, 12_000)
    talks = [candidate("c", whole[6000:]), candidate("b", whole), candidate("a", whole[:6000]), candidate("d", ZH)]
    assert same_interviews(talks, unread) == {"a": ("b", "c"), "b": ("a", "c"), "c": ("a", "b")}
    assert same_interviews([], unread) == same_interviews(talks[:1], unread) == {}


@cache
def embedded(talk: str) -> Vectors:
    return load_embedder().encode_passages(exchanges(talk))


def one_interview(a: Vectors, b: Vectors, dates: Sequence[str] = ("", ""), persons: Sequence[str] = ("", "")) -> bool:
    """Whether two interviews are grouped by their vectors; `persons` are names with commas between."""
    names = [frozenset(filter(None, named.split(","))) for named in persons]
    candidates = [
        candidate("a", passages=len(a), date=dates[0], persons=names[0]),
        candidate("b", passages=len(b), date=dates[1], persons=names[1], language="en"),
    ]
    return same_interviews(candidates, {"a": a, "b": b}.__getitem__) == {"a": ("b",), "b": ("a",)}


def test_a_translation_is_the_same_interview_and_an_excerpt_but_not_in_another_order() -> None:
    assert one_interview(embedded(ZH), embedded(EN))
    assert one_interview(embedded(ZH), embedded(EN)[2:])
    assert not one_interview(embedded(ZH), embedded(EN)[::-1])


def test_another_interview_with_the_same_person_on_the_same_subjects_is_not() -> None:
    assert not one_interview(embedded(ZH), embedded(OTHER))
    assert not one_interview(embedded(EN), embedded(OTHER))


def test_the_same_questions_to_another_person_are_another_interview() -> None:
    assert not one_interview(embedded(EN), embedded(questionnaire()))
    assert not one_interview(embedded(ZH), embedded(questionnaire()))


@pytest.mark.parametrize(
    ("dates", "same"),
    [
        (("2024-03-01", "2024-03-20"), True),
        (("2024-03-20", "2024-03-01"), True),
        (("2024-03-01", "2024-06-01"), False),
        (("2024", "2024-06-01"), True),
        (("2024-02", "2024-03-31"), True),
        (("2024-02", "2024-04-05"), False),
        (("2022", "2024-06-01"), False),
        (("", "2024-06-01"), True),
    ],
)
def test_dates_must_not_be_far_apart(dates: tuple[str, str], same: bool) -> None:
    assert one_interview(noisy(1, 1), noisy(1, 2), dates=dates) is same


@pytest.mark.parametrize(
    ("persons", "same"),
    [
        (("Sun Mu,Ann Field", "Sun Mu,Ann Field"), True),
        (("Sun Mu", "Sun Mu,Ann Field"), True),
        (("", "Sun Mu"), True),
        (("孙木,安菲尔德", "Sun Mu,Ann Field"), True),  # nobody may have said that they are the same
        (("孙木,Ann Field", "Sun Mu,Ann Field"), True),
        (("Sun Mu", "Ann Field"), False),
        (("Ann Field,Sun Mu", "Ann Field,Ivo Brand"), False),
    ],
)
def test_other_people_are_another_interview(persons: tuple[str, str], same: bool) -> None:
    assert one_interview(noisy(1, 1), noisy(1, 2), persons=persons) is same


def test_vectors_are_only_read_where_a_translation_is_possible() -> None:
    talks = [
        candidate("far", passages=40, date="2001"),
        candidate("short", passages=5, date="2024"),
        candidate("long", passages=300, date="2024"),
        candidate("one", passages=40, date="2024", persons=frozenset({"Ann"})),
        candidate("another", passages=40, date="2024", persons=frozenset({"Bea"})),
    ]
    assert same_interviews(talks, unread) == {}


def test_one_translation_among_many_is_found_and_each_interview_read_twice_at_most() -> None:
    calls: list[str] = []

    def vectors(doc: str) -> Vectors:
        calls.append(doc)
        return noisy(int(doc), int(doc)) if doc != "99" else noisy(0, 99)

    talks = [candidate(str(number), passages=20) for number in range(100)]
    assert same_interviews(talks, vectors) == {"0": ("99",), "99": ("0",)}
    assert len(calls) <= 200  # once for its mean, once to be aligned


def test_copies_do_not_crowd_out_a_translation() -> None:
    talks = [candidate(str(number), speech(number % 2), passages=20) for number in range(24)]
    same = same_interviews(talks, lambda doc: noisy(0, int(doc) % 2))
    assert len(same["0"]) == 23


versions = st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from(["words", "vectors", "both"]))


@given(st.lists(versions, max_size=8))
def test_the_same_as_is_symmetric_and_transitive(kinds: list[tuple[int, int, str]]) -> None:
    talks, said = list[Candidate](), dict[str, Vectors]()
    for number, (seed, noise, known) in enumerate(kinds):
        doc = f"{number}"
        text = "" if known == "vectors" else speech(seed, 1200)[noise * 100 :]
        talks.append(candidate(doc, text, 0 if known == "words" else 20))
        said[doc] = noisy(seed, noise)
    same = same_interviews(talks, said.__getitem__)
    for doc, others in same.items():
        assert others and doc not in others and list(others) == sorted(set(others))
        for other in others:
            assert {doc, *others} == {other, *same[other]}
            assert kinds[int(doc)][0] == kinds[int(other)][0]  # and nothing else is ever grouped
    for a, (seed_a, _, known_a) in zip(said, kinds, strict=True):
        for b, (seed_b, _, known_b) in zip(said, kinds, strict=True):
            if a != b and seed_a == seed_b and (known_a == known_b or "both" in (known_a, known_b)):
                assert b in same[a]
