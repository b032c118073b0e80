"""An answer in the records of OpenAI's API: as one completion, or as the chunks of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.sse import format_sse_event

from rag.answer import Answer, Citation
from ui.jsonl import json_line
from ui.service_footnotes import marker_annotations, whole_text
from ui.service_openai_records import (
    About,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    Delta,
    FinishReason,
    Reply,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What all the events of one completion say of it, and where this service is."""

    id: str
    created: int
    model: str
    base: str

    def page_of(self, citation: Citation) -> str:
        """Where this service shows the passage of a citation."""
        return f"{self.base}/v1/passages/{quote(citation.passage_id, safe='')}"


def completion(answer: Answer, named: Named) -> Completion:
    """An answer in one piece."""
    whole = whole_text(answer)
    reply = Reply(
        role="assistant",
        content=whole.text,
        refusal=None,
        annotations=marker_annotations(answer, whole.markers, named.page_of),
    )
    return Completion(
        id=named.id,
        object="chat.completion",
        created=named.created,
        model=named.model,
        choices=[Choice(index=0, message=reply, logprobs=None, finish_reason=finish_reason(answer))],
        usage=usage(answer),
        verbatim=about(answer),
    )


def chunk(named: Named, delta: Delta | None, finish_reason: FinishReason | None = None, **more: Any) -> bytes:
    """One event of a stream; without a delta, one that only has something more."""
    choices = [] if delta is None else [ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason=finish_reason)]
    record = Chunk(
        id=named.id, object="chat.completion.chunk", created=named.created, model=named.model, choices=choices, **more
    )
    return format_sse_event(data_str=json_line(record.model_dump(exclude_unset=True)))


def finish_reason(answer: Answer) -> FinishReason:
    """Whether the answer came to its end."""
    return "length" if any(note.kind == "broke off" for note in answer.notes) else "stop"


def usage(answer: Answer) -> Usage:
    """The tokens that the answer cost."""
    prompt, completion = (answer.usage.get(name, 0) for name in ("prompt_tokens", "completion_tokens"))
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def about(answer: Answer) -> About:
    """How the answer was made."""
    return About(
        answered=answer.answered,
        mode=answer.mode,
        model=answer.model,
        language=answer.language,
        asked_as=answer.asked_as,
        understood=answer.understood,
        notes=answer.notes,
    )
