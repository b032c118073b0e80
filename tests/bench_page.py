"""`make bench-page`: seconds of the chat page on this machine, printed and never asserted.

    python tests/bench_page.py [--corpus FOLDER] [--runs N] [--sessions N]

The first two figures are a real browser's. For many sessions at once, the browsers would take the machine's cores from
the server: those sessions speak Streamlit's protocol themselves, and an answer counts as there when its words are.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from browser import CHAT, Sessions, ask, launched
from page_server import PageServer, serving_page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from eval.bench import REAL
from eval.corpus import SAMPLES
from eval.gold import FOLDER, load_gold, only
from index.build import build_index

LONGEST_MESSAGE = 50_000_000  # bytes
PAUSE = 5.0  # seconds between the first and the second question of a session


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python tests/bench_page.py")
    parser.add_argument("--corpus", type=Path, default=REAL if REAL.is_dir() else SAMPLES)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--sessions", type=int, default=20)
    arguments = parser.parse_args()
    gold = load_gold(FOLDER / ("interviews.jsonl" if arguments.corpus == REAL else "samples.jsonl"))
    questions = [question.question for question in only(gold, "dev")]
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        build_index([arguments.corpus], index)
        with serving_page(index) as server:
            print(f"{arguments.corpus} on {os.cpu_count()} cores")
            measure_browser(server, questions, arguments.runs)
            measure_sessions(server, questions, arguments.sessions)


def measure_browser(server: PageServer, questions: list[str], runs: int) -> None:
    """One session at a time, each in a browser without a cache: until the page can be typed into, until an answer."""
    [browser] = [opened := next(coming := launched())]
    sessions = Sessions(browser)
    painted, answered = [], []
    sessions(server).get_by_test_id(CHAT).wait_for()  # the server is warm from here on
    for number in range(runs):
        begin = time.perf_counter()
        page = sessions(server)
        page.get_by_test_id(CHAT).wait_for()
        page.locator(".choice").first.wait_for()
        painted.append(time.perf_counter() - begin)
        for question in questions[2 * number : 2 * number + 2]:
            before = page.locator(".part .foot").count()
            begin = time.perf_counter()
            ask(page, question)
            page.locator(".part .foot").nth(before).wait_for()
            answered.append(time.perf_counter() - begin)
        page.context.close()
    show("first paint, new browser", painted)
    show("first words after Enter", answered)
    next(coming, opened)


def measure_sessions(server: PageServer, questions: list[str], number: int) -> None:
    """Many sessions ask at the same moment, twice."""
    rounds = asyncio.run(_all(server, questions, number))
    for one, seconds in enumerate(rounds, 1):
        show(f"{number} sessions at once, question {one}", seconds)


async def _all(server: PageServer, questions: list[str], number: int) -> list[list[float]]:
    ready = asyncio.Barrier(number)
    each = await asyncio.gather(
        *(_session(server, [questions[at], questions[at + number]], ready) for at in range(number))
    )
    return [list(seconds) for seconds in zip(*each, strict=True)]


async def _session(server: PageServer, questions: list[str], ready: asyncio.Barrier) -> list[float]:
    """Open the page, wait for all others, ask; the seconds until each answer."""
    address = f"{server.url.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(address, origin=server.url, subprotocols=["streamlit"], max_size=LONGEST_MESSAGE) as socket:  # type: ignore[arg-type,list-item]
        message = BackMsg()
        message.rerun_script.query_string = ""
        await socket.send(message.SerializeToString())
        chat = await _until_drawn(socket, "chat_input")
        seconds = []
        for question in questions:
            await ready.wait()
            begin = time.perf_counter()
            message = BackMsg()
            state = message.rerun_script.widget_states.widgets.add()
            state.id = chat
            state.chat_input_value.data = question
            await socket.send(message.SerializeToString())
            await _until_answered(socket, question)
            seconds.append(time.perf_counter() - begin)
            await asyncio.sleep(PAUSE)
        return seconds


async def _until_drawn(socket: ClientConnection, kind: str) -> str:
    """The id of the first widget of this kind, when the script has run to its end."""
    found = ""
    while True:
        message = await _next(socket)
        element = message.delta.new_element
        if element.WhichOneof("type") == kind:
            found = getattr(element, kind).id
        if message.WhichOneof("type") == "script_finished" and found:
            return found


async def _until_answered(socket: ClientConnection, question: str) -> None:
    """Until an answer is drawn whose question was drawn before it."""
    is_asked = False
    while True:
        element = (await _next(socket)).delta.new_element
        is_asked = is_asked or element.text.body == question
        if element.WhichOneof("type") == "exception" or element.alert.body:
            raise AssertionError(f"{question}: {element}")
        if is_asked and element.bidi_component.component_name == "verbatim_answer":
            return


async def _next(socket: ClientConnection) -> ForwardMsg:
    message = ForwardMsg()
    received = await asyncio.wait_for(socket.recv(), timeout=60)
    assert isinstance(received, bytes)
    message.ParseFromString(received)
    return message


def show(what: str, seconds: list[float]) -> None:
    """The median, the 95th percentile and the most."""
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    print(f"  {what:<36} {median(seconds):6.2f} s  (p95 {p95:.2f}, most {max(seconds):.2f}, of {len(seconds)})")


if __name__ == "__main__":
    main()
