"""One person, many names: 奥特曼 = 阿爾特曼 = 山姆·奥特曼 = Sam Altman.

Each transcript gives evidence (its labels, the names its text puts side by side, who its introduction is
about); the whole archive together says which labels are one person. people.toml beside the transcripts
adds what the texts do not say (index/people_file.py writes it).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from index import names
from index.errors import InputError
from index.introductions import guest_of, host_of
from index.labels import role_word
from index.model import Kind, Role, Speaker, Transcript
from index.script import fold_characters, is_han
from index.titles import names_nobody, without_title

OVERRIDES = "people.toml"
HEAD = 20_000  # characters in which an introduction says who is who
FRONT_MATTER = 4_000  # characters in which it ends
FEWEST_QUESTIONS = 3
# "Hart, Priya (Guest)": how Microsoft Teams calls people in its transcripts.
LAST_FIRST = re.compile(
    r"(?P<last>[^\W\d_][^\s,()]+), (?P<first>[^\W\d_][^\s,()]+)(?: \((?:Guest|Unverified|External)\))?"
)
MOST_PAIRS = 500  # more names put side by side than any interview has
SAID_BY_HAND = 1_000_000  # what a name of people.toml counts, against how often texts have one


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """What one transcript says about names. `labels` are (label, role); a label "" is an unlabelled guest."""

    labels: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, int], ...]
    host: str
    guest: str

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> NameEvidence:
        raw = json.loads(text)
        lists = {name: tuple(tuple(item) for item in raw[name]) for name in ("labels", "pairs", "names")}
        return cls(**lists, host=raw["host"], guest=raw["guest"])


@dataclass(frozen=True, slots=True)
class PersonOverride:
    """One [[person]] of a people.toml: `aliases` are this person, those in `apart` are not, whatever texts say.

    With `interviews`, it holds in these alone: which of two people a label "John" is.
    """

    name: str
    aliases: tuple[str, ...]
    apart: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Every label of the archive resolved, and every name each person goes by, as (person, alias)."""

    speakers: tuple[Speaker, ...]
    aliases: tuple[tuple[str, str], ...]


def evidence(transcript: Transcript) -> NameEvidence:
    """Learn what a transcript says about who is who. Page junk is not looked at."""
    text = transcript.text
    parts = {
        kind: "\n\n".join(text[s.start : s.end] for turn in transcript.turns if turn.kind is kind for s in turn.spans)
        for kind in Kind
    }
    everything = "\n\n".join(
        (_front_matter(text), transcript.metadata.title, *parts.values(), _beside_labels(transcript))
    )
    head = "\n\n".join((transcript.metadata.title, parts[Kind.INTRODUCTION]))[:HEAD]
    labels = tuple(
        dict.fromkeys((turn.label, turn.role.value) for turn in transcript.turns if turn.kind is Kind.INTERVIEW)
    )
    named = {role_word(label)[1] for label, _ in labels}
    pairs = tuple(dict.fromkeys((_as_labelled(local, named), latin) for local, latin in names.pairs(everything)))
    pairs = pairs[:MOST_PAIRS]
    found = names.full_names(everything)
    found.update({name: everything.count(name) for pair in pairs for name in pair if name not in found})
    surnamed = names.surnamed(head)
    for label, _ in labels:  # "知遥" for the 陈知遥 of the introduction; 老魏 only for a 魏长庚 named more than once
        bare = role_word(label)[1]
        for name, count in surnamed.items():
            familiar = len(bare) == 2 and bare[0] in "老小阿" and name[0] == bare[1] and count > 1
            if bare and (name.endswith(bare) or familiar):
                found[name] += count
    return NameEvidence(
        labels=labels,
        pairs=pairs,
        names=tuple(found.items()),
        host=host_of(transcript, head),
        guest="" if _asks_and_answers(transcript) else guest_of(head, pairs, found),
    )


def _asks_and_answers(transcript: Transcript) -> bool:
    """Whether a text without labels is a conversation all the same: then not all of it is the guest's."""
    if any(turn.label or turn.role is not Role.GUEST for turn in transcript.turns if turn.kind is Kind.INTERVIEW):
        return False
    said = [span for turn in transcript.turns if turn.kind is Kind.INTERVIEW for span in turn.spans]
    ends = [transcript.text[span.start : span.end].rstrip("*_ ")[-1:] for span in said]
    questions = sum(end in ("?", "？") for end in ends)
    return questions >= FEWEST_QUESTIONS and 0.25 * len(ends) < questions < 0.75 * len(ends)


def _front_matter(text: str) -> str:
    """What stands between the lines "---" that a page begins with: who speaks, often."""
    end = text.find("\n---", 3, FRONT_MATTER) if text.startswith("---") else -1
    return text[3:end] if end > 0 else ""


def _beside_labels(transcript: Transcript) -> str:
    """Each label once with what stands beside it, a line each: "**唐鳳（Audrey Tang）：**"."""
    first = {turn.label: turn for turn in reversed(transcript.turns) if turn.label and turn.kind is Kind.INTERVIEW}
    lines = [transcript.text[max(0, turn.start - 2 * len(label) - 60) : turn.start] for label, turn in first.items()]
    set_apart = [names.both_writings(label) for label in first]
    return "\n\n".join([*(line.strip().rpartition("\n")[2] for line in lines), *set_apart])


def _as_labelled(local: str, labels: Container[str]) -> str:
    """The end of a local name that is a label of the page: 史密斯 of 渔夫史密斯, where 夫 could be part of the name."""
    ends = (local[at:] for at in range(1, len(local) - 1))
    return local if names.DOTS.search(local) else next((end for end in ends if end in labels), local)


def read_overrides(folders: Iterable[Path]) -> tuple[PersonOverride, ...]:
    """The people.toml of each folder. Raises InputError naming file and entry when one cannot be used."""
    found: list[PersonOverride] = []
    for folder in folders:
        path = folder / OVERRIDES
        if not path.is_file():
            continue
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{path}: cannot be read as TOML ({error})") from error
        if unknown := sorted(table.keys() - {"person"}):
            raise InputError(f"{path}: {unknown[0]} means nothing here; each person begins with [[person]]")
        entries = table.get("person", [])
        for number, entry in enumerate(entries if isinstance(entries, list) else [None], start=1):
            found.append(_override(path, number, entry))
    return tuple(found)


def _override(path: Path, number: int, entry: object) -> PersonOverride:
    where = f"{path}: [[person]] number {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise InputError(f'{where} needs name = "…" and aliases = ["…", …]')
    if unknown := sorted(entry.keys() - {"name", "aliases", "apart", "interviews"}):
        raise InputError(f"{where}: {unknown[0]} means nothing here; it may have name, aliases, apart and interviews")
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("aliases", "apart", "interviews"):
        values = entry.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InputError(f'{where} needs {name} = ["…", …]')
        lists[name] = tuple(value.strip() for value in values if value.strip())
    return PersonOverride(entry["name"].strip(), **lists)


class _Groups:
    """Union-find over identities, of which some are to stay apart."""

    def __init__(self, apart: Iterable[tuple[str, str]]) -> None:
        self._parent: dict[str, str] = {}
        self._apart = [(identity(one), identity(other)) for one, other in apart]

    def find(self, name: str) -> str:
        parent = self._parent.setdefault(name, name)
        if parent != name:
            parent = self._parent[name] = self.find(parent)
        return parent

    def join(self, one: str, other: str) -> None:
        if not self.are_apart(one, other):
            self._parent[self.find(one)] = self.find(other)

    def are_apart(self, one: str, other: str) -> bool:
        roots = {self.find(one), self.find(other)}
        return any({self.find(a), self.find(b)} == roots for a, b in self._apart)

    def __contains__(self, name: str) -> bool:
        return name in self._parent


def identity(name: str) -> str:
    """What all writings of one full name share, beside names.key: titles and accents do not matter, nor the order of a
    Latin name whose family name is known by its capitals or by the hyphen of the other ("LEE Huai-jen").
    """
    bare = without_title(name)
    if turned := LAST_FIRST.fullmatch(bare):
        bare = f"{turned['first']} {turned['last']}"
    words = names.key(bare).split(" ")
    if not names.is_latin(bare):
        return " ".join(words)
    plain = [names.without_accents(word) for word in words]
    is_marked = len(plain) == 2 and any("-" in word or (len(word) > 1 and word.isupper()) for word in bare.split())
    return " ".join(sorted(plain) if is_marked else plain)


def resolve(archive: Mapping[str, NameEvidence], overrides: Sequence[PersonOverride]) -> People:
    """Who each label of each transcript is, over the whole archive.

    Full names are one person wherever they stand; a given or family name alone is resolved within its
    own transcript only, so that two people of one family name stay apart. A name that no text explains ("Lex:")
    is taken for one person wherever it stands; people.toml tells them apart or gives the full name. Who is only called
    by a title and a family name that no text explains ("Mr. Lee"), or not by a name, is nobody in particular.
    """
    groups = _Groups((person.name, other) for person in overrides for other in person.apart)
    writings: dict[str, Counter[str]] = {}

    def know(name: str, count: int = 1) -> str:
        known = identity(name)
        writings.setdefault(known, Counter())[name] += count
        return known

    by_hand: dict[tuple[str, str], str] = {}
    for person in overrides:
        know(person.name, SAID_BY_HAND)
        for alias in person.aliases:
            if not person.interviews:
                groups.join(know(alias), know(person.name, SAID_BY_HAND))
        by_hand |= {(doc, identity(a)): person.name for doc in person.interviews for a in person.aliases}
    shared = names.shared_family_names(pair for known in archive.values() for pair in known.pairs)
    for known in archive.values():
        for local, latin in known.pairs:
            if names.key(local) in shared:
                know(latin, 1000)
            else:
                groups.join(know(local), know(latin, 1000))
    speakers = [
        _resolve_label(doc, label, Role(role), known, groups, know, by_hand)
        for doc, known in sorted(archive.items())
        for label, role in known.labels
    ]
    return _name_people(speakers, groups, writings)


def _resolve_label(
    doc: str,
    label: str,
    role: Role,
    known: NameEvidence,
    groups: _Groups,
    know: Callable[[str, int], str],
    by_hand: Mapping[tuple[str, str], str],
) -> Speaker:
    written = names.local_part(role_word(label)[1])
    if label and names_nobody(label):
        written = ""
    elif not written:
        written = {Role.HOST: known.host, Role.GUEST: known.guest}.get(role, "")
    bare = without_title(written)
    if not bare or names_nobody(written):
        return Speaker(doc, label, _role_name(label, role), role, "")
    if given := by_hand.get((doc, identity(label)), by_hand.get((doc, identity(bare)))):
        return Speaker(doc, label, given, role, know(given, 1))
    full = _full_name(bare, known, groups)
    if full == bare and _is_partial(bare, written):
        return Speaker(doc, label, written, role, "")
    shown = written if full == bare else full
    latin = {names.key(local): latin for local, latin in known.pairs}.get(names.key(full))
    if latin and identity(full) not in groups:  # a family name that other interviews give to another person
        return Speaker(doc, label, shown, role, know(latin, 1))
    know(shown, 1)
    return Speaker(doc, label, shown, role, know(full, 1))


def _is_partial(bare: str, written: str) -> bool:
    """Whether a name is a family name alone, which many have: 陳, the Lee of "Mr. Lee"."""
    return len(bare) == 1 or (bare != written and " " not in bare and not is_han(bare[0]))


def _full_name(label: str, known: NameEvidence, groups: _Groups) -> str:
    """The fullest name of this transcript that the label is a part of, in the label's own script."""
    wanted = names.key(label)
    counts = dict(known.names)
    fits = [
        name
        for name in counts
        if name != label
        and names.is_latin(name) == names.is_latin(label)
        and (
            wanted in names.component_keys(name)
            or (len(name) == 3 and len(label) == 2 and label[0] in "老小阿" and name[0] == label[1])
            or (len(name) in (2, 3) and len(label) == 1 and name[0] == label and is_han(label))
        )
        and not groups.are_apart(identity(label), identity(name))
    ]
    paired = {name for pair in known.pairs for name in pair}
    return max(fits, key=lambda name: (name in paired, counts[name], len(name)), default=label)


def _role_name(label: str, role: Role) -> str:
    """A label that names nobody: a bare question mark word is shown as what it stands for."""
    if role is Role.HOST and fold_characters(label) in ("问", "q", "提问", ""):
        return "Host" if label.isascii() and label else "主持人"
    return label or {Role.GUEST: "Speaker", Role.EDITOR: "Editor"}.get(role, role.value)


def _name_people(speakers: Sequence[Speaker], groups: _Groups, writings: Mapping[str, Counter[str]]) -> People:
    """Name each person by the fullest Latin name known, else the fullest name, and list all they go by."""
    members: dict[str, list[str]] = {}
    for name in writings:
        members.setdefault(groups.find(name), []).append(name)
    called: dict[str, str] = {}
    aliases: list[tuple[str, str]] = []
    for root in sorted({groups.find(speaker.person) for speaker in speakers if speaker.person}):
        written: Counter[str] = sum((writings[name] for name in members[root]), Counter())
        person = max(written, key=lambda name: _worth(name, written[name]))
        called[root] = person
        every = dict.fromkeys(written) | dict.fromkeys(part for name in written for part in names.components(name))
        aliases.extend((person, alias) for alias in every)
    resolved = tuple(
        replace(speaker, person=called[groups.find(speaker.person)]) if speaker.person else speaker
        for speaker in speakers
    )
    labels = [(s.person, role_word(s.label)[1]) for s in resolved if s.person and role_word(s.label)[1]]
    return People(resolved, tuple(dict.fromkeys((*aliases, *labels))))


def _worth(name: str, count: int) -> tuple[bool, bool, bool, bool, int]:
    """By which of its writings a person is called."""
    is_bare = without_title(name) == name and not LAST_FIRST.fullmatch(name)
    return count >= SAID_BY_HAND, names.is_latin(name), " " in name, is_bare, count
