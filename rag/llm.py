"""The chat model, from a "provider:model" string; whatever goes wrong with it becomes one line without secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.errors import ChatModelUnavailable, InputError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

TIMEOUT_SECONDS = 60.0
RETRIES = 2  # of a request that failed on the way
_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")


def load_chat_model(name: str) -> BaseChatModel:
    """The model of "provider:model", any provider of LangChain's init_chat_model; its `name` is the string.

    Temperature stays as the provider has it: some models refuse any other. OPENAI_BASE_URL makes `openai:` any server
    that speaks its protocol. Raises InputError for a string that names no model, ChatModelUnavailable where the
    package or the key is missing.
    """
    provider, _, model_name = (part.strip() for part in name.partition(":"))
    if not provider or not model_name:
        raise InputError(f"{name!r} names no chat model: write provider:model, as in openai:gpt-5-mini")
    settings: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "max_retries": RETRIES}
    if provider == "openai" and os.environ.get("OPENAI_BASE_URL", "").strip():
        settings["api_key"] = os.environ.get("OPENAI_API_KEY", "").strip() or "none"  # a server of one's own asks none
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise ChatModelUnavailable(_needs(name, "langchain")) from error
    try:
        model: BaseChatModel = init_chat_model(model_name, model_provider=provider, **settings)
    except ImportError as error:
        raise ChatModelUnavailable(_needs(name, _package(error, provider))) from error
    except ValueError as error:
        if "Unsupported provider" in str(error):
            raise InputError(f"{name}: there is no provider {provider!r}; try openai:, anthropic: or ollama:") from None
        raise _unusable(name, provider, error) from None
    except Exception as error:  # noqa: BLE001 - providers share no exceptions; the cause may hold the key
        raise _unusable(name, provider, error) from None
    model.name = name
    return model


def reply(model: BaseChatModel, messages: Sequence[BaseMessage]) -> str:
    """What the model says, as plain text. Raises ChatModelUnavailable, saying what to do, when it does not answer."""
    try:
        return model.invoke(list(messages)).text
    except Exception as error:  # noqa: BLE001 - as above
        raise ChatModelUnavailable(_explain(error, name_of(model))) from None


def name_of(model: BaseChatModel) -> str:
    """The "provider:model" that a model was loaded by, else its class."""
    return model.name or type(model).__name__


def _needs(name: str, package: str) -> str:
    if package in ("langchain", "langchain-openai"):
        return f'{name} needs the package {package}: pip install ".[llm]" in the folder of Verbatim.'
    return f"{name} needs the package {package}: pip install {package}"


def _package(error: ImportError, provider: str) -> str:
    """The package that LangChain says is missing."""
    named = re.search(r"pip install ([\w-]+)", str(error))
    return named[1] if named else f"langchain-{provider.replace('_', '-')}"


def _unusable(name: str, provider: str, error: Exception) -> ChatModelUnavailable:
    key = f"{provider.upper().replace('-', '_')}_API_KEY"
    if "api_key" in str(error).lower() and not os.environ.get(key, "").strip():
        return ChatModelUnavailable(f"{name} needs an API key: set {key}.")
    return ChatModelUnavailable(f"{name} cannot be used: {one_line(error)}")


def _explain(error: Exception, name: str) -> str:
    """What went wrong and what to do. Providers share no exception tree, but HTTP status and the words for trouble."""
    status = getattr(error, "status_code", None)
    kind = " ".join(cls.__name__ for cls in type(error).__mro__)
    match status:
        case 401 | 403:
            return f"{name}: the API key was refused; check it in the environment."
        case 404:
            return f"{name}: the server does not know this model; check the name and the address."
        case 429:
            return f"{name}: no more requests for now, or the account has no credit left. Try again later."
        case int():
            return f"{name}: the server answered with status {status}: {one_line(error)}"
    if "Timeout" in kind:
        return f"{name}: no answer within {TIMEOUT_SECONDS:.0f} seconds. Try again later."
    if "ConnectionError" in kind or "ConnectError" in kind:
        return f"{name}: the server cannot be reached; check the network and the address."
    return f"{name}: {one_line(error)}"


def one_line(error: Exception) -> str:
    """The beginning of an error's message, without the secrets of the environment."""
    text = " ".join(str(error).split()) or type(error).__name__
    for variable, value in os.environ.items():
        if _SECRET.search(variable.upper()) and len(value) >= 6:
            text = text.replace(value.strip(), "(secret)")
    return text if len(text) <= 300 else text[:300] + "…"
