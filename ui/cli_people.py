"""What `verbatim people` does: who speaks in the archive, and people.toml for what the texts do not say."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from index.errors import InputError
from ui.jsonl import write_json
from ui.messages import one_line, tell
from ui.options import index_flags
from ui.render_people import show_everyone, show_person
from ui.terminal import open_console

if TYPE_CHECKING:
    from index.opened import OpenedIndex
    from index.places import Place
    from rag.everyone import Person


class ShownByDefault(TyperGroup):
    """A group that takes whatever is none of its commands for what its command "show" is given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put "show" in front where no command is named; `ctx` is a click Context."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def run_people(place: Place, name: str, as_json: bool) -> int:
    """List everyone, or show one person; returns the exit code. Raises InputError when nobody is called so."""
    from index.places import open_place
    from rag.everyone import everyone
    from rag.filters import find_person

    with closing(open_place(place)) as index:
        people = everyone(index)
        titles = {row.doc: (row.title, row.date) for row in index.documents()}
        if name:
            wanted = find_person(index, name)
            people = [person for person in people if person.name in wanted]
    if as_json:
        for person in people:
            write_json(_record(person))
    elif name:
        for person in people:
            show_person(open_console(), person, titles)
    else:
        show_everyone(open_console(), people)
    return 0 if people else 1


def run_join(place: Place, name: str, aliases: Sequence[str], interviews: Sequence[str], file: Path | None) -> int:
    """Write into people.toml that these names are one person; returns the exit code."""
    from index.people_file import join
    from index.places import open_place
    from rag.filters import find_person

    with closing(open_place(place)) as index:
        for alias in aliases:
            find_person(index, alias)  # raises for a name that nobody goes by
        docs = [index.document(doc).doc for doc in interviews]
        path = file or _people_file(index)
    _told(path, join(path, name, aliases, docs), place)
    return 0


def run_split(place: Place, name: str, alias: str, file: Path | None) -> int:
    """Write into people.toml that a name is somebody else's; returns the exit code."""
    from index.people_file import split
    from index.places import open_place
    from rag.filters import find_person

    with closing(open_place(place)) as index:
        both = set(find_person(index, name)) & set(find_person(index, alias))
        path = file or _people_file(index)
    if not both:
        tell(f"{alias} and {name} are two people already; people.toml will keep it so")
    _told(path, split(path, name, alias), place)
    return 0


def _people_file(index: OpenedIndex) -> Path:
    """Where people.toml belongs: beside the transcripts. Raises InputError where their folder cannot be told."""
    roots = [Path(source) for source in index.manifest.setting.sources]
    folders = list(dict.fromkeys(root if root.is_dir() else root.parent for root in roots))
    there = [folder for folder in folders if (folder / "people.toml").is_file()]
    chosen = there or folders
    if not chosen or not chosen[0].is_dir():
        raise InputError(
            "The folder of the transcripts is not there: say with --file where people.toml is to be written"
        )
    return chosen[0] / "people.toml"


def _told(path: Path, entry: str, place: Place) -> None:
    """Show what was written, and what makes it count."""
    print(one_line(str(path)))
    for line in entry.splitlines():
        print(f"  {one_line(line)}")
    tell(f"written; it counts from the next: verbatim index {path.parent}{index_flags(place)}")


def _record(person: Person) -> dict[str, object]:
    return {
        "person": person.name,
        "names": person.names,
        "roles": [role.value for role in person.roles],
        "interviews": person.interviews,
        "uncertain": [{"kind": one.kind, "name": one.name, "others": one.others} for one in person.doubts],
    }
