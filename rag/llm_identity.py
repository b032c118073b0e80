"""Which chat model it is: its name and address for people, and what tells its answers from another's for the cache."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.llm_errors import Asked
from rag.redact import public_address

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

NO_KEY = "none"  # the key that a server gets which asks for none
OLLAMA = "http://127.0.0.1:11434"  # where its package looks when nothing is set
# The settings that decide an answer, by the names that providers give them; not all list theirs as identifying.
SETTINGS = (
    "model model_name model_id temperature top_p top_k min_p seed n stop stop_sequences max_tokens max_output_tokens "
    "max_completion_tokens num_predict num_ctx presence_penalty frequency_penalty repeat_penalty logit_bias format "
    "reasoning reasoning_effort thinking verbosity model_kwargs extra_body"
).split()
_NO_PART_IN_IT = {"max_retries", "timeout", "request_timeout", "default_request_timeout", "stream", "streaming"}


def name_of(model: BaseChatModel) -> str:
    """The "provider:model" that a model was loaded by, else its class."""
    return model.name or type(model).__name__


def address_of(model: BaseChatModel) -> str:
    """Where a model's requests go, without secrets; "" where its package does not tell."""
    return public_address(_url(model))


def asked(model: BaseChatModel) -> Asked:
    """What errors say of a model, and must not say."""
    from pydantic import SecretStr

    keys = (value.get_secret_value() for _, value in model if isinstance(value, SecretStr))
    return Asked(name_of(model), address_of(model), [key for key in keys if key and key != NO_KEY])


def cache_key(model: BaseChatModel, messages: Sequence[BaseMessage]) -> tuple[str, str]:
    """What decides an answer, as a LangChain cache takes it: the prompt, and the model with its address and settings.

    LangChain's own string for the model will not do: that of some providers names no model, that of others no address.
    No key is part of it.
    """
    prompt = [[message.type, message.content] for message in messages]  # without ids, which differ each time
    settings = {name: value for name in SETTINGS if (value := getattr(model, name, None)) is not None}
    settings |= {name: value for name, value in model._identifying_params.items() if name not in _NO_PART_IN_IT}
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    return _json(prompt), _json([name_of(model), kind, _url(model), settings])


def _json(data: object) -> str:
    return json.dumps(data, sort_keys=True, default=repr)


def _url(model: BaseChatModel) -> str:
    client = getattr(model, "root_client", None)  # of OpenAI's package
    for owner, field in ((client, "base_url"), (model, "anthropic_api_url"), (model, "base_url"), (model, "endpoint")):
        if url := getattr(owner, field, None):
            return str(url)
    if type(model).__module__.startswith("langchain_ollama"):
        return os.environ.get("OLLAMA_HOST", "").strip() or OLLAMA
    return ""
