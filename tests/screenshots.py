"""`make screenshots`: a picture of every page, light, dark and narrow, on the sample interviews.

    python tests/screenshots.py [--to FOLDER] [--index FOLDER] [--only NAME]

To be looked at by a person; nothing is compared.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser import Sessions, ask, launched
from page_server import PageServer, serving_page
from playwright.sync_api import Page

from eval.corpus import SAMPLES, Archive
from eval.records import LAST_REPORT, write_report
from eval.session import Task, evaluate
from index.build import build_index
from ui.cli_eval import WORK
from ui.progress import build_progress

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "locale": "en-US"},
    "dark": {"viewport": WIDE, "locale": "zh-CN", "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "locale": "zh-TW", "device_scale_factor": 2},
}
SECONDS_TO_SETTLE = 1.5  # charts and fonts


def asked(page: Page) -> None:
    page.locator(".choice").first.wait_for()
    ask(page, "老魏为什么终于不再用油灯？")
    page.locator(".chip").first.wait_for()


def with_source(page: Page) -> None:
    asked(page)
    page.locator(".chip").nth(1).click()
    page.locator("mark.quote").first.wait_for()


def compared(page: Page) -> None:
    page.get_by_role("textbox").first.fill("What did they get wrong? 犯过什么错？")
    page.get_by_role("textbox").first.press("Enter")
    page.locator(".chip").nth(5).wait_for()


def searched(page: Page) -> None:
    page.locator(".turn").first.wait_for()
    page.get_by_role("textbox").first.fill("灯")
    page.get_by_role("textbox").first.press("Enter")
    page.locator("mark.here").wait_for()


def drawn(page: Page) -> None:
    """With tables and plots."""
    page.get_by_test_id("stDataFrame").first.wait_for()
    page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()


def titled(page: Page) -> None:
    page.get_by_role("heading").first.wait_for()


SHOTS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "ask-empty": ("", lambda page: page.locator(".choice").first.wait_for()),
    "ask": ("", asked),
    "source": ("", with_source),
    "read": ("read?doc=paper-theatre&turn=15", lambda page: page.locator(".turn.target").wait_for()),
    "search": ("read?doc=paper-theatre", searched),
    "compare": ("compare", compared),
    "library": ("library", drawn),
    "quality": ("quality", drawn),
    "settings": ("settings", titled),
}


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python tests/screenshots.py")
    parser.add_argument("--to", type=Path, default=Path("screenshots"))
    parser.add_argument("--index", type=Path, help="another index than the samples'")
    parser.add_argument("--only", choices=SHOTS)
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        index = arguments.index or Path(scratch) / "index"
        if not arguments.index:
            build_index([SAMPLES], index)
        if not (index.parent / WORK / LAST_REPORT).exists():
            evaluated(index.parent / WORK)
        with serving_page(index) as server:
            for browser in launched():
                sessions = Sessions(browser)
                for name in [arguments.only] if arguments.only else SHOTS:
                    shoot(sessions, server, name, arguments.to)
                if sessions.problems:
                    raise SystemExit("\n".join(sessions.problems))


def evaluated(work: Path) -> None:
    """A report for the page that shows one: some of the sample questions, and the tutorial's way beside ours."""
    task = Task("samples", Archive(SAMPLES), work, split="dev", baselines=("bm25",), limit=24)
    with build_progress() as progress:
        evaluation = evaluate(task, progress, print)
    write_report(evaluation.report, work / LAST_REPORT)
    for journal in evaluation.journals:
        journal.close()


def shoot(sessions: Sessions, server: PageServer, name: str, folder: Path) -> None:
    """One page in every look."""
    path, prepare = SHOTS[name]
    for look, options in LOOKS.items():
        page = sessions(server, path, **options)
        prepare(page)
        page.wait_for_timeout(SECONDS_TO_SETTLE * 1000)
        page.screenshot(path=folder / f"{name}-{look}.png")
        page.context.close()
        print(folder / f"{name}-{look}.png")


if __name__ == "__main__":
    main()
