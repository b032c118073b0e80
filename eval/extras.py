"""Packages that only an evaluation's extras need: whether they are there is asked before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from index.errors import InputError

SPLITTERS = {"langchain_text_splitters": "langchain-text-splitters"}  # by module, the package that has it
BASELINES: Mapping[str, Mapping[str, str]] = {"langchain": SPLITTERS, "bm25": SPLITTERS}
PAGE = {"vl_convert": "vl-convert-python", "jinja2": "jinja2"}


def require_baseline(name: str) -> None:
    """Raise InputError where there is no such baseline, or what it needs is missing."""
    if name not in BASELINES:
        raise InputError(f"--baseline {name}: there is no such baseline; there are {', '.join(BASELINES)}")
    require(f"--baseline {name}", BASELINES[name])


def require(option: str, modules: Mapping[str, str]) -> None:
    """Raise InputError, naming the extra to install, where a module that an option needs is missing."""
    for module, package in modules.items():
        if find_spec(module) is None:
            raise InputError(f'{option} needs the package {package}: pip install ".[eval]" in the folder of Verbatim')
