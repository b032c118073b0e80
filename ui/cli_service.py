"""`verbatim serve`: its options and help; the work is in cli_serve.py."""

from __future__ import annotations

from ui.options import (
    DEFAULT_INDEX,
    DEFAULT_SECONDS,
    DEFAULT_TOKENS,
    EmbeddingOption,
    HostOption,
    IndexOption,
    NoCacheOption,
    NoLlmOption,
    RerankerOption,
    SecondsOption,
    StoreOption,
    StrictOption,
    TokensOption,
    place_of,
)
from ui.options_serve import (
    GraceOption,
    LlmsOption,
    LogQuestionsOption,
    OriginOption,
    PublicHostsOption,
    RateOption,
    ReadOnlyOption,
    ServicePortOption,
    TokensFileOption,
    UploadOption,
    WithoutTokensOption,
)


def serve(
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    llm: LlmsOption = None,
    no_llm: NoLlmOption = False,
    seconds: SecondsOption = DEFAULT_SECONDS,
    tokens: TokensOption = DEFAULT_TOKENS,
    strict: StrictOption = False,
    no_cache: NoCacheOption = False,
    host: HostOption = "127.0.0.1",
    port: ServicePortOption = 8000,
    public_host: PublicHostsOption = None,
    origin: OriginOption = None,
    tokens_file: TokensFileOption = None,
    without_tokens: WithoutTokensOption = False,
    rate: RateOption = 600,
    read_only: ReadOnlyOption = False,
    upload_mb: UploadOption = 200,
    log_questions: LogQuestionsOption = False,
    grace: GraceOption = 30.0,
) -> None:
    """Answer other programs over HTTP: questions, searches, interviews, uploads, and as if it were an OpenAI model.

    Only this machine reaches it, unless --host says otherwise; then every request needs a token (`verbatim token
    add`). GET /openapi.json describes it. The log goes to standard error, one JSON object a line. An index that is
    written anew is served without a restart.

    Examples:

    verbatim serve
    verbatim serve --index archive --port 8700 --llm openai:gpt-5-mini
    verbatim token add newsroom && verbatim serve --host 0.0.0.0 --public-host archive.example.org
    curl -s localhost:8000/v1/ask -H "Content-Type: application/json" -d '{"question": "What froze?"}'
    """
    from ui.archive import Archive
    from ui.cli_serve import checked_access, checked_origins, known_hosts, offered, run_serve
    from ui.service_limits import Limits
    from ui.service_setup import Setup
    from ui.writing import Writing

    setup = Setup(
        archive=Archive(place_of(folder, store), folder, embedding, reranker),
        access=checked_access(folder, tokens_file, host, public_host or [], rate, without_tokens),
        writings=offered([] if no_llm else llm or [], Writing("", seconds, tokens, strict, no_cache)),
        limits=Limits(upload_bytes=upload_mb * 2**20),
        hosts=known_hosts(host, public_host or []),
        public_url=f"https://{public_host[0]}" if public_host else "",  # TLS is the proxy's
        origins=checked_origins(origin or []),
        is_read_only=read_only,
    )
    run_serve(setup, host, port, grace, log_questions)
