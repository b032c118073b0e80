"""Whether a chat model works: what is seen of one that answers, and how far one got that does not."""

from __future__ import annotations

from chat_server import KEY, ChatServer, delta, events, failure, stream

from rag.llm_check import SHOWN, check_model


def test_a_model_that_works(chat_server: ChatServer) -> None:
    chat_server.answers(stream("O", "K\n", "x" * 100, usage=(12, 3)))
    seen = check_model("openai:mine")
    assert seen.problem == ""
    assert seen.package.startswith("langchain-openai 1.")
    assert (seen.address, seen.keys) == (chat_server.url, ("OPENAI_API_KEY",))
    assert 0 < seen.first <= seen.whole
    assert (seen.pieces, seen.tokens_in, seen.tokens_out) == (3, 12, 3)
    assert seen.reply == "OK " + "x" * (SHOWN - 4) + "…"
    assert chat_server.requests[0]["messages"] == [{"role": "user", "content": "Reply with OK."}]


def test_a_model_that_does_not_answer(chat_server: ChatServer) -> None:
    chat_server.answers(failure(401, f"wrong key {KEY}", retry=False), events(delta("OK")))
    for says in ("API key was refused", "broke off"):
        seen = check_model("openai:mine")
        assert says in seen.problem
        assert KEY not in seen.problem
        assert (seen.address, seen.reply) == (chat_server.url, "")


def test_a_model_that_cannot_be_loaded() -> None:
    seen = check_model("nowhere:mine")
    assert "there is no provider" in seen.problem
    assert (seen.package, seen.address, seen.keys) == ("", "", ())
