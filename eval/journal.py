"""What an evaluation has done so far, on disk line by line: one that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from eval.records import Outcome
from index.errors import StorageError

OUTCOME = TypeAdapter(Outcome)


class Journal:
    """The outcomes of one unfinished run: a JSON line each, the last of an id counts.

    Its file is named after everything the run depends on: with another gold set, index or setting it is another file.
    """

    def __init__(self, path: Path, outcomes: dict[str, Outcome]) -> None:
        self.path = path
        self.outcomes = outcomes

    @classmethod
    def open(cls, folder: Path, depends_on: Mapping[str, object], fresh: bool = False) -> Self:
        """The journal of this run: empty, or as the interrupted one left it, unless it is to begin `fresh`.

        A line that was cut off when its writer was killed or the disk was full is dropped: its question is asked
        again. Raises StorageError.
        """
        path = folder / f"unfinished-{_key(depends_on)}.jsonl"
        try:
            if fresh:
                path.unlink(missing_ok=True)
            content = path.read_bytes() if path.exists() else b""
            if content and not content.endswith(b"\n"):
                with path.open("ab") as file:  # what comes next begins a line of its own
                    file.write(b"\n")
        except OSError as error:
            raise _refused(path, error) from error
        return cls(path, {outcome.id: outcome for outcome in _readable(content.split(b"\n"))})

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome. Raises StorageError."""
        try:
            with self.path.open("ab") as file:
                file.write(OUTCOME.dump_json(outcome) + b"\n")
        except OSError as error:
            raise _refused(self.path, error) from error
        self.outcomes[outcome.id] = outcome

    def close(self) -> None:
        """The run is complete and reported: nothing to go on with. Raises StorageError."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise _refused(self.path, error) from error


def _key(depends_on: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]


def _readable(lines: Iterable[bytes]) -> Iterable[Outcome]:
    for line in lines:
        try:
            yield OUTCOME.validate_json(line)
        except ValidationError:
            continue


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path}: the evaluation cannot keep here what it has done ({error.strerror}). "
        "Make room or get leave to write there, or run the command in another folder"
    )
