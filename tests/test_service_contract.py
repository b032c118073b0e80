"""The service keeps to its own description: Schemathesis asks what GET /openapi.json says can be asked, and much that
it says cannot, over HTTP, with every check it has, and follows the links from one answer to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from fake_embedding import interview, write_interview, write_two_interviews
from fastapi import FastAPI
from hand_made import AnyEmbedder
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.case import Case
from stub_service import running

from index.build import build_index
from ui import service_archive
from ui.archive import Archive
from ui.service import create_app
from ui.service_access import AccessRules
from ui.service_setup import Setup
from ui.token_changes import add_token
from ui.tokens import READ_AND_WRITE

# All checks and all phases are on. Two have more statuses than they come with:
# - 400 and 422 to a request that is as the description has it, since a JSON Schema cannot know what the archive has;
#   which of these answers are right is looked at below (WHAT_NO_SCHEMA_SAYS), so that nothing hides behind them;
# - 408 and 413 to one that is not: a list with too many items is refused for its bytes before anyone counts items.
SETTINGS = """
continue-on-failure = true
headers = {{ Authorization = "Bearer {token}" }}
[generation]
deterministic = true
max-examples = 10
database = "none"
no-shrink = true
[phases.examples]
fill-missing = true
[phases.stateful]
max-steps = 6
generation = {{ max-examples = 50 }}
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "422"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "408", "413", "415", "422"]
"""
WHAT_NO_SCHEMA_SAYS = re.compile(
    r"no speaker called |No interview is called |"  # what the archive has
    r"(?:body#/\S+: Value error, )?since \S+ is later than until |"  # one field against another
    r"(?:body#/\S+: Value error, )?(?:since|until) '\S+' is not a date|"  # 2023-02-30
    r"This service offers no model |"  # what it was started with
    r"The question (?:is empty|has no word)|"  # messages may be without a word, the last one of a user may not
    r"Only text can be asked|"  # of a user; messages of others may have pictures
    r"\S+: String should match pattern '\\S'$|"  # U+0085 is white space to Unicode, and not to a JSON Schema
    r"body#/\w+(?:/\w+)*: Input should be a valid integer|"  # 1.0 is an integer to JSON Schema
    r"None of these files can be taken"  # an empty file, or a name of a kind that is not read
)


@dataclass(repr=False)  # it is long
class Run:
    """What was asked and answered."""

    described: dict[str, Any]
    problems: list[str] = field(default_factory=list)
    asked: list[tuple[str, Case[Any], Response]] = field(default_factory=list)
    phases: dict[str, Status] = field(default_factory=dict)
    checks: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)

    def note(self, phase: str, recorder: ScenarioRecorder) -> None:
        for id, interaction in recorder.interactions.items():
            node = recorder.cases[id]
            if interaction.response is not None:
                self.asked.append((phase, node.value, interaction.response))
            if node.transition and node.is_transition_applied:
                self.followed.add(f"{node.transition.id}")
        for checks in recorder.checks.values():
            for check in checks:
                self.checks.add(check.name)
                if (failed := check.failure_info) is not None:
                    told = f"{failed.failure.title}: {failed.failure.message}"
                    self.problems.append(f"{check.name}, {phase}: {told}\n{failed.code_sample}")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contract")


@pytest.fixture(scope="module")
def token(scratch: Path) -> str:
    return add_token(scratch / "tokens.toml", "contract", READ_AND_WRITE)[0]


@pytest.fixture(scope="module")
def app(scratch: Path, token: str) -> Iterator[FastAPI]:
    """The service. Interviews are really added and deleted: the archive is for the tests of this file only."""
    talks = write_two_interviews(scratch / "talks")
    for number in range(20):  # enough for all that is deleted
        write_interview(talks / f"茶{number}.md", f"林{number}", f"茶园{number}")
    build_index([talks], scratch / "index", AnyEmbedder())
    archive = Archive(scratch / "index", scratch / "index", None, "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_archive, "load_embedder", lambda name: AnyEmbedder())
        yield create_app(Setup(archive, AccessRules(scratch / "tokens.toml", True, 0)))


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def run(app: FastAPI, url: str, token: str) -> Run:
    """Everything Schemathesis found."""
    found = Run(deepcopy(app.openapi()))
    settings = SchemathesisConfig.from_str(SETTINGS.format(token=token))
    for event in from_schema(schemathesis.openapi.from_url(f"{url}/openapi.json", config=settings)).execute():
        if isinstance(event, events.ScenarioFinished):
            found.note(event.phase.value, event.recorder)
        elif isinstance(event, events.PhaseFinished):
            found.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            found.problems.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found


def test_every_answer_is_as_the_description_has_it(run: Run) -> None:
    if run.problems:
        pytest.fail(f"{len(run.problems)} problems\n\n" + "\n\n".join(dict.fromkeys(run.problems)), pytrace=False)


def test_all_phases_and_checks_took_place(run: Run) -> None:
    phases = {"examples", "coverage", "fuzzing", "stateful"}
    assert {name: run.phases.get(name) for name in phases} == dict.fromkeys(phases, Status.SUCCESS)
    assert run.checks >= {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "positive_data_acceptance",
        "negative_data_rejection",
        "use_after_free",
        "ensure_resource_availability",
        "missing_required_header",
        "ignored_auth",
        "unsupported_method",
        "allow_header_conformance",
    }


def test_everything_described_was_done(run: Run) -> None:
    described = {f"{method.upper()} {path}" for path, at in run.described["paths"].items() for method in at}
    done = {case.operation.label for _, case, response in run.asked if 200 <= response.status_code < 300}
    assert described - done == set()


def test_patterns_mean_the_same_to_clients(run: Run) -> None:
    """A JSON Schema's are ECMAScript's, where \\w and \\b know ASCII only: no Chinese question would fit."""
    patterns = set(re.findall(r"'pattern': '(.*?)'[,}]", repr(run.described)))
    assert patterns
    assert {pattern for pattern in patterns if re.search(r"\\[wWbB]", pattern)} == set()


def test_links_were_followed_one_after_the_other(run: Run) -> None:
    links = {f"{source} -> [{status}] {name}" for source, status, name, _ in links_of(run.described)}
    followed = {link for link in links if any(seen.startswith(f"{link} ->") for seen in run.followed)}
    assert len(followed) >= 3, run.followed  # each of them: below


def test_every_link_leads_somewhere(app: FastAPI, url: str, token: str) -> None:
    described = app.openapi()
    targets = {at["operationId"]: path for path, methods in described["paths"].items() for at in methods.values()}
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        sent = client.post("/v1/interviews", files=[("files", ("桥头.md", interview("石川", "桥头").encode()))])
        asked = {"question": "灯塔最大的困难是什么？"}
        answers = {
            "POST /v1/interviews": sent,
            "POST /v1/ask": client.post("/v1/ask", json=asked),
            "POST /v1/search": client.post("/v1/search", json=asked),
            "GET /v1/interviews": client.get("/v1/interviews"),
            "GET /v1/jobs": client.get("/v1/jobs"),
            "GET /v1/jobs/{id}": client.get(sent.headers["location"]),
        }
        for source, status, name, link in links_of(described):
            if source.startswith("DELETE"):  # only where it takes long is there an answer with a job
                continue
            assert (answers[source].status_code, source) == (int(status), source)
            [(parameter, expression)] = link["parameters"].items()
            value: Any = answers[source].json()
            for step in expression.removeprefix("$response.body#/").split("/"):
                value = value[int(step) if step.isdigit() else step]
            path = targets[link["operationId"]].replace(f"{{{parameter}}}", quote(value, safe=""))
            assert client.get(path).status_code == 200, (source, name, path)


def links_of(described: dict[str, Any]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Where each link of the description starts, after which status, and what it is."""
    return [
        (f"{method.upper()} {path}", status, name, link)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
        for name, link in response.get("links", {}).items()
    ]


def test_a_request_as_described_is_refused_only_for_what_no_schema_says(run: Run) -> None:
    details = {
        response.json()["detail"]
        for _, case, response in run.asked
        if response.status_code in (400, 422) and case.meta is not None and case.meta.generation.mode.is_positive
    }
    assert details
    assert {detail for detail in details if not WHAT_NO_SCHEMA_SAYS.match(detail)} == set()


def test_every_error_is_a_problem_with_its_request_id_and_no_folder_of_the_machine(run: Run, scratch: Path) -> None:
    errors = [response for _, _, response in run.asked if response.status_code >= 400]
    assert len(errors) > 100
    for response in errors:
        told = response.json()
        assert response.headers["content-type"] == ["application/problem+json"]
        assert told["status"] == response.status_code
        assert told["request_id"] == response.headers["x-request-id"][0]
    assert not [response.content for _, _, response in run.asked if str(scratch).encode() in response.content]
