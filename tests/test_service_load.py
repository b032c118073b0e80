"""The index is written again and again while eight clients ask: no request fails, and what is new is soon found."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fake_embedding import write_interview
from sample_archive import bundled
from service_process import SECONDS, ServiceProcess, serving, wait_until
from small_archive import start

from index.build import build_index

CLIENTS = 8


def test_writing_the_index_anew_fails_no_request(tmp_path: Path) -> None:
    talks, folder = tmp_path / "talks", tmp_path / "archive"
    for guest, subject in (("林岚", "灯塔"), ("周桥", "大桥"), ("石川", "山路")):
        write_interview(talks / f"{subject}.md", guest, subject)
    build_index([talks], folder, bundled())
    with serving(folder) as service, asking(service) as answered, service.client() as client:
        write_interview(talks / "茶园.md", "何青", "茶园")
        index(talks, folder)
        wait_until(lambda: {"茶园"} <= names(client))
        assert found(client, "茶园遇到的最大困难是什么？") == "茶园"

        write_interview(talks / "灯塔.md", "林岚", "风车", exchanges=9)
        index(talks, folder)
        wait_until(lambda: "风车" in client.get("/v1/interviews/灯塔").text)

        (talks / "大桥.md").unlink()
        write_interview(talks / "渡船.md", "周桥", "渡船")
        index(talks, folder)
        wait_until(lambda: names(client) == {"灯塔", "山路", "茶园", "渡船"})
        assert found(client, "渡船遇到的最大困难是什么？") == "渡船"

        enough = answered["/v1/ask"] + 2 * CLIENTS  # with the last index too
        wait_until(lambda: answered["/v1/ask"] > enough)
    assert service.process.returncode == 0, service.said()[-2000:]
    events = [line["event"] for line in service.logged()]
    assert events.count("index opened") >= 4
    assert not [line for line in service.logged() if line["level"] in ("warning", "error")]


def index(talks: Path, folder: Path) -> None:
    """`verbatim index`, as a process of its own."""
    process = start("index", talks, "--index", folder)
    _, told = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, told.decode()


@contextmanager
def asking(service: ServiceProcess) -> Iterator[Counter[str]]:
    """Clients that ask until the block ends, each question once; how many were answered, by address. All must be."""
    answered: Counter[str] = Counter()
    failed: list[str] = []
    lock, over = threading.Lock(), threading.Event()

    def ask(number: int) -> None:
        path = ("/v1/search", "/v1/ask")[number % 2]
        with service.client() as client:
            turn = 0
            while not over.is_set():
                question = f"第{turn}年你们{number}个人遇到的最大困难是什么，后来用了几种办法？"
                problem = problem_of(client, path, {"question": question, "stream": turn % 3 == 2})
                with lock:
                    answered[path] += 1
                    failed.extend([problem] if problem else [])
                turn += 1

    with ThreadPoolExecutor(CLIENTS) as clients:
        running = [clients.submit(ask, number) for number in range(CLIENTS)]
        try:
            wait_until(lambda: answered.total() >= CLIENTS)
            yield answered
        finally:
            over.set()
    for one in running:
        one.result()
    assert failed == []
    assert min(answered["/v1/search"], answered["/v1/ask"]) > CLIENTS


def problem_of(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    """What was wrong with an answer; "" for nothing."""
    if path == "/v1/search":
        del body["stream"]
    try:
        answer = client.post(path, json=body)
    except httpx.HTTPError as error:
        return f"{path}: {error!r}"
    if answer.status_code != 200:
        return f"{path}: {answer.status_code} {answer.text}"
    if body.get("stream"):
        return "" if "event: answer" in answer.text else f"{path}: {answer.text}"
    return "" if answer.json().get("hits") or answer.json().get("citations") else f"{path}: {answer.text}"


def names(client: httpx.Client) -> set[str]:
    return {one["doc"] for one in client.get("/v1/interviews").json()["interviews"]}


def found(client: httpx.Client, question: str) -> str:
    """The interview that has the best passage."""
    doc: str = client.post("/v1/search", json={"question": question}).json()["hits"][0]["doc"]
    return doc
