"""Other people's words inside Markdown: shown as they are, whatever stands in them, and still read well unrendered.

Only what would act is escaped, so that most sentences stay as they are: signs that begin a heading, a list, a quotation
or a rule only where a line begins; the rest only where it is a mark. A reader of CommonMark, with GitHub's tables,
footnotes, strikethrough and links of bare addresses or without, finds no markup in them.

HTML is the one thing that is written as entities and not behind a backslash, so that a reader that knows no backslash
is safe as well. A bare domain (example.com) stays as it is: some readers link it, none loads it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from ui.chat_view import web_address
from ui.messages import one_line

_ACTS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # would escape what follows
    r"|[*`~]"  # emphasis, code, struck out
    r"|(?<![^\W_])_+|_+(?![^\W_])"  # emphasis, but not within snake_case
    r"|\](?=[(\[:])"  # a link, an image, a definition
    r"|(?<=/)/|(?<=www)\.|(?<=\S)@(?=\S)"  # an address that becomes a link
    r"|\$(?!\d)",  # a formula; a price is none
    re.IGNORECASE,
)
_HTML = re.compile(r"<(?![\s\d=])|&(?=#?\w+;)")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
# A heading, a quotation, a container; a list, a rule, front matter; what looks like a footnote of ours or an alert.
_BEGINS = re.compile(r"(?=[#>:]|[-+](?:[\s+-]|$)|=+$|\[[!\d^])|[0-9]+(?=[.)](?:\s|$))")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&(lt|amp);")
_SAFE_IN_ADDRESS = "%/:=&?~#+!$,;@()*'"


def inline(text: str) -> str:
    """The text for the middle of a line: on one line, without space around it."""
    marked = _ACTS.sub(lambda found: "".join(f"\\{sign}" for sign in found.group()), one_line(text).strip())
    return _HTML.sub(lambda found: _ENTITIES[found.group()], marked)


def paragraph(text: str) -> str:
    """The text for the beginning of a line, behind "> " as well."""
    escaped = inline(text)
    begins = _BEGINS.match(escaped)
    return f"{begins.group()}\\{escaped[begins.end() :]}" if begins else escaped


def unescaped(markdown: str) -> str:
    """What `inline` and `paragraph` were given, but for space around it."""
    return _ESCAPED.sub(lambda found: found[1] or ("<" if found[2] == "lt" else "&"), markdown)


def address(url: str) -> str:
    """An address of the web, with all that could end it written as %XX; "" where it is none."""
    web = web_address(one_line(url))
    return "".join(sign if not sign.isascii() else quote(sign, safe=_SAFE_IN_ADDRESS) for sign in web)
