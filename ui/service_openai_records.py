"""What clients of OpenAI's chat completions send, as far as it matters here, and what they get."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.answer import Citation, Note
from rag.clue import Clue
from ui.service_schema import FiltersBody, Strict

MOST_MESSAGES = 2000
LONGEST_MESSAGE = 200_000  # characters
OWNER = "verbatim"
DEFAULT_MODEL = "verbatim"
QUOTES_MODEL = "verbatim-quotes"
Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
FinishReason = Literal["stop", "length"]
Text = Annotated[str, Field(max_length=LONGEST_MESSAGE)]


class Lenient(BaseModel):
    """A body of which unknown fields are let be: clients send all that OpenAI's API knows."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Part(Lenient):
    """A part of a message. Only text can be asked; what else an earlier message has is let be."""

    type: str = Field(max_length=50, examples=["text"])
    text: Text = ""


class Message(Lenient):
    """A message of the conversation."""

    role: Role
    content: Text | Annotated[list[Part], Field(max_length=100)] | None = None


class StreamOptions(Lenient):
    """How to stream."""

    include_usage: bool | None = Field(default=None, description="Count the tokens in a last chunk.")


class Extension(Strict):
    """What only Verbatim knows; the openai client sends it with `extra_body={"verbatim": {…}}`."""

    filters: FiltersBody | None = None
    top_k: int | None = Field(
        default=None, ge=1, le=50, description="How many passages to answer from; else 5, or 8 for a model."
    )
    strict: bool | None = Field(default=None, description="Leave out sentences that no quotation supports.")
    as_is: bool = Field(default=False, description="Take nothing that the question names for a filter.")


class CompletionBody(Lenient):
    """What POST /v1/chat/completions takes: the last message of a user is the question, those before it its history."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": DEFAULT_MODEL, "messages": [{"role": "user", "content": "奥特曼怎么看核聚变？"}]},
                {
                    "model": QUOTES_MODEL,
                    "messages": [
                        {"role": "user", "content": "What changed his mind about open source?"},
                        {"role": "assistant", "content": "…"},
                        {"role": "user", "content": "And why?"},
                    ],
                    "stream": True,
                    "stream_options": {"include_usage": True},
                    "verbatim": {"filters": {"since": "2024"}},
                },
            ]
        }
    )

    messages: list[Message] = Field(
        min_length=1,
        max_length=MOST_MESSAGES,
        json_schema_extra={"contains": {"properties": {"role": {"const": "user"}}}},
    )
    model: str = Field(default=DEFAULT_MODEL, max_length=200, description="One of GET /v1/models.")
    n: int | None = Field(default=None, ge=1, description="There is one answer.", json_schema_extra={"maximum": 1})
    stream: bool | None = Field(default=None, description="Answer with server-sent events, a sentence each.")
    stream_options: StreamOptions | None = None
    verbatim: Extension | None = None


class Model(BaseModel):
    """A way to be answered."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When the service began, in seconds since 1970.")
    owned_by: str = OWNER


class ModelList(BaseModel):
    """What GET /v1/models gives, the default first."""

    object: Literal["list"] = "list"
    data: list[Model]


class UrlCitation(BaseModel):
    """Where the text has a marker, content[start_index:end_index] in characters (code points), and what it leads to."""

    start_index: int
    end_index: int
    title: str
    url: str = Field(description="The interview's own address, at the time if it has one; else the passage here.")


class Annotation(BaseModel):
    """One marker of the text; `verbatim` has the citation as `ask --json` has it."""

    type: Literal["url_citation"]
    url_citation: UrlCitation
    verbatim: Citation


class Reply(BaseModel):
    """The answer, in Markdown with footnotes."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one answer."""

    index: Literal[0]
    message: Reply
    logprobs: None
    finish_reason: FinishReason = Field(description='"length" where the answer broke off.')


class Usage(BaseModel):
    """Tokens as the chat model counted them; none where no chat model was asked."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class About(BaseModel):
    """How an answer was made, as `ask --json` has it."""

    answered: bool
    mode: Literal["extractive", "llm"]
    model: str
    language: str
    asked_as: str
    understood: tuple[Clue, ...]
    notes: tuple[Note, ...]


class Completion(BaseModel):
    """What POST /v1/chat/completions gives."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    verbatim: About


class Delta(BaseModel):
    """What a chunk adds: the role first, then text, and at last what the markers in all of the text stand for."""

    role: Literal["assistant"] = "assistant"
    content: str = ""
    annotations: list[Annotation] = []


class ChunkChoice(BaseModel):
    """The one answer."""

    index: Literal[0]
    delta: Delta
    logprobs: None
    finish_reason: FinishReason | None


class Chunk(BaseModel):
    """An event of a streamed answer; only the last ones have `verbatim` and, if asked for, `usage` without a choice."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None = None
    verbatim: About | None = None
