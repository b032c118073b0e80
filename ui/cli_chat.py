"""What `verbatim chat` does after its options are read: Streamlit's server with our settings, and the page on it."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from ui.chat_password import VARIABLE
from ui.chat_startup import Startup
from ui.messages import tell
from ui.uploads import UPLOAD_MB

if TYPE_CHECKING:
    from index.places import Place
    from rag.filters import Filters

SCRIPT = Path(__file__).with_name("chat.py")
THEME = Path(__file__).parent / "chat_parts" / "theme.toml"
PORT = 8501
TRIES = 20  # ports looked at where none is asked for


def run_chat(told: Startup, host: str, port: int | None, public_host: str, with_browser: bool) -> None:
    """Serve the page until Ctrl-C; `public_host` is the name under which a proxy shows it to others, or "".

    Raises InputError where host and port cannot be listened on, and for a name that cannot be one.
    """
    from streamlit.web import bootstrap

    if public_host and not re.fullmatch(r"[\w.-]+", public_host):
        raise InputError(f"--public-host {public_host}: give the name alone, as in archive.example.org")
    told = replace(told, is_local=is_loopback(host) and not public_host)
    chosen = free_port(host, port)
    options = server_options(host, chosen, public_host, with_browser)
    bootstrap.load_config_options(options)
    ask_nobody_for_an_address()
    shown = f"[{host}]" if ":" in host else host
    tell(f"the page is at http://{'localhost' if is_loopback(host) else shown}:{chosen} (Ctrl-C ends it)")
    if not told.is_local and not os.environ.get(VARIABLE):
        tell("warning: whoever reaches this page can read and change the archive; VERBATIM_PASSWORD sets a password")
    bootstrap.run(str(SCRIPT), False, [told.argument()], options)


def check_known(place: Place, filters: Filters) -> None:
    """Raise InputError for a speaker or an interview that the index does not have."""
    if filters:
        from index.places import open_place
        from rag.filters import matching_documents

        with closing(open_place(place)) as index:
            matching_documents(index, filters)


def ask_nobody_for_an_address() -> None:
    """Streamlit asks a web service for the machine's own address when a page of another site tries to connect, and
    waits for it: so that such a page can do neither, it is told that it knows.
    """
    from streamlit import net_util

    net_util._external_ip = "none.invalid"


def server_options(host: str, port: int, public_host: str, with_browser: bool) -> dict[str, object]:
    """Streamlit's settings: nothing is sent anywhere, nothing but the page is served, and errors tell no paths.

    A browser must name a host that is known: else a foreign page could give itself the address of this machine. Where
    the server listens for others and no `public_host` is given, no such name is known, and any will do.
    """
    import tomllib

    theme = tomllib.loads(THEME.read_text(encoding="utf-8"))
    known = ["localhost", "127.0.0.1", "::1", host, *filter(None, [public_host])]
    options: dict[str, object] = {
        "server.address": host,
        "server.port": port,
        "server.headless": not with_browser,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": UPLOAD_MB,
        "server.enableStaticServing": False,
        "server.allowedHosts": known if public_host or is_loopback(host) else [],
        "server.corsAllowedOrigins": [f"https://{public_host}"] if public_host else [],
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,  # a whole collection after each click took a third of its time
    }
    return options | {f"theme.{name}": value for name, value in _flat(theme)}


def _flat(table: dict[str, object], before: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for name, value in table.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def free_port(host: str, port: int | None) -> int:
    """The port asked for, or the first free one from PORT on. Raises InputError."""
    for candidate in [port] if port is not None else range(PORT, PORT + TRIES):
        try:
            [(family, *_, address), *_] = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
        except (OSError, OverflowError, UnicodeError) as error:  # the last where a name cannot be one of a host
            problem = getattr(error, "strerror", None) or str(error)
            continue
        return candidate
    raise InputError(f"--host {host}, --port {port or PORT}: cannot listen there ({problem}); name another --port")
