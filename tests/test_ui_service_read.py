"""GET /v1/interviews, /v1/passages and the health routes: what is in the archive, as it stands in the sources."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from fake_embedding import write_interview
from fastapi.testclient import TestClient
from hand_made import AnyEmbedder
from sample_archive import sample_index, sample_retriever
from sample_service import LAMP, client_of, open_setup
from small_archive import records, verbatim

from index.build import build_index
from ui import service_archive
from ui.service_ready import reach_of
from ui.writing import Writing

INTERVIEWS = "/v1/interviews"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


@pytest.fixture(scope="module")
def client(scratch: Path) -> Iterator[TestClient]:
    with client_of(open_setup(sample_index(scratch))) as client:
        yield client


def test_the_list_is_that_of_the_command_line_without_folders(client: TestClient, scratch: Path) -> None:
    listed = client.get(INTERVIEWS).json()
    told = records(verbatim("list", "--json", "--index", sample_index(scratch)))
    assert listed == {"interviews": [{**one, "path": Path(one["path"]).name} for one in told], "total": len(told)}


def test_filters_and_pages(client: TestClient) -> None:
    everything = client.get(INTERVIEWS).json()["interviews"]
    second = client.get(INTERVIEWS, params={"limit": 2, "offset": 1}).json()
    assert second == {"interviews": everything[1:3], "total": len(everything)}
    english = client.get(INTERVIEWS, params={"language": "en"}).json()["interviews"]
    assert english == [one for one in everything if one["language"] == "en"] != []
    wei = client.get(INTERVIEWS, params={"speaker": "老魏"}).json()["interviews"]
    assert [one["doc"] for one in wei] == ["paper-theatre"]
    assert client.get(INTERVIEWS, params={"since": "2999"}).json() == {"interviews": [], "total": 0}


@pytest.mark.parametrize(
    "query",
    [
        {"speakers": "老魏"},
        {"lang": "zh"},
        {"since": "soon"},
        {"speaker": "nobody at all"},
        {"limit": "0"},
        {"limit": "x"},
        {"since": "2023-02-30"},
    ],
)
def test_a_query_that_cannot_be_used(client: TestClient, query: dict[str, str]) -> None:
    answered = client.get(INTERVIEWS, params=query)
    assert (answered.status_code, answered.headers["content-type"]) == (422, "application/problem+json")


def test_turns_come_in_ranges_and_are_the_source(client: TestClient, scratch: Path) -> None:
    view = sample_retriever(scratch).view
    source = view.text_of("paper-theatre")
    turns, start, pages = [], 0, 0
    while start is not None:
        page = client.get(f"{INTERVIEWS}/paper-theatre", params={"start": start, "count": 7}).json()
        turns += page["turns"]
        start, pages = page["next"], pages + 1
    assert pages > 2
    assert [turn["number"] for turn in turns] == [turn.number for turn in view.turns_of("paper-theatre")]
    for turn in turns:
        assert turn["text"] == "\n".join(source[begin:end] for begin, end in turn["spans"])
    assert page["interview"]["doc"] == "paper-theatre"
    fifteenth = next(turn for turn in turns if turn["number"] == 15)
    assert (fifteenth["speaker"], fifteenth["role"]) == ("魏长庚", "guest")


def test_a_passage_with_what_stands_around_it(client: TestClient, scratch: Path) -> None:
    cited = client.post("/v1/ask", json={"question": LAMP}).json()["citations"][0]
    passage = client.get(f"/v1/passages/{quote(cited['passage_id'], safe='')}", params={"context": 2}).json()
    same = ("passage_id", "doc", "title", "date", "speakers", "section", "start", "end", "turns", "text", "seconds")
    assert {key: passage[key] for key in same} == {key: cited[key] for key in same}
    first, last = passage["turns"]
    assert [turn["number"] for turn in passage["context"]] == list(range(first - 2, last + 3))
    alone = client.get(f"/v1/passages/{cited['passage_id']}", params={"context": 0}).json()
    assert [turn["number"] for turn in alone["context"]] == list(range(first, last + 1))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/interviews/nothing",
        "/v1/interviews/..%2F..%2Fetc%2Fpasswd",
        "/v1/passages/nothing",
        "/v1/passages/paper-theatre:0-99999999",
        f"/v1/passages/paper-theatre:{'9' * 30}-1",
        "/v1/passages/%00:1-2",
        "/v1/nothing",
        "/",
    ],
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    answered = client.get(path)
    assert (answered.status_code, answered.headers["content-type"]) == (404, "application/problem+json")
    assert "/" not in answered.json()["detail"]


def test_names_with_folders_line_breaks_and_emoji(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_archive, "load_embedder", lambda name: AnyEmbedder())
    talks = tmp_path / "talks"
    for name in ("2023/talk.md", "2024/talk.md", "灯 塔\n🎤?#%.md"):
        write_interview(talks / name, "林岚", "灯塔")
    build_index([talks], tmp_path / "index", AnyEmbedder())
    with client_of(open_setup(tmp_path / "index")) as client:
        docs = [one["doc"] for one in client.get(INTERVIEWS).json()["interviews"]]
        assert len(docs) == 3
        assert "2023/talk" in docs
        for doc in docs:
            assert client.get(f"{INTERVIEWS}/{quote(doc, safe='')}").json()["interview"]["doc"] == doc
            body = {"question": "灯塔", "top_k": 1, "filters": {"interviews": [doc]}}
            [hit] = client.post("/v1/search", json=body).json()["hits"]
            passage = client.get(f"/v1/passages/{quote(hit['passage_id'], safe='')}").json()
            assert (passage["doc"], passage["text"]) == (doc, hit["text"])


def test_alive_ready_and_figures(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "index": "ok", "model": "none"}
    client.post("/v1/ask", json={"question": LAMP})
    figures = client.get("/metrics").text
    assert 'verbatim_answers_total{answered="true",mode="extractive"}' in figures
    assert "verbatim_index_interviews 7.0" in figures


def test_not_ready_without_an_index(tmp_path: Path) -> None:
    with client_of(open_setup(tmp_path / ".verbatim")) as client:
        answered = client.get("/readyz")
        assert (answered.status_code, answered.json()["index"]) == (503, "none")
        asked = client.post("/v1/ask", json={"question": LAMP})
        assert (asked.status_code, asked.json()["type"]) == (503, "urn:verbatim:problem:no-index")
        assert str(tmp_path) not in asked.text
        assert client.get("/healthz").status_code == 200


def test_whether_a_model_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Writing("openai:any", 7, 3000, False, True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}/v1")
        assert reach_of(writing) == ("ok", "")
    assert reach_of(writing)[0] == "unreachable"
    monkeypatch.delenv("OPENAI_BASE_URL")
    reach, problem = reach_of(replace(writing, seconds=8))
    assert (reach, "OPENAI_API_KEY" in problem) == ("unreachable", True)
