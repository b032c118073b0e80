"""`verbatim chat` as a server: who reaches it, what it says when something is wrong, how it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from browser import CHAT, NewPage, ask
from page_server import ROOT, PageServer, free_port, serving_page
from playwright.sync_api import expect
from sample_archive import SAMPLES, bundled, sample_index
from small_archive import start

from index.build import build_index

LAMP = "老魏为什么终于不再用油灯？"
SENSORS = "How many sensors does the Carrow Firth Crossing have?"
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
        ("", "", 403),
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
            expect(page.get_by_text(f"Interviews: {number} · ")).to_be_visible()
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
        expect(page.get_by_text("Interviews: 2 · ")).to_be_visible()
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
