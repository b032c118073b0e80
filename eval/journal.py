"""What an evaluation has done so far, on disk line by line, so that one that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from eval.records import Outcome
from index.errors import InputError

OUTCOME = TypeAdapter(Outcome)


class Journal:
    """The outcomes of one unfinished run: a JSON line each, the last of an id counts.

    Its file is named after everything the run depends on: with another gold set, index or setting it is another file.
    """

    def __init__(self, path: Path, outcomes: dict[str, Outcome]) -> None:
        self.path = path
        self.outcomes = outcomes

    @classmethod
    def open(cls, folder: Path, depends_on: dict[str, object]) -> Self:
        """The journal of this run: empty, or as the interrupted one left it. Raises InputError for an unusable folder.

        A last line that was cut off is dropped.
        """
        key = hashlib.sha256(json.dumps(depends_on, sort_keys=True, default=str).encode()).hexdigest()[:16]
        path = folder / f"unfinished-{key}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if path.exists() else b""
            whole = content[: content.rfind(b"\n") + 1]
            outcomes = [OUTCOME.validate_json(line) for line in whole.splitlines()]
            path.write_bytes(whole)
        except OSError as error:
            raise InputError(f"{folder}: the evaluation cannot keep its journal here ({error.strerror})") from error
        except ValidationError:
            path.unlink()  # of another version: nothing in it can be compared with what is measured now
            outcomes = []
        return cls(path, {outcome.id: outcome for outcome in outcomes})

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome. Raises InputError when the disk refuses."""
        self.outcomes[outcome.id] = outcome
        try:
            with self.path.open("ab") as file:
                file.write(OUTCOME.dump_json(outcome) + b"\n")
        except OSError as error:
            raise InputError(f"{self.path}: the evaluation cannot be kept ({error.strerror})") from error

    def close(self) -> None:
        """The run is complete and reported: nothing to go on with."""
        self.path.unlink(missing_ok=True)
