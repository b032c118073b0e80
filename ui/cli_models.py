"""`verbatim models check`: what works of a chat model, found out with one short request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.errors import ChatModelUnavailable, InputError
from ui.messages import counted, one_line

if TYPE_CHECKING:
    from rag.llm_check import Checked

WIDTH = 12  # of the names of the lines


def run_check(name: str) -> int:
    """Print what works, a line each. Raises ChatModelUnavailable at the first thing that does not."""
    if not name.strip():
        raise InputError(
            "No chat model is named: write verbatim models check openai:MODEL, or set VERBATIM_LLM. "
            "For a server of your own set OPENAI_BASE_URL as well."
        )
    from rag.llm_check import check_model

    seen = check_model(name)
    if seen.package:
        _print("model", name)
        _print("package", seen.package)
        _print("address", seen.address or "the provider's own")
        _print("key", _key(seen.keys))
    if seen.problem:
        raise ChatModelUnavailable(seen.problem)
    _print_reply(seen)
    return 0


def _print_reply(seen: Checked) -> None:
    _print("first words", f"after {seen.first:.1f} s")
    _print("whole reply", f"after {seen.whole:.1f} s")
    in_pieces = f"yes, in {counted(seen.pieces, 'piece')}"
    _print("streaming", in_pieces if seen.pieces > 1 else "not seen: the reply came in one piece")
    has_tokens = seen.tokens_in or seen.tokens_out
    _print("tokens", f"{seen.tokens_in:,} in, {seen.tokens_out:,} out" if has_tokens else "not reported")
    _print("reply", seen.reply)


def _key(variables: Sequence[str]) -> str:
    if not variables:
        return "not needed"
    present = next((name for name in variables if os.environ.get(name, "").strip()), "")
    return (
        f"{present} is set" if present else f"{' or '.join(variables)} is not set; a server of your own may need none"
    )


def _print(name: str, value: str) -> None:
    print(f"{name:<{WIDTH}}{one_line(value)}", flush=True)
