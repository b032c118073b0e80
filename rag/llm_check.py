"""Whether a chat model works, found out with one short request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import TYPE_CHECKING

from index.errors import VerbatimError
from rag.llm import address_of, load_chat_model, stream_reply
from rag.prompts import CHECK
from rag.redact import one_line

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SECONDS = 30.0  # for the whole reply
SHOWN = 60  # characters of the reply


@dataclass(frozen=True, slots=True)
class Checked:
    """What was seen of a model, as far as it got; `problem` says, without secrets, what does not work.

    `package` is that of its provider with the version, "" where none could be loaded; `address` "" where it is the
    provider's own; `keys` are the variables a key can stand in. `first` and `whole` are the seconds until the first
    words and the end of the `reply`, which came in so many `pieces`. Tokens are 0 where they are not reported.
    """

    package: str = ""
    address: str = ""
    keys: tuple[str, ...] = ()
    first: float = 0.0
    whole: float = 0.0
    pieces: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    reply: str = ""
    problem: str = ""


def check_model(name: str) -> Checked:
    """Ask the model of "provider:model" for one short reply."""
    seen = Checked()
    try:
        model = load_chat_model(name, SECONDS)
        keys = tuple(variable for variable in model.lc_secrets.values() if variable.endswith("_API_KEY"))
        seen = Checked(_package(model), address_of(model), keys)
        return _asked(model, seen)
    except VerbatimError as error:
        return replace(seen, problem=str(error))


def _asked(model: BaseChatModel, seen: Checked) -> Checked:
    from langchain_core.messages import HumanMessage

    started = perf_counter()
    first, pieces, text, tokens = 0.0, 0, "", (0, 0)
    for chunk in stream_reply(model, [HumanMessage(CHECK)], seconds=SECONDS):
        if chunk.text:
            first = first or perf_counter() - started
            pieces += 1
            text += chunk.text
        if usage := chunk.usage_metadata:
            tokens = (tokens[0] + usage["input_tokens"], tokens[1] + usage["output_tokens"])
    whole = perf_counter() - started
    return replace(
        seen,
        first=first,
        whole=whole,
        pieces=pieces,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        reply=one_line(text, longest=SHOWN),
    )


def _package(model: BaseChatModel) -> str:
    package = type(model).__module__.partition(".")[0].replace("_", "-")
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package
