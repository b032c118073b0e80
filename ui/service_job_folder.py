"""Jobs on the disk: each is a folder, with `job.json` and, until it has ended, the files as they were sent.

A folder gets its name when all of it is on the disk, and a record is replaced in one step: whoever is stopped at any
moment leaves whole jobs, and half ones under hidden names that are cleared away.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from index.publish import storage_errors
from ui.service_job_records import JobRecord
from ui.uploads import Sent, flush_folder, make_folder

ID = re.compile("[0-9a-f]{16}")
RECORD, INCOMING, EARLIER, HALF = "job.json", "incoming", "earlier", ".half-"
_log = logging.getLogger("verbatim.service")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a job, for the log: the name of the token, which is kept on the disk, and the id of the request."""

    token: str = ""
    request_id: str = ""


NOBODY = Asked()


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job as it lies on the disk: what is told of it, and what only we need to know.

    `upload` is the file of the interview that is to go, `tries` how often the job was begun and never ended.
    """

    record: JobRecord
    upload: str = ""
    tries: int = 0
    asked: Asked = NOBODY


_kept_job = TypeAdapter(KeptJob)


def make_jobs_folder(folder: Path) -> None:
    """Make the folder of the jobs. Raises StorageError."""
    with storage_errors(folder):
        make_folder(folder)


def begin_job(folder: Path, kept: KeptJob, contents: Sequence[BinaryIO | None]) -> None:
    """Put a new job on the disk, with the contents of its files, None for those that are refused already.

    When this returns it is there for good. Raises StorageError; then there is none.
    """
    half = folder / f"{HALF}{kept.record.id}"
    try:
        with storage_errors(folder):
            (half / INCOMING).mkdir(parents=True, mode=0o700)
            for number, content in enumerate(contents):
                if content is not None:
                    with (half / INCOMING / _numbered(number)).open("xb") as file:
                        shutil.copyfileobj(content, file, 2**20)
                        file.flush()
                        os.fsync(file.fileno())
            flush_folder(half / INCOMING)
            _write_record(half, kept)
            half.rename(folder / kept.record.id)
            flush_folder(folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(folder / kept.record.id, ignore_errors=True)
        raise


def save_job(folder: Path, kept: KeptJob) -> None:
    """Replace the record of a job. Raises StorageError; then the last one stays."""
    with storage_errors(folder):
        _write_record(folder / kept.record.id, kept)


def load_job(folder: Path, id: str) -> KeptJob | None:
    """A job as the disk has it; None where there is none. `id` may be anything. Raises StorageError."""
    if not ID.fullmatch(id):
        return None
    with storage_errors(folder):
        try:
            kept = _kept_job.validate_json((folder / id / RECORD).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            _log.error("the record of a job cannot be read and is left alone", extra={"job": id, "problem": str(error)})
            return None
    if kept.record.id != id:
        _log.error("the record of a job is another's and is left alone", extra={"job": id})
        return None
    return kept


def load_jobs(folder: Path) -> list[KeptJob]:
    """All jobs that the disk has, the oldest first. Raises StorageError."""
    with storage_errors(folder):
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return [kept for name in names if (kept := load_job(folder, name))]


def clear_halves(folder: Path) -> None:
    """Remove what was never a whole job, and what is left of removed ones. Only for who alone writes here."""
    with storage_errors(folder):
        for path in folder.iterdir():
            is_left = ID.fullmatch(path.name) and not (path / RECORD).exists()
            if is_left or path.name.startswith(HALF):
                shutil.rmtree(path, ignore_errors=True)


def files_of(folder: Path, record: JobRecord) -> list[Sent]:
    """The files of a job that wait to be stored; they are read when their turn comes."""
    incoming = folder / record.id / INCOMING
    waiting = ((number, file) for number, file in enumerate(record.files) if file.state == "waiting")
    return [Sent(file.name, incoming / _numbered(number)) for number, file in waiting]


def earlier_of(folder: Path, record: JobRecord) -> Path:
    """Where a job keeps what its files replace, until it has ended."""
    return folder / record.id / EARLIER


def drop_files(folder: Path, id: str) -> None:
    """Remove the files of a job that has ended; its record stays."""
    for name in (INCOMING, EARLIER):
        shutil.rmtree(folder / id / name, ignore_errors=True)


def drop_job(folder: Path, id: str) -> None:
    """Remove a job, the record first: what is left is no job."""
    with storage_errors(folder):
        (folder / id / RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder / id, ignore_errors=True)


def _write_record(job: Path, kept: KeptJob) -> None:
    new = job / f"{RECORD}.new"
    told = asdict(replace(kept, asked=replace(kept.asked, request_id="")))
    with new.open("wb") as file:
        file.write(json.dumps(told, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, job / RECORD)
    flush_folder(job)


def _numbered(number: int) -> str:
    return f"{number:04}"
