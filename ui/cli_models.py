"""`verbatim models check`: what works of a chat model, found out with one short request."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import TYPE_CHECKING

from index.errors import InputError
from ui.messages import counted, one_line

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

REQUEST = "Reply with OK."
SECONDS = 30.0
SHOWN = 60  # characters of the reply
WIDTH = 12  # of the names of the lines


def run_check(name: str) -> int:
    """Print what works, a line each. Raises ChatModelUnavailable at the first thing that does not."""
    if not name.strip():
        raise InputError(
            "No chat model is named: write verbatim models check openai:MODEL, or set VERBATIM_LLM. "
            "For a server of your own set OPENAI_BASE_URL as well."
        )
    from rag.llm import address_of, load_chat_model

    model = load_chat_model(name, SECONDS)
    _print("model", name)
    _print("package", _package(model))
    _print("address", address_of(model) or "the provider's own")
    _print("key", _key(model))
    _ask(model)
    return 0


def _ask(model: BaseChatModel) -> None:
    from langchain_core.messages import HumanMessage

    from rag.llm import stream_reply

    started = perf_counter()
    first, pieces, text, tokens = 0.0, 0, "", (0, 0)
    for chunk in stream_reply(model, [HumanMessage(REQUEST)], seconds=SECONDS):
        if chunk.text:
            first = first or perf_counter() - started
            pieces += 1
            text += chunk.text
        if usage := chunk.usage_metadata:
            tokens = (tokens[0] + usage["input_tokens"], tokens[1] + usage["output_tokens"])
    _print("first words", f"after {first:.1f} s")
    _print("whole reply", f"after {perf_counter() - started:.1f} s")
    _print(
        "streaming", f"yes, in {counted(pieces, 'piece')}" if pieces > 1 else "not seen: the reply came in one piece"
    )
    _print("tokens", f"{tokens[0]:,} in, {tokens[1]:,} out" if any(tokens) else "not reported")
    said = one_line(text).strip()
    _print("reply", said if len(said) <= SHOWN else said[: SHOWN - 1] + "…")


def _package(model: BaseChatModel) -> str:
    package = type(model).__module__.partition(".")[0].replace("_", "-")
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def _key(model: BaseChatModel) -> str:
    variables = [name for name in model.lc_secrets.values() if name.endswith("_API_KEY")]
    if not variables:
        return "not needed"
    present = next((name for name in variables if os.environ.get(name, "").strip()), "")
    return (
        f"{present} is set" if present else f"{' or '.join(variables)} is not set; a server of your own may need none"
    )


def _print(name: str, value: str) -> None:
    print(f"{name:<{WIDTH}}{one_line(value)}", flush=True)
