"""One person, many names: 奥特曼 = 阿爾特曼 = 山姆·奥特曼 = Sam Altman.

Each transcript gives evidence (its labels, the names its text puts side by side, who its introduction is
about); the whole archive together says which labels are one person. people.toml beside the transcripts
adds what the texts do not say.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from index import names
from index.errors import InputError
from index.labels import role_word
from index.model import Kind, Role, Speaker, Transcript
from index.script import fold_characters

OVERRIDES = "people.toml"
HEAD = 20_000  # characters in which an introduction says who is who
MOST_PAIRS = 500  # more names put side by side than any interview has


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
    """One [[person]] of a people.toml."""

    name: str
    aliases: tuple[str, ...]


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
    everything = "\n\n".join((transcript.metadata.title, *parts.values()))
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
        host=_host(transcript, head),
        guest=_guest(head, pairs, found),
    )


def _as_labelled(local: str, labels: Container[str]) -> str:
    """The end of a local name that is a label of the page: 史密斯 of 渔夫史密斯, where 夫 could be part of the name."""
    ends = (local[at:] for at in range(1, len(local) - 1))
    return local if names.DOTS.search(local) else next((end for end in ends if end in labels), local)


def _host(transcript: Transcript, head: str) -> str:
    """The host's name where only the introduction or the host's own first words give it."""
    opening = [turn for turn in transcript.turns if turn.role is Role.HOST][:2]
    for turn in opening:
        for match in names.INTRODUCES.finditer(transcript.text[turn.start : turn.end]):
            name = " ".join(match["name"].split())
            if name.isascii() or (len(name) < 4 and fold_characters(name[0]) in names.SURNAMES):
                return name  # not the 很好奇 of 我是很好奇
    if introduced := names.HOSTS.search(head):
        found = introduced["a"] or introduced["b"]
        name = found if found.isascii() else names.local_name(found)
        return " ".join(name.split())
    return ""


def _guest(head: str, pairs: Sequence[tuple[str, str]], found: Counter[str]) -> str:
    """Whom the introduction speaks of most: the one who answers where answers carry no label."""
    mentions = {name: head.count(name) for pair in pairs for name in pair}
    for name in found:
        mentions.setdefault(name, head.count(name))
    best = max(mentions, key=lambda name: (mentions[name], len(name)), default="")
    if not best or not mentions[best]:
        return ""
    return next((local for local, latin in pairs if latin == best), best)


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
    if isinstance(entry, dict):
        name, aliases = entry.get("name"), entry.get("aliases", [])
        if (
            isinstance(name, str)
            and name.strip()
            and isinstance(aliases, list)
            and all(isinstance(a, str) for a in aliases)
            and entry.keys() <= {"name", "aliases"}
        ):
            return PersonOverride(name.strip(), tuple(alias.strip() for alias in aliases if alias.strip()))
    raise InputError(f'{path}: [[person]] number {number} needs name = "…" and aliases = ["…", …]')


class _Groups:
    """Union-find over name keys."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        parent = self._parent.setdefault(name, name)
        if parent != name:
            parent = self._parent[name] = self.find(parent)
        return parent

    def join(self, one: str, other: str) -> None:
        self._parent[self.find(one)] = self.find(other)

    def __contains__(self, name: str) -> bool:
        return name in self._parent


def resolve(archive: Mapping[str, NameEvidence], overrides: Sequence[PersonOverride]) -> People:
    """Who each label of each transcript is, over the whole archive.

    Full names are one person wherever they stand; a given or family name alone is resolved within its
    own transcript only, so that two people of one family name stay apart. A name that no text explains ("Lex:")
    is taken for one person wherever it stands; people.toml tells them apart or gives the full name.
    """
    groups = _Groups()
    writings: dict[str, Counter[str]] = {}

    def know(name: str, count: int = 1) -> str:
        writings.setdefault(names.key(name), Counter())[name] += count
        return groups.find(names.key(name))

    for person in overrides:
        know(person.name, 1_000_000)
        for alias in person.aliases:
            groups.join(know(alias), know(person.name, 1_000_000))
    shared = names.shared_family_names(pair for known in archive.values() for pair in known.pairs)
    for known in archive.values():
        for local, latin in known.pairs:
            if names.key(local) in shared:
                know(latin, 1000)
            else:
                groups.join(know(local), know(latin, 1000))
    speakers = [
        _resolve_label(doc, label, Role(role), known, groups, know)
        for doc, known in sorted(archive.items())
        for label, role in known.labels
    ]
    return _name_people(speakers, groups, writings)


def _resolve_label(
    doc: str, label: str, role: Role, known: NameEvidence, groups: _Groups, know: Callable[[str, int], str]
) -> Speaker:
    bare = names.local_part(role_word(label)[1])
    if not bare and role is Role.HOST:
        bare = known.host
    elif not bare and role is Role.GUEST:
        bare = known.guest
    if not bare:
        shown = _role_name(label, role)
        return Speaker(doc, label, shown, role, "")
    full = _full_name(bare, known)
    latin = {names.key(local): latin for local, latin in known.pairs}.get(names.key(full))
    if latin and names.key(full) not in groups:  # a family name that other interviews give to another person
        return Speaker(doc, label, full, role, know(latin, 1))
    return Speaker(doc, label, full, role, know(full, 1))


def _full_name(label: str, known: NameEvidence) -> str:
    """The fullest name of this transcript that the label is a part of, in the label's own script."""
    wanted = names.key(label)
    counts = dict(known.names)
    fits = [
        name
        for name in counts
        if name != label
        and name.isascii() == label.isascii()
        and (
            wanted in map(names.key, names.components(name))
            or (len(name) == 3 and len(label) == 2 and label[0] in "老小阿" and name[0] == label[1])
        )
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
        person = max(written, key=lambda name: (written[name] >= 1_000_000, name.isascii(), " " in name, written[name]))
        called[root] = person
        every = dict.fromkeys(written) | dict.fromkeys(part for name in written for part in names.components(name))
        aliases.extend((person, alias) for alias in every)
    resolved = tuple(
        replace(speaker, person=called[groups.find(speaker.person)]) if speaker.person else speaker
        for speaker in speakers
    )
    labels = [(s.person, role_word(s.label)[1]) for s in resolved if s.person and role_word(s.label)[1]]
    return People(resolved, tuple(dict.fromkeys((*aliases, *labels))))
