"""What a question must be like to be asked at all."""

from __future__ import annotations

from index.errors import InputError

LONGEST_QUESTION = 10_000  # characters


def usable(question: str) -> str:
    """The question without control characters and lone surrogates. Raises InputError when no word of it is left."""
    cleaned = "".join(" " if character < " " or "\x7f" <= character < "\xa0" else character for character in question)
    cleaned = " ".join(cleaned.encode("utf-8", "ignore").decode("utf-8").split())
    if not cleaned:
        raise InputError("The question is empty: ask something, in quotes")
    if not any(map(str.isalnum, cleaned)):
        raise InputError("The question has no word in it, only signs: ask in words")
    if len(cleaned) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(cleaned):,} characters; {LONGEST_QUESTION:,} are the most one may have"
        )
    return cleaned
