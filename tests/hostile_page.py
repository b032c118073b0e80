"""An archive whose every text tries to be more than text, and the look at a page that tells whether one succeeded.

What a payload would become has a word of its own: an element that holds "pwnbold" and nothing else was made from
**pwnbold**. HTML has the attribute data-pwn, and whatever runs sets window.pwned or opens a dialog.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from browser import SECONDS
from eval_reports import OUTCOMES, REPORT, RUN
from playwright.sync_api import Locator, Page, expect
from sample_archive import bundled

from eval.records import LAST_REPORT, Cited, Report, Verdict, write_report
from index.build import build_index

HTML = (
    "<script data-pwn>pwned = 1</script>",
    "<img data-pwn src=x onerror=alert(1)>",
    "<svg data-pwn onload=alert(1)></svg>",
    "<iframe data-pwn srcdoc='<script>parent[`pwned`] = 1</script>'></iframe>",
    "<style data-pwn>body { display: none }</style>",
    "<a data-pwn href='javascript:alert(1)'>pwnanchor</a>",
    "</p></article></div></section></body><b data-pwn>pwnclosed</b>",
    '" onmouseover="alert(1)" data-pwn="',
    "&lt;b&gt;pwnentity&lt;/b&gt; &amp;lt; &#60;i&#62;",
)
MARKDOWN = (
    "[pwnlink](javascript:alert(1))",
    "![pwnimage](http://127.0.0.1:9/pixel.png)",
    "<http://127.0.0.1:9/pwnauto>",
    "**pwnbold**",
    "_pwnemphasis_ ~~pwnstruck~~",
    "`pwncode`",
    r"$\frac{pwna}{pwnb}$ and $$\frac{pwnc}{pwnd}$$",
    ":smile: :material/home: :red[pwnred] :blue-background[pwnblue] :streamlit:",
    "| pwntable | x | |---|---|",
    "{0} {data} {question!r} %s %(x)s ${pwntemplate} {{ 7*7 }}",
)
PAYLOADS = (*HTML, *MARKDOWN)
LONG = "pwn" * 1000  # one word
BIDI = "\u202egnorw\u202c \u2066and\u2069\u200f"
CONTROLS = "bell\x07 escape\x1b[31m zero\u200bwidth"
EVERYTHING = " ".join(PAYLOADS)

# A file name has no slash, and a speaker's label neither colon nor asterisk.
FILE = "<img data-pwn src=x onerror=alert(1)> **pwnfile** $pwnx$ :smile: [pwnlink](javascript:alert(1))"
TITLE = "<script data-pwn>pwned = 1</script> The **pwnbold** lamp $pwnx$ :smile: {0} %s &lt;i&gt;"
MARA = "Mara <img src=x onerror=alert(1)>"
IVO = "Ivo $pwnx$ `pwncode` <b data-pwn>"
SECTION = "<svg data-pwn onload=alert(1)> [pwnlink](javascript:alert(1)) $pwnx$ :red[pwnred]"
OUTLET = "<b data-pwn>pwnoutlet</b> $pwnx$ :smile:"
NO_ADDRESS = "javascript:alert(1)//http://127.0.0.1:9/"
ADDRESS = 'https://example.org/"onmouseover="alert(1)"data-pwn="><img/src=x>'
QUESTION = "What did the lamp say to the sailors in the storm?"
OTHER_QUESTION = "Who grinds the lens of the lamp?"
SAID = tuple(f"The lamp said {payload} to the sailors in the storm." for payload in PAYLOADS)
LAMP = f"""\
# {TITLE}

Published: 2024-05-03
Original link: {NO_ADDRESS}

Outlet: {OUTLET}

{EVERYTHING} is what the editors of this page wrote above the talk about the lamp.

## {SECTION}

Interviewer: What is the lamp of the island, and who lights it in a storm?

{MARA}: The lamp is lit by whoever is awake, and that has always been the rule of the island.

Interviewer: {QUESTION}

{MARA}: {{said}}

Interviewer: Was the lamp ever silent in a storm?

{IVO}: In a storm the lamp was silent once, {BIDI} {CONTROLS} and nobody slept. {LONG}

Interviewer: Does {EVERYTHING} mean anything to you?

{IVO}: It means nothing to me, I am a lamp and I only shine upon the harbour.

Share this page <img data-pwn src=x onerror=alert(1)>
"""
LENS = f"""\
Published: 2025-01-31
Original link: {ADDRESS}

Interviewer: Who grinds the lens?

{MARA}: My brother grinds the lens of the lamp with sand from the beach, for a whole winter.

Interviewer: Who carries the oil?

{MARA}: I carry the oil up the stairs, two cans of it each day.
"""


def hostile_index(folder: Path) -> Path:
    """Write the interviews into `folder / "talks"` and index them; returns the folder of the index.

    An address of theirs is none of the web; today's reader takes no such one, but an index may be older.
    """
    talks = folder / "talks"
    talks.mkdir()
    (talks / "lamp.md").write_text(LAMP.replace("{said}", "\n\n".join(SAID)), encoding="utf-8")
    (talks / f"{FILE}.md").write_text(LENS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.metadata.LINK", re.compile(r"Original link: (?P<url>\S+)"))
        build_index([talks], folder / "index", bundled())
    work = folder / ".verbatim-eval"
    work.mkdir()
    write_report(hostile_report(), work / LAST_REPORT)
    return folder / "index"


def hostile_report() -> Report:
    """An evaluation of hostile questions, answers, names and figures."""
    outcomes = tuple(
        replace(
            one,
            id=f"{one.id} {HTML[1]}",
            question=f"{one.id} {EVERYTHING}",
            history=(EVERYTHING,),
            language=HTML[1],
            category=f"{one.category} {EVERYTHING}",
            gold_answer=EVERYTHING,
            answer=EVERYTHING,
            sentences=((EVERYTHING, (1,)),),
            citations=(Cited(1, FILE, MARA, EVERYTHING, 0, 9),),
            retrieved=tuple(replace(hit, doc=FILE, speakers=(MARA,), text=EVERYTHING) for hit in one.retrieved),
            verdict=Verdict(HTML[1], {"correct": 0.5}, EVERYTHING),
        )
        for one in OUTCOMES
    )
    groups = {kind: {f"{name} {EVERYTHING}": one for name, one in of.items()} for kind, of in RUN.groups.items()}
    groups[EVERYTHING] = groups["category"]
    figures = {**RUN.figures, EVERYTHING: RUN.figures["recall@5"]}
    runs = tuple(
        replace(RUN, system=f"{system} {EVERYTHING}", outcomes=outcomes, figures=figures, groups=groups)
        for system in ("verbatim", "other")
    )
    left_out = {f"harbour {EVERYTHING}": EVERYTHING}
    said = {"version": HTML[1], "made": HTML[1], "gold": EVERYTHING, "embedding": EVERYTHING}
    return replace(REPORT, left_out=left_out, runs=runs, **said)  # type: ignore[arg-type] # all of them are texts


# What was made of data among the elements of the page and of its parts.
MADE = r"""() => {
    const all = [];
    const walk = root => root.querySelectorAll('*').forEach(element => {
        all.push(element);
        if (element.shadowRoot) walk(element.shadowRoot);
    });
    walk(document);
    const found = window.pwned === undefined ? [] : ['a script ran'];
    const words = /^(pwn(?!pwn)\w+|home|49)$/;
    for (const one of all) {
        const said = `${one.tagName} ${one.outerHTML.slice(0, 200)}`;
        const address = one.getAttribute('href') || one.getAttribute('src') || '';
        if (one.hasAttribute('data-pwn') || one.hasAttribute('onerror') || one.hasAttribute('onmouseover')
            || one.hasAttribute('onload')) found.push(said);
        else if (/^\s*(javascript|data:text|vbscript|file):/i.test(address)) found.push(said);
        else if (/127\.0\.0\.1:9\b/.test(address)) found.push(said);
        else if (/katex/.test(one.getAttribute('class') || '') || one.tagName === 'MATH') found.push(said);
        else if (words.test(one.textContent.trim()) && one.textContent.length < 2000) found.push(said);
        else if (['SCRIPT', 'STYLE'].includes(one.tagName) && /pwn/.test(one.textContent)) found.push(said);
    }
    if (/[\u{1F600}-\u{1F64F}]/u.test(document.body.innerText)) found.push('a directive became an emoji');
    return found;
}"""
# What can be read in an element and in the parts inside it.
TEXT = """element => {
    let said = '';
    const walk = node => {
        if (node.nodeType === Node.TEXT_NODE) said += node.data;
        else if (node.nodeType !== Node.ELEMENT_NODE || getComputedStyle(node).display !== 'none') {
            for (const child of (node.shadowRoot || node).childNodes) walk(child);
        }
    };
    walk(element);
    return said;
}"""
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def assert_harmless(page: Page) -> None:
    """Nothing on the page was made of data, and no control character is in its text."""
    settled(page)
    assert page.evaluate(MADE) == []
    body = page.locator("body")
    assert CONTROL.findall(body.evaluate(TEXT)) == []
    expect(body).not_to_have_css("display", "none")


def settled(page: Page) -> None:
    """Wait until the script of the page has ended."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def assert_shown(place: Locator, *texts: str) -> None:
    """These characters can be read there, each as it is; waits until they can."""
    end = time.monotonic() + SECONDS
    while missing := [text for text in texts if plain(text) not in plain(place.evaluate(TEXT))]:
        assert time.monotonic() < end, f"{missing} is not in {place.evaluate(TEXT)!r}"
        place.page.wait_for_timeout(100)


def plain(text: str) -> str:
    """Without what cannot be seen, and with one kind of space."""
    return " ".join(CONTROL.sub("", text).split())
