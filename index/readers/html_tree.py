"""The tree of a page: walked without recursion, measured, and the part of it that is the article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.readers.speech import tidy
from index.readers.tables import clock

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

UNSEEN = frozenset(
    "script style noscript template svg canvas iframe object embed head select textarea audio video map rp rt".split()
)
FURNITURE = frozenset("aside form dialog menu button input header".split())
ROLES = frozenset("navigation banner contentinfo complementary search dialog alert menu menubar toolbar".split())
CONTAINERS = frozenset("body div main article section center form table tbody tr td".split())
ARTICLES = frozenset("article main".split())
# Words of class names and ids: whole, or parts between dashes, underscores and capitals.
JUNK = frozenset(
    """comment comments disqus respond sidebar related recommend recommended recommendation recommendations share
    sharing sharedaddy social breadcrumb breadcrumbs cookie cookies consent gdpr newsletter subscribe subscription promo
    promotion advert advertisement ads ad adsbygoogle sponsor sponsored popup modal overlay footer nav navbar navigation
    menu pagination pager toc tags tagcloud paywall login signup hidden sr screenreader skip toolbar masthead
    outbrain taboola qr qrcode""".split()
)
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
HIDING = re.compile(r"display\s*:\s*none", re.IGNORECASE)
MOST = 0.4  # of the page's text: what holds more is no furniture, whatever it is called
MAIN = 0.8  # of a container's text in one child: that child is what the page is about
ARTICLE = 0.5
LINKED = 0.6
FEWEST_LINKS = 3


@dataclass(slots=True)
class Size:
    """How much stands in an element: characters that are not space, those inside links, and the links."""

    text: int = 0
    linked: int = 0
    links: int = 0


def walk(root: LexborNode, skip: Callable[[LexborNode], bool] | None = None) -> Iterator[tuple[bool, LexborNode]]:
    """`root` and each node below it on entering it (True), each element also on leaving it (False), in document order.

    `skip` is asked after an element was entered: whether what stands in it is passed over.
    """
    stack: list[tuple[bool, LexborNode]] = [(True, root)]
    while stack:
        entering, node = stack.pop()
        yield entering, node
        if not entering or not node.is_element_node:
            continue
        stack.append((False, node))
        if node.tag not in UNSEEN and not (skip and skip(node)):
            child = node.last_child
            while child is not None:
                stack.append((True, child))
                child = child.prev


def text_of(node: LexborNode, limit: int = 80) -> str:
    """The text inside an element in one line; no more than some `limit` characters of it are looked at."""
    parts: list[str] = []
    length = 0
    for number, inside in enumerate(node.traverse(include_text=True)):
        if inside.is_text_node and inside.parent is not None and inside.parent.tag not in UNSEEN:
            parts.append(inside.text_content or "")
            length += len(parts[-1])
        if length > limit or number > limit:
            break
    return " ".join(tidy("".join(parts)[: 2 * limit]).split())


def measure(root: LexborNode) -> dict[int, Size]:
    """The size of every element below `root`, by `mem_id`."""
    sizes: dict[int, Size] = {}
    path: list[tuple[Size, bool]] = [(Size(), False)]
    for entering, node in walk(root):
        if node.is_text_node:
            length = len("".join((node.text_content or "").split()))
            path[-1][0].text += length
            if path[-1][1]:
                path[-1][0].linked += length
        elif node.is_element_node and entering:
            link = node.tag == "a" and clock(text_of(node)) is None
            size = sizes[node.mem_id] = Size(links=int(link))
            path.append((size, link or path[-1][1]))
        elif node.is_element_node:
            size = path.pop()[0]
            outer = path[-1][0]
            outer.text += size.text
            outer.linked += size.linked
            outer.links += size.links
    return sizes


def is_junk(node: LexborNode, sizes: dict[int, Size], total: int) -> bool:
    """Whether an element is furniture of the page: by its tag, its role, its class, or as a list of links."""
    if node.tag in ("nav", "footer"):
        return True
    size = sizes.get(node.mem_id)
    if size is None or size.text > MOST * total:
        return False
    if node.tag == "header":
        return node.css_first("h1") is None
    attributes = node.attributes
    if node.tag in FURNITURE:
        return clock(text_of(node)) is None
    if attributes.get("role") in ROLES or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if HIDING.search(attributes.get("style") or ""):
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if JUNK & {word.lower() for word in WORD.findall(names[:500])} and node.tag not in ("body", "html"):
        return True
    return (
        node.tag in ("div", "ul", "ol", "section", "table")
        and size.links >= FEWEST_LINKS
        and size.linked > LINKED * size.text
    )


def main_part(body: LexborNode, sizes: dict[int, Size]) -> LexborNode:
    """The element that holds what the page is about: from the body down, while one child holds nearly everything."""
    total = sizes[body.mem_id].text
    node = body
    while True:
        children = [
            child
            for child in node.iter()
            if child.tag not in UNSEEN and child.mem_id in sizes and not is_junk(child, sizes, total)
        ]
        if not children:
            return node
        left = sum(sizes[child.mem_id].text for child in children)
        best = max(children, key=lambda child: sizes[child.mem_id].text)
        share = sizes[best.mem_id].text / max(left, 1)
        if best.tag in ARTICLES and share > ARTICLE:
            return best
        if best.tag not in CONTAINERS or share < MAIN or node.tag in ARTICLES:
            return node
        node = best
