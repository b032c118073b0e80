"""`verbatim chat` as a server: who reaches it, the password, what it says when something is wrong, how it ends."""

from __future__ import annotations

import hmac
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from browser import CHAT, NewPage, ask
from page_server import ROOT, PageServer, free_port, serving_page
from playwright.sync_api import Page, expect
from sample_archive import SAMPLES, bundled, sample_index
from small_archive import start, verbatim

from index.build import build_index
from index.errors import InputError
from ui import cli_chat
from ui.chat_password import VARIABLE, is_password
from ui.chat_startup import Startup, startup
from ui.cli_chat import PORT, is_loopback, run_chat, server_options

LAMP = "老魏为什么终于不再用油灯？"
SENSORS = "How many sensors does the Carrow Firth Crossing have?"
PASSWORD = "Näher, 你好 – <b>tide</b>"
TURN = "read?doc=tea-mountain&turn=2"
SECONDS = 60.0


# Where it listens, and to whom


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists who listens where in a file")
def test_it_listens_on_loopback_and_nowhere_else(sample_page: PageServer) -> None:
    port = int(sample_page.url.rpartition(":")[2])
    assert [address for address, at in listening() if at == port] == ["127.0.0.1"]


def listening() -> Iterator[tuple[str, int]]:
    """The addresses and ports where anybody listens on this machine."""
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        lines = Path(f"/proc/net/{table}")
        for line in lines.read_text().splitlines()[1:] if lines.exists() else ():
            address, port = line.split()[1].split(":")
            if line.split()[3] == "0A":  # TCP_LISTEN
                words = [bytes.fromhex(address)[at : at + 4][::-1] for at in range(0, len(address) // 2, 4)]
                yield socket.inet_ntop(family, b"".join(words)), int(port, 16)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:{}", "", 101),
        ("127.0.0.1:{}", "http://127.0.0.1:{}", 101),
        ("localhost:{}", "http://localhost:{}", 101),
        ("127.0.0.1:{}", "http://elsewhere.example", 403),
        ("127.0.0.1:{}", "null", 403),
        ("elsewhere.example", "http://elsewhere.example", 403),  # a name that was bent to 127.0.0.1
        ("elsewhere.example:{}", "http://elsewhere.example:{}", 403),
        ("127.0.0.1.elsewhere.example:{}", "", 403),
        ("", "", 400),
    ],
)
def test_only_its_own_page_may_talk_to_it(sample_page: PageServer, host: str, origin: str, status: int) -> None:
    address = sample_page.url.removeprefix("http://")
    port = address.rpartition(":")[2]
    connection = HTTPConnection(address, timeout=SECONDS)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    headers = {"Host": host, "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket"}
    headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    for name, value in headers.items():
        if value:
            connection.putheader(name, value.format(port))
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_no_file_is_taken_from_whoever_has_no_session(sample_page: PageServer) -> None:
    connection = HTTPConnection(sample_page.url.removeprefix("http://"), timeout=SECONDS)
    connection.request("PUT", "/_stcore/upload_file/a/b", b"x", {"Content-Type": "text/plain"})
    assert connection.getresponse().status in (400, 403)
    connection.close()


@pytest.mark.parametrize(
    "path", ["../chat.py", "..%2f..%2fchat.py", "app/static/chat.py", "media/../chat.py", "chat.py"]
)
def test_none_of_its_own_files_is_served(sample_page: PageServer, path: str) -> None:
    connection = HTTPConnection(sample_page.url.removeprefix("http://"), timeout=SECONDS)
    connection.request("GET", f"/{path}")
    assert b"def main" not in connection.getresponse().read()
    connection.close()


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
    options = server_options("127.0.0.1", 8600, with_browser=False)
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
    assert server_options("0.0.0.0", 8600, with_browser=True)["server.headless"] is False


def test_streamlit_knows_every_one_of_these_settings() -> None:
    from streamlit import config

    assert set(server_options("127.0.0.1", 8600, False)) <= set(config.get_config_options())


# Ports, and what is told at the start


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
    run_chat(Startup(), "0.0.0.0", free_port(), with_browser=False)
    said = capsys.readouterr()
    assert "warning: whoever reaches this address can read and change the archive; VERBATIM_PASSWORD" in said.err
    assert said.out == ""
    assert not started[0].is_local


def test_no_warning_with_a_password_or_at_home(
    started: list[Startup], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_chat(Startup(is_local=False), "127.0.0.1", port := free_port(), with_browser=False)
    assert started[0].is_local
    monkeypatch.setenv(VARIABLE, PASSWORD)
    run_chat(Startup(), "0.0.0.0", port, with_browser=False)
    said = capsys.readouterr().err
    assert "warning" not in said
    assert PASSWORD not in said
    assert f"http://localhost:{port} " in said
    assert f"http://0.0.0.0:{port} " in said


def test_what_it_was_told_reaches_the_page(started: list[Startup]) -> None:
    told = Startup('a "b" \\ 访谈 {0}', "remote:x", "r", "openai:m", 7.5, 99, True, True, "work", True)
    run_chat(told, "127.0.0.1", free_port(), with_browser=False)
    assert started == [told]


def test_a_page_started_by_hand_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["chat.py"])
    assert startup() == Startup()


def test_uploads_lie_beside_the_index(tmp_path: Path) -> None:
    assert Startup(str(tmp_path / ".verbatim")).uploads == tmp_path / "verbatim-uploads"
    assert Startup(str(tmp_path / "archive")).uploads == tmp_path / "archive-uploads"


# The password


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        ("tide", "tide", True),
        ("tide", "Tide", False),
        ("tide", "tide ", False),
        ("tide", "tid", False),
        ("tide", "", False),
        (PASSWORD, PASSWORD, True),
        ("é", "e\u0301", False),
        ("x" * 100_000, "x" * 100_000, True),
        ("x" * 100_000, "x" * 99_999, False),
        ("tide", "\ud800", False),
        ("\udcff", "\udcff", False),  # a byte that is no UTF-8, which nobody can type
    ],
)
def test_whether_it_is_the_password(monkeypatch: pytest.MonkeyPatch, wanted: str, given: str, expected: bool) -> None:
    monkeypatch.setenv(VARIABLE, wanted)
    assert is_password(given) is expected


def test_passwords_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    really = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return really(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    monkeypatch.setenv(VARIABLE, "tide")
    assert not is_password("t")
    assert compared == [(b"t", b"tide")]


@pytest.fixture(scope="module")
def guarded_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on the sample interviews, behind a password."""
    index = sample_index(tmp_path_factory.getbasetemp())
    with serving_page(index, env={VARIABLE: PASSWORD}) as server:
        yield server


def enter(page: Page, password: str) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Enter").click()


def test_nothing_is_seen_without_the_password(new_page: NewPage, guarded_page: PageServer) -> None:
    page = new_page(guarded_page)
    enter(page, "tide")
    expect(page.get_by_text("That is not the password.")).to_be_visible()
    enter(page, "")
    expect(page.get_by_text("That is not the password.")).to_be_visible()
    assert page.get_by_test_id(CHAT).count() == 0
    assert "魏长庚" not in page.content()
    enter(page, PASSWORD)
    expect(page.get_by_test_id(CHAT)).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    for name in ("Read", "Library", "Settings"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert PASSWORD not in page.content()
    assert PASSWORD not in guarded_page.said()


@pytest.mark.parametrize("path", [TURN, "compare", "library", "quality", "settings", "nowhere"])
def test_every_address_is_guarded(new_page: NewPage, guarded_page: PageServer, path: str) -> None:
    page = new_page(guarded_page, path)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stTextInput")).to_have_count(1)
    expect(page.get_by_role("link", name="Library")).to_have_count(0)
    assert "魏长庚" not in page.content()


def test_the_password_leads_where_the_address_says(new_page: NewPage, guarded_page: PageServer) -> None:
    page = new_page(guarded_page, TURN)
    enter(page, PASSWORD)
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "2")
    assert page.url.endswith(TURN)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_one_who_entered_lets_nobody_else_in(new_page: NewPage, guarded_page: PageServer) -> None:
    first = new_page(guarded_page)
    enter(first, PASSWORD)
    expect(first.get_by_test_id(CHAT)).to_be_visible()
    second = new_page(guarded_page)
    expect(second.get_by_label("Password", exact=True)).to_be_visible()


# What goes wrong


def test_an_error_of_ours_tells_nothing_of_the_machine(new_page: NewPage, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "altair.py").write_text("raise RuntimeError(f'secret of {__file__}')\n")
    shutil.copytree(sample_index(tmp_path.parent), tmp_path / "index")
    path = os.pathsep.join([str(broken), str(ROOT)])
    with serving_page(tmp_path / "index", env={"PYTHONPATH": path}) as server:
        page = new_page(server, "quality" if (tmp_path / ".verbatim-eval").exists() else "library")
        expect(page.get_by_text("This app has encountered an error")).to_be_visible()
        content = page.content()
        assert "secret of" in server.said(), "whoever runs the server can read it"
    for word in ("secret of", "Traceback", "RuntimeError", str(tmp_path), "chat_library.py", "site-packages"):
        assert word not in content


def test_an_index_that_comes_and_changes_and_breaks(new_page: NewPage, tmp_path: Path) -> None:
    index, talks = tmp_path / "index", tmp_path / "talks"
    talks.mkdir()
    with serving_page(index) as server:
        page = new_page(server)
        expect(page.get_by_text("No interviews yet")).to_be_visible()
        for number, name in enumerate(("tea-mountain.md", "night-trains.txt"), 1):
            shutil.copy(SAMPLES / name, talks)
            build_index([talks], index, bundled())
            page.reload()
            expect(page.get_by_text(f"{number} interviews, ")).to_be_visible()
        ask(page, LAMP)
        expect(page.locator(".chip, .hit").first).to_be_visible()
        for file in index.rglob("*.sqlite*"):
            file.write_bytes(b"not a database" * 100)
        for file in index.glob("*.json"):
            file.write_bytes(b"{")
        page.reload()
        expect(page.get_by_text("The index cannot be used")).to_be_visible()
        assert "Traceback" not in page.content()
        build_index([talks], index, bundled())
        page.reload()
        expect(page.get_by_text("2 interviews, ")).to_be_visible()
        assert "Traceback" not in server.said()


# Sessions


def test_two_sessions_do_not_see_each_other(new_page: NewPage, sample_page: PageServer) -> None:
    first, second = new_page(sample_page), new_page(sample_page)
    ask(first, LAMP)
    ask(second, SENSORS)
    for page, question, other in ((first, LAMP, SENSORS), (second, SENSORS, LAMP)):
        expect(page.locator(".chip").first).to_be_visible()
        expect(page.get_by_test_id("stChatMessage")).to_have_count(2)
        expect(page.get_by_test_id("stChatMessage").first).to_contain_text(question)
        expect(page.get_by_text(other)).to_have_count(0)
    first.get_by_role("button", name="Filters").click()
    first.get_by_role("combobox", name="Interviews").click()
    first.get_by_role("option", name="一盏灯").click()
    first.keyboard.press("Escape")
    first.keyboard.press("Escape")
    expect(first.get_by_role("button", name="Filters (1)")).to_be_visible()
    second.get_by_role("link", name="Read").click()
    second.get_by_role("link", name="Ask").click()
    expect(second.get_by_role("button", name="Filters")).to_have_text(re.compile("Filters(?! \\(1\\))"))


@contextmanager
def running(index: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a process that a test ends itself."""
    process = start("chat", "--index", str(index), "--port", str(port), "--no-browser")
    try:
        end = time.monotonic() + SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    break
            except OSError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server did not start"
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(
    new_page: NewPage, sent: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index, port = sample_index(tmp_path_factory.getbasetemp()), free_port()
    with running(index, port) as process:
        page = new_page(PageServer(f"http://127.0.0.1:{port}", index, index, process.pid))
        expect(page.get_by_test_id(CHAT)).to_be_visible()
        process.send_signal(sent)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert f"the page is at http://localhost:{port} (Ctrl-C ends it)" in err.decode()
    assert b"Traceback" not in out + err
    assert b"Error" not in out + err


def test_a_session_outlives_its_server(new_page: NewPage, tmp_path_factory: pytest.TempPathFactory) -> None:
    index, port = sample_index(tmp_path_factory.getbasetemp()), free_port()
    with running(index, port) as process:
        page = new_page(PageServer(f"http://127.0.0.1:{port}", index, index, process.pid))
        ask(page, LAMP)
        expect(page.locator(".chip").first).to_be_visible()
        process.kill()
        process.wait()
        expect(page.get_by_test_id("stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")
        expect(page.locator(".chip").first).to_be_visible()
    with running(index, port):
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
        page.reload()
        ask(page, LAMP)
        expect(page.locator(".chip").first).to_be_visible()
