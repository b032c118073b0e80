"""Whether a chat model works, found out with one short request."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from index.errors import VerbatimError
from ui.messages import one_line

REQUEST = "Reply with OK."
SECONDS = 30.0  # for the whole reply
SHOWN = 60  # characters of the reply


@dataclass(frozen=True, slots=True)
class Checked:
    """What was seen: seconds until the first words and the end of the reply; or the `problem`, without secrets."""

    first: float = 0.0
    whole: float = 0.0
    reply: str = ""
    problem: str = ""


def checked(name: str) -> Checked:
    """Ask the model of "provider:model" for one short reply."""
    from langchain_core.messages import HumanMessage

    from rag.llm import load_chat_model, stream_reply

    first, text = 0.0, ""
    try:
        model = load_chat_model(name, SECONDS)
        started = perf_counter()
        for chunk in stream_reply(model, [HumanMessage(REQUEST)], seconds=SECONDS):
            if chunk.text:
                first = first or perf_counter() - started
                text += chunk.text
    except VerbatimError as error:
        return Checked(problem=str(error))
    said = one_line(text).strip()
    return Checked(first, perf_counter() - started, said if len(said) <= SHOWN else said[: SHOWN - 1] + "…")
