"""`verbatim models check`: what it says of a model that answers, and of one that does not."""

from __future__ import annotations

import pytest
from chat_server import KEY, ChatServer, delta, events, failure, stream
from small_archive import verbatim


def lines(stdout: str) -> dict[str, str]:
    """What is printed, by the name of the line."""
    return {line[:12].strip(): line[12:] for line in stdout.splitlines()}


def test_a_model_that_works(chat_server: ChatServer) -> None:
    chat_server.answers(stream("O", "K.", usage=(1200, 3)))
    result = verbatim("models", "check", "openai:m")
    assert (result.exit_code, result.stderr) == (0, "")
    found = lines(result.stdout)
    assert found["model"] == "openai:m"
    assert found["package"].startswith("langchain-openai 1.")
    assert found["address"] == chat_server.url
    assert found["key"] == "OPENAI_API_KEY is set"
    assert found["first words"].startswith("after 0.")
    assert found["whole reply"].startswith("after 0.")
    assert found["streaming"] == "yes, in 2 pieces"
    assert found["tokens"] == "1,200 in, 3 out"
    assert found["reply"] == "OK."
    assert KEY not in result.output
    assert chat_server.requests[0]["messages"] == [{"role": "user", "content": "Reply with OK."}]


def test_what_a_model_does_not_do(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    chat_server.answers(stream("\x1b[31mOK\n\u202e" + "好" * 100, usage=None))
    result = verbatim("models", "check", env={"VERBATIM_LLM": "openai:m"})
    assert result.exit_code == 0
    found = lines(result.stdout)
    assert found["key"] == "OPENAI_API_KEY is not set; a server of your own may need none"
    assert found["streaming"] == "not seen: the reply came in one piece"
    assert found["tokens"] == "not reported"
    assert found["reply"] == "[31mOK " + "好" * 52 + "…"


def test_a_model_that_does_not_answer(chat_server: ChatServer) -> None:
    chat_server.answers(failure(401, f"Incorrect API key provided: {KEY}"))
    result = verbatim("models", "check", "openai:m")
    assert result.exit_code == 2
    assert (
        result.stderr == "verbatim: openai:m: the API key was refused; check it in the environment (OPENAI_API_KEY).\n"
    )
    assert set(lines(result.stdout)) == {"model", "package", "address", "key"}
    assert KEY not in result.output


def test_a_reply_that_breaks_off_is_no_reply(chat_server: ChatServer) -> None:
    chat_server.answers(events(delta("OK")))
    result = verbatim("models", "check", "openai:m")
    assert result.exit_code == 2
    assert "broke off" in result.stderr
    assert "reply" not in lines(result.stdout)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "No chat model is named: write verbatim models check openai:MODEL, or set VERBATIM_LLM."),
        ([""], "No chat model is named"),
        (["gpt-5"], "'gpt-5' names no chat model: write provider:model"),
        (["nobody:m"], "nobody:m: there is no provider 'nobody'"),
    ],
)
def test_no_model_to_check(args: list[str], says: str) -> None:
    result = verbatim("models", "check", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_help_names_the_command() -> None:
    assert "Ask a chat model for one short reply" in verbatim("models", "--help").stdout
    assert "models" in verbatim("--help").stdout
