"""What clients send: checked here, as far as the archive need not be asked. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, Field, model_validator

from index.errors import InputError
from rag.chain import MAX_CHARS
from rag.conversation import Exchange
from rag.filters import Filters
from rag.question import LONGEST_QUESTION
from ui.options import check_dates
from ui.service_answers import Asking

DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
MOST_NAMES = 100
MOST_FIELDS = 50
LONGEST_NAME = 500
# That a word must be in it, of whatever script, no pattern says that all readers of a JSON Schema understand.
Question = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION, examples=["奥特曼怎么看核聚变？"])]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
Date = Annotated[str, Field(pattern=rf"^$|{DATE}", examples=["2024", "2024-05"])]
Tag = Annotated[str, Field(pattern=TAG, max_length=50, examples=["zh-Hant"])]


Names = Annotated[list[Name], Field(max_length=MOST_NAMES), FailFast()]
Tags = Annotated[list[Tag], Field(max_length=MOST_NAMES), FailFast()]
AsIs = Annotated[bool, Field(description="Take nothing that the question names for a filter.")]


class Strict(BaseModel):
    """A body in which a misspelt field is an error and not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _has_few_fields(cls, value: object) -> object:
        """Each field that is not known would be told in an error of its own."""
        if isinstance(value, Mapping) and len(value) > MOST_FIELDS:
            raise ValueError(f"it has {len(value):,} fields")
        return value


class FiltersBody(Strict):
    """Which part of the archive is asked: speakers under any of their names and in any script, interviews by name,
    dates as precise as wanted, and languages, of which zh stands for both scripts of Chinese.
    """

    speakers: Names = []
    interviews: Names = []
    since: Date = ""
    until: Date = ""
    languages: Tags = []

    @model_validator(mode="after")
    def _are_dates(self) -> FiltersBody:
        try:
            check_dates(self.since, self.until, ("since", "until"))
        except InputError as error:
            raise ValueError(str(error)) from None
        return self

    def chosen(self) -> Filters:
        """The same as the ranking takes it."""
        return Filters(tuple(self.speakers), tuple(self.interviews), self.since, self.until, tuple(self.languages))


class ExchangeBody(Strict):
    """An earlier question and its answer."""

    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    answer: Annotated[str, Field(max_length=50_000)] = ""


class SearchBody(Strict):
    """What POST /v1/search takes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "What does Altman say about fusion?", "top_k": 3}]}
    )

    question: Question
    top_k: Annotated[int, Field(ge=1, le=50, description="How many passages to find.")] = 5
    filters: FiltersBody = FiltersBody()
    as_is: AsIs = False


class AskBody(Strict):
    """What POST /v1/ask takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "奥特曼怎么看核聚变？"},
                {
                    "question": "And why?",
                    "history": [{"question": "What changed his mind about open source?", "answer": ""}],
                    "filters": {"since": "2024"},
                    "model": "quotes",
                },
            ]
        }
    )

    question: Question
    history: Annotated[
        list[ExchangeBody], Field(max_length=50, description="What was asked before, oldest first."), FailFast()
    ] = []
    filters: FiltersBody = FiltersBody()
    top_k: Annotated[
        int | None, Field(ge=1, le=50, description="How many passages to answer from; else 5, or 8 for a chat model.")
    ] = None
    max_chars: Annotated[int, Field(ge=20, le=20_000, description="How long quotations may be together.")] = MAX_CHARS
    model: Annotated[
        str,
        Field(max_length=200, description='One that the service offers, "quotes" for none, "" for its default.'),
    ] = ""
    strict: Annotated[bool | None, Field(description="Leave out sentences that no quotation supports.")] = None
    as_is: AsIs = False
    stream: Annotated[bool | None, Field(description="Answer with server-sent events; else as Accept says.")] = None

    def asking(self) -> Asking:
        """The same as the flow takes it."""
        return Asking(
            question=self.question,
            history=tuple(Exchange(one.question, one.answer) for one in self.history),
            filters=self.filters.chosen(),
            top_k=self.top_k,
            max_chars=self.max_chars,
            model=self.model,
            strict=self.strict,
            understand=not self.as_is,
        )
