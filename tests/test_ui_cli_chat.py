"""How `verbatim chat` starts: addresses, ports, the settings of its server, and what the page is told."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from page_server import free_port
from small_archive import verbatim

from index.errors import InputError
from ui import cli_chat
from ui.chat_password import VARIABLE
from ui.chat_startup import Startup, startup
from ui.cli_chat import PORT, is_loopback, run_chat, server_options

PASSWORD = "Näher, 你好"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("localhost.elsewhere.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_settings_of_the_server() -> None:
    options = server_options("127.0.0.1", 8600, "", with_browser=False)
    assert options["server.address"] == "127.0.0.1"
    assert options["server.port"] == 8600
    assert options["server.headless"] is True
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert options["server.enableStaticServing"] is False
    assert options["server.maxUploadSize"] == 20
    allowed = options["server.allowedHosts"]
    assert isinstance(allowed, list)
    assert {"localhost", "127.0.0.1"} <= set(allowed)
    assert "theme.primaryColor" in options or "theme.light.primaryColor" in options
    assert server_options("0.0.0.0", 8600, "", with_browser=True)["server.headless"] is False


def test_behind_a_proxy_only_its_name_is_let_in(started: list[Startup], capsys: pytest.CaptureFixture[str]) -> None:
    options = server_options("127.0.0.1", 8600, "archive.example.org", False)
    assert options["server.corsAllowedOrigins"] == ["https://archive.example.org"]
    allowed = options["server.allowedHosts"]
    assert isinstance(allowed, list)
    assert "archive.example.org" in allowed
    assert server_options("0.0.0.0", 8600, "archive.example.org", False)["server.allowedHosts"] != []
    run_chat(Startup(), "127.0.0.1", free_port(), "archive.example.org", with_browser=False)
    assert not started[0].is_local, "visitors do not choose what the server's key pays for"
    assert "warning" in capsys.readouterr().err
    with pytest.raises(InputError, match="give the name alone"):
        run_chat(Startup(), "127.0.0.1", free_port(), "https://archive.example.org/", with_browser=False)


def test_no_web_service_is_asked_for_an_address(started: list[Startup], monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit import net_util

    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *_, **__: pytest.fail("it is asked"))
    run_chat(Startup(), "127.0.0.1", free_port(), "", with_browser=False)
    assert net_util.get_external_ip() == "none.invalid"


def test_streamlit_knows_every_one_of_these_settings() -> None:
    from streamlit import config

    assert set(server_options("127.0.0.1", 8600, "", False)) <= set(config.get_config_options())


def test_the_first_free_port() -> None:
    assert cli_chat.free_port("127.0.0.1", None) in range(PORT, PORT + cli_chat.TRIES)
    port = free_port()
    assert cli_chat.free_port("127.0.0.1", port) == port


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "192.0.2.7", "not a name"])
def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(InputError, match="cannot listen there"):
        cli_chat.free_port(host, free_port())


def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = verbatim("chat", "--port", str(port), "--no-browser")
    assert said.exit_code == 2
    assert f"--port {port}: cannot listen there" in said.stderr
    assert "name another --port" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8501x", ""])
def test_a_port_that_is_none(port: str) -> None:
    said = verbatim("chat", "--port", port, "--no-browser")
    assert said.exit_code == 2
    assert "--port" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Startup]:
    """What the server was started with; it is not."""
    from streamlit.web import bootstrap

    told: list[Startup] = []

    def run(script: str, is_hello: bool, arguments: list[str], options: dict[str, Any]) -> None:
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        told.append(startup())

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "load_config_options", lambda options: None)
    return told


def test_whoever_lets_everybody_in_is_warned(started: list[Startup], capsys: pytest.CaptureFixture[str]) -> None:
    run_chat(Startup(), "0.0.0.0", free_port(), "", with_browser=False)
    said = capsys.readouterr()
    assert "warning: whoever reaches this page can read and change the archive; VERBATIM_PASSWORD" in said.err
    assert said.out == ""
    assert not started[0].is_local


def test_no_warning_with_a_password_or_at_home(
    started: list[Startup], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_chat(Startup(is_local=False), "127.0.0.1", port := free_port(), "", with_browser=False)
    assert started[0].is_local
    monkeypatch.setenv(VARIABLE, PASSWORD)
    run_chat(Startup(), "0.0.0.0", port, "", with_browser=False)
    said = capsys.readouterr().err
    assert "warning" not in said
    assert PASSWORD not in said
    assert f"http://localhost:{port} " in said
    assert f"http://0.0.0.0:{port} " in said


def test_what_it_was_told_reaches_the_page(started: list[Startup]) -> None:
    told = Startup('a "b" \\ 访谈 {0}', "remote:x", "r", "openai:m", 7.5, 99, True, True, "work", True)
    run_chat(told, "127.0.0.1", free_port(), "", with_browser=False)
    assert started == [told]


def test_a_page_started_by_hand_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["chat.py"])
    assert startup() == Startup()


def test_uploads_lie_beside_the_index(tmp_path: Path) -> None:
    assert Startup(str(tmp_path / ".verbatim")).uploads == tmp_path / "verbatim-uploads"
    assert Startup(str(tmp_path / "archive")).uploads == tmp_path / "archive-uploads"
