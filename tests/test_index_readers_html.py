"""Web pages: the article without the page around it, who speaks there, and what the page says about itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_files import CITES, HTML

from index.errors import InputError
from index.model import Metadata
from index.readers.html import read_html
from index.readers.source import SourceText

ASKED = "When did you last climb the tower, and what did you see from there?"
ANSWERED = "The lamp was put out in the winter of 1998, and we walked down the hill. Nobody said a word."
NAV = (
    '<nav><a href="/">Home</a> <a href="/a">Talks</a></nav><div class="share-buttons">Share this on every network</div>'
)
AROUND = (
    '<div id="comments"><h3>2 comments</h3><cite>Bob</cite><p>Great interview!</p><cite>Al</cite><p>I agree.</p></div>'
    '<div class="related-posts"><p>How ships are built today</p></div><footer><p>Copyright 2024</p></footer>'
)


def read(page: str | bytes) -> SourceText:
    return read_html(Path("talk.html"), page if isinstance(page, bytes) else page.encode())


def page(inside: str, head: str = "") -> SourceText:
    """An article on a page with furniture."""
    return read(f"<html><head>{head}</head><body>{NAV}<div><article>{inside}</article>{AROUND}</div></body></html>")


def spoken(source: SourceText) -> list[tuple[str, str]]:
    return [(stretch.label, source.text[stretch.start : stretch.end]) for stretch in source.spoken]


def times(source: SourceText) -> list[float]:
    return [mark.seconds for mark in source.times]


def test_the_article_of_a_page_with_labels_as_markdown() -> None:
    source = read(HTML)
    assert source.text.split("\n\n")[:2] == [
        "# The last keeper",
        "**Lin Lan:** When was the lighthouse closed? And who put out the lamp on that last evening?",
    ]
    assert "nobody said" in source.text  # emphasis is no label
    assert not any(word in source.text for word in ("Home", "Copyright", "none"))
    assert source.metadata == Metadata("The last keeper", "", "Harbour Radio", "")
    assert source.spoken == ()


def test_cites_with_times_are_speakers_and_fragments_are_joined() -> None:
    source = read(CITES)
    assert spoken(source) == [
        ("Lin Lan", "When was the lighthouse closed?"),
        ("Zhou Qiao", "In 1998, in winter."),
        ("Lin Lan", "And then?"),
    ]
    assert times(source) == [1.0, 4.0, 9.0]
    words = "so the lamp was put out in winter and we went down to the harbour".split()
    fragments = "".join(f"<cite>Speaker:</cite><time>0:{n:02}</time><p>{word}</p>" for n, word in enumerate(words))
    assert spoken(read(fragments)) == [("", " ".join(words))]  # one name for everybody is none


@pytest.mark.parametrize(
    "markup",
    [
        "<dl><dt>Lin Lan</dt><dd>{a}</dd><dt>Zhou Qiao</dt><dd>{b}</dd><dt>Lin Lan:</dt><dd>{a}</dd></dl>",
        "<table><tr><th>Speaker</th><th>Text</th></tr><tr><td>Lin Lan</td><td>{a}</td></tr>"
        "<tr><td>Zhou Qiao</td><td>{b}</td></tr><tr><td>Lin Lan:</td><td>{a}</td></tr></table>",
        '<div><p class="c-speaker">Lin Lan</p><p>{a}</p><p class="c-speaker">Zhou Qiao</p><p>{b}</p>'
        '<p class="c-speaker">Lin Lan</p><p>{a}</p></div>',
        '<div data-speaker="Lin Lan"><p>{a}</p></div><div data-speaker="Zhou Qiao"><p>{b}</p></div>'
        '<div data-speaker="Lin Lan"><p>{a}</p></div>',
    ],
)
def test_elements_that_name_their_speaker(markup: str) -> None:
    source = page("<p>We met in March.</p>" + markup.format(a=ASKED, b=ANSWERED))
    assert spoken(source) == [("Lin Lan", ASKED), ("Zhou Qiao", ANSWERED), ("Lin Lan", ASKED)]
    assert source.text.startswith("We met in March.")
    assert "Bob" not in source.text


@pytest.mark.parametrize("label", ["<h3>{}</h3>", "<p><b>{}</b></p>"])
def test_names_alone_on_their_lines_are_speakers_where_they_recur(label: str) -> None:
    turns = f"{label.format('Lin Lan')}<p>{ASKED}</p>{label.format('Zhou Qiao')}<p>{ANSWERED}</p><p>{ANSWERED}</p>"
    assert spoken(page(turns * 2))[:3] == [("Lin Lan", ASKED), ("Zhou Qiao", ANSWERED), ("Zhou Qiao", ANSWERED)]
    chapters = page("".join(f"<h3>Chapter {n}</h3><p>{ANSWERED}</p>" for n in range(6)))
    assert chapters.spoken == ()
    assert "### Chapter 0\n\n" in chapters.text


def test_segments_with_names_and_links_to_a_moment() -> None:
    rows = [("Lin Lan", "0:00", ASKED), ("Zhou Qiao", "(1:02)", ANSWERED), ("", "01:02:03", ANSWERED)]
    source = page(
        "".join(
            f'<div class="ts-segment"><span class="ts-name">{name}</span> '
            f'<a href="https://youtube.com/watch?v=abc&amp;t={number}">{at}</a> <span>{words}</span></div>'
            for number, (name, at, words) in enumerate(rows)
        ),
        '<link rel="canonical" href="https://example.org/talk">',
    )
    assert spoken(source) == [("Lin Lan", ASKED), ("Zhou Qiao", ANSWERED), ("Zhou Qiao", ANSWERED)]
    assert times(source) == [0.0, 62.0, 3723.0]
    assert source.metadata.url == "https://www.youtube.com/watch?v=abc"


def test_lines_parted_by_br_and_chinese_lines_wrapped_in_the_source() -> None:
    ruby = "<ruby>一九<rt>yījiǔ</rt></ruby>"
    source = page(f"<p>记者：灯塔什么时候\n  停用的？<br>周桥：{ruby}九八年。<br><br>记者：&nbsp;后来呢？</p>")
    assert source.text == "记者：灯塔什么时候停用的？\n周桥：一九九八年。\n\n记者： 后来呢？"


def test_a_bold_question_stays_bold_and_a_time_stays_in_its_label() -> None:
    source = page(f"<p><b>{ASKED}</b></p><p>{ANSWERED}</p><p>Zhou Qiao (<time>00:12</time>):<br>{ANSWERED}</p>")
    assert source.text == f"**{ASKED}**\n\n{ANSWERED}\n\nZhou Qiao (00:12):\n{ANSWERED}"


def test_what_a_page_says_about_itself() -> None:
    head = (
        '<title>The keeper - Harbour</title><meta property="og:title" content="A keeper"><link rel="canonical" href="https://example.org/k">'
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "The keeper", '
        '"datePublished": "2024-03-05T08:00:00Z", "publisher": {"name": "Harbour"}}]}</script>'
    )
    assert page(f"<p>{ANSWERED}</p>", head).metadata == Metadata(
        "The keeper", "2024-03-05", "Harbour", "https://example.org/k"
    )
    saved = "<!-- saved from url=(0024)https://example.org/saved --><html><body><p>" + ANSWERED
    assert read(saved).metadata.url == "https://example.org/saved"


def test_the_charset_a_page_declares() -> None:
    text = "<html><head><meta charset=gb2312></head><body><p>问：灯塔呢？</p><p>答：停了。</p></body></html>"
    assert read(text.encode("gb18030")).text == "问：灯塔呢？\n\n答：停了。"
    assert read(text.encode()).text == "问：灯塔呢？\n\n答：停了。"  # converted since
    assert read(text.replace("gb2312", "idna").encode()).text == "问：灯塔呢？\n\n答：停了。"


def test_a_page_that_nests_too_deeply_is_read_without_its_layout() -> None:
    source = read("<div>" * 50_000 + "Lin: When?<br>Zhou: 1998.")
    assert source.text == "Lin: When?\n\nZhou: 1998."
    assert "too deeply" in source.warnings[0]


@pytest.mark.parametrize(
    "text", ["<html></html>", "<html><body><script>x</script><nav>a</nav></body></html>", "<p> </p>"]
)
def test_a_page_without_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"talk\.html: no text in this page"):
        read(text)


@pytest.mark.parametrize(
    ("day", "script"), [("2024年3月15日 16:00", ""), ("", '<script>var ct = "1710489600";</script>')]
)
def test_a_wechat_article_is_of_its_account_and_day_shown_or_not_yet(day: str, script: str) -> None:
    head = f'<meta property="og:site_name" content="微信公众平台">{script}'
    inside = f'<a id="js_name">灯下报</a><em id="publish_time">{day}</em><div id="js_content"><p>{ANSWERED}</p></div>'
    metadata = page(inside, head).metadata
    assert (metadata.outlet, metadata.date) == ("灯下报", "2024-03-15")
