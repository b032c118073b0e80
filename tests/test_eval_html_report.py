"""The page: everything from texts is text in it, nothing is fetched or run, and each failure shows what was found."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_reports import ANSWERED, BASELINE, GOOD, LOST, REPORT, RUN, figure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval import html_report
from eval.html_report import render_html, write_html
from eval.records import Run
from index.errors import InputError

EMPTY = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """A page's elements, and its text by the element that holds it; refuses tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], " ".join(data.split())))

    def text(self) -> str:
        return " ".join(text for tag, text in self.texts if tag != "style")


@pytest.fixture(scope="module")
def html() -> str:
    return render_html(REPORT)


def test_nothing_is_fetched_and_nothing_runs(html: str) -> None:
    page = Page(html)
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "link", "iframe", "img", "image", "object", "embed", "base", "form", "use"})
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes, tag
    assert "url(" not in html
    assert "@import" not in html
    policy = next(values["content"] for tag, values in page.elements if "http-equiv" in values)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_settings_figures_and_what_was_not_asked(html: str) -> None:
    text = Page(html).text()
    for said in ("tea.jsonl", "dev", "bundled", "0.1.0", "2025-01-31 12:00", "aaaaaaaa"):
        assert said in text
    assert "1 not asked: the index has no interview harbour harbour-1" in text
    assert "recall@5 all of the evidence is in the first five passages 0.75 [0.65, 0.85] n 4 0.60 [0.52, 0.85]" in text
    assert html.count("<svg") == 5  # depth, latency, recall by category and language, key facts by category


def test_a_failure_shows_all_that_is_known_of_it(html: str) -> None:
    start = html.index('id="q-lost"')
    failure = html[html.rindex("<details", 0, start) : html.index("</details>", start) + len("</details>")]
    text = Page(failure).text()
    for said in (
        "Why did she leave the <script>alert(1)</script> boat & the sea?",
        "Asked before Who built the boat?",
        "Gold answer 春天三百斤。",
        "Answered 春天最多，大概三百斤。 [1]",
        "林岚 tea 10–21",
        "openai:some-model correct 0.50 · complete 0.00 · grounded 1.00 · Only <half> of it.",
        "tea 10–23 first at rank 7",
        "boats 40–50 in none of the passages looked through",
        "langchain evidence not in the first five, key facts missing, evidence: rank 3, rank 3",
        "林岚 tea 22–39 天 就少了。冬天什么也不做，只修房子",
        "no speaker boats 0–12",
    ):
        assert said in text
    assert ("mark", "天") in Page(failure).texts


def test_each_failure_stands_there_once_and_none_that_went_well(html: str) -> None:
    page = Page(html)
    ids = [values.get("id") for tag, values in page.elements if values.get("class", "") and tag == "details"]
    assert ids == ["q-lost", "q-declined", "q-answered"]
    filters = [values["id"] for tag, values in page.elements if tag == "input"]
    assert filters == ["only-all", "only-not-found", "only-declined", "only-answered", "only-facts"]
    css = (Path(html_report.__file__).parent / "report.css").read_text(encoding="utf-8")
    for name in filters[1:]:
        kind = str(name).removeprefix("only-")
        assert f"#failures:has(#{name}:checked) .failure:not(.{kind})" in css


def test_passages_with_the_evidence_are_marked() -> None:
    incomplete = replace(GOOD, scores={**GOOD.scores, "key_facts": 0.0})
    page = Page(render_html(replace(REPORT, runs=(replace(RUN, outcomes=(incomplete, ANSWERED)),))))
    assert ("mark", "春天最多，大概三百斤。") in page.texts
    assert "holds the evidence" in page.text()
    assert "no interview says it" in page.text()
    assert [values["value"] for tag, values in page.elements if values.get("class") == "holds"] == ["1"]


@pytest.mark.parametrize("runs", [(), (replace(RUN, outcomes=(), figures={}, groups={}),), (BASELINE,)])
def test_reports_with_little_in_them(runs: tuple[Run, ...]) -> None:
    assert "Verbatim evaluation" in Page(render_html(replace(REPORT, runs=runs, left_out={}, made="someday"))).text()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
    | st.just("'\"><img src=x onerror=a>]]></style>")
)
def test_data_is_text_wherever_it_stands(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(html_report, "_plots", lambda runs: [])  # see test_eval_charts.py
    cited = replace(LOST.citations[0], speaker=text, doc=text)
    passage = replace(LOST.retrieved[0], speakers=(text,), doc=text, text=text)
    verdict = replace(LOST.verdict, model=text, reason=text)  # type: ignore[type-var]
    odd = replace(LOST, id=text, question=text, history=(text,), language=text, category=text, gold_answer=text,
                  answer=text, sentences=((text, (1,)),), citations=(cited,), retrieved=(passage,), verdict=verdict,
                  evidence=(replace(LOST.evidence[0], doc=text),))  # fmt: skip
    run = replace(RUN, system=text, outcomes=(odd,), figures={text: figure(0.5)}, groups={text: {text: {}}})
    page = Page(render_html(replace(REPORT, gold=text, embedding=text, version=text, left_out={text: text},
                                    runs=(run, replace(run, system="x")))))  # fmt: skip
    plain = Page(render_html(replace(REPORT, runs=(replace(run, outcomes=(replace(odd, id="x"),)),) * 2)))
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in plain.elements}
    shown = " ".join(text.split())
    if shown:
        assert sum(shown in said for _, said in page.texts) >= 10


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    write_html(REPORT, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(InputError, match="the page cannot be written"):
        write_html(REPORT, tmp_path / "no such folder" / "report.html")


def test_what_no_page_can_hold_is_replaced(tmp_path: Path) -> None:
    run = replace(RUN, outcomes=(replace(LOST, answer="a\ud800b\x1bc\x00d", sentences=()),))
    write_html(replace(REPORT, runs=(run,)), tmp_path / "report.html")
    assert "a\ufffdb\ufffdc\ufffdd" in (tmp_path / "report.html").read_text(encoding="utf-8")
