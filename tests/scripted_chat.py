"""A chat model that says what a test has written down, and remembers what it was asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Part = str | float | Exception
"""Words to say, seconds to wait, or what goes wrong then."""
Reply = str | Exception | Sequence[Part] | Callable[[list[BaseMessage]], str]

PIECE = 7  # characters


class ScriptedChat(BaseChatModel):
    """Gives the replies in turn and goes on with the last; a function makes its reply from the messages.

    A reply streams in pieces of PIECE characters, then `finish` and, where `tokens` has them, prompt and completion.
    """

    replies: list[Reply]
    finish: str = "stop"
    tokens: tuple[int, int] | None = None
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def prompt(self, call: int = -1) -> str:
        """The last message of a call, which has the passages."""
        return self.asked[call][-1].text

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        said = "".join(chunk.message.text for chunk in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        for part in [reply(messages)] if callable(reply) else [reply] if isinstance(reply, str | Exception) else reply:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                time.sleep(part)
                continue
            for at in range(0, len(part), PIECE):
                yield _chunk(part[at : at + PIECE])
        yield _chunk("", response_metadata={"finish_reason": self.finish})
        if self.tokens:
            prompt, completion = self.tokens
            usage = {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}
            yield _chunk("", usage_metadata=usage)


def scripted(*replies: Reply, **settings: Any) -> ScriptedChat:
    """The model, called "test:model"."""
    return ScriptedChat(replies=list(replies), name="test:model", **settings)


def _chunk(text: str, **metadata: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text, **metadata))
