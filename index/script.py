"""What script and language a text is in, and the fold that makes two writings of one word equal."""

from __future__ import annotations

import unicodedata
from functools import cache

import opencc

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


ENGLISH = frozenset("the and of to that was what how did does is are who why when which i you".split())
SPANISH = frozenset("el la de que los las una por qué cómo del con para cuál quién según es y en".split())


def language(text: str) -> str:
    """BCP 47 tag of the main language: zh-Hans, zh-Hant, ja, ko, en, es, or und."""
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
    words = [word.strip(".,;:!?¿¡\"'()") for word in text.casefold().split()]
    english = sum(word in ENGLISH for word in words)
    spanish = sum(word in SPANISH for word in words) + 3 * text.count("¿")
    if max(english, spanish) == 0:
        return "en" if latin and text.isascii() else "und"
    return "es" if spanish > english else "en"


def ends_sentence(text: str) -> bool:
    """Whether a line closes a sentence, behind any closing quotes, brackets and Markdown marks."""
    stripped = text.rstrip(CLOSING)
    return bool(stripped) and (stripped[-1] in TERMINAL or stripped[-1] in "—：:")
