"""What script and language a text is in, and the fold that makes two writings of one word equal."""

from __future__ import annotations

import unicodedata
from functools import cache

import opencc

from index.function_words import language_of_words

TERMINAL = "。！？!?.…；;"
CLOSING = "”’」』）)】》〉\"'*_ \t\r\n"


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def _convert(name: str, text: str) -> str:
    # opencc refuses lone surrogates, which a file or a command line may hold
    converted: str = _converter(name).convert(text.encode("utf-8", "replace").decode("utf-8"))
    return converted


def fold(text: str) -> str:
    """Text for comparing and searching only: NFKC, lower case, Traditional (with Taiwan's words) to Simplified."""
    return _convert("tw2sp", unicodedata.normalize("NFKC", text)).casefold()


def fold_characters(text: str) -> str:
    """Like `fold`, but one character for one: for names, where Taiwan's words must not become others."""
    return _convert("t2s", unicodedata.normalize("NFKC", text)).casefold()


def is_han(character: str) -> bool:
    return (
        "\u4e00" <= character <= "\u9fff"
        or "\u3400" <= character <= "\u4dbf"
        or "\U00020000" <= character <= "\U0003ffff"
    )


def is_kana(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff"


def is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7af"


def language(text: str) -> str:
    """BCP 47 tag of the main language: zh-Hans, zh-Hant, ja, ko, en, es, fr, de, … or und."""
    han = sum(map(is_han, text))
    kana = sum(map(is_kana, text))
    hangul = sum(map(is_hangul, text))
    latin = sum(1 for character in text if character.isascii() and character.isalpha())
    if kana > 0.1 * (han + kana):
        return "ja"
    if hangul > han and hangul * 3 > latin:
        return "ko"
    if han * 3 > latin:  # a Han character carries about as much as half a Latin word
        simplified = sum(a != b for a, b in zip(text, _convert("s2t", text), strict=False))
        traditional = sum(a != b for a, b in zip(text, _convert("t2s", text), strict=False))
        return "zh-Hant" if traditional > simplified else "zh-Hans"
    return language_of_words(text)


def ends_sentence(text: str) -> bool:
    """Whether a line closes a sentence, behind any closing quotes, brackets and Markdown marks."""
    stripped = text.rstrip(CLOSING)
    return bool(stripped) and (stripped[-1] in TERMINAL or stripped[-1] in "—：:")
