"""deploy/: what can be told of the container and of the systemd unit without building or starting them."""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from configparser import RawConfigParser
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from ui.cli import app
from ui.service import STOPPING
from ui.service_health import health_routes
from ui.tokens import default_tokens_file

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


@cache
def _instructions() -> tuple[tuple[str, str], ...]:
    """The Containerfile's, with their arguments, comments left out and lines joined."""
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    return tuple((name, rest.strip()) for name, _, rest in (line.partition(" ") for line in text.splitlines()) if name)


def _last(name: str) -> str:
    """What the finished image has."""
    return [rest for instruction, rest in _instructions() if instruction == name][-1]


@cache
def _unit() -> RawConfigParser:
    unit = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / "verbatim.service").read_text(encoding="utf-8"))
    return unit


def _serve(arguments: list[str]) -> dict[str, Any]:
    """What `verbatim serve` makes of its arguments; fails for options and values that it does not take."""
    parsed: dict[str, Any] = typer.main.get_group(app).commands["serve"].make_context("serve", arguments).params
    return parsed


def _settings() -> dict[str, str]:
    return dict(word.split("=", 1) for name, rest in _instructions() if name == "ENV" for word in shlex.split(rest))


def _program() -> list[str]:
    return shlex.split(_unit()["Service"]["ExecStart"])


def _documented(path: str) -> bool:
    """Whether the service's own OpenAPI has it."""
    return path in {getattr(route, "path", "") for route in health_routes.routes}


def test_the_container_serves_others_without_root() -> None:
    user, _, group = _last("USER").partition(":")
    assert int(user) > 0 and int(group) > 0  # by number: Kubernetes cannot tell that a name is not root
    assert json.loads(_last("ENTRYPOINT")) == ["verbatim"]
    command = json.loads(_last("CMD"))
    told = _serve(command[1:])
    assert command[0] == "serve"
    assert (told["host"], str(told["port"])) == ("0.0.0.0", _last("EXPOSE"))
    assert not told["without_tokens"]


def test_the_container_writes_only_where_it_may() -> None:
    settings = _settings()
    assert settings["VERBATIM_INDEX"] == "/data/archive"  # uploads, jobs and tokens are beside it
    assert default_tokens_file(Path(settings["VERBATIM_INDEX"])).parent == Path(_last("VOLUME"))
    assert settings["HF_HOME"].startswith("/data/")
    assert settings["HOME"] == "/tmp"
    assert settings["PYTHONDONTWRITEBYTECODE"] == "1"


def test_the_container_has_no_secret() -> None:
    assert not any(re.search("KEY|TOKEN|PASSWORD|SECRET", name) for name in _settings())
    assert {rest.split("=")[0] for name, rest in _instructions() if name == "ARG"} == {"TORCH_INDEX"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert allowed == {"LICENSE", "README.md", "pyproject.toml", "requirements.lock", "index", "rag", "eval", "ui"}
    assert all((ROOT / name).exists() for name in allowed)


def test_the_container_has_what_the_package_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for package in project["tool"]["setuptools"]["packages"]:
        assert f"!{package.partition('.')[0]}" in allowed
    assert any(line.startswith("torch==") for line in (ROOT / "requirements.lock").read_text().splitlines())


def test_the_health_check_asks_what_there_is() -> None:
    _, _, command = _last("HEALTHCHECK").partition("CMD ")
    python, option, code = json.loads(command)
    assert (python, option) == ("python", "-c")
    ast.parse(code)
    found = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", code)
    assert found and found[1] == _last("EXPOSE")
    assert _documented(found[2])


def test_the_unit_starts_what_there_is() -> None:
    program, command, *arguments = _program()
    told = _serve(arguments)
    assert (Path(program).name, command) == ("verbatim", "serve")
    assert told["host"] == "127.0.0.1"
    state = Path("/var/lib") / _unit()["Service"]["StateDirectory"]
    assert told["folder"].parent == state  # the only folder that it may write
    assert told["tokens_file"].is_relative_to("/etc/verbatim")  # and its tokens it may not


def test_the_unit_waits_as_long_as_the_service_may_take_to_stop() -> None:
    grace = _serve(_program()[2:])["grace"]
    assert float(_unit()["Service"]["TimeoutStopSec"]) > grace + STOPPING
    [stop] = re.findall(r"--stop-timeout (\d+)", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    assert float(stop) > _serve(json.loads(_last("CMD"))[1:])["grace"] + STOPPING


def test_the_unit_is_fenced_in() -> None:
    service = _unit()["Service"]
    assert service["User"] not in ("", "root", "0")
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "RestrictNamespaces"):
        assert service[name] == "yes"
    assert service["Restart"] == "on-failure"
    assert service["EnvironmentFile"].startswith("-/etc/verbatim/")  # keys stand in no unit, which everyone can read
    assert not re.search(r"KEY|TOKEN|SECRET", service.get("Environment", ""))


def test_the_commands_in_the_comments_are_ours() -> None:
    told = "".join((DEPLOY / name).read_text(encoding="utf-8") for name in ("Containerfile", "verbatim.service"))
    assert set(re.findall(r"verbatim (serve|token \w+|index|ask)\b", told)) == {"serve", "token add", "index"}
