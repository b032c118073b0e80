"""The chat model, from a "provider:model" string: loaded, asked, and left when it takes too long.

Whatever goes wrong with it becomes one line without secrets (rag/llm_errors.py).
"""

from __future__ import annotations

import contextvars
import os
import re
import threading
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from index.errors import ChatModelUnavailable, InputError
from rag import llm_errors
from rag.llm_identity import NO_KEY, address_of, asked, cache_key, name_of
from rag.redact import SecretFilter, one_line
from rag.replies import ThoughtFilter, finish_reason, without_thoughts

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import RunnableConfig

    from rag.cache import AnswerCache

__all__ = ["address_of", "load_chat_model", "name_of", "reply", "stream_reply"]

TIMEOUT_SECONDS = 60.0  # of silence
CONNECT_SECONDS = 10.0
LISTEN_SECONDS = 0.2  # between two looks at whether the caller wants to stop
RETRIES = 2  # of a request that failed on the way, by the provider's package, with exponential backoff
EXTRAS = ("anthropic", "ollama", "google-genai")  # providers whose package is an extra of ours


class _OutOfTime(Exception):
    """The budget of a call is over."""


class _Stopped(Exception):
    """Whoever asked wants no more of it."""


def load_chat_model(name: str, seconds: float = TIMEOUT_SECONDS) -> BaseChatModel:
    """The model of "provider:model", any provider of LangChain's init_chat_model; its `name` is the string.

    After `seconds` without a byte a request is given up. Temperature stays as the provider has it: some models refuse
    any other. OPENAI_BASE_URL makes `openai:` any server that speaks its protocol. Raises InputError for a string that
    names no model, ChatModelUnavailable where the package or the key is missing.
    """
    provider, _, model_name = (part.strip() for part in name.partition(":"))
    if not provider or not model_name:
        raise InputError(f"{name!r} names no chat model: write provider:model, as in openai:gpt-5-mini")
    name = f"{provider}:{model_name}"
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise ChatModelUnavailable(_needs(name, "langchain")) from error
    try:
        settings = _settings(provider, seconds)
        model: BaseChatModel = init_chat_model(model_name, model_provider=provider, **settings)
    except ImportError as error:
        raise ChatModelUnavailable(_needs(name, _package(error, provider))) from error
    except ValueError as error:
        if "Unsupported provider" in str(error):
            raise InputError(f"{name}: there is no provider {provider!r}; try openai:, anthropic: or ollama:") from None
        raise _unusable(name, error) from None
    except Exception as error:  # noqa: BLE001 - providers share no exceptions; the cause may hold the key
        raise _unusable(name, error) from None
    model.name = name
    return model


def reply(model: BaseChatModel, messages: Sequence[BaseMessage]) -> str:
    """What the model says, as plain text without thoughts. Raises ChatModelUnavailable when it does not answer."""
    try:
        return without_thoughts(model.invoke(list(messages)).text)
    except Exception as error:  # noqa: BLE001 - as above
        raise llm_errors.explain(error, asked(model)) from None


def stream_reply(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    seconds: float,
    cache: AnswerCache | None = None,
    config: RunnableConfig | None = None,
    stop: threading.Event | None = None,
) -> Iterator[AIMessageChunk]:
    """The reply in the pieces it comes in, without thoughts and secrets of the environment; from the cache it is one
    piece, marked "cached".

    `seconds` is the budget of the whole call, from the first piece asked for. The last pieces carry usage_metadata and
    response_metadata["finish_reason"] ("stop", "length", …) where the provider gives them. A complete reply goes into
    the cache. Raises ContextTooLong, else ChatModelUnavailable, when the model does not answer or breaks off; what was
    yielded before stays good. Close the iterator, or set `stop`, to stop the model.
    """
    key = cache_key(model, messages) if cache else None
    if cache and key and (kept := _from_cache(cache, key)) is not None:
        yield kept
        return
    thoughts, secrets, finish = ThoughtFilter(), SecretFilter(), ""
    failure: BaseException | None = None
    chunks: list[AIMessageChunk] = []
    with closing(_in_time(model, messages, config, seconds, stop)) as pieces:
        for chunk in pieces:
            if isinstance(chunk, BaseException):
                failure = chunk
                break
            finish = finish_reason(chunk) or finish
            chunks.append(_plain(chunk, thoughts, secrets))
            yield chunks[-1]
    if rest := secrets.feed(thoughts.rest()) + secrets.rest():
        chunks.append(_chunk(rest))
        yield chunks[-1]
    text = "".join(chunk.text for chunk in chunks)
    if isinstance(failure, _Stopped):
        raise llm_errors.stopped(asked(model))
    if isinstance(failure, _OutOfTime):
        raise llm_errors.out_of_time(asked(model), seconds)
    if failure is not None:
        raise llm_errors.explain(failure, asked(model), midway=bool(text.strip()))
    _check_complete(model, text, finish, chunks)
    if cache and key:
        _keep(cache, key, text, finish, chunks)


def _in_time(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None,
    seconds: float,
    stop: threading.Event | None,
) -> Generator[AIMessageChunk | BaseException]:
    """What model.stream gives, read by a thread of its own: no server can hold the caller longer than `seconds`.

    Time-outs of HTTP clients do not bound a call: they begin anew with each byte and each retry. When the time is over
    or the caller stops, the thread stops at the next chunk and closes the stream. An error comes as the last item
    instead of being raised: what is raised for it then has no context, which would hold the request and the key.
    """
    if stop and stop.is_set():
        yield _Stopped()
        return
    arrived: SimpleQueue[AIMessage | BaseException | None] = SimpleQueue()
    stopped = threading.Event()
    deadline = monotonic() + min(seconds, threading.TIMEOUT_MAX)
    # What an answer of the wrong shape makes pydantic say before it fails; the failure says it better.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)

    def pump() -> None:
        try:
            stream = cast("Generator[AIMessageChunk]", model.stream(list(messages), config=config))
            with closing(stream):
                for chunk in stream:
                    if stopped.is_set() or monotonic() > deadline:
                        return
                    arrived.put(chunk)
            arrived.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who would wait for it in vain
            arrived.put(error)

    context = contextvars.copy_context()  # tracing and callbacks find their parents in it
    threading.Thread(target=context.run, args=(pump,), name="chat model", daemon=True).start()
    try:
        while True:
            left = max(0.0, deadline - monotonic())
            try:
                item = arrived.get(timeout=min(left, LISTEN_SECONDS) if stop else left)
            except Empty:
                if monotonic() < deadline and not (stop and stop.is_set()):
                    continue
                item = _OutOfTime()
            if stop and stop.is_set():
                item = _Stopped()
            if item is None:
                return
            yield item if isinstance(item, BaseException) else _as_chunk(item)
    finally:
        stopped.set()


def _plain(chunk: AIMessageChunk, thoughts: ThoughtFilter, secrets: SecretFilter) -> AIMessageChunk:
    """The chunk without thoughts and secrets, and with its finish_reason under that name."""
    changed: dict[str, Any] = {}
    said = str(chunk.text)
    if (shown := secrets.feed(thoughts.feed(said))) != said:
        changed["content"] = shown
    if (finish := finish_reason(chunk)) and chunk.response_metadata.get("finish_reason") != finish:
        changed["response_metadata"] = {**chunk.response_metadata, "finish_reason": finish}
    return chunk.model_copy(update=changed) if changed else chunk


def _check_complete(model: BaseChatModel, text: str, finish: str, chunks: Sequence[AIMessageChunk]) -> None:
    """Raise ChatModelUnavailable for a stream that ended without an answer, or before the answer did."""
    if not text.strip():
        raise llm_errors.empty_answer(asked(model), finish) if finish else llm_errors.no_completion(asked(model))
    # Servers say why an answer ends, and a connection that is lost can look like an end. Models in tests say nothing.
    if not finish and (address_of(model) or any(chunk.response_metadata.get("model_provider") for chunk in chunks)):
        raise llm_errors.broke_off(asked(model))


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """The chunk itself, or the whole message of a model that does not stream."""
    from langchain_core.messages import AIMessageChunk

    if isinstance(message, AIMessageChunk):
        return message
    return AIMessageChunk(
        content=message.content, response_metadata=message.response_metadata, usage_metadata=message.usage_metadata
    )


def _chunk(text: str, metadata: Mapping[str, Any] | None = None) -> AIMessageChunk:
    from langchain_core.messages import AIMessageChunk

    return AIMessageChunk(content=text, response_metadata=dict(metadata or {}))


def _from_cache(cache: AnswerCache, key: tuple[str, str]) -> AIMessageChunk | None:
    kept = cache.lookup(*key)
    if not kept:
        return None
    metadata = kept[0].message.response_metadata if hasattr(kept[0], "message") else {}
    return _chunk(kept[0].text, {**metadata, "cached": True})


def _keep(cache: AnswerCache, key: tuple[str, str], text: str, finish: str, chunks: Sequence[AIMessageChunk]) -> None:
    from langchain_core.messages import AIMessage
    from langchain_core.messages.ai import add_usage
    from langchain_core.outputs import ChatGeneration

    usage = None
    for chunk in chunks:
        usage = add_usage(usage, chunk.usage_metadata) if chunk.usage_metadata else usage
    message = AIMessage(text, response_metadata={"finish_reason": finish}, usage_metadata=usage)
    cache.update(*key, [ChatGeneration(message=message)])


def _settings(provider: str, seconds: float) -> dict[str, Any]:
    """What init_chat_model is given. Caching is ours alone (rag/cache.py), and not LangChain's as well."""
    match provider:
        case "openai":
            from openai import Timeout

            settings: dict[str, Any] = {"timeout": Timeout(seconds, connect=CONNECT_SECONDS), "stream_usage": True}
            if os.environ.get("OPENAI_BASE_URL", "").strip():  # a server of one's own asks for no key
                settings["api_key"] = os.environ.get("OPENAI_API_KEY", "").strip() or NO_KEY
            return settings | {"max_retries": RETRIES, "cache": False}
        case "ollama":
            return {"client_kwargs": {"timeout": seconds}, "cache": False}
    return {"timeout": seconds, "max_retries": RETRIES, "cache": False}


def _needs(name: str, package: str) -> str:
    extra = package.removeprefix("langchain-")
    if extra in EXTRAS:
        return f'{name} needs the package {package}: pip install ".[{extra}]" in the folder of Verbatim.'
    return f"{name} needs the package {package}: pip install {package}"


def _package(error: ImportError, provider: str) -> str:
    """The package that LangChain says is missing."""
    named = re.search(r"pip install ([\w-]+)", str(error))
    return named[1] if named else f"langchain-{provider.replace('_', '-')}"


def _unusable(name: str, error: Exception) -> ChatModelUnavailable:
    wanted = re.search(r"\b[A-Z][A-Z0-9_]*_API_KEY\b", str(error))
    variable = wanted[0] if wanted else llm_errors.Asked(name).key_variable
    if (wanted or "api_key" in str(error).lower()) and not os.environ.get(variable, "").strip():
        return ChatModelUnavailable(f"{name} needs an API key: set {variable}.")
    return ChatModelUnavailable(one_line(f"{name} cannot be used: {error}"))
