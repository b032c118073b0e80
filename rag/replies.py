"""How chat models reply: thoughts before the answer are taken out, and why a reply ended has one name."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

OPENING, CLOSING = "<think>", "</think>"
# What OpenAI calls stop and length goes by other names elsewhere: Anthropic, Google, Ollama, OpenAI's Responses.
FINISH_KEYS = ("finish_reason", "stop_reason", "done_reason")
FINISH_REASONS = {"end_turn": "stop", "stop_sequence": "stop", "completed": "stop", "eos": "stop"} | dict.fromkeys(
    ("max_tokens", "incomplete", "model_length", "model_context_window_exceeded"), "length"
)


class _At(Enum):
    START = auto()  # nothing has come that tells a thought from an answer
    THOUGHT = auto()
    GAP = auto()  # the white space between the thought and the answer
    ANSWER = auto()


class ThoughtFilter:
    """Takes a reply piece by piece and gives back what is no thought, however the pieces are cut.

    Only a thought that begins the reply is one: further on, <think> is text like any other. A thought that does not
    end leaves nothing.
    """

    def __init__(self) -> None:
        self._at = _At.START
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown of the reply now that this piece has come."""
        if self._at is _At.ANSWER:
            return piece
        self._held += piece
        if self._at is _At.START:
            begun = self._held.lstrip()
            if begun.startswith(OPENING):
                self._at, self._held = _At.THOUGHT, begun[len(OPENING) :]
            elif not OPENING.startswith(begun):
                self._at = _At.ANSWER
                return self._release()
        if self._at is _At.THOUGHT:
            end = self._held.find(CLOSING)
            if end < 0:
                self._held = self._held[1 - len(CLOSING) :]  # the closing mark may have begun
            else:
                self._at, self._held = _At.GAP, self._held[end + len(CLOSING) :]
        if self._at is _At.GAP and self._held.strip():
            self._at, self._held = _At.ANSWER, self._held.lstrip()
            return self._release()
        return ""

    def rest(self) -> str:
        """What is left when the reply is over: a beginning that looked like that of a thought and was none."""
        return self._release() if self._at is _At.START else ""

    def _release(self) -> str:
        held, self._held = self._held, ""
        return held


def without_thoughts(reply: str) -> str:
    """A whole reply without the thought it begins with."""
    thoughts = ThoughtFilter()
    return thoughts.feed(reply) + thoughts.rest()


def finish_reason(message: BaseMessage) -> str:
    """Why a message or a chunk is the last: "stop", "length", or the provider's own word; "" where it does not say."""
    given = message.response_metadata
    found = next((given[key] for key in FINISH_KEYS if isinstance(given.get(key), str)), "")
    if not found and given.get("status") in ("completed", "incomplete"):
        found = str(given["status"])
    return FINISH_REASONS.get(found.lower(), found.lower())
