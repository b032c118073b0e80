"""Characters that nobody sees and that a model or a terminal reads: a text without them."""

from __future__ import annotations

import re
import unicodedata

CATEGORIES = ("Cc", "Cf", "Co", "Cs")  # controls, bidi and zero-width marks, tags, private use, surrogates
# What Unicode calls ignorable in other categories: variation selectors, joiners, fillers. Bytes can be written in them.
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def without_hidden(text: str) -> str:
    """The text without hidden characters; every line end is a newline, a tab a space."""
    text = IGNORABLE.sub("", LINE_ENDS.sub("\n", text).replace("\t", " "))
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in CATEGORIES)
