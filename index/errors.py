"""Every error Verbatim raises on purpose.

    VerbatimError                 something a person can act on; str(error) is the whole message
    ├── InputError                a path, a file, a question or an option that cannot be used
    ├── IndexMissing              no index at this place
    ├── IndexDamaged              files of the index are missing, changed or unreadable
    ├── IndexFromNewerVersion     written by a newer Verbatim
    ├── EmbeddingMismatch         the index was made by another embedding model than the one asked for
    ├── EmbeddingUnavailable      the embedding model cannot be loaded or reached
    ├── RerankerUnavailable       the reranker cannot be loaded, or is none
    ├── ChatModelUnavailable      the chat model cannot be loaded, reached or used
    │   └── ContextTooLong        the prompt does not fit into the model's context
    ├── JudgeFailed               an LLM judge gave no verdict that can be read, or did not answer at all
    ├── IndexLocked               another process is writing this index
    └── StorageError              the disk refused (full, read-only, no permission)

Library code raises; only the command line, the page and the service turn an error into a message.
"""


class VerbatimError(Exception):
    """Base of the tree: the message says what happened, where, and what to do."""


class InputError(VerbatimError):
    """A path, a file, a question or an option that cannot be used."""


class IndexMissing(VerbatimError):
    """There is no index at this place."""


class IndexDamaged(VerbatimError):
    """Files of the index are missing, changed or unreadable."""


class IndexFromNewerVersion(VerbatimError):
    """The index was written by a newer Verbatim."""


class EmbeddingMismatch(VerbatimError):
    """The index was made by another embedding model than the one asked for."""


class EmbeddingUnavailable(VerbatimError):
    """The embedding model cannot be loaded or reached."""


class RerankerUnavailable(VerbatimError):
    """The reranker cannot be loaded, or is none."""


class ChatModelUnavailable(VerbatimError):
    """The chat model cannot be loaded, reached or used."""


class ContextTooLong(ChatModelUnavailable):
    """The prompt does not fit into the model's context."""


class JudgeFailed(VerbatimError):
    """An LLM judge gave no verdict that can be read, or did not answer at all."""


class IndexLocked(VerbatimError):
    """Another process is writing this index."""


class StorageError(VerbatimError):
    """The disk refused: full, read-only, or no permission."""
