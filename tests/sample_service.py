"""The service on the sample interviews, inside the test's own process; tests that need sockets start a real one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient
from sample_archive import sample_index

from index.store import open_index
from rag.answer import Answer
from rag.retrieve import Retriever
from ui.archive import Archive
from ui.service import create_app
from ui.service_access import AccessRules
from ui.service_setup import Setup

LAMP = "老魏为什么终于不再用油灯？"


def open_setup(folder: Path) -> Setup:
    """A service that asks for no token, on the index of this folder."""
    return Setup(Archive(folder, folder, None, ""), AccessRules(folder.parent / "tokens.toml", False, 0))


@contextmanager
def client_of(setup: Setup) -> Iterator[TestClient]:
    """A client of the service while it runs. What a route did not expect is raised here."""
    with TestClient(create_app(setup), base_url="http://localhost") as client:
        yield client


def copied_samples(scratch: Path, folder: Path) -> Path:
    """An index of the samples of one's own, to be changed."""
    return Path(shutil.copytree(sample_index(scratch), folder))


def without_timings(answer: Answer) -> Answer:
    """What two answers to the same question have in common."""
    return replace(answer, timings={})


def opened(folder: Path, retriever: Retriever) -> Retriever:
    """The same index, opened once more with the same model."""
    return Retriever(open_index(folder), retriever.embedder)
