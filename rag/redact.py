"""Text of others made fit for a message: one short line without keys, passwords and the headers that carry them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit, urlunsplit

LONGEST = 300  # characters of a whole message
HIDDEN = "(secret)"
_SECRET_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$")
_SHORTEST_SECRET = 6  # anything shorter is found in too many words
_SHORTENED_FROM = 12  # a part of anything shorter as well
_BEGUN = 8  # characters by which a secret is known
_MASK = r"(?:\*{2,}|\.{2,}|…|•{2,})"  # sk-ab***yz, sk-ab...yz: how servers shorten a key they quote

_USER_IN_URL = re.compile(r"(?<=://)[^\s/@?#]+@")
_QUERY = re.compile(r"((?:key|token|secret|password|signature)=)[^\s&#'\"]+", re.IGNORECASE)
_HEADER = re.compile(
    r"""((?:authorization|api[-_]key|x-[\w-]*(?:key|token))["']?\s*[:=]\s*["']?)(?!bearer|basic)[^\s"',;}]+""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{6,}", re.IGNORECASE)
_KEY_SHAPED = re.compile(r"\b(?:g?sk-|gsk_|hf_)[\w*.…•-]{4,}[\w*•]|\bAIza[\w-]{10,}")
_STARRED = re.compile(r"[^\s'\"(,:=]*\*{3,}[^\s'\"),]*")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without `secrets`, the secrets of the environment, and whatever looks like one, also shortened."""
    for secret in sorted({*secrets, *_of_environment()}, key=len, reverse=True):
        if len(secret) < _SHORTEST_SECRET:
            continue
        for form in dict.fromkeys((secret, quote(secret, safe=""), quote(secret))):
            text = text.replace(form, HIDDEN)
        if len(secret) >= _SHORTENED_FROM:
            begun, head, tail = (re.escape(part) for part in (secret[:_BEGUN], secret[:2], secret[-3:]))
            text = re.sub(rf"{begun}[\w*.…•-]*|(?<!\w){head}[\w-]*{_MASK}[\w*-]*|{_MASK}[\w-]*{tail}", HIDDEN, text)
    text = _USER_IN_URL.sub("", text)
    text = _HEADER.sub(rf"\1{HIDDEN}", _SCHEME.sub(rf"\1{HIDDEN}", text))
    text = _QUERY.sub(rf"\1{HIDDEN}", text)
    return _STARRED.sub(HIDDEN, _KEY_SHAPED.sub(HIDDEN, text))


class SecretFilter:
    """The pieces of a reply without the secrets of the environment, also where a piece ends within one.

    Only secrets as they are, of some length: in an answer much else looks like one.
    """

    def __init__(self) -> None:
        long = {secret for secret in _of_environment() if len(secret) >= _SHORTENED_FROM}
        self._secrets = sorted(long, key=len, reverse=True)
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown once this piece has come."""
        text = self._held + piece
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        begun = (n for secret in self._secrets for n in range(1, len(secret)) if text.endswith(secret[:n]))
        shown = len(text) - max(begun, default=0)
        self._held = text[shown:]
        return text[:shown]

    def rest(self) -> str:
        """What was held back, when nothing more comes; a good part of a secret is hidden as well."""
        held, self._held = self._held, ""
        return held if len(held) < _BEGUN else HIDDEN


def one_line(text: str, secrets: Iterable[str] = (), longest: int = LONGEST) -> str:
    """`redact`, on one line of at most `longest` characters, without what a terminal could obey."""
    line = redact(" ".join(text.split()), secrets)
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def public_address(url: str) -> str:
    """A URL without user, password, query, and the long parts of its path, which may be keys; "" for none."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    path = "/".join(part if len(part) <= 24 else "…" for part in parts.path.rstrip("/").split("/"))
    return one_line(urlunsplit((parts.scheme, f"{host}:{port}" if port else host, path, "", ""))) if host else ""


def _of_environment() -> Iterable[str]:
    for variable, value in os.environ.items():
        value = value.strip()
        if _SECRET_VARIABLE.search(variable.upper()):
            yield value
        elif "://" in value and "@" in value:
            try:
                password = urlsplit(value).password or ""
            except ValueError:
                continue
            yield from (password, unquote(password))
