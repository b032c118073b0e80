"""What went wrong with a chat model, as one line that says what to do and holds no secret.

Providers share no exception tree. They do share HTTP status, the words for trouble, and the network's own errors
further down the chain of causes.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.errors import ChatModelUnavailable, ContextTooLong
from rag.redact import LONGEST, one_line

LONGEST_DETAIL = 160  # characters of what the server said
# Where each provider's package looks for the address, and for the key where that is not PROVIDER_API_KEY.
ADDRESS_VARIABLES = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "ollama": "OLLAMA_HOST"}
KEY_VARIABLES = {"google_genai": "GOOGLE_API_KEY"}

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|exceeds the available context size|context (?:length|window|size)"
    r"|prompt is too long|input is too long|range of input length|max_model_len"
    r"|reduce the length of the (?:messages|prompt)|input tokens? (?:count )?.{0,40}exceed|too many input tokens"
    r"|\bcontextoverflowerror\b"
)
_NO_CREDIT = re.compile(
    r"insufficient_quota|insufficient.{0,10}(?:balance|credit|fund)|credit balance|billing_hard_limit"
    r"|exceeded your current quota|arrearage|payment required"
)
_UNKNOWN_MODEL = re.compile(
    r"model_not_found|model[\w ]{0,10} not (?:exist|found)|model\b.{0,60}(?:does not exist|not found)"
    r"|unknown model|invalid model"
)
_KEY_REFUSED = re.compile(r"invalid_api_key|api_key_invalid|(?:invalid|incorrect) api key|api key not valid")
_NO_KEY = re.compile(r"resolve authentication method|missing credentials|api[_ ]key (?:is )?(?:required|missing)")
_NO_ADDRESS = re.compile(r"unsupportedprotocol|invalidurl|missing an 'http|no scheme supplied|localprotocolerror")
# What a client stumbles over when the answer only looks like its provider's protocol; JSON and UTF-8 are ValueErrors.
_NONSENSE = (TypeError, AttributeError, LookupError, UnicodeError, RecursionError)
_NONSENSE_VALUES = ("JSONDecodeError", "ValidationError", "APIResponseValidationError")


@dataclass(frozen=True, slots=True)
class Asked:
    """The model that was asked: its "provider:model", its address without secrets, the secrets it was given."""

    name: str
    address: str = ""
    secrets: Sequence[str] = ()

    @property
    def provider(self) -> str:
        return self.name.partition(":")[0] if ":" in self.name else ""

    @property
    def key_variable(self) -> str:
        """The environment variable of the key, where the provider is known."""
        provider = self.provider
        return KEY_VARIABLES.get(provider, f"{provider.upper().replace('-', '_')}_API_KEY") if provider else ""

    @property
    def place(self) -> str:
        """The address to check, and the variable that sets it."""
        variable = ADDRESS_VARIABLES.get(self.provider, "")
        return f"the address ({variable})" if variable else "the address"


def explain(error: BaseException, asked: Asked, *, midway: bool = False) -> ChatModelUnavailable:
    """The error to raise for what a provider raised; `midway` when part of the answer had come. ContextTooLong if so.

    It is to be raised without the provider's as its cause, which holds the request and with it the key.
    """
    words = " ".join(_words(error)).lower()
    status = _status(error)
    said = _said(error, asked)
    if midway:
        return _unavailable(asked, f"the answer broke off: {_why_cut(error, words) or said}")
    if status == 413 or (status in (None, 400, 422, 500) and _TOO_LONG.search(words)):
        return ContextTooLong(_line(asked, f"the prompt does not fit into the model's context: {said}"))
    return _unavailable(asked, _by_words(words, said, asked) or _by_status(status, said, asked) or _other(error, asked))


def no_completion(asked: Asked) -> ChatModelUnavailable:
    """The server answered, and not with what a chat model says."""
    at = f"{asked.address} " if asked.address else ""
    return _unavailable(asked, f"{at}answered with something that is no chat completion; check {asked.place}.")


def empty_answer(asked: Asked, finish_reason: str) -> ChatModelUnavailable:
    """The model came to an end and said nothing, or nothing but thoughts."""
    return _unavailable(asked, f"the model gave an empty answer (finish_reason: {finish_reason or 'none'}).")


def broke_off(asked: Asked) -> ChatModelUnavailable:
    """The stream ended, and the model had not said that it was done."""
    return _unavailable(asked, "the answer broke off: the server ended it without saying that it was complete.")


def out_of_time(asked: Asked, seconds: float) -> ChatModelUnavailable:
    """The budget for the whole call is over."""
    allowed = f"{max(0.1, round(seconds, 1)):g}"
    return _unavailable(asked, f"no complete answer within {allowed} seconds; --llm-seconds allows more.")


def stopped(asked: Asked) -> ChatModelUnavailable:
    """The caller broke the call off."""
    return _unavailable(asked, "it was stopped.")


def _by_words(words: str, said: str, asked: Asked) -> str:
    """What the words of the error alone tell, whatever its status."""
    if _NO_CREDIT.search(words):
        return f"the account has no credit left. Add some, or use another key or model. {said}"
    if _NO_KEY.search(words):
        return f"it needs an API key: set {asked.key_variable or 'it in the environment'}."
    if _KEY_REFUSED.search(words):
        return _key_refused(asked)
    if _UNKNOWN_MODEL.search(words):
        return f"the server does not know this model; check the name and {asked.place}. {said}"
    return ""


def _by_status(status: int | None, said: str, asked: Asked) -> str:
    match status:
        case None:
            return ""
        case 401:
            return _key_refused(asked)
        case 402:
            return f"the account has no credit left. Add some, or use another key or model. {said}"
        case 403:
            return f"the API key was refused for this request; check it and what it may do. {said}"
        case 404:
            return f"the server does not know this model; check the name and {asked.place}. {said}"
        case 429:
            return f"no more requests for now. Try again later. {said}"
        case _ if status >= 500:
            return f"the server is in trouble (status {status}). Try again later. {said}"
    return f"the server answered with status {status}: {said}"


def _other(error: BaseException, asked: Asked) -> str:
    """What has neither a status nor words of its own: the network, nonsense, the unforeseen."""
    chain = list(_causes(error))
    kinds = " ".join(cls.__name__ for one in chain for cls in type(one).__mro__)
    at = f" at {asked.address}" if asked.address else ""
    if any(isinstance(one, socket.gaierror) for one in chain):
        return f"the name of the server{at} is not known to the network; check the network and {asked.place}."
    if secure := next((one for one in chain if isinstance(one, ssl.SSLError)), None):
        why = getattr(secure, "verify_message", "") or getattr(secure, "reason", "") or "TLS failed"
        return f"no secure connection to the server{at} ({why}); check {asked.place} and the certificate."
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return f"nothing answers{at}; is the server running? Check {asked.place}."
    if _NO_ADDRESS.search(kinds.lower()) or _NO_ADDRESS.search(" ".join(map(str, chain)).lower()):
        return f"{asked.place} is not a web address, such as http://localhost:8000/v1."
    if "ConnectTimeout" in kinds:
        return f"the server{at} cannot be reached; check the network and {asked.place}."
    if "Timeout" in kinds:
        return f"the server{at} did not answer in time. Try again later."
    if "ConnectionError" in kinds or "ConnectError" in kinds or "ProtocolError" in kinds or "ReadError" in kinds:
        return f"the server{at} cannot be reached; check the network and {asked.place}."
    if isinstance(error, _NONSENSE) or any(kind in kinds for kind in _NONSENSE_VALUES) or _is_nothing(error):
        return str(no_completion(asked)).removeprefix(f"{asked.name}: ")
    return _said(error, asked)


def _why_cut(error: BaseException, words: str) -> str:
    """Why a stream ended early, where the error itself says it badly or not at all."""
    kinds = " ".join(cls.__name__ for one in _causes(error) for cls in type(one).__mro__)
    if "Timeout" in kinds:
        return "the server fell silent."
    if "ConnectionError" in kinds or "ProtocolError" in kinds or "ReadError" in kinds or "incomplete chunked" in words:
        return "the connection was lost."
    if isinstance(error, _NONSENSE) or any(kind in kinds for kind in _NONSENSE_VALUES):
        return "the server went on with something that is no chat completion."
    return ""


def _key_refused(asked: Asked) -> str:
    variable = asked.key_variable
    if variable and not os.environ.get(variable, "").strip() and not asked.secrets:
        return f"the server wants an API key: set {variable}."
    return f"the API key was refused; check it in the environment{f' ({variable})' if variable else ''}."


def _is_nothing(error: BaseException) -> bool:
    """A stream without a single chunk, in LangChain's words; a web page."""
    return _is_page(str(error)) or (isinstance(error, ValueError) and "No generation chunks" in str(error))


def _is_page(text: str) -> bool:
    return "<html" in text.lower() or "<!doctype" in text.lower()


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status: `status_code` of most, `code` of Google's, `response.status_code` of plain HTTP clients."""
    response = getattr(error, "response", None)
    for value in (
        getattr(error, "status_code", None),
        getattr(error, "code", None),
        getattr(response, "status_code", 0),
    ):
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _body(error: BaseException) -> dict[str, object]:
    """What the server said, as an object: {"message", "code", "type", …}, however deep a provider leaves it."""
    body = getattr(error, "body", None)
    while isinstance(body, dict) and isinstance(body.get("error"), dict):
        body = body["error"]
    return body if isinstance(body, dict) else {}


def _words(error: BaseException) -> Iterator[str]:
    """What an error says, the names of its classes and codes among it; not all of it, which may quote the prompt."""
    yield from (cls.__name__ for cls in type(error).__mro__)
    body = _body(error)
    yield str(body.get("message") or error)[:600]
    for name in ("code", "type"):
        yield str(body.get(name) or getattr(error, name, ""))


def _said(error: BaseException, asked: Asked) -> str:
    """The beginning of what the server said, which is worth nothing where it is a web page."""
    text = str(_body(error).get("message") or error)
    if _is_page(text):
        return "(It answered with a web page.)"
    return one_line(text, asked.secrets, LONGEST_DETAIL) or type(error).__name__


def _unavailable(asked: Asked, what: str) -> ChatModelUnavailable:
    return ChatModelUnavailable(_line(asked, what))


def _line(asked: Asked, what: str) -> str:
    line = " ".join(f"{asked.name}: {what}".split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
